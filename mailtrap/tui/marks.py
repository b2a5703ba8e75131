"""Rows the user has marked, and whether they are the only ones shown.  Knows no terminal."""

from collections.abc import Callable, Iterable, Sequence

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

    def put(self, rows: Iterable[Row]) -> None:
        """Mark these."""
        self._ids.update(row.id for row in rows)

    def take_off(self, rows: Iterable[Row]) -> None:
        """Take the marks of these away."""
        self._ids.difference_update(row.id for row in rows)

    def shown(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Those to show of these rows: all of them as soon as none that is marked is left."""
        if not self.only:
            return rows
        marked = [row for row in rows if row.id in self._ids]
        self.only = bool(marked)
        return marked or rows

    def count(self, is_there: Callable[[str], object]) -> int:
        """How many rows that are there have a mark."""
        return sum(bool(is_there(row_id)) for row_id in self._ids)
