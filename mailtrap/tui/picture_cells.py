"""Pictures as text: a code point stands for each cell, and is drawn when it gets to the terminal.

So an image is lines as all else: it scrolls, is cut off and covered as text is.  The code points
are private, and those of text from the wire mean nothing: at most a picture that is open is seen
twice.
"""

import re
from collections.abc import Callable
from typing import Protocol

from mailtrap.tui.document import Document, Joined, LinesDocument

MAX_ROWS, MAX_COLUMNS = 32, 250
NUMBERS = 8  # of pictures that can be told apart
_FIRST = 0x100000
_ROW, _NUMBER = 8, 13  # bits before these
_RUN = re.compile(f"[{chr(_FIRST)}-{chr(0x10FFFD)}]+")


class Picture(Protocol):
    """An image made for so many cells of a terminal.  What it gives are sequences to write."""

    number: int
    columns: int
    rows: int
    sent: str  # before any of it is drawn; "" where that needs nothing
    removed: str  # once it is no longer wanted

    @property
    def fits(self) -> bool:
        """Cells are as large as they were when it was made, or that does not matter."""

    def drawn(self, row: int, start: int, end: int) -> str:
        """These cells of a row; the cursor is behind them then."""


class PictureDocument(LinesDocument):
    """The rows of a picture."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        super().__init__([[(_text(picture, row), "")] for row in range(picture.rows)])


def pictures_of(document: Document) -> list[Picture]:
    """Those in a document."""
    if isinstance(document, Joined):
        return [picture for each in document.documents for picture in pictures_of(each)]
    return [document.picture] if isinstance(document, PictureDocument) else []


def _text(picture: Picture, row: int) -> str:
    first = _FIRST + (picture.number << _NUMBER) + (row << _ROW)
    return "".join(map(chr, range(first, first + picture.columns)))


def redrawn(text: str, drawn: Callable[[int, int, int, int], str]) -> str:
    """The text with cells of pictures as ``drawn`` of number, row, first column and the one
    after the last gives them.
    """
    return _RUN.sub(lambda run: "".join(_pieces(run[0], drawn)), text)


def _pieces(run: str, drawn: Callable[[int, int, int, int], str]) -> list[str]:
    pieces, start = [], 0
    for end in range(1, len(run) + 1):
        if end < len(run) and ord(run[end]) == ord(run[end - 1]) + 1:
            continue
        cell = ord(run[start]) - _FIRST
        column = cell & 0xFF
        row = (cell >> _ROW) & (MAX_ROWS - 1)
        pieces.append(drawn(cell >> _NUMBER, row, column, column + end - start))
        start = end
    return pieces


def without_pictures(text: str, document: Document) -> str:
    """Text of that document with a blank for each cell of a picture; mail has private code points
    of its own.
    """
    return _RUN.sub(lambda run: " " * len(run[0]), text) if pictures_of(document) else text
