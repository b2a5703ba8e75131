"""Ordinary mail of stock clients: nothing is wrong with it, nor with how it is sent.

A rule that finds an error or a warning here is wrong.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtrap.lint import message as message_lint
from mailtrap.lint import session as session_lint
from mailtrap.lint.diagnostic import Severity
from tests.clients.mailers import MAILERS, RECIPIENT, SENDER, TRUST, Errand
from tests.clients.postfix import postfix
from tests.clients.programs import Runner, missing, program, works
from tests.clients.samples import ORDINARY
from tests.support import CERTIFICATES, Running, running

CLIENTS = [name for name in MAILERS if name != "openssl"]  # it sends what the test wrote


@pytest.fixture(name="server")
def fixture_server() -> Iterator[Running]:
    CERTIFICATES.write_ca()
    with running(host="localhost", starttls=True, smtps=True) as server:
        yield server


def wrong(server: Running) -> dict[str, str]:
    """The errors and warnings of all sessions, once they have ended, and of all messages."""
    sessions = server.until(
        lambda: all(s.closed for s in server.trap.sessions) and server.trap.sessions
    )
    messages = {message.id: message for message in server.trap.messages}
    found = [
        each
        for session in sessions
        for each in session_lint.diagnose(session, lambda i: messages[i].data)
    ]
    for message in messages.values():
        report = message_lint.report_on(message_lint.mail_of(message))
        found += report.diagnostics
    assert messages, "the mail came"
    return {each.rule.id: each.text for each in found if each.severity is not Severity.INFO}


@pytest.mark.parametrize("kind", ["STARTTLS", "smtps"])
@pytest.mark.parametrize("client", CLIENTS)
def test_nothing_is_wrong_with_mail_that_a_client_sends_over_tls(
    client: str, kind: str, server: Running, run: Runner, tmp_path: Path
) -> None:
    is_implicit = kind == "smtps"
    port = server.smtps_port if is_implicit else server.port
    assert server.certificates.ca is not None
    where = ("localhost", port, is_implicit, server.certificates.ca, TRUST, tmp_path, run, ORDINARY)

    ended = MAILERS[client](Errand(*where))

    assert ended[0] == 0, ended
    assert wrong(server) == {}


def test_nothing_is_wrong_with_mail_of_swaks(server: Running, run: Runner) -> None:
    swaks = program("swaks", "apt install swaks, or brew install swaks")
    ehlo = ("--ehlo", "client.example.org")

    run(swaks, "--server", f"127.0.0.1:{server.port}", "--to", RECIPIENT, "--from", SENDER, *ehlo)

    assert wrong(server) == {}


def test_nothing_is_wrong_with_mail_of_curl(server: Running, run: Runner, tmp_path: Path) -> None:
    curl = program("curl", "apt install curl, or brew install curl")
    letter = tmp_path / "letter.eml"
    letter.write_bytes(ORDINARY)
    url = f"smtp://127.0.0.1:{server.port}/client.test"

    run(curl, "-q", "-sS", "--mail-from", SENDER, "--mail-rcpt", RECIPIENT, "-T", str(letter), url)

    assert wrong(server) == {}


def test_curl_that_sends_a_unix_file_as_it_is_sends_bare_line_feeds(
    server: Running, run: Runner, tmp_path: Path
) -> None:
    curl = program("curl", "apt install curl, or brew install curl")
    letter = tmp_path / "letter.eml"
    letter.write_bytes(ORDINARY.replace(b"\r\n", b"\n"))
    url = f"smtp://127.0.0.1:{server.port}/client.test"

    run(curl, "-q", "-sS", "--mail-from", SENDER, "--mail-rcpt", RECIPIENT, "-T", str(letter), url)

    assert wrong(server).keys() == {"bare-lf-data"}


def test_nothing_is_wrong_with_mail_of_net_smtp(server: Running, run: Runner) -> None:
    perl = program("perl", "apt install perl, or brew install perl")
    if not works(perl, "-MNet::SMTP", "-e", "1"):
        missing("Net::SMTP for Perl", "apt install perl")
    script = """
        use Net::SMTP; my ($port, $from, $to) = @ARGV;
        my $smtp = Net::SMTP->new('127.0.0.1', Port => $port, Hello => 'client.test') or die;
        $smtp->mail($from); $smtp->recipient($to); $smtp->data; $smtp->datasend(<STDIN>);
        $smtp->dataend; $smtp->quit or die;
    """

    lines = ORDINARY.replace(b"\r\n", b"\n")
    run(perl, "-e", script, str(server.port), SENDER, RECIPIENT, stdin=lines)

    assert wrong(server) == {}


def test_nothing_is_wrong_with_mail_of_smtp_source(server: Running, run: Runner) -> None:
    source = program("smtp-source", "apt install postfix, or dnf install postfix")

    run(source, "-m", "3", "-f", SENDER, "-t", RECIPIENT, f"inet:127.0.0.1:{server.port}")

    assert wrong(server) == {}


def test_nothing_is_wrong_with_mail_of_postfix(server: Running, run: Runner) -> None:
    assert server.certificates.ca is not None
    with postfix(server.port, server.certificates.ca) as mta:
        mta.submit(run, ORDINARY.replace(b"\r\n", b"\n"), RECIPIENT)
        server.until(lambda: server.trap.messages)

        assert wrong(server) == {}
