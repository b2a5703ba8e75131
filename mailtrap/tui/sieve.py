"""The rows that match a filter, found a piece of work at a time.  Knows no terminal."""

from collections.abc import Callable, Sequence
from operator import is_

from mailtrap.query import Query
from mailtrap.tui.candidates import Candidates
from mailtrap.tui.places import position
from mailtrap.tui.rows import Row

_AT_A_TIME = 100  # rows between two looks at the clock


class Sieve:
    """Tests rows, the newest first; what was tested once for a filter stays so."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._query: Query | None = None
        self._number = 0  # of the filter
        self._all: list[Row] = []  # the rows this is about, oldest first
        self._rows: Sequence[Row] = ()  # those of them that have to be tested
        self._next = -1  # the place of the row to test next, from the end to the start
        self._found: list[Row] = []  # newest first
        self._kept: list[Row] = []  # the same, of older rows that were tested before
        self._in_order: list[Row] | None = None  # both, oldest first, once somebody asked
        self._shown: list[Row] | None = None  # what was found before there were other rows

    @property
    def is_done(self) -> bool:
        """Every row was tested."""
        return self._next < 0

    @property
    def tested(self) -> int:
        """How many rows were tested."""
        return len(self._all) - 1 - self._next

    @property
    def rows(self) -> list[Row]:
        """The rows that match as far as is known, oldest first; where there are other rows than
        before, those of before until all were tested.
        """
        if self._shown is not None and not self.is_done:
            return self._shown
        if self._in_order is None:
            self._in_order = [*self._kept[::-1], *self._found[::-1]]
        return self._in_order

    def __len__(self) -> int:
        """How many rows match as far as is known."""
        return len(self._found) + len(self._kept)

    def look_for(self, query: Query, rows: Sequence[Row]) -> None:
        """Begin with this filter; where it extends the one before only its matches are tested."""
        before = self._query
        is_whole = self.is_done and self._same(rows) == len(rows) == len(self._all)
        is_narrower = before is not None and is_whole and query.extends(before)
        matches = self.rows
        self._query = query
        self._number += 1
        self._shown = None
        self._begin(rows, matches if is_narrower else rows)

    def again(self, rows: Sequence[Row], *, is_known: bool = True) -> None:
        """There are other rows; ``is_known``: what was found out about the others holds."""
        same = self._same(rows) if is_known and self.is_done else 0
        kept = [*self._found, *self._kept] if same else []
        if same < len(self._all):
            kept = [row for row in kept if row.number < self._all[same].number]
        self._number += not is_known
        self._shown = self.rows
        self._begin(rows, rows[same:], kept)

    def renew(self, row: Row) -> None:
        """Show that row as it is now; that it matches holds until there are other rows."""
        rows = self.rows
        place = position(rows, row.number)
        if rows and rows[place].id == row.id:
            rows[place] = row

    def _begin(self, rows: Sequence[Row], to_test: Sequence[Row], kept: Sequence[Row] = ()) -> None:
        self._all = list(rows)
        self._rows = list(to_test)
        self._next = len(self._rows) - 1
        self._found = []
        self._kept = list(kept)
        self._in_order = None

    def _same(self, rows: Sequence[Row]) -> int:
        """How many of the oldest rows are those of before."""
        # Nearly always all of them, so first without a loop in Python.
        if len(rows) >= len(self._all) and all(map(is_, self._all, rows)):
            return len(self._all)
        pairs = enumerate(zip(self._all, rows, strict=False))
        others = (place for place, (one, other) in pairs if one is not other)
        return next(others, min(len(rows), len(self._all)))

    def work(self, is_time_up: Callable[[], bool]) -> None:
        """Test rows until it is time to do something else, or all is done."""
        if self._query is None:
            return
        self._in_order = None
        matches, of, number = self._query.matches, self._candidates.of, self._number
        while self._next >= 0:
            end = max(-1, self._next - _AT_A_TIME)
            for place in range(self._next, end, -1):
                candidate = of(self._rows[place])
                if candidate.tested != number:
                    candidate.verdict = bool(matches(candidate))
                    candidate.tested = number
                if candidate.verdict:
                    self._found.append(self._rows[place])
            self._next = end
            if is_time_up():
                return
