"""A view of many lines that makes only those on the screen: text, source, transcript."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from mailtrap.tui import keys
from mailtrap.tui.document import (
    Document,
    Layout,
    Piece,
    Span,
    TextDocument,
    cut,
    lay_out,
    overlaid,
    plain,
)
from mailtrap.tui.matches import Marks, Match
from mailtrap.tui.role_styles import RoleStyles

GOES_ON = "»"  # at the edge: the line is longer than the view


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is, in terms that another width or height does not change."""

    at_end: bool = False
    line: int = 0  # at the top
    start: int = 0  # the code point of that line at the top


class LineView(ScrollView, can_focus=True):
    """Shows a document; long lines are wrapped or cut off as the document says."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.VIEW]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line-view--{role}" for role in keys.ROLES}

    class Scrolled(Message):
        """Other lines are in sight."""

    class Resized(Message):
        """There is room for more or fewer cells."""

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.document: Document = TextDocument("")
        self._pieces: list[Piece] | None = None
        self._styles = RoleStyles(self, "line-view")
        self._follows_end = False
        self._place = Place()
        self._measured = Size()  # what there was room for when rows were counted
        self._marks = Marks()

    # Content

    def show(
        self, document: Document, *, at_end: bool = False, layout: Layout | None = None
    ) -> None:
        """Show another document, from its start or its end; ``layout`` may be made before."""
        self.document = document
        self._follows_end = at_end
        self._styles.forget()  # addresses and colours of the document before
        if self.text_selection is not None:
            self.screen.clear_selection()
        self._measure(layout)
        self._place = Place(at_end)
        self.scroll_to(x=0, animate=False, force=True)
        self._return()

    def grown(self) -> None:
        """The document has changed: stay at the end when there, else where we are."""
        self._settle()
        was_at_end = self.is_at_end
        self._measure()
        if was_at_end:
            self._jump(self.max_scroll_y)
        self.refresh()

    def changed(self, top: int) -> None:
        """The document has other lines: show it from that one, or its end when there."""
        self.replace(self.document, top)

    def replace(self, document: Document, top: int, layout: Layout | None = None) -> None:
        """The same for another document that says the same."""
        self._settle()
        place = Place(self._place.at_end, top)
        self.document = document
        self._measure(layout)
        self._place = place
        self._return()

    @property
    def top_line(self) -> int:
        """The line of the document at the top."""
        return self._place.line

    @property
    def lines_in_sight(self) -> range:
        """The lines of the document that are on the screen, whole or in part."""
        first = self.scroll_offset.y
        last = min(first + self._area.height, self.rows) - 1
        if self._pieces is not None and last >= 0:
            first, last = self._pieces[first][0], self._pieces[last][0]
        return range(first, last + 1)

    def show_line(self, line: int) -> None:
        """Scroll that line to the top, or as far up as there is something below it."""
        self._settle()
        self._place = Place(line=line)
        self._return()

    @property
    def is_at_end(self) -> bool:
        """Nothing more below."""
        return self.scroll_offset.y >= self.max_scroll_y

    @property
    def is_read(self) -> bool:
        """The user is somewhere in the document, by focus or by scrolling."""
        is_waiting = self._follows_end and self.is_at_end
        # Not has_focus: that follows only when the event of it had its turn.
        is_in_focus = self.screen.focused is self
        return is_in_focus or (self.scroll_offset.y > 0 and not is_waiting)

    @property
    def rows(self) -> int:
        """Rows the document takes at this width."""
        return len(self.document) if self._pieces is None else len(self._pieces)

    def _jump(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that the user is at another place."""
        super().watch_scroll_y(old_value, new_value)
        # A view that grows or shrinks is scrolled too, but not by the reader.
        if not self._area or self._measured == self._area:
            self._remember()
        self.post_message(self.Scrolled())

    def _remember(self) -> None:
        top = self.scroll_offset.y
        at_end = self.is_at_end and (top > 0 or self._follows_end)
        if self._pieces is None:
            self._place = Place(at_end, top)
        elif top < len(self._pieces):
            self._place = Place(at_end, *self._pieces[top][:2])

    def _return(self) -> None:
        """Scroll to the remembered place, wherever that is by now."""
        place = self._place
        if place.at_end:
            top = self.max_scroll_y
        elif self._pieces is None:
            top = place.line
        else:
            # Behind every piece that starts there or before, and back to the last of them.
            top = bisect_right(self._pieces, (place.line, place.start), key=_beginning) - 1
        self._jump(max(0, top))
        self._place = place
        self.refresh()

    @property
    def _area(self) -> Size:
        return self.scrollable_content_region.size

    @property
    def room(self) -> int:
        """Cells there are for a line and its gutter."""
        return self.scrollable_content_region.width

    def _measure(self, layout: Layout | None = None) -> None:
        document = self.document
        self._measured = self._area
        if layout is None or layout.room != self.room:
            layout = lay_out(document, self.room)
        self._pieces = layout.pieces
        width = 0 if document.wraps else document.width + document.gutter_width
        self.virtual_size = Size(width, self.rows)

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap for the new width, and show the same place."""
        self._settle()
        self.post_message(self.Resized())

    def _settle(self) -> None:
        """Make rows and place right for the size the view has now."""
        if self._area and self._measured != self._area:  # it has none while it is not shown
            self._measure()
            self._return()

    # Matches of a search

    def mark(self, pattern: re.Pattern[str] | None, current: Match | None = None) -> None:
        """Paint what matches, and the one of it where the reader is."""
        if (pattern, current) != (self._marks.pattern, self._marks.current):
            self._marks.pattern, self._marks.current = pattern, current
            self.refresh()

    def reveal(self, match: Match) -> None:
        """Scroll so that this is on the screen."""
        self._settle()
        line, start, end = match
        row = line
        if self._pieces is not None:
            row = bisect_right(self._pieces, (line, start), key=_beginning) - 1
        top, height = self.scroll_offset.y, self._area.height
        if not top <= row < top + height:
            self._jump(max(0, row - height // 3))
        if self._pieces is None:
            self._reveal_cells(plain(self.document.line(line)), start, end)

    def _reveal_cells(self, text: str, start: int, end: int) -> None:
        """The same for a line that is cut off at the edge."""
        left, right = cell_len(text[:start]), cell_len(text[:end])
        room = self.room - self.document.gutter_width - 1
        x = self.scroll_offset.x
        if left < x or right > x + room:
            x = 0 if right <= room else max(0, left - room // 3)
            self.scroll_to(x=x, animate=False, force=True, immediate=True)

    def notify_style_update(self) -> None:
        """Forget what the theme before looked like."""
        self._styles.forget()
        super().notify_style_update()

    # Painting

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        row = y + self.scroll_offset.y
        if row >= self.rows:
            return Strip.blank(width, self.rich_style)
        index, start, spans = self._row(row)
        gutter = self.document.gutter(index) if not start else self._blank_gutter()
        before = Strip(self._segments(gutter))
        content = self._content(row, spans, width - before.cell_length)
        return Strip.join([before, content])

    def _row(self, row: int) -> tuple[int, int, Sequence[Span]]:
        """Line, first code point and spans of a row."""
        line = self.document.line(row if self._pieces is None else self._pieces[row][0])
        text = plain(line)
        if self._pieces is None:
            return row, 0, self._marks.painted(row, text, line, 0, len(text))
        index, start, end = self._pieces[row]
        return index, start, self._marks.painted(index, text, cut(line, start, end), start, end)

    def _content(self, row: int, spans: Sequence[Span], width: int) -> Strip:
        left = self.scroll_offset.x
        # What is far beyond the edge need not be measured; some code points take no cell.
        spans = cut(spans, 0, 2 * (left + width) + 100)
        text = plain(spans)
        segments = self._segments(self._with_selection(row, text, spans))
        style = self.rich_style
        whole = Strip(segments)
        strip = whole.crop_extend(left, left + width, style)
        hidden = len(set_cell_size(text, left)) if left else 0
        strip = strip.apply_offsets(hidden, row)
        if self._pieces is None and whole.cell_length > left + width:
            mark = Segment(GOES_ON, self._styles.style("muted"))
            strip = Strip.join([strip.crop(0, width - 1), Strip([mark])])
        return strip

    def _segments(self, spans: Sequence[Span]) -> list[Segment]:
        return [Segment(text, self._styles.style(role)) for text, role in spans]

    def _blank_gutter(self) -> list[Span]:
        return [(" " * (self.document.gutter_width + self.document.hanging), "")]

    # Selection with the mouse

    @property
    def allow_select(self) -> bool:
        """Text can be selected although this scrolls."""
        return True

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint what is selected now."""
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text; rows of one wrapped line are one line."""
        first = selection.start.y if selection.start else 0
        last = min(selection.end.y if selection.end else self.rows - 1, self.rows - 1)
        parts: list[str] = []
        for row in range(first, last + 1):
            _, start, spans = self._row(row)
            text = plain(spans)
            begin, end = selection.get_span(row) or (0, 0)
            parts.append("\n" if row > first and not start else "")
            parts.append(text[begin : len(text) if end == -1 else end])
        return "".join(parts), "\n"

    def _with_selection(self, row: int, text: str, spans: Sequence[Span]) -> Sequence[Span]:
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        if span is None:
            return spans
        return overlaid(spans, span[0], len(text) if span[1] == -1 else span[1], "selected")

    # Actions

    def action_half_page(self, direction: int) -> None:
        """Scroll half a page down (1) or up (-1)."""
        self._settle()
        self.scroll_relative(y=direction * max(1, self.size.height // 2), animate=False)

    def page(self, direction: int) -> None:
        """Scroll a page, with a row of the page before."""
        self._settle()
        self.scroll_relative(y=direction * max(1, self.size.height - 1), animate=False)

    def action_page(self, direction: int) -> None:
        """Scroll a page down (1) or up (-1)."""
        self.page(direction)

    def action_line(self, direction: int) -> None:
        """Scroll a row down (1) or up (-1)."""
        self.scroll_by(direction)

    def scroll_by(self, rows: int) -> None:
        """Scroll so many rows down, or up where it is negative."""
        self._settle()
        self.scroll_relative(y=rows, animate=False)

    def action_sideways(self, direction: int) -> None:
        """Scroll to the right (1) or left (-1) where lines are cut off."""
        self.scroll_relative(x=direction * 8, animate=False)

    def action_edge(self, edge: str) -> None:
        """Go to the first or the last row."""
        self._settle()
        # Also where all of it fits: the view may be about to become smaller.
        self._place = Place(at_end=edge == "last")
        self._return()


def _beginning(piece: Piece) -> tuple[int, int]:
    return piece[0], piece[1]
