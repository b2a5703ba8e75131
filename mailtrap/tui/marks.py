"""Rows the user has marked, and whether they are the only ones shown.  Knows no terminal."""

from collections.abc import Sequence

from mailtrap.tui.rows import Row


class Marks:
    """Marks by row id; they are kept by the screen and gone with it."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self.only = False  # rows without a mark are not shown

    def __contains__(self, row: Row) -> bool:
        """The row has a mark."""
        return row.id in self._ids

    def toggle(self, row: Row) -> None:
        """Mark it, or take the mark away."""
        self._ids ^= {row.id}

    def shown(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Those to show of these rows: all of them as soon as none that is marked is left."""
        marked = [row for row in rows if row.id in self._ids] if self._ids else []
        self.only = self.only and bool(marked)
        return marked if self.only else rows

    def count(self, rows: Sequence[Row]) -> int:
        """How many of these rows have a mark."""
        return sum(row.id in self._ids for row in rows) if self._ids else 0
