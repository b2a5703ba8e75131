"""A list of things with a cursor: paints only what is on the screen, whatever its length.

The cursor belongs to a thing, by its id, not to a place.
"""

from collections.abc import Callable, Sequence
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


class ItemList(ScrollView, can_focus=True):
    """Things by their ids, the first at the top; a function says what each looks like."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keys.LIST]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "item-list--cursor",
        *(f"item-list--{role}" for role in keys.ROLES),
    }

    class Opened(Message):
        """The user clicked the thing under the cursor to read it."""

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
        super().__init__(id=widget_id)
        self._cells = cells
        self._moved = moved
        self._nothing = nothing
        self._ids: Sequence[str] = ()
        self._roles = RoleStyles(self, "item-list")
        self.cursor = 0
        self.current = ""  # the id under the cursor

    def sync(self, ids: Sequence[str]) -> None:
        """Show these; the cursor stays on its thing while that is there, and at the top."""
        before = self.cursor
        self._ids = ids
        place = min(before, max(0, len(ids) - 1))
        if before and self.current in ids:
            place = ids.index(self.current)
        shift = place - before
        self.virtual_size = Size(0, len(ids))
        if self.scroll_offset.y and shift:
            self._jump(self.scroll_offset.y + shift)
        self._put(place)
        self.refresh()

    def say(self, nothing: str) -> None:
        """What is said where the list is empty."""
        if nothing != self._nothing:
            self._nothing = nothing
            self.refresh()

    def move_to(self, place: int) -> None:
        """Put the cursor at that place or the nearest there is."""
        self._put(max(0, min(place, len(self._ids) - 1)))
        self.refresh()

    def _put(self, place: int) -> None:
        self.cursor = place
        height = self._height
        if place < self.scroll_offset.y:
            self._jump(place)
        elif place >= self.scroll_offset.y + height:
            self._jump(place - height + 1)
        current = self._ids[place] if place < len(self._ids) else ""
        if current != self.current:
            self.current = current
            self._moved(current)

    def _jump(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, force=True, immediate=True)

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    # Painting

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        place = y + self.scroll_offset.y
        if place >= len(self._ids):
            text = f" {self._nothing}" if not self._ids and y == 0 else ""
            segment = Segment(text, self._style("muted", has_cursor=False))
            return Strip([segment]).adjust_cell_length(width, self.rich_style)
        has_cursor = place == self.cursor
        segments = [
            Segment(text, self._style(role, has_cursor=has_cursor))
            for text, role in self._cells(self._ids[place], width)
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style)

    def _style(self, role: str, *, has_cursor: bool) -> Style:
        if not has_cursor:
            return self._roles.style(role) if role else self.rich_style
        strength = Style(bold=True) if role == "strong" else Style.null()
        return self.get_component_rich_style("item-list--cursor") + strength

    def on_resize(self) -> None:
        """The cursor stays in sight."""
        self._put(self.cursor)

    def on_focus(self) -> None:
        """Paint the cursor as active."""
        self._roles.forget()

    def on_blur(self) -> None:
        """Paint the cursor as resting."""
        self._roles.forget()

    def notify_style_update(self) -> None:
        """Forget what the theme before looked like."""
        self._roles.forget()
        super().notify_style_update()

    # Keys and mouse

    def on_click(self, event: events.Click) -> None:
        """Go to the thing; twice opens it."""
        place = event.y + self.scroll_offset.y
        if place < len(self._ids):
            self.move_to(place)
            if event.chain == 2:
                self.post_message(self.Opened())

    def action_move(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) one."""
        self.move_to(self.cursor + direction)

    def action_page(self, direction: int) -> None:
        """Go a page down (1) or up (-1)."""
        self.move_to(self.cursor + direction * max(1, self._height - 1))

    def action_half_page(self, direction: int) -> None:
        """Go half a page down (1) or up (-1)."""
        self.move_to(self.cursor + direction * max(1, self._height // 2))

    def action_edge(self, edge: str) -> None:
        """Go to the first or the last one."""
        self.move_to(0 if edge == "newest" else len(self._ids) - 1)
