"""What lists have in common: lines with a cursor, keys and mouse, how a line is painted.

Only what is on the screen is painted, whatever the length of the list.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mailtrap.tui import keys
from mailtrap.tui.role_styles import RoleStyles
from mailtrap.tui.row_cells import Span

_UNDER_CURSOR = {"strong": Style(bold=True), "match": Style(bold=True, underline=True)}


class CursorList(ScrollView, can_focus=True):
    """A list of lines, one of them under the cursor."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keys.LIST]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "cursor-list--cursor",
        *(f"cursor-list--{role}" for role in keys.ROLES),
    }

    class Opened(Message):
        """The user clicked the line under the cursor to read it."""

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.cursor = 0  # place, 0 is at the top
        self._styles = RoleStyles(self, "cursor-list")

    @property
    def _count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def _arrived(self, *, by_user: bool) -> None:
        """The cursor is where it is now, perhaps on something else."""
        raise NotImplementedError

    # The cursor

    def move_to(self, place: int) -> None:
        """Put the cursor at that place or the nearest there is, as the user asked."""
        before = self.cursor
        self._put(self._nearest(place), by_user=True)
        self.refresh_line(before - self.scroll_offset.y)
        self.refresh_line(self.cursor - self.scroll_offset.y)

    def _nearest(self, place: int) -> int:
        return max(0, min(place, self._count - 1))

    def _put(self, place: int, *, by_user: bool = False) -> None:
        self.cursor = place
        if place < self.scroll_offset.y:
            self._jump(place)
        elif place >= self.scroll_offset.y + self._height:
            self._jump(place - self._height + 1)
        self._arrived(by_user=by_user)

    def _hold_lines(self, count: int) -> None:
        """There are so many lines now."""
        grown = Size(0, count)
        has_bar = self.show_vertical_scrollbar
        if self.virtual_size.height <= count and has_bar == (count > self._height):
            # Laying out would paint all of the screen again, though no more than the bar changes.
            self.set_reactive(CursorList.virtual_size, grown)
            if has_bar:
                self.vertical_scrollbar.window_virtual_size = count
        else:
            self.virtual_size = grown

    def _jump(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, force=True, immediate=True)

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    # Painting

    def _blank(self, width: int, text: str) -> Strip:
        """A line where there is nothing, or that says why."""
        segment = Segment(f" {text}" if text else "", self._styles.style("muted"))
        return Strip([segment]).adjust_cell_length(width, self.rich_style)

    def _strip(self, cells: Sequence[Span], width: int, *, has_cursor: bool) -> Strip:
        style = self._cursor_style if has_cursor else self._styles.style
        segments = [Segment(text, style(role)) for text, role in cells]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _cursor_style(self, role: str) -> Style:
        # Whole, not partial: its background may let the one below shine through.
        style = self.get_component_rich_style("cursor-list--cursor")
        return style + _UNDER_CURSOR.get(role, Style.null())

    def _forget(self) -> None:
        """What was painted looks otherwise now."""
        self._styles.forget()

    def notify_style_update(self) -> None:
        """Forget what the theme before looked like."""
        self._forget()
        super().notify_style_update()

    def on_focus(self) -> None:
        """Paint the cursor as active."""
        self._forget()

    def on_blur(self) -> None:
        """Paint the cursor as resting."""
        self._forget()

    def on_resize(self) -> None:
        """Other columns may fit, and the cursor stays in sight."""
        self._forget()
        self._put(self.cursor)

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Go to the line; twice opens it."""
        place = event.y + self.scroll_offset.y
        if place < self._count:
            self.move_to(place)
            if event.chain == 2:
                self.post_message(self.Opened())

    def action_move(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) line."""
        self.move_to(self.cursor + direction)

    def action_page(self, direction: int) -> None:
        """Go a page down (1) or up (-1)."""
        self.move_to(self.cursor + direction * max(1, self._height - 1))

    def action_half_page(self, direction: int) -> None:
        """Go half a page down (1) or up (-1)."""
        self.move_to(self.cursor + direction * max(1, self._height // 2))

    def action_edge(self, edge: str) -> None:
        """Go to the first or the last line."""
        self.move_to(0 if edge == "newest" else self._count - 1)
