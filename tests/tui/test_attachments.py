"""Attachments: what is listed, and what one sees of each."""

import sys
from collections.abc import Sequence
from io import BytesIO

import pytest

from mailtrap.content import Content
from mailtrap.gallery.images import png
from mailtrap.tui import pictures
from mailtrap.tui.attachments import AttachmentsDocument, attached
from mailtrap.tui.document import Document, Span, plain
from mailtrap.tui.hexdump import HexDocument
from mailtrap.tui.preview import preview
from tests.tui import mails


def shown(document: Document) -> list[str]:
    return [plain(document.line(index)).rstrip() for index in range(len(document))]


def lines(document: Document) -> list[Sequence[Span]]:
    return [document.line(index) for index in range(len(document))]


def opened(*fields_and_body: str | bytes, in_colour: bool = True, room: int = 77) -> list[str]:
    fields, body = fields_and_body
    assert isinstance(fields, str)
    assert isinstance(body, bytes)
    data = mails.letter("Subject: x", mails.multipart("mixed", mails.part(fields, body)))
    [part] = attached(Content(data))
    return shown(preview(part, room, in_colour=in_colour))


def test_the_table_says_what_each_is() -> None:
    document = AttachmentsDocument(attached(Content(mails.ORDER)))

    assert shown(document)[:2] == [
        f"logo.png           image/png           81 octets  inline      3096926b  {CID}",
        "invoice 10042.pdf  application/pdf  5,129 octets  attachment  4c31995d",
    ]


def test_a_message_is_one_attachment_and_has_its_subject_for_a_name() -> None:
    parts = attached(Content(mails.NESTED))

    assert [part.content_type for part in parts] == ["message/rfc822", "text/calendar"]
    assert shown(AttachmentsDocument(parts))[0].startswith("the first one  message/rfc822")


def test_text_without_a_name_is_no_attachment() -> None:
    assert attached(Content(b"Subject: x\r\n\r\nhello\r\n")) == ()
    assert attached(Content(mails.HTML_ONLY)) == ()


def test_a_long_name_is_shortened_in_the_table_and_whole_when_opened() -> None:
    name = "name-" * 20 + ".bin"
    fields = f"Content-Type: application/x\nContent-Disposition: attachment; filename={name}"
    [part] = attached(Content(mails.letter("A: b", mails.part(fields, b"x\r\n"))))

    assert shown(AttachmentsDocument([part]))[0].startswith(name[:31] + "…  application/x")
    assert shown(preview(part, 77))[0] == name


def test_a_call_is_text() -> None:
    lines = opened("Content-Type: text/calendar; charset=utf-8", b"BEGIN:VCALENDAR")

    assert lines[0] == "(no name)"
    assert lines[1].startswith("text/calendar · utf-8 · 15 octets · sha256 ")
    assert lines[3:] == ["BEGIN:VCALENDAR"]


def test_a_message_has_its_own_headline_and_text() -> None:
    [part, _] = attached(Content(mails.NESTED))

    assert shown(preview(part, 77))[3:] == [
        "From:       Carl <carl@example.org>",
        "To:         Ann <ann@example.org>",
        "Date:       Mon, 2 Mar 2026 12:00:00 +0000",
        "Subject:    the first one",
        "Message-ID: <1@example.org>",
        "",
        "This is the inner text.",
        "",
        "Attached to it 1",
        "  invite.ics  text/calendar",
    ]


def test_octets_are_numbers_and_ascii() -> None:
    lines = opened(
        "Content-Type: application/x\nContent-Transfer-Encoding: base64",
        mails.encoded(b"%PDF\0\xff" + bytes(14)),
    )

    assert lines[3:] == [
        "0000  25 50 44 46 00 ff 00 00  00 00 00 00 00 00 00 00  %PDF············",
        "0010  00 00 00 00                                       ····",
    ]


def test_where_there_is_less_room_eight_octets_are_on_a_line() -> None:
    document = HexDocument(b"0123456789", 60)

    assert shown(document) == [
        "0000  30 31 32 33  34 35 36 37  01234567",
        "0008  38 39                     89",
    ]


def test_of_many_octets_the_first_are_shown() -> None:
    lines = opened("Content-Type: application/x", b"\x00" * 5000)

    assert lines[3] == "The first 4,096 of 5,000 octets:"
    assert lines[-1] == "… and 904 octets more"


def test_an_empty_attachment_says_so() -> None:
    assert opened("Content-Type: application/x", b"")[3:] == ["It is empty."]


CID = "<logo@acme.example>"
IMAGE = "Content-Type: image/png\nContent-Transfer-Encoding: base64"


def test_an_image_is_half_blocks_of_its_colours() -> None:
    pytest.importorskip("PIL")
    what, document = pictures.picture(png(4, 5), 77)

    assert what == "PNG, 4x5 pixels"
    assert lines(document) == [
        [("▀▀▀▀", "#f80000 on #f80000")],
        [("▀▀▀▀", "#0000f8 on #0000f8")],
        [("▀▀▀▀", "#0000f8")],
    ]
    assert lines(pictures.picture(png(2, 2, alpha=0), 77)[1]) == [[("  ", "")]]


def test_grey_of_sixteen_bits_is_as_dark_as_it_was() -> None:
    pytest.importorskip("PIL")
    from PIL import Image

    file = BytesIO()
    Image.new("I;16", (1, 2), 0x4000).save(file, "PNG")

    assert lines(pictures.picture(file.getvalue(), 77)[1]) == [[("▀", "#404040 on #404040")]]


def test_a_large_image_is_made_to_fit() -> None:
    pytest.importorskip("PIL")
    _, document = pictures.picture(png(800, 600), 40)

    assert len(document) == 15
    assert len(plain(document.line(0))) == 40


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it cannot be decoded"),
        (png(5000, 5000)[:60], "it has more than"),
        (png(20, 20)[:60], "it cannot be decoded"),
        (b"BM" + bytes(100), "it cannot be decoded"),
    ],
    ids=["svg", "bomb", "cut off", "bmp"],
)
def test_what_is_no_image_or_too_large_is_shown_as_octets(octets: bytes, why: str) -> None:
    pytest.importorskip("PIL")
    lines = opened(IMAGE, mails.encoded(octets))

    assert lines[3].startswith(f"The image is not shown; {why}")
    assert lines[5].startswith("0000  ")


def test_without_pillow_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    pictures._pillow.cache_clear()

    lines = opened(IMAGE, mails.encoded(png(2, 2)))

    assert 'pip install "mailtrap-local[images]"' in lines[3]
    assert lines[1].startswith("image/png · ")


def test_without_colours_an_image_is_octets() -> None:
    lines = opened(IMAGE, mails.encoded(png(2, 2)), in_colour=False)

    assert lines[3] == "Images need colours, and those are off."


def test_svg_is_text() -> None:
    assert opened("Content-Type: image/svg+xml", b"<svg/>")[3:] == ["<svg/>"]
