"""TLS over a real socket: STARTTLS, TLS first, and TLS that is sniffed on the plain port."""

import socket
import ssl
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrap.session import (
    Discarded,
    Remark,
    Reply,
    Session,
    TlsFailed,
    TlsHello,
    TlsStarted,
    TlsTruncated,
)
from mailtrap.smtp import connection, talk
from mailtrap.smtp.certificates import Certificates
from mailtrap.smtp.tls import Tls
from tests.support import CERTIFICATES, WAIT, Client, Running, entries_of, running, shown, wire

MAIL = b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"


@pytest.fixture
def server() -> Iterator[Running]:
    with running(starttls=True, smtps=True) as started:
        yield started


@pytest.fixture
def quick_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "SILENCE", 0.05)
    monkeypatch.setattr(connection, "LINGER", 0.05)


class Secure(Client):
    """The same client over TLS."""

    def __init__(self, plain: socket.socket, context: ssl.SSLContext) -> None:
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        self._read = b""


def anyone() -> ssl.SSLContext:
    """A client's context that trusts any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def secured(client: Client) -> Secure:
    """The client once it has gone through STARTTLS."""
    client.greeted()
    assert client.say(b"STARTTLS\r\n") == b"220 2.0.0 ready to start TLS\r\n"
    return Secure(client.socket, anyone())


def implicit(server: Running) -> Secure:
    plain = socket.create_connection(("127.0.0.1", server.smtps_port), WAIT)
    return Secure(plain, anyone())


def latest(server: Running) -> Session:
    """The newest session, once it has ended."""
    server.until(lambda: server.trap.sessions and server.trap.sessions[-1].closed, "the end")
    return server.trap.sessions[-1]


def test_starttls_is_offered_in_clear_text_and_requiretls_over_tls(server: Running) -> None:
    with server.client() as client:
        client.reply()
        before = client.say(b"EHLO client.test\r\n")
        client.say(b"STARTTLS\r\n")
        with Secure(client.socket, anyone()) as secure:
            after = secure.say(b"EHLO client.test\r\n")

    assert (b"STARTTLS" in before, b"REQUIRETLS" in before) == (True, False)
    assert (b"STARTTLS" in after, b"REQUIRETLS" in after) == (False, True)


def test_starttls_works_where_it_is_not_offered() -> None:
    with running(certificates=Certificates()) as server, server.client() as client:
        client.reply()
        offer = client.say(b"EHLO client.test\r\n")
        client.say(b"STARTTLS\r\n")
        with Secure(client.socket, anyone()) as secure:
            reply = secure.say(b"NOOP\r\n")

    assert b"STARTTLS" not in offer
    assert reply == b"250 2.0.0 ok\r\n"


def test_mail_over_tls_is_kept_and_the_session_says_how_it_was_encrypted(server: Running) -> None:
    data = b"Subject: hi\r\n\r\n" + b"x" * 100_000 + b"\r\n"
    with secured(server.client()) as client:
        client.codes(b"EHLO client.test\r\n")
        client.send(MAIL + data + b".\r\n")
        codes = [int(client.reply()[:3]) for _ in range(4)]
        client.say(b"QUIT\r\n")
        session = server.session()

    assert codes == [250, 250, 354, 250]
    assert server.message().data == data
    assert session.reason == "quit"
    assert session.tls is not None
    assert session.tls.version == "TLSv1.3"
    assert session.tls.server_name == "localhost"


def test_what_was_said_before_tls_is_forgotten(server: Running) -> None:
    with server.client() as client:
        client.greeted()
        client.codes(b"MAIL FROM:<ann@example.org>\r\n", b"RCPT TO:<bob@example.org>\r\n")
        client.say(b"STARTTLS\r\n")
        with Secure(client.socket, anyone()) as secure:
            secure.say(b"DATA\r\n")
            secure.say(b"x\r\n.\r\n")

    assert server.message().envelope.sender is None
    assert server.message().envelope.recipients == ()


def test_starttls_over_tls_is_refused(server: Running) -> None:
    with secured(server.client()) as client:
        assert client.say(b"STARTTLS\r\n") == b"503 5.5.1 TLS has started already\r\n"
        assert client.say(b"NOOP\r\n") == b"250 2.0.0 ok\r\n"


def test_with_require_tls_mail_in_clear_text_is_refused_and_the_session_goes_on() -> None:
    with running(require_tls=True, starttls=True) as server, server.client() as client:
        client.greeted()
        refused = client.codes(MAIL.split(b"\n")[0] + b"\n", b"AUTH PLAIN\r\n", b"RSET\r\n")
        taken = client.codes(b"NOOP\r\n", b"HELO client.test\r\n")
        assert client.say(b"STARTTLS\r\n").startswith(b"220")
        with Secure(client.socket, anyone()) as secure:
            assert secure.codes(b"MAIL FROM:<ann@example.org>\r\n") == [250]

    assert refused == [530, 530, 530]
    assert taken == [250, 250]


def test_tls_that_comes_first_is_greeted_inside(server: Running) -> None:
    with implicit(server) as client:
        greeting = client.reply()
        client.say(b"QUIT\r\n")
        session = server.session()

    assert greeting.startswith(b"220 ")
    assert [type(entry) for entry in session.transcript[:2]] == [TlsStarted, Reply]


def test_half_closing_under_tls_still_gets_the_replies(server: Running) -> None:
    with implicit(server) as client:
        client.send(MAIL + b"x\r\n.\r\n")
        socket.socket.shutdown(client.socket, socket.SHUT_WR)  # that of SSLSocket ends TLS, too
        replies = [int(client.reply()[:3]) for _ in range(5)]

    assert replies == [220, 250, 250, 354, 250]


def test_a_client_that_resets_under_tls_leaves_what_it_sent(server: Running) -> None:
    client = implicit(server)
    client.reply()
    client.send(MAIL + b"x\r\n.\r\n")
    client.reset()

    assert server.message().data == b"x\r\n"
    assert server.session().reason == "reset"


def test_plain_text_behind_starttls_is_dropped_and_counted_and_tls_starts(server: Running) -> None:
    with server.client() as client:
        client.greeted()
        client.send(b"STARTTLS\r\nMAIL FROM:<evil@example.org>\r\n")
        client.reply()
        with Secure(client.socket, anyone()) as secure:
            secure.say(b"QUIT\r\n")
        session = server.session()

    [dropped] = entries_of(session, Discarded)
    assert (dropped.raw, dropped.size) == (b"MAIL FROM:<evil@example.org>\r\n", 30)
    assert session.tls is not None
    assert "evil" not in shown(session)


@pytest.mark.usefixtures("quick_silence")
class TestPlainText:
    def test_instead_of_tls_it_is_answered_after_a_silence(self, server: Running) -> None:
        with server.client() as client:
            client.greeted()
            client.say(b"STARTTLS\r\n")
            reply = client.say(b"EHLO client.test\r\n")
            assert client.is_closed()
            session = server.session()

        assert reply.startswith(b"421 4.7.0 TLS was due here, but ")
        assert session.reason == "tls-failed"
        assert [entry.size for entry in entries_of(session, Discarded)] == [18]

    def test_where_tls_comes_first_it_is_told_at_once(self, server: Running) -> None:
        with Client(server.smtps_port) as client:
            reply = client.say(b"EHLO client.test\r\n")
            assert client.is_closed()
            session = server.session()

        assert reply == b"421 4.7.0 TLS was due here, but the client began in plain text\r\n"
        assert session.reason == "tls-failed"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(octets=st.binary(min_size=1, max_size=300), is_first=st.booleans())
    def test_any_octets_at_all_leave_the_server_alive(
        self, server: Running, *, octets: bytes, is_first: bool
    ) -> None:
        before = len(server.trap.sessions)
        with Client(server.smtps_port if is_first else server.port) as client:
            if not is_first:
                client.greeted()
                client.say(b"STARTTLS\r\n")
            client.send(octets)
            client.socket.shutdown(socket.SHUT_WR)
            while client.line():
                pass

        session = latest(server)
        assert len(server.trap.sessions) == before + 1
        assert session.tls is None
        assert len(entries_of(session, TlsFailed)) == 1


def test_a_client_that_does_not_trust_us_is_told_apart_and_helped(server: Running) -> None:
    server.certificates.write_ca()
    with server.client() as client:
        client.greeted()
        client.say(b"STARTTLS\r\n")
        with pytest.raises(ssl.SSLCertVerificationError):
            Secure(client.socket, ssl.create_default_context())
        session = server.session()

    [failed] = entries_of(session, TlsFailed)
    assert session.reason == "tls-failed"
    assert failed.error == "TLSV1_ALERT_UNKNOWN_CA"
    assert "does not trust our certificate (it says: unknown ca)" in failed.text
    assert str(server.certificates.ca) in failed.text
    assert failed.raw.startswith(b"\x16\x03\x01")


def test_a_client_that_leaves_in_mid_handshake_is_recorded(server: Running) -> None:
    with server.client() as client:
        client.greeted()
        client.say(b"STARTTLS\r\n")
        client.send(b"\x16\x03\x01\x02\x00\x01")
        client.socket.close()
        session = server.session()

    [failed] = entries_of(session, TlsFailed)
    assert "went away in the middle of the handshake" in failed.text
    assert failed.raw == b"\x16\x03\x01\x02\x00\x01"


def test_who_waits_for_a_greeting_where_tls_comes_first_is_helped(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.smtps_port), WAIT):
        server.until(lambda: server.trap.sessions, "the connection")
    session = latest(server)

    [failed] = entries_of(session, TlsFailed)
    assert failed.text.startswith("the client went away before it said anything; TLS comes first")


def test_who_asks_for_tls_and_leaves_heard_the_greeting(server: Running) -> None:
    with server.client() as client:
        client.greeted()
        client.say(b"STARTTLS\r\n")
        client.socket.close()
        session = server.session()

    [failed] = entries_of(session, TlsFailed)
    assert failed.text == "the client went away before it said anything"


def test_a_certificate_that_cannot_be_made_is_454_and_the_session_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_self: Certificates, _kind: str = "") -> ssl.SSLContext:
        raise OSError("no room for keys")

    monkeypatch.setattr(Certificates, "context", fail)
    with running(certificates=Certificates()) as server, server.client() as client:
        client.greeted()

        assert client.say(b"STARTTLS\r\n") == b"454 4.7.0 TLS is not available here\r\n"
        assert client.say(b"QUIT\r\n").startswith(b"221")
        session = server.session()

    assert "no room for keys" in entries_of(session, Remark)[0].text


def test_with_sniff_tls_is_taken_on_the_plain_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SNIFF", WAIT)  # however slow the client is
    with running(sniff=True) as server, Secure(server.client().socket, anyone()) as client:
        greeting = client.reply()
        client.say(b"QUIT\r\n")
        session = server.session()

    assert greeting.startswith(b"220 ")
    assert session.tls is not None
    assert entries_of(session, TlsHello) == []


def test_with_sniff_a_client_that_waits_is_greeted() -> None:
    with running(sniff=True) as server, server.client() as client:
        client.greeted()
        client.say(b"QUIT\r\n")
        session = server.session()

    assert [kind for kind, _ in wire(session)] == ["reply", "command", "reply", "command", "reply"]


@pytest.mark.parametrize("octets", [b"EHLO client.test\r\n", b"\x16EHLO\r\n"])
def test_with_sniff_a_client_that_talks_first_is_noted_and_served(octets: bytes) -> None:
    with running(sniff=True) as server, server.client() as client:
        client.send(octets)
        greeting = client.reply()
        client.reply()
        client.say(b"QUIT\r\n")
        session = server.session()

    assert greeting.startswith(b"220 ")
    assert "spoke before the greeting" in entries_of(session, Remark)[0].text


def test_with_sniff_one_octet_of_tls_is_not_enough_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "SNIFF", WAIT)  # no greeting in the meantime
    with running(sniff=True) as server, server.client() as client:
        client.send(b"\x16")
        server.until(lambda: server.trap.sessions)
        client.send(b"EHLO\r\n")

        assert client.reply().startswith(b"220 ")


def test_a_server_with_half_open_handshakes_stops_at_once(server: Running) -> None:
    with server.client() as after_220, Client(server.smtps_port) as silent:
        after_220.greeted()
        after_220.say(b"STARTTLS\r\n")
        after_220.send(b"\x16\x03\x01\x02\x00\x01")
        server.until(lambda: len(server.trap.sessions) == 2)

        server.thread.stop()

        assert after_220.is_closed()
        assert silent.is_closed()
    assert {session.reason for session in server.trap.sessions} == {"stopped"}


def test_with_sniff_a_client_that_stops_sending_at_once_is_greeted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "SNIFF", WAIT)
    with running(sniff=True) as server, server.client() as client:
        client.socket.shutdown(socket.SHUT_WR)

        assert client.reply().startswith(b"220 ")


@pytest.mark.parametrize(
    "octets",
    [
        b"\x16\x03\x01GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x00\x05\x01\n\x00\x00\x01\r\nMAIL\r\n",
        b"\x16\x03\x00\x00\x2f\x01" + bytes(100),
    ],
)
def test_what_a_handshake_failed_upon_is_the_same_in_any_segments(octets: bytes) -> None:
    def begun(segments: list[bytes]) -> bytes:
        server = Tls(CERTIFICATES.context(), None)
        for segment in segments:
            assert list(server.receive(segment)) == []
        assert server.failure is not None
        return server.hello

    whole = begun([octets])

    assert octets.startswith(whole)
    assert begun([octets[i : i + 1] for i in range(len(octets))]) == whole
    assert begun([octets[:7], octets[7:]]) == whole


def test_a_bad_record_behind_a_good_one_does_not_take_it_along(server: Running) -> None:
    with implicit(server) as client:
        client.reply()
        assert client.say(b"NOOP\r\n").startswith(b"250")
        client.send(b"NOOP again\r\n")
        plain = socket.socket(fileno=client.socket.detach())
        plain.sendall(b"\x17\x03\x03\x00\x03bad")
        plain.close()
        session = server.session()

    assert "C: NOOP again" in shown(session)
    assert session.reason == "tls-failed"


def test_a_client_that_ends_tls_and_waits_is_let_go(server: Running) -> None:
    with implicit(server) as client:
        client.reply()
        client.send(b"NOO")
        ssl.SSLSocket.unwrap(client.socket)  # type: ignore[arg-type]  # it is one
        session = server.session()

    assert session.reason == "eof"
    assert "C: NOO  [cut off]" in shown(session)


def test_a_client_that_leaves_without_ending_tls_is_noted(server: Running) -> None:
    with implicit(server) as client:
        client.reply()
        client.send(b"NOOP\r\n")
        client.reply()
    session = server.session()

    assert session.reason == "eof"
    assert len(entries_of(session, TlsTruncated)) == 1
