"""TLS of every kind and age, certificates of clients, and handshakes that come to nothing.

Clients here are OpenSSL's: its command, and Python's ssl for what needs each octet.
"""

import logging
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import trustme
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailtrap.session import Command, MailData, Session, TlsFailed, TlsStarted
from mailtrap.smtp.certificates import Certificates
from mailtrap.tls_hello import read_client_hello
from tests.clients.programs import Runner, cannot, program
from tests.support import CERTIFICATES, WAIT, Client, Running, entries_of, running
from tests.tls import handshake

STOP_IN = 5.0  # seconds; waiting for a client would take longer, busy machines less


@pytest.fixture(name="openssl")
def fixture_openssl() -> str:
    return program("openssl", "apt install openssl, or brew install openssl")


@pytest.fixture(name="server", scope="module")
def fixture_server() -> Iterator[Running]:
    CERTIFICATES.write_ca()
    with running(starttls=True, smtps=True) as server:
        yield server


@pytest.fixture(name="quiet", autouse=True)
def fixture_quiet(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Whatever clients do, nothing is logged and nothing written to stderr."""
    with caplog.at_level(logging.WARNING):
        yield
    assert caplog.text == ""
    assert capfd.readouterr().err == ""


def plain(server: Running, kind: str) -> Client:
    """A connection whose next octets are those of TLS."""
    if kind == "smtps":
        known = len(server.trap.sessions)
        client = Client(server.smtps_port)
        server.until(lambda: len(server.trap.sessions) > known, "the connection")
        return client
    client = Client(server.port).greeted()
    assert client.codes(b"STARTTLS\r\n") == [220]
    return client


def ended(server: Running) -> Session:
    """The newest session, once it has ended."""
    session = server.until(lambda: next((s for s in reversed(server.trap.sessions) if s.closed), 0))
    assert isinstance(session, Session)
    return session


def failure(session: Session) -> TlsFailed:
    [entry] = entries_of(session, TlsFailed)
    assert isinstance(entry, TlsFailed)
    return entry


def client_hello() -> bytes:
    """What a client begins with."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


HELLO = client_hello()
KINDS = pytest.mark.parametrize("kind", ["STARTTLS", "smtps"])


# Versions


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@KINDS
def test_the_version_and_cipher_of_a_client_are_recorded(
    kind: str, version: str, server: Running
) -> None:
    server.trap.clear()
    context = server.trusting()
    context.minimum_version = context.maximum_version = getattr(
        ssl.TLSVersion, version.replace(".", "_")
    )
    context.set_alpn_protocols(["smtp"])
    with plain(server, kind) as client, handshake(client.socket, context) as secure:
        cipher = secure.cipher()
        secure.sendall(b"QUIT\r\n")
        assert b"221 " in b"".join(iter(lambda: secure.recv(65536), b""))

    [started] = entries_of(ended(server), TlsStarted)
    assert cipher is not None
    assert (started.version, started.cipher) == (version, cipher[0])
    assert (started.server_name, started.alpn) == ("localhost", ("smtp",))


@pytest.mark.parametrize("version", ["tls1", "tls1_1"])
@KINDS
def test_an_old_client_is_taken_and_its_version_recorded(
    kind: str, version: str, server: Running, openssl: str, run: Runner
) -> None:
    server.trap.clear()
    port = server.smtps_port if kind == "smtps" else server.port
    starttls = [] if kind == "smtps" else ["-starttls", "smtp"]

    code, said = run.ended(
        *(openssl, "s_client", "-quiet", f"-{version}", "-cipher", "ALL:@SECLEVEL=0"),
        *("-connect", f"127.0.0.1:{port}", *starttls),
        stdin=b"EHLO old.test\r\nQUIT\r\n",
    )

    if not server.trap.sessions or "unknown option" in said.lower():
        cannot(f"this openssl has no -{version}: {said}")
    assert code == 0, said
    [started] = entries_of(ended(server), TlsStarted)
    assert started.version == {"tls1": "TLSv1", "tls1_1": "TLSv1.1"}[version]
    assert ended(server).client_name == "old.test"


def test_a_client_that_asks_to_negotiate_anew_is_refused_and_the_session_ends_cleanly(
    server: Running, openssl: str
) -> None:
    server.trap.clear()
    command = (openssl, "s_client", "-tls1_2", "-connect", f"127.0.0.1:{server.smtps_port}")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as client:
        assert client.stdin is not None
        assert client.stderr is not None
        server.until(lambda: server.trap.sessions and server.trap.sessions[-1].tls)
        client.stdin.write(b"R\n")  # what s_client takes for a wish to negotiate anew
        client.stdin.flush()
        said = client.stderr.read().decode()
        client.wait(WAIT)

    session = ended(server)
    assert "RENEGOTIATING" in said
    assert client.returncode != 0
    assert session.tls is not None
    assert session.reason in ("eof", "reset", "tls-failed")
    assert server.trap.messages == ()


# Certificates of clients


@pytest.fixture(name="authority", scope="module")
def fixture_authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(name="asking")
def fixture_asking(authority: trustme.CA, tmp_path: Path) -> Iterator[Running]:
    """A server that asks clients for certificates."""
    file = tmp_path / "clients-ca.pem"
    authority.cert_pem.write_to_path(str(file))
    certificates = Certificates(client_ca=file)
    certificates.write_ca()
    with running(starttls=True, smtps=True, certificates=certificates) as server:
        yield server
    certificates.close()


@KINDS
def test_the_subject_of_a_client_certificate_is_recorded(
    kind: str, asking: Running, authority: trustme.CA
) -> None:
    context = asking.trusting()
    authority.issue_cert("ann.test", common_name="ann", organization_name="Example").configure_cert(
        context
    )
    with plain(asking, kind) as client, handshake(client.socket, context) as secure:
        secure.sendall(b"QUIT\r\n")
        assert b"221 " in b"".join(iter(lambda: secure.recv(65536), b""))

    [started] = entries_of(ended(asking), TlsStarted)
    assert {"O=Example", "CN=ann"} <= set(started.client_subject.split(","))


@KINDS
def test_a_client_without_a_certificate_is_served_by_a_server_that_asks_for_one(
    kind: str, asking: Running
) -> None:
    with plain(asking, kind) as client, handshake(client.socket, asking.trusting()) as secure:
        secure.sendall(b"QUIT\r\n")
        assert b"221 " in b"".join(iter(lambda: secure.recv(65536), b""))

    [started] = entries_of(ended(asking), TlsStarted)
    assert started.client_subject == ""
    assert ended(asking).reason == "quit"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@KINDS
def test_a_client_certificate_of_an_unknown_ca_is_refused_in_plain_words(
    kind: str, version: ssl.TLSVersion, asking: Running
) -> None:
    context = asking.trusting()
    context.maximum_version = version
    trustme.CA().issue_cert("eve.test").configure_cert(context)

    # In TLS 1.3 the client is done before the server has seen its certificate.
    with (
        plain(asking, kind) as client,
        pytest.raises(ssl.SSLError, match=r"(?i)unknown.ca"),
        handshake(client.socket, context) as secure,
    ):
        secure.recv(1)

    session = ended(asking)
    text = failure(session).text
    assert text.startswith("the client's certificate is not signed by the CA of --tls-client-ca (")
    assert "issuer" in text
    assert session.reason == "tls-failed"


# Garbage


def harass(server: Running, kind: str, octets: bytes) -> Session:
    """Send that where TLS is due, hang up, and see that the server lives."""
    server.trap.clear()
    with plain(server, kind) as client:
        client.send(octets)
        client.socket.shutdown(socket.SHUT_WR)
        while client.line():
            pass
    session = ended(server)
    with Client(server.port) as client:
        assert client.greeted().codes(b"NOOP\r\n", b"QUIT\r\n") == [250, 221]
    server.until(lambda: all(session.closed for session in server.trap.sessions))
    return session


def damaged(at: int, octets: bytes) -> bytes:
    return HELLO[:at] + octets + HELLO[at + len(octets) :]


BROKEN = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=300).map(lambda octets: HELLO + octets),
    st.binary(max_size=300).map(lambda octets: b"\x16\x03\x01" + octets),
    st.integers(0, len(HELLO) - 1).map(lambda end: HELLO[:end]),
    st.builds(damaged, st.integers(0, len(HELLO) - 1), st.binary(min_size=1, max_size=20)),
)


@KINDS
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(octets=BROKEN)
@example(octets=b"")
@example(octets=HELLO)
@example(octets=b"EHLO x\r\nMAIL FROM:<a@b>\r\n")
@example(octets=b"GET / HTTP/1.1\r\n\r\n")
@example(octets=b"\x15\x03\x01\x00\x02\x02\x28")
@example(octets=b"\x80\x2e\x01\x00\x02")  # how SSLv2 began
def test_any_octets_where_tls_is_due_are_survived_recorded_and_explained(
    kind: str, octets: bytes, server: Running
) -> None:
    session = harass(server, kind, octets)

    assert session.reason == "tls-failed"
    assert failure(session).text
    verbs = [command.verb for command in entries_of(session, Command)]
    assert verbs == ([] if kind == "smtps" else ["EHLO", "STARTTLS"])
    assert server.trap.messages == ()


@KINDS
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(octets=st.binary(min_size=1, max_size=300))
def test_any_octets_inside_tls_are_survived_and_mail_from_before_is_kept(
    kind: str, version: ssl.TLSVersion, octets: bytes, server: Running
) -> None:
    server.trap.clear()
    context = server.trusting()
    context.maximum_version = version
    with plain(server, kind) as client, handshake(client.socket, context) as secure:
        secure.sendall(b"MAIL FROM:<a@b>\r\nDATA\r\nhi\r\n.\r\n")
        server.until(lambda: server.trap.messages)
        raw = socket.socket(fileno=os.dup(secure.fileno()))
        with raw:
            raw.settimeout(WAIT)
            raw.sendall(octets)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65536):
                pass

    session = ended(server)
    assert [message.data for message in server.trap.messages] == [b"hi\r\n"]
    assert session.reason in ("tls-failed", "eof")


@KINDS
def test_a_client_that_speaks_http_where_tls_is_due_is_told_apart(
    kind: str, server: Running
) -> None:
    session = harass(server, kind, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    assert session.reason == "tls-failed"
    assert re.search("did not speak TLS|in plain text", failure(session).text)


@KINDS
def test_a_client_hello_of_a_handshake_that_fails_is_kept_and_can_be_read(
    kind: str, server: Running
) -> None:
    session = harass(server, kind, HELLO)

    assert read_client_hello(failure(session).raw).server_name == "localhost"
    assert "went away in the middle of the handshake" in failure(session).text


# The end of TLS, and of the server


@KINDS
def test_a_client_that_ends_tls_and_waits_for_our_end_is_answered(
    kind: str, server: Running
) -> None:
    server.trap.clear()
    with plain(server, kind) as client:
        secure = handshake(client.socket, server.trusting())
        secure.sendall(b"NOOP\r\n")
        while not secure.recv(65536).endswith(b"250 2.0.0 ok\r\n"):
            pass

        with secure.unwrap():  # returns when the server has ended TLS, too
            pass

    assert ended(server).reason == "eof"


def idle(server: Running, kind: str) -> socket.socket:
    return handshake(plain(server, kind).socket, server.trusting())


def in_mail_data(server: Running, kind: str) -> socket.socket:
    secure = idle(server, kind)
    secure.sendall(b"MAIL FROM:<a@b>\r\nDATA\r\nhalf a mess")
    while b"354 " not in secure.recv(65536):
        pass
    return secure


def in_handshake(server: Running, kind: str) -> socket.socket:
    client = plain(server, kind)
    client.send(HELLO)
    assert client.socket.recv(1) == b"\x16"  # the server's half of the handshake has come
    return client.socket


def before_handshake(server: Running, kind: str) -> socket.socket:
    return plain(server, kind).socket


STAGES: dict[str, Callable[[Running, str], socket.socket]] = {
    "idle": idle,
    "mid-DATA": in_mail_data,
    "mid-handshake": in_handshake,
    "before": before_handshake,
}


def stop(server: Running) -> float:
    """Seconds until the server has stopped and its thread has ended."""
    began = time.monotonic()
    server.thread.stop()
    took = time.monotonic() - began
    assert not server.thread._thread.is_alive()
    return took


@KINDS
@pytest.mark.parametrize("stage", STAGES)
def test_a_server_stops_at_once_whatever_a_tls_client_is_doing(stage: str, kind: str) -> None:
    CERTIFICATES.write_ca()
    with running(starttls=True, smtps=True) as server, STAGES[stage](server, kind) as client:
        assert stop(server) < STOP_IN

        session = ended(server)
        client.close()

    assert session.reason == "stopped"
    is_cut_off = stage in ("before", "mid-handshake")
    assert bool(entries_of(session, TlsFailed)) == is_cut_off
    assert bool(entries_of(session, MailData)) == (stage == "mid-DATA")


def test_a_server_stops_at_once_with_20_tls_clients() -> None:
    CERTIFICATES.write_ca()
    with running(starttls=True, smtps=True) as server, ExitStack() as clients:
        for number in range(20):
            stage = list(STAGES.values())[number % len(STAGES)]
            clients.enter_context(stage(server, "smtps" if number % 8 < 4 else "STARTTLS"))

        assert stop(server) < STOP_IN

        sessions = server.trap.sessions
    assert [session.reason for session in sessions] == ["stopped"] * 20


def test_clients_that_connect_while_a_server_stops_are_no_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")  # else asyncio is silent about them
    for _ in range(20):
        with running() as server, ExitStack() as clients:

            def connect(server: Running = server, clients: ExitStack = clients) -> None:
                with suppress(OSError):  # refused: it has stopped
                    for _ in range(50):
                        address = ("127.0.0.1", server.port)
                        clients.enter_context(socket.create_connection(address, WAIT))

            thread = threading.Thread(target=connect)
            thread.start()

            took = stop(server)
            thread.join()

        assert took < STOP_IN
        assert all(session.closed for session in server.trap.sessions)


def test_a_process_that_stops_with_tls_clients_says_nothing_in_dev_mode() -> None:
    script = """
import threading
from contextlib import ExitStack
from tests.clients.test_handshakes import CERTIFICATES, STAGES, STOP_IN, running, stop
CERTIFICATES.write_ca()
with running(starttls=True, smtps=True) as server, ExitStack() as clients:
    for number in range(20):
        stage = list(STAGES.values())[number % len(STAGES)]
        clients.enter_context(stage(server, "smtps" if number % 8 < 4 else "STARTTLS"))
    took = stop(server)
    reasons = {session.reason for session in server.trap.sessions}
    print(took < STOP_IN, reasons, [thread.name for thread in threading.enumerate()])
CERTIFICATES.close()
"""
    # Also the loop's own checks: what is never awaited or closed, and what is slow.
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )

    assert (done.stdout, done.stderr, done.returncode) == (
        "True {'stopped'} ['MainThread']\n",
        "",
        0,
    )
