"""Outcomes: how sessions without a message ended."""

import pytest

from mailtrap.tui.outcome import outcome, partial_data
from tests.tui.senders import Sender, a_trap


@pytest.mark.parametrize(
    ("sent", "reason", "kind", "text"),
    [
        (b"", "eof", "probe", "connected and left"),
        (b"EHLO app\r\n", "eof", "probe", "left after EHLO app"),
        (b"EHLO app\r\nNOOP\r\n", "reset", "probe", "left after NOOP"),
        (b"MAIL FROM:<a@example.org>\r\n", "eof", "failed", "left without mail, after MAIL"),
        (b"MAIL FROM:<a@example.org>\r\n", "reset", "failed", "reset without mail, after MAIL"),
        (b"EHLO app\r\n", "timeout", "failed", "timed out after EHLO app"),
        (b"", "timeout", "failed", "timed out in silence"),
        (b"STARTTLS\r\n", "eof", "failed", "454 4.7.0 TLS is not available here"),
        (b"BLURB\r\nRSET\r\n", "eof", "failed", "500 5.5.1 unknown command"),
        (b"BLURB\r\nEHLO app\r\n", "eof", "probe", "left after EHLO app"),
    ],
)
def test_a_session_without_mail_says_how_it_ended(
    sent: bytes, reason: str, kind: str, text: str
) -> None:
    session = Sender(a_trap()).send(sent).leave(reason)

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


def test_http_is_told_what_this_is() -> None:
    session = Sender(a_trap()).send(b"GET / HTTP/1.1\r\n").session

    assert session.closed
    assert outcome(session).text.startswith("421 4.7.0 this is an SMTP server, not HTTP")


def test_an_open_session_says_how_far_it_is() -> None:
    client = Sender(a_trap())

    assert outcome(client.session).text == "open, silent so far"
    assert outcome(client.send(b"EHLO app\r\n").session).text == "open, after EHLO app"


def test_a_verb_of_control_characters_is_made_safe() -> None:
    session = Sender(a_trap()).send(b"\x1b]2;T\x07\r\nEHLO a\x9bb\r\n").leave()

    assert outcome(session).text == "left after EHLO a\\x9bb"
