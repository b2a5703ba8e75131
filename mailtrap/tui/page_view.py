"""A view below a bar of tabs: shows documents, makes large ones in a thread, sets them again for
another width.  What the tabs are is decided by who inherits this.
"""

from collections.abc import Mapping, Sequence

from textual.containers import Vertical

from mailtrap.tui.document import Document, Fitted, Layout, TextDocument, lay_out, same_place
from mailtrap.tui.finder import Finder
from mailtrap.tui.hints import USUAL
from mailtrap.tui.items import Items
from mailtrap.tui.line_view import LineView
from mailtrap.tui.pages import Make, Pages
from mailtrap.tui.picture_cells import pictures_of
from mailtrap.tui.reader import Reader
from mailtrap.tui.search_bar import SearchBar
from mailtrap.tui.source import SourceDocument
from mailtrap.tui.tab_bar import TabBar
from mailtrap.tui.tabs import Tab
from mailtrap.tui.verdict import Verdict


class PageView(Vertical):
    """Documents of mail data and of what was found in it."""

    def __init__(
        self, remapped: Mapping[str, str] = USUAL, *, widget_id: str | None = None
    ) -> None:
        """``remapped``: keys of actions that the user has set."""
        super().__init__(id=widget_id)
        self._remapped = remapped
        self.view = LineView(widget_id="view")
        self._bar = TabBar(widget_id="tabs")
        self._search_bar = SearchBar(remapped, widget_id="search")
        self.finder = Finder(self.view, self._search_bar)
        self._reader = Reader(self.view)
        self._pages = Pages(b"")
        self._verdict = Verdict()
        self._make: Make | None = None  # made what is shown, or is making it

    def on_unmount(self) -> None:
        """Read nothing more."""
        self._reader.stop()

    @property
    def tab(self) -> str:
        """The tab that is shown."""
        raise NotImplementedError

    @property
    def _tabs(self) -> Sequence[Tab]:
        raise NotImplementedError

    def _show_tab(self) -> None:
        raise NotImplementedError

    def _show_remarks(self) -> None:
        raise NotImplementedError

    def _show_document(
        self, document: Document, *, at_end: bool = False, layout: Layout | None = None
    ) -> None:
        self.view.show(document, at_end=at_end, layout=layout)
        self.finder.document_changed()

    def _changed(self, top: int) -> None:
        """The document that is shown has other lines."""
        self.view.changed(top)
        self.finder.document_changed()

    def _show_source(self, data: bytes) -> None:
        document = SourceDocument(data)
        document.mark(self._verdict.of_source(len(data)))
        self._show_document(document)

    def _show_page(self) -> None:
        pages = self._pages
        remarks = self._verdict.of_header(pages.content.body_start)
        self._show_made(pages.maker(self.tab, remarks), at_once=pages.is_quick)

    def _show_made(self, make: Make, *, at_once: bool, at_end: bool = False) -> None:
        self._make = make
        if at_once:
            self._show_document(make(self.view.room), at_end=at_end)
        else:
            self._show_document(TextDocument("", "Reading…"), at_end=at_end)
            self._reader.read(self._pages, make, self.view.room, self._was_read)

    def _was_read(self, make: Make, document: Document, layout: Layout) -> None:
        if make is not self._make:
            return  # something else was chosen meanwhile
        if self.tab != self._bar.active:
            self._show_tab()  # the tab that was chosen is not there, or is after all
            return
        self._bar.show(self._tabs, self.tab)
        if isinstance(document, Fitted) and isinstance(self.view.document, Fitted):
            self._refit(document, layout)
        else:
            is_awaited = self.view.is_bound_for_the_end
            self._show_document(document, at_end=self.view.follows_end, layout=layout)
            self.view.to_edge(at_end=is_awaited)
            self._show_remarks()

    def on_placed_view_resized(self) -> None:
        """There is another width."""
        self.fit()

    def fit(self) -> None:
        """What was made for another width, or for cells of another size, is made anew."""
        document, room, make = self.view.document, self.view.room, self._make
        if make is None or not isinstance(document, Fitted):
            return
        if document.room == room and all(each.fits for each in pictures_of(document)):
            return
        if self._pages.is_quick:
            made = make(room)
            self._refit(made, lay_out(made, room))
        else:
            self._reader.read(self._pages, make, room, self._was_read)

    def _refit(self, document: Document, layout: Layout) -> None:
        before = self.view.document
        if isinstance(before, Items) and isinstance(document, Items):
            document.select(before.selected)
        top = same_place(self.view.top_line, before, document)
        self.view.replace(document, top, layout)
        self.finder.document_changed()
