"""The rows that match a filter, found a piece of work at a time.  Knows no terminal."""

from collections.abc import Callable, Sequence

from mailtrap.query import Query
from mailtrap.tui.candidates import Candidates
from mailtrap.tui.rows import Row

_AT_A_TIME = 100  # rows between two looks at the clock


class Sieve:
    """Tests rows, the newest first; what was tested once for a filter stays so."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._query: Query | None = None
        self._number = 0  # of the filter
        self._rows: Sequence[Row] = ()
        self._next = -1  # the place of the row to test next, from the end to the start
        self._found: list[Row] = []  # newest first
        self._shown: list[Row] | None = None  # what was found before there were other rows
        self._whole = 0  # rows there are, when only the matches of the filter before are tested

    @property
    def is_done(self) -> bool:
        """Every row was tested."""
        return self._next < 0

    @property
    def tested(self) -> int:
        """How many rows were tested."""
        return self._whole if self.is_done else len(self._rows) - 1 - self._next

    @property
    def rows(self) -> list[Row]:
        """The rows that match as far as is known, oldest first; where there are other rows than
        before, those of before until all were tested.
        """
        if self.is_done or self._shown is None:
            return self._found[::-1]
        return self._shown

    def __len__(self) -> int:
        """How many rows match as far as is known."""
        return len(self._found)

    def look_for(self, query: Query, rows: Sequence[Row]) -> None:
        """Begin with this filter; where it extends the one before only its matches are tested."""
        before = self._query
        is_narrower = before is not None and self.is_done and query.extends(before)
        self._query = query
        self._number += 1
        self._shown = None
        self._begin(self.rows if is_narrower else rows)
        self._whole = len(rows)

    def again(self, rows: Sequence[Row], *, is_known: bool = True) -> None:
        """There are other rows; ``is_known``: what was found out about the others holds."""
        self._number += not is_known
        self._shown = self.rows
        self._begin(rows)

    def _begin(self, rows: Sequence[Row]) -> None:
        self._rows = list(rows)
        self._whole = len(self._rows)
        self._next = len(self._rows) - 1
        self._found = []

    def work(self, is_time_up: Callable[[], bool]) -> None:
        """Test rows until it is time to do something else, or all is done."""
        if self._query is None:
            return
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
