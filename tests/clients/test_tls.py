"""Real clients over TLS: whom they trust, by default and when told to, and what we say of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.faults.presets import tls_failure
from mailtrap.session import Command, Entry, Remark, RuleApplied, TlsFailed, TlsStarted
from tests.clients.mailers import DEFAULT, MAILERS, TRUST, VERIFY, Ended, Errand
from tests.clients.programs import Runner
from tests.clients.samples import MAIL
from tests.support import CERTIFICATES, Running, entries_of, running

KINDS = ["STARTTLS", "smtps"]
HOSTS = ["localhost", "127.0.0.1", "::1"]
# msmtp adds header fields, and swaks an empty line.
ADDED = {"msmtp": rb"(?:[A-Za-z-]+: .*\r\n(?:\t.*\r\n)*)*%b", "swaks": rb"%b(?:\r\n)?"}

Send = Callable[..., Ended]


@pytest.fixture(name="server", scope="module")
def fixture_server() -> Iterator[Running]:
    CERTIFICATES.write_ca()
    with running(host="localhost", starttls=True, smtps=True) as server:
        yield server


def errand(
    server: Running, kind: str, run: Runner, scratch: Path, *, host: str, trust: str
) -> Errand:
    is_implicit = kind == "smtps"
    port = server.smtps_port if is_implicit else server.port
    assert server.certificates.ca is not None
    return Errand(host, port, is_implicit, server.certificates.ca, trust, scratch, run)


@pytest.fixture(name="send")
def fixture_send(run: Runner, tmp_path: Path) -> Send:
    def send(
        server: Running, mailer: str, kind: str, *, host: str = "localhost", trust: str = TRUST
    ) -> Ended:
        server.trap.clear()
        where = errand(server, kind, run, tmp_path, host=host, trust=trust)
        if host not in dict(server.addresses) and host != "localhost":
            pytest.skip(f"this machine has no {host}")
        return MAILERS[mailer](where)

    return send


def notes(server: Running, kind: type[Entry]) -> list[str]:
    """The texts of the entries of one kind in the only session, once it has ended."""
    return [entry.text for entry in entries_of(server.session(), kind)]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mailer", MAILERS)
def test_a_client_that_trusts_our_ca_verifies_us_and_its_mail_is_kept_as_sent(
    mailer: str, kind: str, host: str, server: Running, send: Send
) -> None:
    ended = send(server, mailer, kind, host=host)

    assert ended[0] == 0, ended
    session = server.session()
    assert session.tls is not None
    assert session.tls.version == "TLSv1.3"
    assert session.client_name == "client.test"
    assert session.reason in ("quit", "eof")  # nodemailer hangs up
    assert notes(server, TlsFailed) == notes(server, Remark) == []
    expected = ADDED.get(mailer, b"%b") % re.escape(MAIL)
    assert re.fullmatch(expected, server.message().data)


# How a client ends that refuses a certificate whose CA it does not know.
REFUSING = {
    ("curl", DEFAULT): (60, "SSL certificate problem"),
    ("msmtp", DEFAULT): (69, "The certificate is NOT trusted. The certificate issuer is unknown."),
    ("aiosmtplib", DEFAULT): (1, "certificate verify failed"),
    ("nodemailer", DEFAULT): (1, "unable to verify the first certificate"),
    ("swaks", VERIFY): (29, "certificate verify failed"),
    ("openssl", VERIFY): (1, "certificate verify failed"),
    ("smtplib", VERIFY): (1, "SSLCertVerificationError"),
}
# Those of them that OpenSSL's defaults let say why; the others leave without a word.
SAYING_WHY = {"curl", "swaks", "openssl", "smtplib"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mailer", "trust"), REFUSING, ids=str)
def test_a_client_that_verifies_refuses_us_and_the_transcript_says_why_and_what_helps(
    mailer: str, trust: str, kind: str, server: Running, send: Send
) -> None:
    code, said = send(server, mailer, kind, trust=trust)

    assert (code, REFUSING[mailer, trust][1] in said) == (REFUSING[mailer, trust][0], True), said
    [text] = notes(server, TlsFailed)
    if mailer in SAYING_WHY:
        assert text.startswith("the client does not trust our certificate (it says: unknown ca)")
    else:
        assert re.match(
            "the client (went away in the middle of the handshake|left right after TLS began); many"
            " do so when they do not trust a certificate or its name",
            text,
        )
    remedy = f"let it trust the CA in {server.certificates.ca}, or turn off verification"
    assert remedy in text
    assert server.session().reason == "tls-failed"
    assert server.trap.messages == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mailer", ["swaks", "openssl", "smtplib"])
def test_a_client_that_verifies_nothing_unless_told_to_sends_its_mail(
    mailer: str, kind: str, server: Running, send: Send
) -> None:
    code, said = send(server, mailer, kind, trust=DEFAULT)

    assert code == 0, said
    assert server.session().tls is not None
    assert MAIL in server.message().data


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mailer", sorted(set(MAILERS) - {"swaks"}))  # which only checks the CA
def test_a_client_that_finds_another_name_in_our_certificate_is_seen_to_mind(
    mailer: str, kind: str, send: Send
) -> None:
    with running(
        host="localhost", starttls=True, smtps=True, policy=Policy(tls_failure("wrong_host"))
    ) as server:
        code, said = send(server, mailer, kind)

        assert code != 0, said
        assert notes(server, RuleApplied)
        told = [*notes(server, TlsFailed), *notes(server, Remark)]
        session = server.session()

    assert len(told) == 1
    assert "name" in told[0]
    # curl checks the name when TLS stands, and ends it as it should be ended: nothing failed.
    # On the smtps port a reset may overtake that, because it leaves the greeting unread.
    reasons = {"eof", "tls-failed"} if mailer == "curl" else {"tls-failed"}
    assert session.reason in reasons


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mailer", MAILERS)
def test_a_client_to_which_our_certificate_is_out_of_date_is_seen_to_mind(
    mailer: str, kind: str, send: Send
) -> None:
    with running(
        host="localhost", starttls=True, smtps=True, policy=Policy(tls_failure("expired"))
    ) as server:
        code, said = send(server, mailer, kind)

        assert code != 0, said
        [text] = notes(server, TlsFailed)
        session = server.session()

    assert ("out of date" in text) == (mailer in SAYING_WHY)
    assert session.reason == "tls-failed"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mailer", MAILERS)
def test_a_handshake_that_a_rule_has_fail_fails_in_every_client(
    mailer: str, kind: str, send: Send
) -> None:
    with running(
        host="localhost", starttls=True, smtps=True, policy=Policy(tls_failure("handshake"))
    ) as server:
        code, said = send(server, mailer, kind, trust=DEFAULT)

        assert code != 0, said
        assert notes(server, TlsFailed) == ["a fault rule has it fail"]
        assert server.session().reason == "tls-failed"


@pytest.mark.parametrize("mailer", sorted(set(MAILERS) - {"openssl"}))  # which goes on with TLS
def test_a_client_that_needs_tls_and_hears_that_there_is_none_sends_nothing(
    mailer: str, send: Send
) -> None:
    with running(
        host="localhost", starttls=True, policy=Policy(tls_failure("unavailable"))
    ) as server:
        code, said = send(server, mailer, "STARTTLS", trust=DEFAULT)

        assert (code != 0, "454" in said) == (True, True), said
        session = server.session()

    assert [c.verb for c in entries_of(session, Command) if c.verb in ("STARTTLS", "MAIL")] == [
        "STARTTLS"
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mailer", ["curl", "smtplib", "aiosmtplib", "nodemailer"])
def test_the_name_a_client_asks_for_is_recorded_and_an_address_is_none(
    mailer: str, kind: str, server: Running, send: Send
) -> None:
    asked = {}
    for host in ("localhost", "127.0.0.1"):
        send(server, mailer, kind, host=host)
        [started] = entries_of(server.session(), TlsStarted)
        asked[host] = started.server_name

    # RFC 6066 section 3: no addresses as server names.
    assert asked == {"localhost": "localhost", "127.0.0.1": ""}


def test_an_address_that_a_client_asks_for_against_the_rfc_is_recorded_as_it_is(
    server: Running, send: Send
) -> None:
    send(server, "msmtp", "smtps", host="127.0.0.1")

    [started] = entries_of(server.session(), TlsStarted)
    assert started.server_name == "127.0.0.1"


def test_a_smtps_port_that_has_no_tls_by_rule_hangs_up_without_a_word(send: Send) -> None:
    policy = Policy(tls_failure("unavailable"))
    with running(host="localhost", smtps=True, policy=policy) as server:
        code, said = send(server, "smtplib", "smtps", trust=DEFAULT)

        assert code == 1
        assert said.startswith(("SSLEOFError", "ConnectionResetError"))
        assert server.session().reason == "rule"
