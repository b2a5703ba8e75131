"""Borders of the rules of the end of a session that their samples do not show."""

import pytest

from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.samples import Script
from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>\r\n"
RCPT = b"RCPT TO:<bob@example.org>\r\n"
QUIT = b"QUIT\r\n"


def test_who_only_looks_whether_the_port_is_open_owes_no_quit() -> None:
    assert "no-quit" not in ids(())


@pytest.mark.parametrize("reason", ["timeout", "stopped", "not-smtp", "tls-failed", "rule"])
def test_a_client_that_was_sent_away_owes_no_quit(reason: str) -> None:
    script = Script((EHLO,), end=reason)

    assert "no-quit" not in ids(script)


@pytest.mark.parametrize(
    "steps",
    [
        (EHLO, QUIT),
        (EHLO, MAIL, b"RSET\r\n", QUIT),
        (EHLO, MAIL, RCPT, b"EHLO again.example.org\r\n", QUIT),
        (EHLO, MAIL, RCPT, b"BDAT 4 LAST\r\nHi\r\n", QUIT),
        (EHLO, MAIL, b"NONSENSE\r\n", QUIT),  # it was refused something, and gives up
    ],
)
def test_a_client_that_is_done_may_quit(steps: tuple[bytes, ...]) -> None:
    assert "quit-in-transaction" not in ids(steps)


def test_a_server_that_asks_whether_an_address_exists_is_only_worth_knowing() -> None:
    script = (EHLO, b"MAIL FROM:<>\r\n", RCPT, QUIT)

    [found] = [each for each in findings(script) if each.rule.id == "quit-in-transaction"]

    assert found.severity is Severity.INFO


def test_a_timeout_tells_what_the_client_did_last() -> None:
    script = Script((EHLO, MAIL), end="timeout")

    [found] = [each for each in findings(script) if each.rule.id == "client-idle-timeout"]

    assert found.detail == "after MAIL"
