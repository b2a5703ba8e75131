"""Searches the document of a view: takes the keys of the query, goes from match to match.

A document may be ten megabytes, so it is searched a few milliseconds at a time.
"""

import asyncio
import time

from mailtrap.tui.line_view import LineView
from mailtrap.tui.matches import Match
from mailtrap.tui.search import MOST, Search
from mailtrap.tui.search_bar import NOTHING, SearchBar
from mailtrap.tui.typed_line import TypedLine

# Seconds of search, and of anything else there is to do: a paint takes many turns of the loop.
_SLICE = 0.004
_PAUSE = 0.006


class Finder(TypedLine):
    """At most one search at a time."""

    def __init__(self, view: LineView, bar: SearchBar) -> None:
        super().__init__()
        self._view = view
        self._bar = bar
        self._search: Search | None = None
        self._current: Match | None = None
        self._is_due = False  # to go to the first match, once there is one
        self._begun_at = 0  # the line at the top when the search began

    @property
    def is_active(self) -> bool:
        """There is a query, or one is being typed."""
        return self._search is not None

    def begin(self) -> None:
        """Ask what to search."""
        self.is_typing = True
        self._begun_at = self._view.top_line
        self._look_for("", self._begun_at)

    def step(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) match."""
        if self._search is not None:
            self._go_to(self._search.after(self._current, direction))

    def end(self) -> None:
        """Search no more."""
        if self._search is not None:
            self._search = self._current = None
            self.is_typing = False
            self._view.mark(None)
            self._bar.hide()

    def document_changed(self) -> None:
        """Search what is shown now, and stay where the reader is."""
        if self._search is not None:
            self._current = None
            self._look_for(self.text, self._view.top_line, goes_there=False)

    def _edit(self, text: str) -> None:
        self._current = None
        self._look_for(text, self._begun_at)

    def _look_for(self, query: str, origin: int, *, goes_there: bool = True) -> None:
        self.text = query
        self._search = search = Search(query, self._view.document, origin)
        self._is_due = goes_there
        self._work(search)
        if not search.is_done:
            self._view.run_worker(self._go_on(search), exclusive=True, group="search")

    async def _go_on(self, search: Search) -> None:
        while search is self._search and not search.is_done:
            await asyncio.sleep(_PAUSE)
            if search is self._search:
                self._work(search)

    def _work(self, search: Search) -> None:
        end = time.perf_counter() + _SLICE
        if not search.is_done:
            search.work(lambda: time.perf_counter() > end)
        if self._is_due and search.first is not None:
            self._is_due = False
            self._go_to(search.first)
        else:
            self._show()

    def _go_to(self, match: Match | None) -> None:
        self._current = match
        if match is not None:
            self._view.reveal(match)
        self._show()

    def _show(self) -> None:
        search = self._search
        if search is not None:
            self._view.mark(search.pattern, self._current)
            self._bar.show(self.text, self._found(search), is_typing=self.is_typing)

    def _found(self, search: Search) -> str:
        if search.pattern is None:
            return ""
        if not len(search):
            return NOTHING if search.is_done else "searching…"
        many = f"{len(search):,}" + ("+" if len(search) >= MOST else "")
        if not search.is_done:
            many += "…"
        return f"{search.number(self._current):,} of {many}" if self._current else f"{many} found"
