"""Pages of which one item is selected: an issue, a part, an attachment; and where it leads."""

from collections.abc import Mapping

from mailtrap.tui import item_view
from mailtrap.tui.attachments import AttachmentsDocument
from mailtrap.tui.conversation import SessionDocument
from mailtrap.tui.hints import USUAL
from mailtrap.tui.items import Items
from mailtrap.tui.mime_tree import MimeDocument
from mailtrap.tui.page_view import PageView
from mailtrap.tui.source import SourceDocument

_CONTEXT = 2  # lines above the one that is shown


class ItemPages(PageView):
    """Goes from item to item, opens them, and shows the place one is about."""

    def __init__(
        self, remapped: Mapping[str, str] = USUAL, *, widget_id: str | None = None
    ) -> None:
        super().__init__(remapped, widget_id=widget_id)
        self._rule = ""  # the id of the one somebody looks at in Problems
        self._sought: tuple[int | None] | None = None  # an offset in what is still being read
        self.view.at_edge = lambda direction: item_view.select(self.view, direction)

    def choose(self, tab: str) -> bool:
        """Show that tab, for this row and those to come; False where there is none."""
        raise NotImplementedError

    @property
    def has_items(self) -> bool:
        """One of several things is selected."""
        return isinstance(self.view.document, Items)

    def scrolled(self) -> None:
        """Other lines are in sight."""
        item_view.scrolled(self.view)

    def select(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) match of a search, else item."""
        if self.finder.is_active:
            self.finder.step(direction)
        else:
            item_view.select(self.view, direction)

    def open_item(self) -> None:
        """Show where the selected issue or part is, or what is in the selected attachment."""
        document = self.view.document
        if isinstance(document, MimeDocument):
            self.choose("source")
            self._show_octet(document.part.start)
        elif isinstance(document, AttachmentsDocument):
            self._pages.opened = document.part
            self._show_tab()
        elif isinstance(document, Items):
            self._go_to_issue()

    def close_item(self) -> bool:
        """End a search or close an attachment; False where there is none."""
        if self.finder.is_active:
            self.finder.end()
            return True
        if self._pages.opened is None:
            return False
        self._pages.closed, self._pages.opened = self._pages.opened, None
        self._show_tab()
        return True

    def _go_to_rule(self) -> None:
        if self._rule:
            from mailtrap.tui import issue_view

            issue_view.go_to(self.view, self._rule)

    def _go_to_issue(self) -> None:
        from mailtrap.tui import issue_view

        issue = issue_view.selected(self.view)
        if issue is None:
            return
        place = issue.found[0].place
        self.choose("source" if issue.in_message else "session")
        self._show_at(place.start if issue.in_message else place.offset)

    def _show_at(self, offset: int | None) -> None:
        shown = self.view.document
        self._sought = None
        if isinstance(shown, SessionDocument):
            self.view.show_line(max(0, shown.line_of(offset) - _CONTEXT))
        elif isinstance(shown, SourceDocument):
            self._show_octet(offset or 0)
        else:
            self._sought = (offset,)

    def _show_octet(self, offset: int) -> None:
        shown = self.view.document
        if isinstance(shown, SourceDocument):
            self.view.show_line(max(0, shown.row_of(offset) - _CONTEXT))
