"""The filter of the list: takes its keys, narrows the rows with every one of them.

A hundred thousand rows are tested in pieces, so that the next key need not wait.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from mailtrap.amounts import amount
from mailtrap.errors import QueryError
from mailtrap.query import Highlight, Query, parse
from mailtrap.tui import hints
from mailtrap.tui.candidates import Candidates
from mailtrap.tui.filter_bar import FilterBar
from mailtrap.tui.hints import USUAL
from mailtrap.tui.rows import Row
from mailtrap.tui.sieve import Sieve
from mailtrap.tui.typed_line import TypedLine

_FIRST, _SLICE = 0.03, 0.02  # seconds of work at once: at a key, and in the background
_OF_ISSUES = ("error", "warning")


class Filter(TypedLine):
    """At most one filter at a time."""

    def __init__(
        self,
        candidates: Candidates,
        bar: FilterBar,
        rows: Callable[[], Sequence[Row]],
        changed: Callable[[], object],
        later: Callable[[Callable[[], None]], object],
        remapped: Mapping[str, str] = USUAL,
    ) -> None:
        """``changed`` is called when other rows are to be shown; ``later`` calls soon;
        ``remapped``: keys of actions that the user has set.
        """
        super().__init__()
        self._clears = hints.key("app.back", " — ", remapped, " clears")
        self._sieve = Sieve(candidates)
        self._bar = bar
        self._all = rows
        self._changed = changed
        self._later = later
        self._query: Query | None = None  # the last good one
        self._error: QueryError | None = None
        self._is_waiting = False

    @property
    def is_active(self) -> bool:
        """There is a filter, or one is being typed."""
        return self.is_typing or bool(self.text)

    @property
    def is_idle(self) -> bool:
        """All rows were tested."""
        return self._query is None or self._sieve.is_done

    @property
    def reason(self) -> str:
        """Why the filter cannot be read, "" where it can."""
        return f"{self._error.what}; {self._error.remedy}" if self._error else ""

    @property
    def highlights(self) -> Sequence[Highlight]:
        """What to mark in rows."""
        return self._query.highlights if self._query else ()

    @property
    def nothing(self) -> str:
        """What to say where no row matches."""
        if not self._sieve.is_done:
            return f"Looking… {self._sieve.tested:,} of {len(self._all()):,}"
        return f"0 of {len(self._all()):,} match {self._query}{self._clears}"

    def begin(self) -> None:
        """Type a filter, or go on with the one there is."""
        self.is_typing = True
        self._show()

    def shown(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Those of the rows that match, oldest first."""
        return rows if self._query is None else self._sieve.rows

    def end(self) -> None:
        """Show all rows."""
        self.text, self.is_typing = "", False
        self._query = self._error = None
        self._bar.hide()
        self._changed()

    def rows_changed(self, *, is_known: bool = True) -> None:
        """Test what is new; ``is_known``: what was found out about the rest holds."""
        if self._query is not None:
            self._sieve.again(self._all(), is_known=is_known)
            self._work(_SLICE)
            self._show()

    def row_changed(self, row: Row) -> None:
        """Show that row as it is now: one that is read stays there, and says so."""
        if self._query is not None:
            self._sieve.renew(row)

    def diagnosed(self) -> bool:
        """More is known of what is wrong; whether that changes rows."""
        query = self._query
        asks = query is not None and any(
            each.field == "issue" or (each.field == "is" and each.value in _OF_ISSUES)
            for each in query.terms
        )
        if asks:
            self.rows_changed(is_known=False)
        return asks

    @property
    def _is_nothing(self) -> bool:
        return not self.text.strip()

    def _edit(self, text: str) -> None:
        self.text = text
        try:
            query = parse(text, now=datetime.now().astimezone(), rules=_rules)
        except QueryError as error:
            self._error = error
            self._show()
            self._changed()
            return
        self._error = None
        self._query = None if query.is_empty else query
        if self._query is not None:
            self._sieve.look_for(self._query, self._all())
            self._work(_FIRST)
        self._show()
        self._changed()

    def _work(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        self._sieve.work(lambda: time.perf_counter() > end)
        if not self._sieve.is_done and not self._is_waiting:
            self._is_waiting = True
            self._later(self._go_on)

    def _go_on(self) -> None:
        self._is_waiting = False
        if self._query is not None and not self._sieve.is_done:
            self._work(_SLICE)
            self._show()
            self._changed()

    def _show(self) -> None:
        if self.is_active:
            self._bar.show(self.text, self._count(), self._error, is_typing=self.is_typing)

    def _count(self) -> str:
        if self._query is None:
            return f"{amount(len(self._all()), 'row')} of Mail"
        everything = len(self._all())
        if not self._sieve.is_done:
            return (
                f"{len(self._sieve):,} so far, looked at {self._sieve.tested:,} of {everything:,}"
            )
        return f"{len(self._sieve):,} of {everything:,}"


def _rules() -> Collection[str]:
    # To import them takes long: only where a filter asks for one.
    from mailtrap.lint.catalogue import RULES

    return RULES
