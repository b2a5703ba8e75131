"""Headers: decoded, folded where it helps, duplicates marked, and what is wrong below its field."""

from copy import copy

from mailtrap.content import Content
from mailtrap.tui.document import plain
from mailtrap.tui.headers import HeadersDocument


def document(data: bytes) -> HeadersDocument:
    return HeadersDocument(Content(data))


def lines(shown: HeadersDocument) -> list[str]:
    return [plain(shown.line(index)).rstrip() for index in range(len(shown))]


def test_fields_are_decoded_beside_their_names() -> None:
    data = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nTo: Ann\r\n <ann@example.org>\r\n\r\nbody"

    assert lines(document(data)) == ["Subject  Grüße", "To       Ann <ann@example.org>"]


def test_a_long_name_stands_above_its_field() -> None:
    data = b"A: b\r\nX-A-Name-That-Is-Longer-Than-Most: c\r\n\r\n"

    assert lines(document(data)) == ["A  b", "X-A-Name-That-Is-Longer-Than-Most", "   c"]


def test_long_fields_are_folded_where_something_ends() -> None:
    data = (
        b'To: Ann Ericson <ann@example.org>, "Doe, Jane" <jane@example.org>, c@example.org\r\n'
        b"Received: from app.example.org (app [192.0.2.1]) by mx.example.org with ESMTP id 4;"
        b" Mon, 2 Mar 2026 12:00:00 +0000\r\n"
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=sel; h=from:to:subject:date; bh=x\r\n"
        b"References: <1234567890.1234567890@example.org> <2234567890.1234567890@example.org>\r\n"
        b"Subject: " + b"words and " * 10 + b"\r\n\r\n"
    )

    assert [line[16:] for line in lines(document(data))] == [
        "Ann Ericson <ann@example.org>,",
        '"Doe, Jane" <jane@example.org>,',
        "c@example.org",
        "from app.example.org (app [192.0.2.1])",
        "by mx.example.org with ESMTP id 4;",
        "Mon, 2 Mar 2026 12:00:00 +0000",
        "v=1; a=rsa-sha256; d=example.org; s=sel;",
        "h=from:to:subject:date; bh=x",
        "<1234567890.1234567890@example.org>",
        "<2234567890.1234567890@example.org>",
        ("words and " * 10).strip(),
    ]


def test_fields_that_are_there_again_are_marked() -> None:
    shown = document(b"Subject: a\r\nReceived: x\r\nsubject: b\r\nReceived: y\r\n\r\n")

    assert lines(shown) == [
        "Subject   a  (1 of 2, one is allowed)",
        "Received  x  (1 of 2)",
        "subject   b  (2 of 2, one is allowed)",
        "Received  y  (2 of 2)",
    ]
    assert shown.line(0)[-1][1] == "warning"
    assert shown.line(1)[-1][1] == "muted"


def test_what_is_wrong_is_below_its_field_and_the_place_is_kept() -> None:
    shown = document(b"A: 1\r\nB: 2\r\nC: 3\r\n\r\n")

    top = shown.remark([("error", "rule: of B", 6), ("warning", "other: of none", None)], 2)

    assert lines(shown) == ["A  1", "B  2", "   ✗ rule: of B", "C  3", "", "   ! other: of none"]
    assert lines(shown)[top] == "C  3"


def test_a_copy_stays_as_it_is_when_something_else_is_wrong() -> None:
    shown = document(b"A: 1\r\nB: 2\r\n\r\n")
    shown.remark([("error", "rule: of A", 0), ("error", "rule: of B", 6)], 0)
    still, before = copy(shown), lines(shown)

    shown.remark([], 0)

    assert lines(shown) == ["A  1", "B  2"]
    assert lines(still) == before


def test_a_message_without_fields_says_so() -> None:
    assert lines(document(b"\r\nbody")) == ["There are no header fields."]
    assert lines(document(b"")) == ["There are no header fields."]
