"""Pictures: each cell is text until it is written, and then the pixels that are there."""

import base64
import re
import struct
from collections.abc import Iterator
from io import BytesIO

import pytest
from rich.cells import cell_len

from mailtrap.gallery.images import png
from mailtrap.tui import pictures
from mailtrap.tui.canvas import Canvas
from mailtrap.tui.document import Document, Joined, LinesDocument, plain
from mailtrap.tui.graphics import Graphics
from mailtrap.tui.kitty import MARKS
from mailtrap.tui.picture_cells import PictureDocument, pictures_of
from mailtrap.tui.sixel import CLEAR, encoded
from tests.tui import sixels

pytest.importorskip("PIL")
from PIL import Image, PngImagePlugin

CELL = (10, 20)
PLACE = re.compile("\U0010eeee(.)(.)")
KITTY, SIXEL = Graphics("kitty"), Graphics("sixel")


@pytest.fixture(autouse=True)
def _cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "cell_size", lambda _: CELL)


def photo(width: int, height: int) -> bytes:
    """An image of which every pixel is another colour."""
    red = Image.linear_gradient("L").resize((width, height))
    green = Image.linear_gradient("L").rotate(90).resize((width, height))
    file = BytesIO()
    Image.merge("RGB", [red, green, Image.radial_gradient("L").resize((width, height))]).save(
        file, "PNG"
    )
    return file.getvalue()


def picture(octets: bytes, graphics: Graphics, room: int = 77) -> PictureDocument:
    document = pictures.picture(octets, room, graphics)[1]
    assert isinstance(document, PictureDocument)
    return document


def written(document: Document, canvas: Canvas | None = None) -> str:
    """All lines of a document, as the terminal gets them."""
    canvas = canvas or Canvas()
    canvas.sees(document)
    return canvas.drawn("\n".join(plain(document.line(n)) for n in range(len(document))))


def sent(text: str) -> list[tuple[dict[str, str], bytes]]:
    """Commands of the graphics protocol, those cut into pieces as one: keys and payload."""
    commands: list[tuple[dict[str, str], str]] = []
    is_more = False
    for found in re.finditer("\x1b_G(.*?)(?:;(.*?))?\x1b\\\\", text):
        keys = dict(key.split("=") for key in found[1].split(","))
        assert keys["q"] == "2", "an answer would be keys"
        assert len(found[2] or "") <= 4096
        if is_more:
            commands[-1] = commands[-1][0], commands[-1][1] + found[2]
        else:
            commands.append((keys, found[2] or ""))
        is_more = keys.get("m") == "1"
    assert not is_more
    return [(keys, base64.b64decode(payload)) for keys, payload in commands]


def decoded(octets: bytes) -> Image.Image:
    image = Image.open(BytesIO(octets))
    assert image.format == "PNG"
    return image.convert("RGBA")


def chunks(octets: bytes) -> Iterator[bytes]:
    """The types of those of a PNG."""
    start = 8
    while start < len(octets):
        length, kind = struct.unpack_from(">I4s", octets, start)
        yield kind
        start += 12 + length


# Kitty


def test_kitty_gets_every_pixel_once() -> None:
    octets = photo(333, 217)

    [(keys, payload)] = sent(written(picture(octets, KITTY)))

    assert (keys["a"], keys["U"], keys["f"]) == ("T", "1", "100")
    assert (keys["c"], keys["r"]) == ("34", "11")
    shown = decoded(payload)
    assert shown.size == (340, 220)
    assert shown.crop((0, 0, 333, 217)).tobytes() == decoded(octets).tobytes()
    assert not shown.crop((333, 0, 340, 220)).getchannel("A").getbbox()


def test_cells_name_each_piece_of_the_image_in_its_place() -> None:
    document = picture(photo(60, 50), KITTY)

    text = written(document)

    places = [
        [(MARKS.index(row), MARKS.index(column)) for row, column in PLACE.findall(line)]
        for line in text.split("\n")
    ]
    assert places == [[(row, column) for column in range(6)] for row in range(3)]
    [(keys, _)] = sent(text)
    red, green, blue = map(int, re.findall(r"\x1b\[38;2;(\d+);(\d+);(\d+)m", text)[0])
    assert red << 16 | green << 8 | blue == int(keys["i"])


def test_marks_are_all_there_and_different() -> None:
    # The first, the last two of a line and some between, of the list that kitty has.
    assert (MARKS[0], MARKS[1], MARKS[4], MARKS[27]) == ("\u0305", "\u030d", "\u0312", "\u036d")
    assert len(set(MARKS)) == len(MARKS) == 250


def test_it_is_removed_when_another_is_shown_or_none() -> None:
    canvas = Canvas()
    first, second = picture(photo(60, 50), KITTY), picture(photo(70, 50), KITTY)
    [(before, _)] = sent(written(first, canvas))

    [(gone, _), (after, _)] = sent(written(second, canvas))
    [(also_gone, _)] = sent(written(LinesDocument([[("x", "")]]), canvas))

    assert (gone["a"], gone["d"], gone["i"]) == ("d", "I", before["i"])
    assert (also_gone["d"], also_gone["i"]) == ("I", after["i"])
    assert canvas.drawn("x") == "x"


def test_what_is_painted_again_is_not_sent_again_until_the_screen_was_left() -> None:
    canvas, document = Canvas(), picture(photo(60, 50), KITTY)
    written(document, canvas)

    again = written(document, canvas)
    left = canvas.emptied()
    back = written(document, canvas)

    assert sent(again) == []
    assert [keys["a"] for keys, _ in sent(left)] == ["d"]
    assert [keys["a"] for keys, _ in sent(back)] == ["T"]


# Sixels


def test_sixels_are_the_pixels_of_the_image() -> None:
    document = picture(png(33, 50), SIXEL)

    lines = written(document).split("\n")

    seen = [sixels.pixels(line.partition("\x1b8")[2].partition("\x1b8")[0]) for line in lines]
    red, blue = (100, 0, 0), (0, 0, 100)
    assert [len(rows) for rows in seen] == [20, 20, 10]
    assert [row for cells in seen for row in cells] == [[red] * 33] * 25 + [[blue] * 33] * 25


def test_many_colours_are_not_far_from_those_of_the_image() -> None:
    octets = photo(200, 100)

    lines = written(picture(octets, SIXEL)).split("\n")

    seen = [sixels.pixels(line.partition("\x1b8")[2].partition("\x1b8")[0]) for line in lines]
    channels = decoded(octets).tobytes()
    far = 0.0
    for y, row in enumerate([row for cells in seen for row in cells]):
        for x, color in enumerate(row):
            assert color
            start = 4 * (200 * y + x)
            wanted = channels[start : start + 3]
            far += sum(abs(a * 2.55 - b) for a, b in zip(color, wanted, strict=True))
    assert far / (200 * 100 * 3) < 16  # of 255


def test_a_terminal_of_few_colours_gets_no_more() -> None:
    text = written(picture(photo(100, 100), Graphics("sixel", 15)))

    registers = {int(number) for number in re.findall(r"#(\d+)", text)}
    assert registers == set(range(1, 16))  # some take the first for what is clear


def test_the_cursor_is_where_text_would_have_left_it() -> None:
    [line] = written(picture(png(30, 20), SIXEL)).split("\n")

    assert re.fullmatch("\x1b7   \x1b8\x1bP[^\x1b]*\x1b\\\\\x1b8\x1b\\[3C", line)


def test_of_a_row_that_is_covered_only_the_rest_is_drawn() -> None:
    canvas, document = Canvas(), picture(png(50, 20), SIXEL)
    canvas.sees(document)
    row = plain(document.line(0))

    text = canvas.drawn(f"{row[:2]}##{row[4:]}")

    before, after = text.split("##")
    assert [len(sixels.pixels(re.findall("\x1bP[^\x1b]*\x1b\\\\", each)[0])[0])
            for each in (before, after)] == [20, 10]  # fmt: skip


def test_clear_pixels_are_not_drawn() -> None:
    assert encoded([bytes([CLEAR]) * 9] * 6, []) == ""
    lines = written(picture(png(10, 20, alpha=0), SIXEL))

    assert "\x1bP" not in lines


@pytest.mark.parametrize("width", [1, 3, 4, 255, 256, 700])
def test_runs_of_any_length_come_out_as_they_went_in(width: int) -> None:
    lines = [bytes([0] * width), bytes([CLEAR] * (width - 1) + [1])]

    rows = sixels.pixels(encoded(lines, [255, 255, 255, 0, 0, 0]))

    assert rows == [[(100, 100, 100)] * width, [None] * (width - 1) + [(0, 0, 0)]]


# Both


@pytest.mark.parametrize("graphics", [KITTY, SIXEL], ids=["kitty", "sixel"])
def test_a_large_image_is_made_to_fit_and_keeps_its_shape(graphics: Graphics) -> None:
    document = picture(photo(1600, 800), graphics, room=50)

    [shown] = pictures_of(document)

    assert (shown.columns, shown.rows) == (50, 13)
    assert [cell_len(plain(document.line(row))) for row in range(13)] == [50] * 13


def test_no_more_than_is_sensible_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_DRAWN", 20_000)

    [(_, payload)] = sent(written(picture(photo(800, 800), KITTY)))

    width, height = decoded(payload).size
    assert width * height <= 20_000 + 20 * (width + height)  # whole cells


def test_what_else_is_in_the_file_never_gets_to_the_terminal() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "hidden")
    file = BytesIO()
    decoded(png(30, 40)).save(file, "PNG", pnginfo=notes, icc_profile=b"profile", exif=b"exif")
    assert len(list(chunks(file.getvalue()))) > 3

    [(_, payload)] = sent(written(picture(file.getvalue(), KITTY)))

    assert set(chunks(payload)) == {b"IHDR", b"IDAT", b"IEND"}


def test_cells_of_no_picture_are_unknown_characters() -> None:
    canvas, document = Canvas(), picture(png(30, 20), KITTY)
    row = plain(document.line(0))
    canvas.sees(document)

    other = chr(ord(row[0]) ^ 1 << 13)  # the same cell of another picture
    below = chr(ord(row[0]) + (1 << 8))

    assert canvas.drawn(f"a{other}b{below}") == "a\ufffdb\ufffd"


@pytest.mark.parametrize("graphics", [KITTY, SIXEL], ids=["kitty", "sixel"])
def test_an_image_below_a_headline_is_found(graphics: Graphics) -> None:
    document = picture(png(30, 20), graphics)

    assert pictures_of(Joined([LinesDocument([[]]), document], 77)) == [document.picture]
    assert not pictures_of(LinesDocument([[]]))


def test_without_the_size_of_a_cell_sixels_are_half_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "cell_size", lambda _: None)

    _, document = pictures.picture(png(4, 4), 77, SIXEL)

    assert plain(document.line(0)) == "▀▀▀▀"
