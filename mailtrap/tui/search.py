"""A search in a document: what was found so far, and a piece of work at a time.  Pure."""

import re
from bisect import bisect_left
from collections.abc import Callable
from itertools import chain

from mailtrap.tui.document import Document, plain
from mailtrap.tui.matches import MAX_MATCH, Match

MOST = 10_000  # matches that are looked for
_AT_A_TIME = 50  # lines between two looks at the clock


class Search:
    """Looks for a text in any case, from a line on to the end, and then from the first line."""

    def __init__(self, query: str, document: Document, origin: int = 0) -> None:
        query = query[:MAX_MATCH]
        self.pattern = re.compile(re.escape(query), re.IGNORECASE) if query else None
        self.document = document
        self.origin = origin
        self.is_done = self.pattern is None
        self._behind: list[Match] = []  # at the origin and below
        self._before: list[Match] = []
        length = len(document)
        self._lines = chain(range(min(origin, length), length), range(min(origin, length)))

    def __len__(self) -> int:
        """How many matches there are, as far as is known."""
        return len(self._behind) + len(self._before)

    def work(self, is_time_up: Callable[[], bool]) -> None:
        """Look through lines until it is time to do something else, or all is done."""
        assert self.pattern is not None
        for number, index in enumerate(self._lines, 1):
            found = self._behind if index >= self.origin else self._before
            text = plain(self.document.line(index))
            found += [(index, *each.span()) for each in self.pattern.finditer(text)]
            if len(self) >= MOST:
                break
            if number % _AT_A_TIME == 0 and is_time_up():
                return
        self.is_done = True

    @property
    def first(self) -> Match | None:
        """The first one at the origin or below; above it only once that is known to be none."""
        found = self._behind or self._before
        return found[0] if found else None

    def after(self, match: Match | None, direction: int) -> Match | None:
        """The next (1) or previous (-1) match, beyond the last one the first."""
        if match is None:
            return self.first
        if not len(self):
            return None
        place = self._place(match)
        is_there = place < len(self) and self._at(place) == match
        step = direction if is_there or direction < 0 else 0
        return self._at((place + step) % len(self))

    def number(self, match: Match) -> int:
        """Which one it is, from 1."""
        return self._place(match) + 1

    def _place(self, match: Match) -> int:
        if self._before and match <= self._before[-1]:
            return bisect_left(self._before, match)
        return len(self._before) + bisect_left(self._behind, match)

    def _at(self, place: int) -> Match:
        before = self._before
        return before[place] if place < len(before) else self._behind[place - len(before)]
