"""The widths of the columns of a table.  Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mailtrap.markup import Element
from mailtrap.wrapping import Line

GAP = 2  # cells between columns
NARROW = 8  # cells of the narrowest column; what does not fit goes below one another


class Cell(NamedTuple):
    """A cell, and its lines as they are with room for all the table."""

    column: int
    columns: int
    element: Element
    lines: list[Line]
    width: int = 0  # measured when columns are made of it


def natural(rows: Iterable[Sequence[Cell]]) -> dict[int, int]:
    """The widths of columns that have any, when nothing is wrapped."""
    widths: dict[int, int] = {}
    wide = []
    for row in rows:
        for cell in row:
            if cell.columns == 1 and cell.width:
                widths[cell.column] = max(widths.get(cell.column, 0), cell.width)
            elif cell.width:
                wide.append(cell)
    for cell in wide:
        last = cell.column + cell.columns - 1
        missing = cell.width - room_of(cell, widths)
        if missing > 0:
            widths[last] = widths.get(last, 0) + missing
    return dict(sorted(widths.items()))


def room_of(cell: Cell, widths: Mapping[int, int]) -> int:
    """What the columns of a cell have together; 0 for those that are empty everywhere."""
    spanned = [
        widths[column]
        for column in range(cell.column, cell.column + cell.columns)
        if column in widths
    ]
    return sum(spanned) + GAP * (len(spanned) - 1) if spanned else 0


def shrunk(widths: Mapping[int, int], room: int) -> dict[int, int] | None:
    """Widths that fit: wide columns give way first.  None where they would be too narrow."""
    free = room - GAP * (len(widths) - 1)
    if free < NARROW * len(widths):
        return None
    narrowed = {}
    by_width = sorted(widths.items(), key=lambda each: each[1])
    for index, (column, width) in enumerate(by_width):
        narrowed[column] = min(width, free // (len(by_width) - index))
        free -= narrowed[column]
    return dict(sorted(narrowed.items()))
