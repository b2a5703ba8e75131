"""A list of things, whatever they are: the first at the top.

The cursor belongs to a thing, by its id, not to a place.
"""

from collections.abc import Callable, Sequence

from textual.strip import Strip

from mailtrap.tui.cursor_list import CursorList
from mailtrap.tui.row_cells import Span


class ItemList(CursorList):
    """Things by their ids; a function says what each looks like."""

    def __init__(
        self,
        cells: Callable[[str, int], Sequence[Span]],
        moved: Callable[[str], object],
        *,
        nothing: str,
        widget_id: str | None = None,
    ) -> None:
        """``cells``: spans for an id in so many cells.  ``moved`` hears the id the cursor gets
        to, "" for none; ``nothing`` is said where the list is empty.
        """
        super().__init__(widget_id=widget_id)
        self._cells = cells
        self._moved = moved
        self._nothing = nothing
        self._ids: Sequence[str] = ()
        self.current = ""  # the id under the cursor

    @property
    def _count(self) -> int:
        return len(self._ids)

    def sync(self, ids: Sequence[str]) -> None:
        """Show these; the cursor stays on its thing while that is there, and at the top."""
        before = self.cursor
        self._ids = ids
        place = self._nearest(before)
        if before and self.current in ids:
            place = ids.index(self.current)
        shift = place - before
        self._hold_lines(len(ids))
        if self.scroll_offset.y and shift:
            self._move_along(self.scroll_offset.y + shift)
        self._put(place)
        self.repaint()

    def say(self, nothing: str) -> None:
        """What is said where the list is empty."""
        if nothing != self._nothing:
            self._nothing = nothing
            self.refresh()

    def _arrived(self, *, by_user: bool) -> None:
        current = self._ids[self.cursor] if self.cursor < len(self._ids) else ""
        if current != self.current:
            self.current = current
            self._moved(current)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        if place >= len(self._ids):
            return self._blank(self._nothing if not self._ids and y == 0 else "")
        cells = self._cells(self._ids[place], width)
        return self._strip(cells, has_cursor=place == self.cursor)
