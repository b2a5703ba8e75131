"""The MIME tree: every part, what it says of itself, and what could not be read."""

import pytest

from mailtrap.content import Content
from mailtrap.tui.document import plain
from mailtrap.tui.mime_tree import MimeDocument
from tests.tui.mails import BROKEN, NESTED, ORDER


def tree(data: bytes, room: int = 100) -> list[str]:
    document = MimeDocument(Content(data), room)
    lines = [plain(document.line(index)) for index in range(len(document))]
    return lines[: lines.index("")]


def test_the_parts_of_an_order() -> None:
    assert tree(ORDER) == [
        "multipart/mixed · 9,157 octets",
        "├─ 1 multipart/related · 1,932 octets",
        "│  ├─ 1.1 multipart/alternative · 1,599 octets",
        "│  │  ├─ 1.1.1 text/plain · utf-8 · 8bit · 66 octets",
        "│  │  └─ 1.1.2 text/html · utf-8 · base64 · 1,356 octets",
        "│  └─ 1.2 image/png · base64 · 112 octets · inline · logo.png · <logo@acme.example>",
        "└─ 2 application/pdf · base64 · 7,020 octets · attachment · invoice 10042.pdf",
    ]


def test_what_does_not_fit_goes_on_below_within_the_tree() -> None:
    assert tree(ORDER, 60)[5:] == [
        "│  └─ 1.2 image/png · base64 · 112 octets · inline",
        "│         logo.png · <logo@acme.example>",
        "└─ 2 application/pdf · base64 · 7,020 octets · attachment",
        "       invoice 10042.pdf",
    ]


def test_a_name_of_several_lines_stays_within_the_tree() -> None:
    data = ORDER.replace(b"logo.png", b"the logo of a company with a name that goes on and on.png")
    lines = tree(data, 50)
    name = next(index for index, line in enumerate(lines) if "the logo" in line)
    assert lines[name : name + 2] == [
        "│         the logo of a company with a name that",
        "│         goes on and on.png",
    ]


def test_parts_of_a_message_in_the_message_are_within_it() -> None:
    assert [line.split(" · ")[0] for line in tree(NESTED)] == [
        "multipart/mixed",
        "├─ 1 text/plain",
        "├─ 2 message/rfc822",
        "│  └─ 2.TEXT multipart/mixed",
        "│     ├─ 2.1 text/plain",
        "│     └─ 2.2 text/calendar",
        "└─ 3 text/calendar",
    ]


def test_what_could_not_be_read_is_below_its_part() -> None:
    assert tree(BROKEN) == [
        "multipart/mixed · 7bit · 1,222 octets",
        "  ! boundary-not-found: 'nope'",
    ]


@pytest.mark.parametrize("data", [b"", b"\r\n", b"Subject: x\r\n\r\nhi\r\n"])
def test_a_message_that_says_nothing_has_one_part(data: bytes) -> None:
    [line, *_] = tree(data)

    assert line.startswith("1 text/plain · not declared · 7bit · ")


def test_one_part_is_selected() -> None:
    document = MimeDocument(Content(ORDER), 100)

    assert plain(document.gutter(0)) == "▸ "
    assert document.select(5)
    assert not document.select(5)
    assert document.part.path == "1.2"
    assert [plain(document.gutter(index)).strip() for index in range(7)].index("▸") == 5
    document.select(100)
    assert document.part.path == "2"
