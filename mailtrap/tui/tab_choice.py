"""Which tab is shown: the one that was chosen, or one for a row alone.  Knows no terminal."""

from collections.abc import Container


class TabChoice:
    """What was chosen so far, and what holds for the row that is shown."""

    def __init__(self) -> None:
        # Stays for the next row of its kind; of a failure one wants to see how it came about.
        self._chosen = {True: "text", False: "session"}
        self._goes_on = False  # with the session of the row before, in its tab
        self._for_now = ""  # a tab that nobody chose, for this row only

    @property
    def is_for_now(self) -> bool:
        """Nobody chose it."""
        return bool(self._for_now)

    def among(self, there: Container[str], *, is_message: bool) -> str:
        """The tab to show of those there are."""
        chosen = "session" if self._goes_on else self._for_now or self._chosen[is_message]
        return next(tab for tab in (chosen, "text", "session") if tab in there)

    def choose(self, tab: str, *, is_message: bool) -> None:
        """Take that one, for this row and those of its kind to come."""
        self._goes_on, self._for_now = False, ""
        self._chosen[is_message] = tab

    def show_for_now(self, tab: str) -> None:
        """Take that one until another row is shown."""
        self._for_now = tab

    def row_changed(self, *, is_same: bool, goes_on: bool) -> None:
        """A row is shown; ``goes_on``: in the session tab where the one before was."""
        self._goes_on = goes_on or (self._goes_on and is_same)
        if not is_same:
            self._for_now = ""
