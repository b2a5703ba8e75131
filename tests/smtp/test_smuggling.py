"""SMTP smuggling and command injection, as the published scanners try them.

What an octet sequence means must not depend on who reads it: one message stays one message,
and nothing that came as mail data, or before TLS, is ever acted upon as a command.
"""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailtrap.session import Command, Discarded, MailData, TlsStarted
from mailtrap.smtp import talk
from tests.dialogues import cut
from tests.support import CERTIFICATES, WAIT, Client, Running, entries_of, running
from tests.tls import handshake

# Of github.com/The-Login/SMTP-Smuggling-Tools, smtp_smuggling_scanner.py: inbound_eod_sequences.
SCANNER = [b"\n.\n", b"\n.\r", b"\r.\n", b"\r.\r", b"\n.\r\n", b"\r.\r\n", b"\r\n\0.\r\n"]
# What that tries on outgoing mail, and what github.com/hannob/smtpsmug has besides (badend).
MORE = [b"\r\n.\r\r\n", b"\r\r\n.\r\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n.\0\r\n"]
# Of its ten tests smtpsmug calls these bad ends; each alone, then silence, then the true end.
BAD_ENDS = [
    *(b"\n.\n", b"\r.\r", b"\r.\n", b"\n.\r", b"\n.\r\n"),
    *(b"\r\n.\n", b"\r.\r\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\r\n.\0\r\n"),
]


def smuggling(fake_end: bytes) -> bytes:
    """Mail data with a second message behind a fake end, as the scanner writes it."""
    return (
        b"From: test@example.org\r\nTo: bob@example.org\r\nSubject: CHECK EMAIL\r\n\r\n"
        b'TESTING as "fake" end-of-data sequence!\r\n' + fake_end + b"\r\n"
        b"mail FROM:<smuggled@example.org>\r\nrcpt TO:<bob@example.org>\r\ndata\r\n"
        b"From: smuggled@example.org\r\nSubject: SMUGGLED EMAIL\r\n\r\nSMUGGLING WORKS\r\n"
    )


def mail_commands(server: Running) -> list[bytes]:
    """The MAIL commands that were acted upon."""
    return [
        command.raw
        for session in server.trap.sessions
        for command in entries_of(session, Command)
        if command.verb == "MAIL"
    ]


@pytest.mark.parametrize("strict_eod", [False, True])
@pytest.mark.parametrize("fake_end", SCANNER + MORE)
def test_a_message_behind_a_fake_end_is_content_of_the_first(
    fake_end: bytes, *, strict_eod: bool
) -> None:
    with running(strict_eod=strict_eod) as server, server.client() as client:
        client.data()

        assert client.say(smuggling(fake_end) + b".\r\n").startswith(b"250 2.0.0 kept as ")
        assert client.say(b"NOOP\r\n") == b"250 2.0.0 ok\r\n"

        # A dot at the start of a line is dot-stuffing, whatever follows it.
        kept = smuggling(fake_end).replace(b"\r\n.", b"\r\n")
        assert server.message().data == kept
        assert mail_commands(server) == [b"MAIL FROM:<ann@example.org>\r\n"]


@pytest.mark.parametrize("fake_end", SCANNER + MORE)
def test_a_message_behind_a_fake_end_stays_content_however_it_is_cut_into_segments(
    fake_end: bytes,
) -> None:
    octets = smuggling(fake_end) + b".\r\n"
    end = octets.index(fake_end + b"\r\n") + len(fake_end)
    with running() as server:
        for place in range(end - len(fake_end), end + 3):
            server.trap.clear()
            with server.client() as client:
                client.data()
                for segment in cut(octets, {place}):
                    client.send(segment)
                assert client.reply().startswith(b"250 2.0.0 kept as ")
                assert client.codes(b"QUIT\r\n") == [221]

            session = server.session()
            assert len(session.message_ids) == 1
            assert len(server.trap.messages) == 1
            assert mail_commands(server) == [b"MAIL FROM:<ann@example.org>\r\n"]


@pytest.mark.parametrize("bad_end", BAD_ENDS)
def test_with_strict_eod_a_client_that_waits_behind_a_bad_end_waits_in_vain(
    bad_end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "SILENCE", 0.01)  # far less than the wait below
    first = b"Subject: Hello World\r\n\r\nThis is a test mail with a bad ending.\r\n" + bad_end
    rest = b"This is after a bad mail ending.\r\n"
    with running(strict_eod=True) as server, server.client() as client:
        client.data()
        client.send(first)
        client.socket.settimeout(0.1)

        with pytest.raises(TimeoutError):
            client.line()

        client.socket.settimeout(WAIT)
        assert client.say(rest + b"\r\n.\r\n").startswith(b"250 ")
        assert len(server.trap.messages) == 1


@pytest.mark.parametrize("bad_end", BAD_ENDS)
def test_a_client_that_waits_behind_a_bad_end_has_its_message_and_can_smuggle_none(
    bad_end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Silence is what no relay can put into a message that it passes on.
    monkeypatch.setattr(talk, "SILENCE", 0.05)
    with running() as server, server.client() as client:
        client.data()

        assert client.say(b"Subject: Hello World\r\n\r\nhi" + bad_end).startswith(b"250 ")

        assert len(server.trap.messages) == 1
        [data] = entries_of(server.trap.sessions[0], MailData)
        assert data.terminator == bad_end
        assert client.say(b"NOOP\r\n") == b"250 2.0.0 ok\r\n"
        assert mail_commands(server) == [b"MAIL FROM:<ann@example.org>\r\n"]


def test_a_true_end_in_the_middle_is_pipelining_and_makes_two_messages() -> None:
    # smtpsmug's pipelining test: what the same octets do where the end is no fake.
    octets = smuggling(b".")
    with running() as server, server.client() as client:
        client.data()

        client.send(octets + b".\r\n")

        assert [int(client.reply()[:3]) for _ in range(5)] == [250, 250, 250, 354, 250]
        assert len(server.trap.messages) == 2
        assert len(mail_commands(server)) == 2


# STARTTLS: plain text in the segment of the command (CVE-2011-0411, "NO STARTTLS" 2021)

INJECTED = (
    b"MAIL FROM:<injected@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
    b"Subject: injected\r\n\r\nhi\r\n.\r\nRSET\r\n"
)


@pytest.fixture(scope="module", name="server")
def fixture_server() -> Running:  # type: ignore[misc]
    CERTIFICATES.write_ca()
    with running(starttls=True) as started:
        yield started


def inject(server: Running, injected: bytes, segments: Sequence[bytes]) -> None:
    """Send STARTTLS and plain text behind it, shake hands, and see what came of the text."""
    server.trap.clear()
    with Client(server.port) as client:
        client.greeted()
        for segment in segments:
            client.send(segment)
        assert client.reply() == b"220 2.0.0 ready to start TLS\r\n"
        with handshake(client.socket, server.trusting()) as secure:
            secure.sendall(b"EHLO again.test\r\nNOOP\r\nQUIT\r\n")
            heard = b"".join(iter(lambda: secure.recv(65536), b""))

    session = server.session()
    codes = [line[:3] for line in heard.splitlines() if line[3:4] == b" "]
    assert codes == [b"250", b"250", b"221"]
    dropped = entries_of(session, Discarded)
    assert b"".join(entry.raw for entry in dropped) == injected
    assert sum(entry.size for entry in dropped) == len(injected)
    assert len(entries_of(session, TlsStarted)) == 1
    verbs = [command.verb for command in entries_of(session, Command)]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "NOOP", "QUIT"]
    assert (server.trap.messages, session.reason) == ((), "quit")


@pytest.mark.parametrize("injected", [INJECTED, b"\r\n", b"EHLO injected.test\r\n", b"\x16", b"M"])
def test_plain_text_behind_starttls_is_dropped_and_counted_and_never_acted_upon(
    server: Running, injected: bytes
) -> None:
    inject(server, injected, [b"STARTTLS\r\n" + injected])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_plain_text_behind_starttls_is_dropped_in_any_split_into_segments(
    server: Running, data: st.DataObject
) -> None:
    octets = b"STARTTLS\r\n" + INJECTED
    places = data.draw(st.sets(st.integers(1, len(octets) - 1), max_size=8))

    inject(server, INJECTED, cut(octets, places))


def test_what_a_client_said_before_tls_is_forgotten_when_tls_starts(server: Running) -> None:
    server.trap.clear()
    with server.client() as client:
        client.greeted()
        assert client.codes(
            b"MAIL FROM:<injected@example.org>\r\n",
            b"RCPT TO:<injected@example.org>\r\n",
            b"STARTTLS\r\n",
        ) == [250, 250, 220]
        with handshake(client.socket, server.trusting()) as secure:
            secure.sendall(b"DATA\r\nSubject: mine\r\n\r\n.\r\nQUIT\r\n")
            assert b"kept as" in b"".join(iter(lambda: secure.recv(65536), b""))

    # RFC 3207 section 4.2: the client has to start anew.
    assert server.message().envelope.sender is None
    assert server.message().envelope.recipients == ()
