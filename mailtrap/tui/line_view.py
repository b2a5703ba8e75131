"""A view of many lines that makes only those on the screen: text, source, transcript."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from mailtrap.tui import keys
from mailtrap.tui.document import (
    Document,
    Layout,
    Span,
    cut,
    overlaid,
    plain,
)
from mailtrap.tui.matches import Marks, Match
from mailtrap.tui.picture_cells import without_pictures
from mailtrap.tui.placed_view import PlacedView, beginning
from mailtrap.tui.role_styles import RoleStyles

GOES_ON = "»"  # at the edge: the line is longer than the view


class LineView(PlacedView, can_focus=True):
    """Shows a document; long lines are wrapped or cut off as the document says."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.VIEW]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"line-view--{role}" for role in keys.ROLES}

    class LinkChosen(Message):
        """The user clicked text that leads to an address."""

        def __init__(self, address: str) -> None:
            super().__init__()
            self.address = address

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(widget_id=widget_id)
        self._styles = RoleStyles(self, "line-view")
        self._marks = Marks()
        # What a key does that cannot scroll any further.
        self.at_edge: Callable[[int], object] = lambda _: None
        self.on_shown: Callable[[Document], object] = lambda _: None  # another document is there

    def show(
        self, document: Document, *, at_end: bool = False, layout: Layout | None = None
    ) -> None:
        """Show another document, from its start or its end; ``layout`` may be made before."""
        self._styles.forget()  # addresses and colours of the document before
        if self.text_selection is not None:
            self.screen.clear_selection()
        self.on_shown(document)
        super().show(document, at_end=at_end, layout=layout)

    def replace(self, document: Document, top: int, layout: Layout | None = None) -> None:
        """Show another document that says the same."""
        self.on_shown(document)
        super().replace(document, top, layout)

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
            row = bisect_right(self._pieces, (line, start), key=beginning) - 1
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
        return without_pictures("".join(parts), self.document), "\n"

    def _with_selection(self, row: int, text: str, spans: Sequence[Span]) -> Sequence[Span]:
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        if span is None:
            return spans
        return overlaid(spans, span[0], len(text) if span[1] == -1 else span[1], "selected")

    def on_click(self, event: events.Click) -> None:
        """Tell which link was hit; a drag that ends on one selected text."""
        if (address := event.style.link) and self.text_selection is None:
            self.post_message(self.LinkChosen(address))

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
        self._settle()
        if self.is_at_end if direction > 0 else not self.scroll_offset.y:
            self.at_edge(direction)
        else:
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
        self.to_edge(at_end=edge == "last")
