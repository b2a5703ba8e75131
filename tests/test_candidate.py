"""A message as filters ask for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mailtrap.candidate import MessageCandidate
from mailtrap.envelope import Envelope, Path
from mailtrap.message import Message
from mailtrap.query import parse
from mailtrap.session import Command, MailData, Peer, Reply, Session, TlsStarted

NOW = datetime(2024, 5, 31, 12, 0, tzinfo=UTC)
MAIL = b"""\
From: =?utf-8?q?Ann_=C3=84rger?= <ann@example.org>
To: Bob <bob@example.org>
Cc: cy@example.org
Subject: Your =?utf-8?q?C=C3=96DE?=
X-Tag: one
 two
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Your code is 482913.
--b
Content-Type: text/html

<p>Hello <a href="https://example.org/x">there</a> <img src="cid:logo@x">
--b
Content-Type: image/png
Content-Disposition: attachment; filename=x.png

x
--b--
""".replace(b"\n", b"\r\n")
ENVELOPE = Envelope(Path(b"<bounce@example.net>", b"SMTPUTF8"), (Path(b"<dee@example.org>"),))


def message(data: bytes = MAIL, envelope: Envelope = ENVELOPE, **fields: Any) -> Message:
    return Message("p-1-1", "p-1", envelope, data, NOW, **fields)


def matches(text: str, candidate: MessageCandidate) -> bool:
    return parse(text, now=NOW).matches(candidate)


def session(*entries: Any) -> Session:
    return Session("p-1", Peer("127.0.0.9", 5), Peer("127.0.0.1", 25), NOW, transcript=entries)


@pytest.mark.parametrize(
    "text",
    [
        "ärger",
        '"your cöde"',
        "from:ann@example.org",
        "from:bounce@",
        "to:bob",
        "to:cy@",
        "to:dee",
        'header:X-Tag="one two"',
        "header:subject=cöde",
        "body:482913",
        'body:"hello there"',
        "has:attachment has:html has:text has:cid has:link has:otp",
        "is:unread is:utf8 -is:read -is:marked -is:tls -is:rejected -is:error",
        "after:2024-05-31T12:00:00Z",
    ],
)
def test_what_a_message_says_matches(text: str) -> None:
    assert matches(text, MessageCandidate(message()))


def test_an_empty_message_has_nothing_and_the_null_reverse_path_is_a_sender() -> None:
    empty = MessageCandidate(message(b"", Envelope(Path(b"<>"), ())))

    things = "has:attachment OR has:html OR has:text OR has:cid OR has:link OR has:otp"
    assert matches(f"-({things}) from:<> -from:example -body:x", empty)


def test_what_the_session_knows() -> None:
    candidate = MessageCandidate(message(), session=lambda: session(TlsStarted(NOW)))

    assert matches("is:tls ip:127.0.0.9 session:p -is:rejected", candidate)


def test_a_message_is_rejected_that_was_truncated_or_whose_session_says_so() -> None:
    refused = session(
        Command(NOW, b"MAIL FROM:<a@b>\r\n"),
        Reply(NOW, b"250 ok\r\n"),
        MailData(NOW, terminator=b"\r\n.\r\n", message="p-1-1"),
        Reply(NOW, b"554 no\r\n"),
    )

    assert matches("is:rejected", MessageCandidate(message(), session=lambda: refused))
    assert matches("is:rejected", MessageCandidate(message(truncated=True)))


def test_what_its_owner_knows() -> None:
    candidate = MessageCandidate(
        message(),
        is_read=lambda: True,
        is_marked=True,
        issues=lambda: [("dkim-missing", "warning")],
    )

    assert matches("is:read is:marked is:warning issue:dkim -is:error -is:unread", candidate)


def test_a_filter_of_words_reads_neither_body_nor_session_nor_issues() -> None:
    def fail() -> Any:
        pytest.fail("nobody asked for it")

    candidate = MessageCandidate(message(), session=fail, issues=fail, is_read=fail)

    assert matches("from:ann cöde -subject:x", candidate)
    assert not candidate.content.__dict__.keys() & {"text", "html", "fields", "_structure"}
