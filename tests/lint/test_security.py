"""Borders of the rules of STARTTLS and TLS that their samples do not show."""

import pytest

from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.samples import START, Script
from mailtrap.session import Entry, TlsFailed, TlsStarted
from mailtrap.terms import Terms
from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>\r\n"
OVER_TLS = TlsStarted(START, b"", "TLSv1.3")
OFFERED = Terms(hostname="trap.test", starttls=True)


def upgraded(*steps: bytes) -> Script:
    """A client that says this after STARTTLS."""
    return Script((EHLO, b"STARTTLS\r\n", OVER_TLS, *steps), terms=OFFERED)


@pytest.mark.parametrize("line", [b"STARTTLS\r\n", b"starttls \r\n", b"STARTTLS\n"])
def test_blanks_behind_starttls_are_no_argument(line: bytes) -> None:
    script = Script((EHLO, line), terms=OFFERED)

    assert "starttls-argument" not in ids(script)


@pytest.mark.parametrize(
    ("command", "severity"),
    [
        (b"LHLO app.example.org\r\n", None),
        (b"QUIT\r\n", None),
        (b"HELO app.example.org\r\n", Severity.WARNING),
        (b"NOOP\r\n", Severity.WARNING),
        (b"AUTH LOGIN\r\n", Severity.ERROR),
        (MAIL, Severity.ERROR),
    ],
)
def test_ehlo_is_due_after_starttls_and_quit_is_allowed(
    command: bytes, severity: Severity | None
) -> None:
    script = upgraded(command)

    found = [each.severity for each in findings(script) if each.rule.id == "no-ehlo-after-starttls"]

    assert found == ([] if severity is None else [severity])


def test_only_the_first_command_after_starttls_is_asked() -> None:
    script = upgraded(b"NOOP\r\n", MAIL)

    found = [each for each in findings(script) if each.rule.id == "no-ehlo-after-starttls"]

    assert len(found) == 1


def test_implicit_tls_is_no_starttls() -> None:
    script = (OVER_TLS, MAIL)

    assert "no-ehlo-after-starttls" not in ids(script)


def test_a_transaction_that_is_over_is_none() -> None:
    script = Script((EHLO, MAIL, b"RSET\r\n", b"STARTTLS\r\n"), terms=OFFERED)

    assert "starttls-in-transaction" not in ids(script)


def test_a_handshake_nobody_saw_the_hello_of_lacks_no_server_name() -> None:
    script = (OVER_TLS, EHLO)

    assert "tls-no-sni" not in ids(script)


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3", ""])
def test_versions_of_today_are_right(version: str) -> None:
    started: Entry = TlsStarted(START, b"", version)

    assert "tls-old-version" not in ids((started, EHLO))


def test_why_a_handshake_failed_is_told_on_one_line() -> None:
    failed: Entry = TlsFailed(START, b"", "the client\nwent  away")

    [found] = [each for each in findings((failed,)) if each.rule.id == "tls-handshake-failed"]

    assert found.detail == "the client went away"
