"""Borders of the rules for which commands there are."""

import pytest

from mailtrap.lint.samples import LETTER, Script
from mailtrap.lint.session import MOST_OF_A_RULE
from mailtrap.lint.syntax import VERBS
from mailtrap.terms import Terms
from tests.lint.of_commands import findings, ids

EHLO = b"EHLO app.example.org\r\n"
OF_VERBS = {"bad-verb", "unknown-command", "private-command", "obsolete-command", "empty-command"}


@pytest.mark.parametrize("verb", sorted(VERBS - {"TURN", "SEND", "SOML", "SAML"}))
def test_what_any_rfc_has_is_known_in_any_case_of_letters(verb: str) -> None:
    terms = Terms(hostname="trap.test", trust_xclient=True)
    script = Script((EHLO, verb.lower().encode() + b" 0\r\n"), terms=terms)

    assert not ids(script) & OF_VERBS


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"FROB\r\n", "unknown-command"),
        (b"MAILFROM:<ann@example.org>\r\n", "bad-verb"),
        (b"HELO:\r\n", "bad-verb"),
        (b".\r\n", "bad-verb"),
        (b"<EHLO>\r\n", "bad-verb"),
        (b"\xff\xfbEHLO\r\n", "bad-verb"),
        (b"X-FROB\r\n", "private-command"),
        (b"xexch50 2 2\r\n", "private-command"),
        (b"XCLIENT NAME=a\r\n", "private-command"),
        (b"turn\r\n", "obsolete-command"),
        (b"\r\n", "empty-command"),
    ],
)
def test_a_command_is_one_kind_of_wrong(line: bytes, rule: str) -> None:
    found = ids((EHLO, line))

    assert found & OF_VERBS == {rule}


def test_a_control_character_in_the_verb_has_its_own_rule() -> None:
    assert ids((EHLO, b"NO\0OP\r\n")) == {"nul-in-command"}
    assert ids((EHLO, b"NO\x08OP\r\n")) == {"control-in-command"}


@pytest.mark.parametrize("line", [b"NOOP x\r\n", b"HELP MAIL\r\n", b"VRFY ann\r\n"])
def test_other_commands_may_have_arguments(line: bytes) -> None:
    assert "argument-not-allowed" not in ids((EHLO, line))


def test_blanks_are_no_argument() -> None:
    assert ids((EHLO, b"RSET  \r\n")) == {"trailing-whitespace"}


def test_refusals_are_counted_whoever_is_to_blame() -> None:
    terms = Terms(hostname="trap.test", require_tls=True)
    script = Script((EHLO, *[b"RSET\r\n"] * 25), terms=terms)

    details = [found.detail for found in findings(script) if found.rule.id == "too-many-errors"]

    assert details == ["10", "20"]


def test_what_is_wrong_a_million_times_is_told_often_enough_and_again_with_the_next_mail() -> None:
    blank_lines = b"\r\n" * (2 * MOST_OF_A_RULE)
    mail = (b"MAIL FROM:<a@example.org>\r\n", b"RCPT TO:<b@example.org>\r\n", b"DATA\r\n", LETTER)
    script = Script((EHLO, blank_lines, *mail[:3], mail[3] + b".\r\n", b"\r\n"))

    found = [each for each in findings(script) if each.rule.id == "empty-command"]

    assert len(found) == MOST_OF_A_RULE + 1
    assert [each.detail for each in found[-2:]] == [
        "and so on; up to the next mail no more is told",
        found[0].detail,
    ]
