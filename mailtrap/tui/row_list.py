"""The list of rows, newest first.

The cursor belongs to a row, not to a place: mail that arrives or vanishes moves the place.
"""

from collections.abc import Callable, Sequence

from textual.cache import LRUCache
from textual.strip import Strip

from mailtrap.query import Highlight
from mailtrap.tui.cursor_list import CursorList
from mailtrap.tui.places import position, successor
from mailtrap.tui.row_cells import row_cells
from mailtrap.tui.rows import Row


class RowList(CursorList):
    """Rows with a cursor."""

    def __init__(
        self,
        moved: Callable[[Row | None, bool], None],
        flag: Callable[[Row], str],
        is_marked: Callable[[Row], bool] = lambda _: False,
        *,
        widget_id: str | None = None,
    ) -> None:
        """``flag`` is asked for the worst severity of what is wrong with each row on the screen,
        "" for none, as often as it is painted: what is not known at first may be so later.

        ``moved`` is told each row the cursor gets to, changed rows too, and whether the user
        went there.  It is called, not sent as a message: the next key may be about that row.
        """
        super().__init__(widget_id=widget_id)
        self._moved = moved
        self._flag = flag
        self._is_marked = is_marked
        self.follow = True  # the cursor goes to each new row
        self.hold = False  # but not now, because the user reads
        self._rows: Sequence[Row] = ()  # oldest first
        self._current: Row | None = None
        self._seen = 0  # number of the newest row when the cursor was last at the top
        self._strips: LRUCache[tuple[int, bool, bool, str, bool], tuple[Row, Strip]] = LRUCache(512)
        self._highlights: Sequence[Highlight] = ()
        self._nothing = ""  # what is said where there is no row

    # Rows

    @property
    def _count(self) -> int:
        return len(self._rows)

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._current

    @property
    def is_following(self) -> bool:
        """The next new row will get the cursor."""
        return self.follow and not self.hold

    @property
    def newer(self) -> int:
        """How many rows came since the cursor was at the top."""
        return len(self._rows) - 1 - position(self._rows, self._seen) if self._rows else 0

    def row_at(self, place: int) -> Row | None:
        """The row at that place, 0 is the newest."""
        return self._rows[-1 - place] if 0 <= place < len(self._rows) else None

    def sync(self, rows: Sequence[Row]) -> None:
        """Show these rows, oldest first; the cursor stays on its row, or follows the newest."""
        self._rows = rows
        place = 0
        if self._current is not None and rows and not self.is_following:
            place = len(rows) - 1 - position(rows, successor(rows, self._current).number)
        top, height = self.scroll_offset.y, self._height
        shift = place - self.cursor
        self._hold_lines(len(rows))
        # At the top new rows push the others down; further down what is read stays put.
        if (top and not self.is_following) or place >= height:
            self._move_along(top + shift)
        self._put(place)
        self.repaint()

    def stay(self, rows: Sequence[Row]) -> None:
        """Of these rows, oldest first, the newest is followed only where it has the cursor."""
        if rows and self._current is not None and self._current.number != rows[-1].number:
            self.follow = False

    def highlight(self, highlights: Sequence[Highlight], nothing: str = "") -> None:
        """Mark these in rows; ``nothing`` is said where there is no row."""
        self._nothing = nothing
        if highlights != self._highlights:
            self._highlights = highlights
            self._strips.clear()

    def move_to(self, place: int) -> None:
        """Put the cursor at that place or the nearest there is, as the user asked."""
        self.follow = self._nearest(place) == 0
        super().move_to(place)

    def show_row(self, number: int) -> None:
        """Put the cursor on the row of that number, which the user has seen before."""
        self._put(self._nearest(len(self._rows) - 1 - position(self._rows, number)))
        self.repaint()

    def _arrived(self, *, by_user: bool) -> None:
        row = self.row_at(self.cursor)
        if self.cursor == 0 and row is not None:
            self._seen = row.number
        if row is not self._current:
            self._current = row
            self._moved(row, by_user)

    # Painting

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        row = self.row_at(place)
        if row is None:
            return self._blank(self._nothing if not self._rows and y == 0 else "")
        has_cursor = place == self.cursor
        flag = self._flag(row)
        is_marked = self._is_marked(row)
        key = (row.number, has_cursor, self.has_focus, flag, is_marked)
        cached = self._strips.get(key)
        if cached is not None and cached[0] is row:
            return cached[1]
        cells = row_cells(row, width, flag, is_marked=is_marked, highlights=self._highlights)
        strip = self._strip(cells, has_cursor=has_cursor)
        self._strips[key] = (row, strip)
        return strip

    def _forget(self) -> None:
        super()._forget()
        self._strips.clear()
