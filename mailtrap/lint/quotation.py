"""Octets quoted for people, some of them marked.  Pure.

A line ends at its line feed, whatever else is in it.  What cannot be printed gets a form that
can; a mark stands under that form, however many columns of a terminal it takes.
"""

import unicodedata
from dataclasses import dataclass

from mailtrap.sanitize import sanitize

_REACH = 1000  # octets looked at on either side of the first that is marked
_CUT = "…"


@dataclass(frozen=True, slots=True)
class Quotation:
    """One line, or what of it fits, around the first octet that is marked."""

    line: int  # its number, from 1
    column: int  # of that octet, in characters, from 1
    text: str
    marks: str  # as long as they reach on this line
    lines_more: int  # that the marked octets reach into


@dataclass(frozen=True, slots=True)
class _Cell:
    """One character as it is shown."""

    text: str
    width: int  # columns of a terminal
    is_marked: bool


def position(data: bytes, offset: int) -> tuple[int, int]:
    """Number of the line and of the character in it, both from 1."""
    begin = data.rfind(b"\n", 0, offset) + 1
    before = data[begin:offset].decode("utf-8", "surrogateescape")
    return data.count(b"\n", 0, offset) + 1, len(before) + 1


def quoted(data: bytes, start: int, end: int, width: int, *, ends: bool = False) -> Quotation:
    """The line with the octet at ``start``, those up to ``end`` marked, within so many columns.

    Its line end is shown where ``ends`` says so, or where it is what is marked.
    """
    start = min(start, len(data))
    number, column = position(data, start)
    begin = data.rfind(b"\n", 0, start) + 1
    feed = data.find(b"\n", start)
    behind = len(data) if feed < 0 else feed + 1
    body_end = _body_end(data, begin, behind)
    shown_end = behind if ends or start >= body_end else body_end
    cells, is_cut = _cells(data, begin, shown_end, start, max(end, start + 1))
    text, marks = _fitted(cells, width, is_cut=is_cut)
    beyond = data.count(b"\n", behind - 1, end - 1) if end > behind else 0
    return Quotation(number, column, text, marks, beyond)


def visible(line: bytes, width: int, *, ends: bool = False) -> str:
    """A line within so many columns, its line end only where ``ends`` says so."""
    shown_end = len(line) if ends else _body_end(line, 0, len(line))
    cells, is_cut = _cells(line, 0, shown_end, len(line), len(line))
    return _fitted(cells, width, is_cut=is_cut)[0]


def _body_end(data: bytes, begin: int, behind: int) -> int:
    """Where the line that ends at ``behind`` has its line end."""
    if behind > begin and data[behind - 1 : behind] == b"\n":
        behind -= 1
        if behind > begin and data[behind - 1 : behind] == b"\r":
            behind -= 1
    return behind


def _cells(data: bytes, begin: int, end: int, start: int, stop: int) -> tuple[list[_Cell], bool]:
    """The characters of a line, those of start to stop marked; whether its beginning is cut."""
    at = max(begin, start - _REACH) if start < end else begin
    while at > begin and data[at] & 0xC0 == 0x80:  # in the middle of a character (RFC 3629)
        at -= 1
    is_cut = at > begin
    cells = []
    for character in data[at : min(end, at + 2 * _REACH)].decode("utf-8", "surrogateescape"):
        text, width = _shown(character)
        cells.append(_Cell(text, width, start <= at < stop))
        at += len(character.encode("utf-8", "surrogateescape"))
    if at >= end and start >= end and stop > start:  # where something is missing
        cells.append(_Cell(" ", 1, is_marked=True))
    elif at < end:
        cells.append(_Cell(_CUT, 1, is_marked=False))
    return cells, is_cut


def _shown(character: str) -> tuple[str, int]:
    if "\udc80" <= character <= "\udcff":  # an octet that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}", 4
    if character.isascii():
        return sanitize(character), 1
    category = unicodedata.category(character)
    if category in ("Mn", "Me"):
        return character, 0
    # Python calls what is not assigned fullwidth.
    wide = category != "Cn" and unicodedata.east_asian_width(character) in ("W", "F")
    return sanitize(character), 2 if wide else 1


def _fitted(cells: list[_Cell], width: int, *, is_cut: bool) -> tuple[str, str]:
    """Text and marks of the cells that fit, a third of the room before the first mark."""
    if is_cut or sum(cell.width for cell in cells) > width:
        marked = next((i for i, cell in enumerate(cells) if cell.is_marked), 0)
        first, room = marked, width // 3
        while first and cells[first - 1].width <= room:
            first -= 1
            room -= cells[first].width
        is_cut = is_cut or first > 0
        cells = cells[first:]
    before = [_Cell(_CUT, 1, is_marked=False)] if is_cut else []
    cells = _clipped([*before, *cells], width)
    text = "".join(cell.text for cell in cells)
    marks = "".join(("^" if cell.is_marked else " ") * cell.width for cell in cells)
    return text.rstrip(), marks.rstrip()


def _clipped(cells: list[_Cell], width: int) -> list[_Cell]:
    room = width
    for index, cell in enumerate(cells):
        room -= cell.width
        if room < 0:
            kept = cells[:index]
            while kept and sum(each.width for each in kept) > width - 1:
                kept.pop()
            return [*kept, _Cell(_CUT, 1, is_marked=False)]
    return cells
