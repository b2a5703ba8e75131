"""The list of rows, newest first: paints only what is on the screen, whatever its length.

The cursor belongs to a row, not to a place: mail that arrives or vanishes moves the place.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mailtrap.query import Highlight
from mailtrap.tui import keys
from mailtrap.tui.places import position, successor
from mailtrap.tui.row_cells import Span, row_cells
from mailtrap.tui.rows import Row

_UNDER_CURSOR = {"strong": Style(bold=True), "match": Style(bold=True, underline=True)}


class RowList(ScrollView, can_focus=True):
    """Rows with a cursor."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keys.LIST]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-list--cursor",
        *(f"row-list--{role}" for role in keys.ROLES),
    }

    class Opened(Message):
        """The user clicked the row under the cursor to read it."""

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
        super().__init__(id=widget_id)
        self._moved = moved
        self._flag = flag
        self._is_marked = is_marked
        self.cursor = 0  # place, 0 is the newest
        self.follow = True  # the cursor goes to each new row
        self.hold = False  # but not now, because the user reads
        self._rows: Sequence[Row] = ()  # oldest first
        self._current: Row | None = None
        self._seen = 0  # number of the newest row when the cursor was last at the top
        self._strips: LRUCache[tuple[int, bool, bool, str, bool], tuple[Row, Strip]] = LRUCache(512)
        self._styles: dict[str, Style] = {}
        self._highlights: Sequence[Highlight] = ()
        self._nothing = ""  # what is said where there is no row

    # Rows

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
        self.virtual_size = Size(0, len(rows))
        # At the top new rows push the others down; further down what is read stays put.
        if (top and not self.is_following) or place >= height:
            self.scroll_to(y=top + shift, animate=False, force=True, immediate=True)
        self._put(place, by_user=False)
        self.refresh()

    def highlight(self, highlights: Sequence[Highlight], nothing: str = "") -> None:
        """Mark these in rows; ``nothing`` is said where there is no row."""
        self._nothing = nothing
        if highlights != self._highlights:
            self._highlights = highlights
            self._strips.clear()

    def move_to(self, place: int) -> None:
        """Put the cursor at that place or the nearest there is, as the user asked."""
        before = self.cursor
        place = max(0, min(place, len(self._rows) - 1))
        self.follow = place == 0
        self._put(place, by_user=True)
        self.refresh_line(before - self.scroll_offset.y)
        self.refresh_line(self.cursor - self.scroll_offset.y)

    def show_row(self, number: int) -> None:
        """Put the cursor on the row of that number, which the user has seen before."""
        self._put(len(self._rows) - 1 - position(self._rows, number), by_user=False)
        self.refresh()

    def _put(self, place: int, *, by_user: bool) -> None:
        self.cursor = place
        row = self.row_at(place)
        if place == 0 and row is not None:
            self._seen = row.number
        if place < self.scroll_offset.y:
            self.scroll_to(y=place, animate=False, force=True, immediate=True)
        elif place >= self.scroll_offset.y + self._height:
            bottom = place - self._height + 1
            self.scroll_to(y=bottom, animate=False, force=True, immediate=True)
        if row is not self._current:
            self._current = row
            self._moved(row, by_user)

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    # Painting

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        row = self.row_at(place)
        if row is None:
            return self._blank(width, self._nothing if not self._rows and y == 0 else "")
        has_cursor = place == self.cursor
        flag = self._flag(row)
        is_marked = self._is_marked(row)
        key = (row.number, has_cursor, self.has_focus, flag, is_marked)
        cached = self._strips.get(key)
        if cached is not None and cached[0] is row:
            return cached[1]
        cells = row_cells(row, width, flag, is_marked=is_marked, highlights=self._highlights)
        strip = self._strip(cells, width, has_cursor=has_cursor)
        self._strips[key] = (row, strip)
        return strip

    def _blank(self, width: int, text: str) -> Strip:
        segment = Segment(f" {text}" if text else "", self._style("muted"))
        return Strip([segment]).adjust_cell_length(width, self.rich_style)

    def _strip(self, cells: Sequence[Span], width: int, *, has_cursor: bool) -> Strip:
        segments = []
        for text, role in cells:
            if has_cursor:
                style = self._style("cursor")
                style += _UNDER_CURSOR.get(role, Style.null())
            else:
                style = self._style(role)
            segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _style(self, role: str) -> Style:
        if not role:
            return self.rich_style
        if role not in self._styles:
            self._styles[role] = self.get_component_rich_style(f"row-list--{role}")
        return self._styles[role]

    def on_resize(self) -> None:
        """Other columns may fit, and the cursor stays in sight."""
        self._forget()
        self._put(self.cursor, by_user=False)

    def notify_style_update(self) -> None:
        """Forget what the theme before looked like."""
        self._forget()
        super().notify_style_update()

    def _forget(self) -> None:
        self._strips.clear()
        self._styles.clear()

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Go to the row; twice opens it."""
        place = event.y + self.scroll_offset.y
        if self.row_at(place) is not None:
            self.move_to(place)
            if event.chain == 2:
                self.post_message(self.Opened())

    def on_focus(self) -> None:
        """Paint the cursor as active."""
        self._forget()

    def on_blur(self) -> None:
        """Paint the cursor as resting."""
        self._forget()

    def action_move(self, direction: int) -> None:
        """Go to the next older (1) or newer (-1) row."""
        self.move_to(self.cursor + direction)

    def action_page(self, direction: int) -> None:
        """Go a page down (1) or up (-1)."""
        self.move_to(self.cursor + direction * max(1, self._height - 1))

    def action_half_page(self, direction: int) -> None:
        """Go half a page down (1) or up (-1)."""
        self.move_to(self.cursor + direction * max(1, self._height // 2))

    def action_edge(self, edge: str) -> None:
        """Go to the newest or the oldest row."""
        self.move_to(0 if edge == "newest" else len(self._rows) - 1)
