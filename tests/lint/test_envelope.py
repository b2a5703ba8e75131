"""Borders of the rules for the order of a transaction and its recipients."""

import pytest

from mailtrap.lint.samples import START, Script
from mailtrap.session import TlsStarted
from mailtrap.terms import Terms
from tests.dialogues import play
from tests.lint.of_commands import diagnosed, findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>\r\n"
RCPT = b"RCPT TO:<bob@example.org>\r\n"
MESSAGE = b"From: a@example.org\r\n\r\nhi\r\n.\r\n"
ORDER = {"nested-mail", "rcpt-before-mail", "data-before-mail", "data-no-rcpt"}


def of_dialogue(text: str) -> list[str]:
    return [found.rule.id for found in diagnosed(play(text))]


def test_messages_one_after_the_other_are_in_order() -> None:
    steps = (EHLO, *(MAIL, RCPT, b"DATA\r\n", MESSAGE) * 3, b"QUIT\r\n")

    assert not ids(steps)


def test_a_second_message_without_mail_is_out_of_order() -> None:
    steps = (EHLO, MAIL, RCPT, b"DATA\r\n", MESSAGE, RCPT, b"DATA\r\n", MESSAGE)

    found = [each.rule.id for each in findings(steps)]

    assert found == ["rcpt-before-mail", "data-before-mail"]


def test_recipients_without_mail_are_told_once() -> None:
    found = [each.rule.id for each in findings((EHLO, RCPT, RCPT.replace(b"bob", b"eve")))]

    assert found == ["rcpt-before-mail"]


@pytest.mark.parametrize("between", [b"RSET\r\n", EHLO, b"HELO app.example.org\r\n"])
def test_what_clears_a_transaction_makes_room_for_another(between: bytes) -> None:
    assert "nested-mail" not in ids((EHLO, MAIL, between, MAIL))
    assert "rcpt-before-mail" in ids((EHLO, MAIL, between, RCPT))


def test_starttls_clears_a_transaction() -> None:
    steps = (EHLO, MAIL, b"STARTTLS\r\n", TlsStarted(START, b"", "TLSv1.3"), EHLO, RCPT)

    assert "rcpt-before-mail" in ids(steps)


def test_what_was_sent_along_with_a_refused_mail_is_no_mistake() -> None:
    found = of_dialogue("""
        S: 220 ready
        C: EHLO app.example.org
        S: 250 trap.test
        C: MAIL FROM:<ann@example.org>
        S: 550 not you
        C: RCPT TO:<bob@example.org>
        S: 503 no MAIL
        C: RCPT TO:<eve@example.org>
        S: 503 no MAIL
        C: DATA
        S: 503 no MAIL
        C: QUIT
        S: 221 bye
    """)

    assert not set(found) & ORDER


def test_data_after_all_recipients_were_refused_may_have_been_on_its_way() -> None:
    found = of_dialogue("""
        S: 220 ready
        C: EHLO app.example.org
        S: 250 trap.test
        C: MAIL FROM:<ann@example.org>
        S: 250 ok
        C: RCPT TO:<bob@example.org>
        S: 550 nobody
        C: DATA
        S: 554 no recipients
        C: RSET
        S: 250 ok
    """)

    assert not set(found) & ORDER


REFUSED = """
    S: 220 ready
    C: EHLO app.example.org
    S: 250 trap.test
    C: MAIL FROM:<ann@example.org>
    S: 250 ok
    C: RCPT TO:<bob@example.org>
    S: 250 ok
    C: DATA
    S: 451 not now
"""


def after_refusal(*lines: str) -> list[str]:
    said = "\n".join(f"    C: {line}\n    S: 500 what" for line in lines)
    return of_dialogue(f"{REFUSED.rstrip()}\n{said}")


def test_a_message_sent_in_spite_of_a_refusal_is_one_finding() -> None:
    found = after_refusal(
        "X-Mailer: mine", "Subject: \xe4", "", "Hello", "<p>text</p>", " indented  ", "."
    )

    assert found == ["message-after-refusal"]


def test_after_the_message_commands_count_again() -> None:
    found = after_refusal("Subject: x", "", "QUIT now", "FROB")

    assert found == ["message-after-refusal", "argument-not-allowed", "unknown-command"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("RSET", []), ("QUIT", []), ("FROB", ["unknown-command"]), ("XFROB", ["private-command"])],
)
def test_a_command_after_a_refusal_is_no_message(line: str, expected: list[str]) -> None:
    assert after_refusal(line) == expected


def test_a_stray_line_without_a_refusal_is_an_unknown_command() -> None:
    assert ids((EHLO, b"Subject: x\r\n")) == {"bad-verb"}


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (b"<bob@example.org>", b"<bob@Example.ORG> NOTIFY=NEVER", True),
        (b"bob@example.org", b"bob@example.org", True),
        (b"<bob@example.org>", b"<BOB@example.org>", False),
        (b'<"a>b"@example.org>', b'<"a>c"@example.org>', False),
        (b"<postmaster>", b"<postmaster>", True),
    ],
)
def test_recipients_are_the_same_but_for_the_case_of_the_domain(
    first: bytes, second: bytes, *, is_same: bool
) -> None:
    found = ids((EHLO, MAIL, b"RCPT TO:" + first + b"\r\n", b"RCPT TO:" + second + b"\r\n"))

    assert ("duplicate-recipient" in found) == is_same


def test_a_recipient_that_was_refused_may_be_tried_again() -> None:
    found = of_dialogue("""
        S: 220 ready
        C: EHLO app.example.org
        S: 250 trap.test
        C: MAIL FROM:<ann@example.org>
        S: 250 ok
        C: RCPT TO:<bob@example.org>
        S: 450 later
        C: RCPT TO:<bob@example.org>
        S: 250 ok
    """)

    assert not found


def test_many_recipients_are_told_once() -> None:
    recipients = [b"RCPT TO:<r%d@example.org>\r\n" % n for n in range(150)]

    found = [each.rule.id for each in findings(Script((EHLO, MAIL, b"".join(recipients))))]

    assert found.count("many-recipients") == 1


def test_all_recipients_of_the_null_sender_are_told_once() -> None:
    recipients = [b"RCPT TO:<r%d@example.org>\r\n" % n for n in range(5)]

    found = [each.rule.id for each in findings((EHLO, b"MAIL FROM:<>\r\n", *recipients))]

    assert found == ["null-sender-multi-rcpt"]


def test_data_is_refused_where_tls_is_required_and_a_client_that_stops_is_clean() -> None:
    terms = Terms(hostname="trap.test", require_tls=True)

    assert "message-after-refusal" not in ids(Script((EHLO, b"DATA\r\n", b"RSET\r\n"), terms=terms))
