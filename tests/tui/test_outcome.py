"""Outcomes: how sessions without a message ended."""

from dataclasses import replace

import pytest

from mailtrap.session import AuthenticationFailed
from mailtrap.tui.outcome import Outcome, outcome, partial_data
from tests.dialogues import START, play
from tests.tui.senders import Sender, a_trap

NO_TLS = "454 4.7.0 TLS is not available here"


@pytest.mark.parametrize(
    ("sent", "reason", "kind", "text"),
    [
        (b"", "eof", "probe", "connected and left"),
        (b"HELO app\r\n", "eof", "probe", "left after HELO app"),
        (b"EHLO app\r\nNOOP\r\n", "reset", "probe", "left after NOOP"),
        (b"MAIL FROM:<a@example.org>\r\n", "eof", "failed", "left without mail, after MAIL"),
        (b"MAIL FROM:<a@example.org>\r\n", "reset", "failed", "reset without mail, after MAIL"),
        (b"EHLO app\r\n", "timeout", "failed", "timed out after EHLO app"),
        (b"", "timeout", "failed", "timed out in silence"),
        (b"STARTTLS\r\n", "eof", "failed", f"wanted STARTTLS: {NO_TLS}"),
        (b"STARTTLS\r\nEHLO app\r\n", "eof", "failed", f"wanted STARTTLS: {NO_TLS}"),
        (b"STARTTLS\r\nQUIT\r\n", "quit", "failed", f"wanted STARTTLS: {NO_TLS}"),
        (b"STARTTLS\r\nMAIL FROM:<>\r\n", "eof", "failed", "left without mail, after MAIL"),
        (b"STARTTLS\r\nBLURB\r\n", "eof", "failed", "500 5.5.1 unknown command"),
        (b"GET / HTTP/1.1\r\n", "not-smtp", "failed", "spoke HTTP"),
        (b"\x16\x03\x01\x00\x01\x01", "not-smtp", "failed", "began with TLS"),
        (b"\x16\x03\x01\x02\x00\x01", "eof", "failed", "began with TLS"),
        (b"\x16\x03\x01\x02\x00\x01", "timeout", "failed", "began with TLS"),
        (b"HELO app\r\n", "failed", "failed", "mailtrap failed after HELO app"),
        (b"BLURB\r\nRSET\r\n", "eof", "failed", "500 5.5.1 unknown command"),
        (b"BLURB\r\nHELO app\r\n", "eof", "probe", "left after HELO app"),
    ],
)
def test_a_session_without_mail_says_how_it_ended(
    sent: bytes, reason: str, kind: str, text: str
) -> None:
    client = Sender(a_trap()).send(sent)
    session = client.leave(reason) if client.session.is_open else client.session

    ended = outcome(session)

    assert (ended.kind, ended.text) == (kind, text)


def test_mail_data_that_broke_off_is_counted_and_kept() -> None:
    client = Sender(a_trap())
    client.send(b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
    session = client.send(b"Subject: half\r\n\r\n" + b"x" * 1217).leave("reset")

    assert outcome(session).text == "abandoned after 1,234 octets"
    assert partial_data(session).startswith(b"Subject: half")


def test_chunks_without_the_last_one_are_abandoned() -> None:
    client = Sender(a_trap())
    client.send(b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\n")
    session = client.send(b"BDAT 5\r\nhello").send(b"BDAT 100\r\nthree").leave()

    assert outcome(session).text == "abandoned after 10 octets"


@pytest.mark.parametrize("sent", [b"EHLO app\r\n", b"EHLO app\r\nEHLO app\r\nQUIT\r\n"])
def test_a_client_that_leaves_when_starttls_is_not_offered_may_have_wanted_it(sent: bytes) -> None:
    session = Sender(a_trap()).send(sent).leave()

    assert outcome(session) == Outcome("probe", "left after EHLO: did it want STARTTLS?")


def test_a_client_that_was_offered_starttls_did_not_miss_it() -> None:
    session = play("""
        S: 220 ready
        C: EHLO app
        S: 250-trap.test
        S: 250 STARTTLS
    """)

    assert outcome(session).text == "left after EHLO app"


@pytest.mark.parametrize(
    ("after", "text"),
    [
        ("", "authentication failed"),
        ("C: AQ==\nS: 535 5.7.8 wrong", "535 5.7.8 wrong"),
        ("C: *\nS: 501 cancelled\nC: NOOP\nS: 250 ok", "501 cancelled"),
        ("C: *\nS: 501 cancelled\nC: EHLO app\nS: 250 STARTTLS", ""),
    ],
)
def test_a_client_that_leaves_when_told_its_token_is_wrong_has_failed(
    after: str, text: str
) -> None:
    session = play(f"S: 220 ready\nC: AUTH XOAUTH2 eA==\nS: 334 e30=\n{after}".rstrip())
    failed = AuthenticationFailed(START, b"", "XOAUTH2", "ann")
    transcript = (*session.transcript[:2], failed, *session.transcript[2:])

    ended = outcome(replace(session, transcript=transcript))

    assert ended == (Outcome("failed", text) if text else Outcome("probe", "left after EHLO app"))


def test_an_open_session_says_how_far_it_is() -> None:
    client = Sender(a_trap())

    assert outcome(client.session).text == "open, silent so far"
    assert outcome(client.send(b"EHLO app\r\n").session).text == "open, after EHLO app"


def test_a_verb_of_control_characters_is_made_safe() -> None:
    session = Sender(a_trap()).send(b"\x1b]2;T\x07\r\nHELO a\x9bb\r\n").leave()

    assert outcome(session).text == "left after HELO a\\x9bb"
