"""What lists have in common: lines with a cursor, keys and mouse, how a line is painted.

Only what is on the screen is painted, whatever the length of the list, and of that only the lines
that look otherwise than before: lists change many times a second while keys are pressed.
"""

from collections.abc import Sequence
from math import ceil
from typing import ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
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
        self._lines: dict[int, Strip] = {}  # what is painted, or is about to be
        self._painted = Size()  # what there was room for then
        super().__init__(id=widget_id)
        self.cursor = 0  # place, 0 is at the top
        self._styles = RoleStyles(self, "cursor-list")
        self._blanks: dict[str, Strip] = {}

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
        self._put(self._nearest(place), by_user=True)
        self.repaint()

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
        else:
            self.virtual_size = grown

    def _jump(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def _move_along(self, y: int) -> None:
        """Scroll with the lines that move, so that they need not be painted."""
        top = max(0, min(y, self.max_scroll_y))
        self.set_reactive(CursorList.scroll_y, top)
        self.set_reactive(CursorList.scroll_target_y, top)

    def _place_bar(self) -> None:
        """Move the scrollbar, and paint it, which takes longer than all lines, where that shows."""
        bar = self.vertical_scrollbar
        count, top = self.virtual_size.height, self.scroll_offset.y
        before = _thumb(self._height, bar.window_virtual_size, bar.position)
        bar.set_reactive(ScrollBar.window_virtual_size, count)
        bar.set_reactive(ScrollBar.position, top)
        if before != _thumb(self._height, count, top):
            bar.refresh()

    @property
    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    # Painting

    def repaint(self) -> None:
        """Have the lines painted that look otherwise than they did."""
        if not self.display:
            self.refresh()  # when it is shown again
            return
        self._measure()
        width, height = self.outer_size
        now = {y: self.render_line(y) for y in range(height)}
        changed = [Region(0, y, width, 1) for y in now if now[y] != self._lines.get(y)]
        if changed:
            self.refresh(*changed)
        self._lines = now
        if self.show_vertical_scrollbar:
            self._place_bar()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines of the list: there is nothing around them that would have to be painted, too."""
        self._measure()
        for y in crop.line_range:
            if y not in self._lines:
                self._lines[y] = self.render_line(y)
        strips = [self._lines[y] for y in crop.line_range]
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return [strip.crop(*crop.column_span) for strip in strips]

    def _measure(self) -> None:
        """Where there is room for more or less, other columns may fit."""
        if self._painted != self.outer_size:
            self._painted = self.outer_size
            self._forget()

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Paint these regions again, or all of it."""
        for y in [y for region in regions for y in region.line_range] or [*self._lines]:
            self._lines.pop(y, None)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _blank(self, text: str = "") -> Strip:
        """A line where there is nothing, or that says why."""
        if text not in self._blanks:
            self._blanks[text] = self._strip([(f" {text}", "muted")], has_cursor=False)
        return self._blanks[text]

    def _strip(self, cells: Sequence[Span], *, has_cursor: bool) -> Strip:
        """A line, and what is below the scrollbar."""
        style = self._cursor_style if has_cursor else self._styles.style
        segments = [Segment(text, style(role)) for text, role in cells]
        return Strip(segments).adjust_cell_length(self.outer_size.width, self._styles.style(""))

    def _cursor_style(self, role: str) -> Style:
        # Whole, not partial: its background may let the one below shine through.
        style = self.get_component_rich_style("cursor-list--cursor")
        return style + _UNDER_CURSOR.get(role, Style.null())

    def _forget(self) -> None:
        """What was painted looks otherwise now."""
        self._styles.forget()
        self._blanks.clear()
        self._lines.clear()

    def notify_style_update(self) -> None:
        """Forget what the theme before looked like."""
        self._forget()
        self.refresh()
        super().notify_style_update()

    def on_focus(self) -> None:
        """Paint the cursor as active."""
        self._forget()
        self.refresh()

    def on_blur(self) -> None:
        """Paint the cursor as resting."""
        self._forget()
        self.refresh()

    def on_resize(self) -> None:
        """The cursor stays in sight."""
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


def _thumb(height: int, count: float, top: float) -> tuple[int, int]:
    """Where a scrollbar is painted, and how much of it, in eighths of a cell."""
    free = max(1.0, count - height)
    length = max(1.0, height * height / max(1.0, count))
    return int((height - length) * top / free * 8), ceil(length * 8)
