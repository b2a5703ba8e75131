"""The borders of what was sent too early."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.samples import START, Script
from mailtrap.session import TlsStarted
from mailtrap.terms import Terms
from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>\r\n"
RCPT = b"RCPT TO:<bob@example.org>\r\n"
TEXT = b"From: ann@example.org\r\n\r\nhello\r\n.\r\n"
CHAPTER = {
    "pipeline-before-ehlo-reply",
    "pipelining-not-advertised",
    "pipeline-not-last",
    "data-before-354",
    "starttls-injection",
    "starttls-hello-too-early",
    "auth-pipelined",
    "rset-after-failed-group",
    "data-after-quit",
}
HIDDEN = Terms(ehlo_remove=("PIPELINING",))


def told(*steps: bytes | TlsStarted, terms: Terms | None = None, early: bytes = b"") -> list[str]:
    """The rules of this chapter that a session is found by, in order."""
    script = Script(steps, early=early, terms=terms or Terms())
    return [each.rule.id for each in findings(script) if each.rule.id in CHAPTER]


@pytest.mark.parametrize(
    "steps",
    [
        (EHLO, MAIL, RCPT, b"DATA\r\n", TEXT, b"QUIT\r\n"),
        # As Postfix does it.
        (EHLO, MAIL + RCPT + RCPT + b"DATA\r\n", TEXT + b"QUIT\r\n"),
        # RFC 2920 section 3.1: mail data may be the first of a group.
        (EHLO, MAIL + RCPT + b"DATA\r\n", TEXT + b"RSET\r\n" + MAIL + RCPT + b"DATA\r\n", TEXT),
        # RFC 3030 section 4.2.
        (EHLO, MAIL + RCPT, b"BDAT 2\r\nab" + b"BDAT 2\r\ncd" + b"BDAT 0 LAST\r\n", b"QUIT\r\n"),
        (EHLO, b"STARTTLS\r\n", TlsStarted(START, b"", "TLSv1.3"), EHLO, MAIL + RCPT),
        # RFC 4954 section 4, the exception.
        (EHLO, b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n" + MAIL + RCPT),
        (EHLO, b"AUTH LOGIN\r\n", b"YW5u\r\n", b"c2VjcmV0\r\n", MAIL),
    ],
)
def test_groups_as_they_should_be_are_not_found(steps: tuple[bytes | TlsStarted, ...]) -> None:
    assert told(*steps) == []


def test_a_command_in_pieces_is_not_a_group() -> None:
    assert told(b"EH", b"LO app.example.org\r", b"\n", b"MA", b"IL FROM:<>\r\n", terms=HIDDEN) == []


def test_a_group_is_told_once() -> None:
    assert told(EHLO, MAIL + RCPT * 50, terms=HIDDEN) == ["pipelining-not-advertised"]
    assert told(EHLO, MAIL + RCPT, RCPT + RCPT, terms=HIDDEN) == ["pipelining-not-advertised"] * 2
    assert told(EHLO + MAIL + RCPT) == ["pipeline-before-ehlo-reply"]
    assert told(EHLO + MAIL + RCPT, terms=HIDDEN) == ["pipeline-before-ehlo-reply"]


def test_after_helo_nothing_may_be_grouped() -> None:
    assert told(b"HELO app.example.org\r\n", MAIL + RCPT) == ["pipelining-not-advertised"]


def test_an_early_talker_alone_has_not_grouped_anything() -> None:
    assert told(MAIL, early=EHLO) == []
    assert told(early=EHLO + MAIL) == ["pipeline-before-ehlo-reply"]


def test_a_stray_line_end_is_no_command() -> None:
    assert told(b"EHLO app.example.org\r\n\r\n", b"NOOP\r\n\r\n", MAIL) == []


@pytest.mark.parametrize("verb", [b"NOOP", b"VRFY ann", b"DATA x", b"ETRN example.org"])
def test_a_group_ends_with_a_command_that_changes_the_state(verb: bytes) -> None:
    steps = (EHLO, verb + b"\r\n" + RCPT, b".\r\n")

    assert told(*steps)[:1] in (["pipeline-not-last"], ["data-before-354"])


def test_mail_data_that_came_with_its_command_is_told_by_how_much() -> None:
    found = findings((EHLO, MAIL, RCPT, b"DATA\r\n" + TEXT[:10], TEXT[10:]))

    assert [e.detail for e in found if e.rule.id == "data-before-354"] == ["10 octets"]


def test_plain_text_and_a_handshake_behind_starttls_differ() -> None:
    hello = b"\x16\x03\x01\x00\x05hello"
    started = TlsStarted(START, hello, "TLSv1.3")

    assert told(EHLO, b"STARTTLS\r\nNOOP\r\n") == ["starttls-injection"]
    assert told(EHLO, b"STARTTLS\r\n", b"NOOP\r\n") == []
    assert told(EHLO, b"STARTTLS\r\n" + hello, started, EHLO, MAIL) == ["starttls-hello-too-early"]
    assert told(EHLO, b"STARTTLS\r\n", hello, started, EHLO, MAIL) == []


@pytest.mark.parametrize(
    "steps",
    [
        (b"AUTH LOGIN\r\nYW5u\r\n", b"c2VjcmV0\r\n"),
        (b"AUTH PLAIN\r\nAGFubgBzZWNyZXQ=\r\n",),
        (b"AUTH LOGIN YW5u\r\nc2VjcmV0\r\n" + MAIL,),
        (b"AUTH PLAIN\r\n", b"AGFubgBzZWNyZXQ=\r\n" + MAIL),
    ],
)
def test_a_response_and_what_follows_it_must_wait(steps: tuple[bytes, ...]) -> None:
    assert told(EHLO, *steps) == ["auth-pipelined"]


def test_no_credentials_are_shown() -> None:
    secret = b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"

    for steps in ((EHLO + secret,), (EHLO, b"NOOP\r\n" + secret), (EHLO, b"QUIT\r\n" + secret)):
        found = [each for each in findings(steps) if each.rule.id in CHAPTER]
        assert found
        assert not any("AGFub" in each.detail for each in found)


def test_octets_that_nobody_acts_upon_are_told_behind_quit_only() -> None:
    assert told(EHLO, b"QUIT\r\nNOOP\r\n") == ["data-after-quit"]
    assert told(b"GET / HTTP/1.1\r\nHost: trap.test\r\n\r\n") == []


COMMANDS = (EHLO, MAIL, RCPT, b"NOOP\r\n", b"DATA\r\n", b"AUTH LOGIN\r\n", b"STARTTLS\r\n", b"\r\n")


@given(st.lists(st.sampled_from(COMMANDS), max_size=8))
def test_a_client_that_waits_is_never_found(commands: list[bytes]) -> None:
    """The replies to mail data, credentials and handshakes are waited for as well."""
    steps: list[bytes] = []
    for command in commands:
        steps.append(command)
        steps += {b"DATA\r\n": [TEXT], b"AUTH LOGIN\r\n": [b"*\r\n"]}.get(command, [])
        if command == b"STARTTLS\r\n":
            break

    assert told(*steps) == []
    assert told(*steps, terms=HIDDEN) == []


@given(st.binary(max_size=80))
def test_any_octets_can_be_read(octets: bytes) -> None:
    assert findings((EHLO + octets, octets)) is not None
    assert "pipelining-not-advertised" not in ids((EHLO, b"NOOP\r\n"))
