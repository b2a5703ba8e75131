"""Images as pictures of as many pixels as the terminal shows, else as half blocks: each cell is
two pixels.  Needs Pillow, the extra ``images``.

Octets from the wire go into decoders written in C.  Only four formats are tried, sizes are looked
at before a pixel is decoded, and whatever a decoder raises is an answer.
What gets to the terminal is made here of their pixels, never the octets themselves.
"""

import warnings
from functools import cache
from io import BytesIO
from itertools import count, groupby
from types import ModuleType
from typing import TYPE_CHECKING

from mailtrap.sanitize import sanitize
from mailtrap.tui.document import Document, LinesDocument, Span
from mailtrap.tui.graphics import Graphics, cell_size
from mailtrap.tui.picture_cells import MAX_COLUMNS, NUMBERS, Picture, PictureDocument

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")  # never SVG: that is a program that fetches things
MAX_PIXELS = 2**24
MAX_OCTETS = 2**25
MAX_ROWS = 24  # so that most are seen without scrolling
MAX_DRAWN = 2**21  # pixels that are sent to a terminal
_OPAQUE = 128  # alpha from which on a pixel is seen

Pixel = tuple[int, int, int, int]
Size = tuple[int, int]

_numbers = count()


class NotShown(Exception):  # noqa: N818 - an answer, not an error
    """Why an image is not shown, in words that are safe to show."""


def picture(octets: bytes, room: int, graphics: Graphics | None = None) -> tuple[str, Document]:
    """What an image is, such as "PNG, 120x40 pixels", and its rows.  Raises ``NotShown``."""
    graphics = graphics or Graphics()
    image_module = _pillow()
    if len(octets) > MAX_OCTETS:
        raise NotShown(f"it is larger than {MAX_OCTETS:,} octets")
    cell = cell_size(graphics.kind) if graphics.draws else None
    try:
        with image_module.open(BytesIO(octets), formats=FORMATS) as image:
            what = f"{image.format}, {image.width}x{image.height} pixels"
            if cell is None:
                return what, _half_blocks(image, max(1, room))
            return what, PictureDocument(_picture(image, _most(room, cell), cell, graphics))
    except (image_module.DecompressionBombError, image_module.DecompressionBombWarning):
        raise NotShown(f"it has more than {MAX_PIXELS:,} pixels") from None
    except Exception as error:  # noqa: BLE001 - decoders of broken images raise whatever they like
        raise NotShown(f"it cannot be decoded: {_reason(error)}") from None


def _most(room: int, cell: Size) -> Size:
    """The pixels there is room for."""
    width, height = max(1, min(room, MAX_COLUMNS)) * cell[0], MAX_ROWS * cell[1]
    share = min(1, (MAX_DRAWN / (width * height)) ** 0.5)
    return int(width * share), int(height * share)


def _picture(image: "Image", most: Size, cell: Size, graphics: Graphics) -> Picture:
    shown = _decoded(image, most, most)
    number = next(_numbers) % NUMBERS
    return (
        _for_kitty(shown, number, cell)
        if graphics.kind == "kitty"
        else _as_sixels(shown, number, cell, graphics.colours)
    )


def _for_kitty(shown: "Image", number: int, cell: Size) -> Picture:
    from mailtrap.tui.kitty import KittyPicture

    columns, rows = -(-shown.width // cell[0]), -(-shown.height // cell[1])
    # Full cells: else the terminal stretches it to fill them.
    shown = shown.crop((0, 0, columns * cell[0], rows * cell[1]))
    shown.info.clear()  # else the colour profile would be that of the mail, octet by octet
    file = BytesIO()
    shown.save(file, "PNG")
    return KittyPicture(number, columns, rows, file.getvalue())


def _as_sixels(shown: "Image", number: int, cell: Size, most: int) -> Picture:
    from mailtrap.tui.sixel import CLEAR, SixelPicture

    colours = shown.convert("RGB")
    reduced = colours.quantize(palette=colours.quantize(most))  # dithers
    is_seen = shown.getchannel("A").point(lambda alpha: 255 if alpha >= _OPAQUE else 0)
    pixels = reduced.copy()
    pixels.paste(CLEAR, (0, 0, *shown.size))
    pixels.paste(reduced, (0, 0), is_seen)
    return SixelPicture(number, shown.size, cell, pixels.tobytes(), reduced.getpalette() or [])


def _decoded(image: "Image", draft: Size, most: Size) -> "Image":
    image.draft("RGB", draft)  # a JPEG need not be decoded in full
    if image.mode.startswith("I"):  # 16 bits, of which Pillow takes the lower ones for what it is
        image = image.point(lambda value: value / 256).convert("L")
    shown = image.convert("RGBA")
    shown.thumbnail(most)
    return shown


def _half_blocks(image: "Image", room: int) -> Document:
    shown = _decoded(image, (4 * room, 8 * MAX_ROWS), (room, 2 * MAX_ROWS))
    width, height = shown.size
    channels = iter(shown.tobytes())
    pixels = list(zip(channels, channels, channels, channels, strict=True))
    rows = [pixels[start : start + width] for start in range(0, width * height, width)]
    if height % 2:
        rows.append([(0, 0, 0, 0)] * width)
    return LinesDocument([_line(*pair) for pair in zip(rows[::2], rows[1::2], strict=True)])


@cache
def _pillow() -> ModuleType:
    try:
        from PIL import Image
    except ImportError:
        raise NotShown('to see images here: pip install "mailtrap-local[images]"') from None
    # It warns from this number on and refuses twice as many; for us a warning is a refusal.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
    warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
    return Image


def _reason(error: Exception) -> str:
    # Pillow names the object it read from, which says nothing.
    text = str(error).partition(" <")[0]
    return sanitize(text[:200]) or type(error).__name__


def _line(upper: list[Pixel], lower: list[Pixel]) -> list[Span]:
    cells = [_cell(*pair) for pair in zip(upper, lower, strict=True)]
    return [
        ("".join(text for text, _ in same), role)
        for role, same in groupby(cells, key=lambda cell: cell[1])
    ]


def _cell(upper: Pixel, lower: Pixel) -> Span:
    if upper[3] < _OPAQUE:
        return (" ", "") if lower[3] < _OPAQUE else ("▄", _hex(lower))
    if lower[3] < _OPAQUE:
        return ("▀", _hex(upper))
    return ("▀", f"{_hex(upper)} on {_hex(lower)}")


def _hex(pixel: Pixel) -> str:
    # In steps of eight: there are fewer styles to make, and nobody sees it in half blocks.
    return "#" + "".join(f"{channel & 0xF8:02x}" for channel in pixel[:3])
