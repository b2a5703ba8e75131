"""How the terminal shows images: by the graphics protocol of kitty, as sixels, or in half blocks.

Said by what the terminal answers, or by the environment where that is certain.  A terminal that
says nothing, or that another program is between, gets half blocks: they are text.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

KINDS = ("kitty", "sixel", "blocks", "none")
# Secondary device attributes: kitty tells its version by them, and has had cells that stand for
# a piece of an image since this one.
QUESTION = b"\x1b[>c"
REGISTERS = b"\x1b[?1;1;0S"  # how many colours there can be in sixels
_KITTY = re.compile(rb"\x1b\[>1;(4\d\d\d);(\d{1,5})(?:;\d*)?c")
_SINCE = (4000, 28)
# Konsole paints clear pixels black, and beneath the edge of an image leaves the one before.
_LEAVES_PIECES = b"\x1b[>1;115;0c"
_ATTRIBUTES = re.compile(rb"\x1b\[\?([0-9;]*)c")
_SIXEL = b"4"
_COLOURS = re.compile(rb"\x1b\[\?1;0;(\d{1,9})S")
_MOST_COLOURS = 255  # in an octet each, with one left for none
_USUAL_CELL = (10, 20)


@dataclass(frozen=True, slots=True)
class Graphics:
    """What the terminal can do."""

    kind: str = "blocks"
    colours: int = _MOST_COLOURS  # of sixels

    @property
    def draws(self) -> bool:
        """It shows pixels."""
        return self.kind in ("kitty", "sixel")


def known(images: str, environ: Mapping[str, str]) -> Graphics | None:
    """What needs no question; None where the terminal has to be asked.

    ``images``: as settings say, one of ``KINDS`` or auto.
    """
    if sys.platform == "win32" and images != "none":
        return Graphics()  # what draws writes to terminals of Unix
    if images != "auto":
        return Graphics(images)
    kind = environ.get("TERM", "")
    is_within = environ.get("TMUX") or environ.get("STY") or kind.startswith(("tmux", "screen"))
    if is_within or environ.get("NO_COLOR") or kind in ("", "dumb", "linux"):
        return Graphics()
    if find_spec("PIL") is None:
        return Graphics()
    if kind == "xterm-ghostty" or environ.get("TERM_PROGRAM") == "ghostty":
        return Graphics("kitty")
    return None


def answered(answer: bytes) -> Graphics:
    """What the terminal can do by its answer to ``QUESTION`` and the question after it."""
    version = _KITTY.search(answer)
    if version and (int(version[1]), int(version[2])) >= _SINCE:
        return Graphics("kitty")
    if _LEAVES_PIECES in answer:
        return Graphics()
    attributes = _ATTRIBUTES.search(answer)
    # The first is what terminal it is; what it can do comes after.
    if attributes and _SIXEL in attributes[1].split(b";")[1:]:
        return Graphics("sixel")
    return Graphics()


def colours(answer: bytes) -> int:
    """The colours of sixels by the answer to ``REGISTERS``."""
    found = _COLOURS.search(answer)
    # One register is not used.
    return max(2, min(int(found[1]) - 1, _MOST_COLOURS)) if found else _MOST_COLOURS


def cell_size(kind: str) -> tuple[int, int] | None:
    """Width and height of a cell in pixels, as they are now; None where that has to be known.

    Kitty's images are fitted by the terminal: there a guess only costs sharpness.
    """
    return _measured() or (_USUAL_CELL if kind == "kitty" else None)


def _measured() -> tuple[int, int] | None:
    try:
        import fcntl
        import struct
        import termios
    except ImportError:  # Windows
        return None
    if sys.__stderr__ is None:
        return None
    try:
        told = fcntl.ioctl(sys.__stderr__.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        return None
    rows, columns, width, height = struct.unpack("HHHH", told)
    if not (rows and columns):
        return None
    cell = width // columns, height // rows
    return cell if 2 <= cell[0] <= 100 and 4 <= cell[1] <= 200 else None
