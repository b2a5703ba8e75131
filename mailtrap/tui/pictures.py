"""Images as half blocks: each cell is two pixels.  Needs Pillow, the extra ``images``.

Octets from the wire go into decoders written in C.  Only four formats are tried, sizes are looked
at before a pixel is decoded, and whatever a decoder raises is an answer.
"""

import warnings
from functools import cache
from io import BytesIO
from itertools import groupby
from types import ModuleType

from mailtrap.sanitize import sanitize
from mailtrap.tui.document import Span

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")  # never SVG: that is a program that fetches things
MAX_PIXELS = 2**24
MAX_OCTETS = 2**25
MAX_ROWS = 24  # so that most are seen without scrolling
_OPAQUE = 128  # alpha from which on a pixel is seen

Pixel = tuple[int, int, int, int]


class NotShown(Exception):  # noqa: N818 - an answer, not an error
    """Why an image is not shown, in words that are safe to show."""


def picture(octets: bytes, room: int) -> tuple[str, list[list[Span]]]:
    """What an image is, such as "PNG, 120x40 pixels", and its rows.  Raises ``NotShown``."""
    image_module = _pillow()
    if len(octets) > MAX_OCTETS:
        raise NotShown(f"it is larger than {MAX_OCTETS:,} octets")
    try:
        with image_module.open(BytesIO(octets), formats=FORMATS) as image:
            what = f"{image.format}, {image.width}x{image.height} pixels"
            image.draft("RGB", (4 * room, 8 * MAX_ROWS))  # a JPEG need not be decoded in full
            shown = image.convert("RGBA")
            shown.thumbnail((max(1, room), 2 * MAX_ROWS))
    except (image_module.DecompressionBombError, image_module.DecompressionBombWarning):
        raise NotShown(f"it has more than {MAX_PIXELS:,} pixels") from None
    except Exception as error:  # noqa: BLE001 - decoders of broken images raise whatever they like
        raise NotShown(f"it cannot be decoded: {_reason(error)}") from None
    width, height = shown.size
    channels = iter(shown.tobytes())
    pixels = list(zip(channels, channels, channels, channels, strict=True))
    rows = [pixels[start : start + width] for start in range(0, width * height, width)]
    if height % 2:
        rows.append([(0, 0, 0, 0)] * width)
    return what, [_line(*pair) for pair in zip(rows[::2], rows[1::2], strict=True)]


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
