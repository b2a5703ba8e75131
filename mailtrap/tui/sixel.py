"""Pictures as sixels: graphics of their own for every row of cells, so that text can cover them.

Cells are blank and the graphics above them; a terminal drops what of it is written over.
"""

import re
from collections.abc import Sequence
from functools import cache

from mailtrap.tui.graphics import cell_size

CLEAR = 255  # the index of no colour
_FIRST = 1  # register; Konsole takes the one before for what is clear
_BAND = 6  # rows of pixels in a sixel
_NONE = 0x3F  # a sixel without any
_SAME = re.compile(rb"(.)\1{3,254}", re.DOTALL)


class SixelPicture:
    """An image of colours from a palette, drawn again wherever it is painted."""

    sent = removed = ""

    def __init__(
        self,
        number: int,
        size: tuple[int, int],
        cell: tuple[int, int],
        pixels: bytes,
        palette: Sequence[int],
    ) -> None:
        """``size``: in pixels, as that of a cell; ``pixels``: an index each; ``palette``: three
        values for each index.
        """
        self.number = number
        self.columns, self.rows = (-(-a // b) for a, b in zip(size, cell, strict=True))
        self._width, self._height = size
        self._cell = cell
        self._palette = palette
        self._pixels = pixels
        # Nearly always whole rows are painted, and to make them takes a while.
        self._made = [self._sixels(row, 0, self.columns) for row in range(self.rows)]

    @property
    def fits(self) -> bool:
        """Cells are as large as they were."""
        return cell_size("sixel") in (None, self._cell)

    def drawn(self, row: int, start: int, end: int) -> str:
        """Cells of a row: blanks, the graphics from where they began, and on behind them."""
        is_whole = (start, end) == (0, self.columns)
        sixels = self._made[row] if is_whole else self._sixels(row, start, end)
        length = end - start
        return f"\x1b7{' ' * length}\x1b8{sixels}\x1b8\x1b[{length}C"

    def _sixels(self, row: int, start: int, end: int) -> str:
        width, height = self._cell
        # No further than the image goes: some terminals paint what is clear at an edge.
        left, right = start * width, min(end * width, self._width)
        return encoded(
            [
                self._pixels[y * self._width + left : y * self._width + right]
                for y in range(row * height, min((row + 1) * height, self._height))
            ],
            self._palette,
        )


def encoded(lines: Sequence[bytes], palette: Sequence[int]) -> str:
    """Rows of pixels as one sequence of sixels; "" where all of them are clear."""
    used = sorted(set(b"".join(lines)) - {CLEAR})
    if not used:
        return ""
    registers = "".join(f"#{index + _FIRST};2;{_colour(palette, index)}" for index in used)
    bands = [_band(lines[top : top + _BAND]) for top in range(0, len(lines), _BAND)]
    size = f'"1;1;{len(lines[0])};{len(lines)}'
    # The second parameter: what is clear stays as it was.
    return f"\x1bP0;1;0q{size}{registers}{'-'.join(bands)}\x1b\\"


def _colour(palette: Sequence[int], index: int) -> str:
    return ";".join(str(round(each * 100 / 255)) for each in palette[3 * index : 3 * index + 3])


def _band(lines: Sequence[bytes]) -> str:
    width = len(lines[0])
    none = int.from_bytes(bytes([_NONE]) * width)
    graphics = []
    for index in sorted(set(b"".join(lines)) - {CLEAR}):
        # All pixels of a row at once: a sixel is an octet, and has a bit for each row.
        bits = sum(
            int.from_bytes(line.translate(_only(index))) << row for row, line in enumerate(lines)
        )
        octets = (none + bits).to_bytes(width).rstrip(bytes([_NONE]))
        graphics.append(f"#{index + _FIRST}{_SAME.sub(_counted, octets).decode()}")
    return "$".join(graphics)


@cache
def _only(index: int) -> bytes:
    """Translates that index to 1, and others to 0."""
    return bytes(each == index for each in range(256))


def _counted(run: re.Match[bytes]) -> bytes:
    return b"!%d%b" % (len(run[0]), run[1])
