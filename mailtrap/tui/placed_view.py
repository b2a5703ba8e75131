"""A view of the lines of a document that keeps its place: what is read stays on the screen when
the width, the height or the lines themselves change.
"""

from bisect import bisect_right
from dataclasses import dataclass

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView

from mailtrap.tui.document import Document, Layout, Piece, TextDocument, lay_out


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is, in terms that another width or height does not change."""

    at_end: bool = False
    line: int = 0  # at the top
    start: int = 0  # the code point of that line at the top


class PlacedView(ScrollView):
    """Knows the document and where in it the reader is; whoever inherits this paints."""

    class Scrolled(Message):
        """Other lines are in sight."""

    class Resized(Message):
        """There is room for more or fewer cells."""

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self.document: Document = TextDocument("")
        self._pieces: list[Piece] | None = None
        self.follows_end = False  # the document goes on, and was shown from its end
        self._place = Place()
        self._measured = Size()  # what there was room for when rows were counted

    def show(
        self, document: Document, *, at_end: bool = False, layout: Layout | None = None
    ) -> None:
        """Show another document, from its start or its end; ``layout`` may be made before."""
        self.document = document
        self.follows_end = at_end
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
    def is_bound_for_the_end(self) -> bool:
        """Whatever the lines become, their end is to be shown."""
        return self._place.at_end

    @property
    def is_read(self) -> bool:
        """The user is somewhere in the document, by focus or by scrolling."""
        is_waiting = self.follows_end and self.is_at_end
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
        at_end = self.is_at_end and (top > 0 or self.follows_end)
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
            top = bisect_right(self._pieces, (place.line, place.start), key=beginning) - 1
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

    def to_edge(self, *, at_end: bool) -> None:
        """Go to the first or the last row."""
        self._settle()
        # Also where all of it fits: the view may be about to become smaller.
        self._place = Place(at_end=at_end)
        self._return()


def beginning(piece: Piece) -> tuple[int, int]:
    """Line and first code point of a piece, by which pieces are ordered."""
    return piece[0], piece[1]
