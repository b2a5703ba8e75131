"""The numbers of rows, and where in a list of rows a number stands.  Pure.

A row keeps its number for life.  It is by time, so that what is found late goes where it would be.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from mailtrap.tui.rows import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_number = attrgetter("number")


def microseconds(at: datetime) -> int:
    """Since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


class Numbers:
    """Numbers for rows in order of time: the one they had, or one by their time."""

    def __init__(self, before: Mapping[str, Row]) -> None:
        self._before = before
        self._taken = {row.number for row in before.values()}
        self._latest = 0

    def __call__(self, row_id: str, at: datetime) -> int:
        """The number of that row."""
        known = self._before.get(row_id)
        if known is not None:
            return known.number
        self._latest = max(self._latest + 1, microseconds(at))
        while self._latest in self._taken:
            self._latest += 1
        return self._latest


def is_at(rows: Sequence[Row], number: int) -> bool:
    """One of them has that number."""
    place = bisect_left(rows, number, key=_number)
    return place < len(rows) and rows[place].number == number


def successor(rows: Sequence[Row], row: Row) -> Row:
    """That row, or where it was of an open session, the first message the session brought."""
    if row.kind != "open" or rows[position(rows, row.number)].number == row.number:
        return row
    heirs = (heir for heir in rows if heir.is_message and heir.session == row.session)
    return next(heirs, row)


def position(rows: Sequence[Row], number: int) -> int:
    """Where that row stands in rows, oldest first; where it is gone, the next older one."""
    return max(0, bisect_right(rows, number, key=_number) - 1)
