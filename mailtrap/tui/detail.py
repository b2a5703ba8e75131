"""The detail beside the list: headline, tabs, and the document of the chosen tab."""

import asyncio
from collections.abc import Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from mailtrap.content import Content
from mailtrap.trap import Catch
from mailtrap.tui.conversation import Remarks, SessionDocument
from mailtrap.tui.diagnoses import Diagnoses
from mailtrap.tui.document import Document, Layout, TextDocument, lay_out
from mailtrap.tui.headline import Headline, message_facts, session_facts
from mailtrap.tui.line_view import LineView
from mailtrap.tui.lost import lost, lost_data
from mailtrap.tui.outcome import partial_data
from mailtrap.tui.rows import Row
from mailtrap.tui.source import SourceDocument
from mailtrap.tui.tab_bar import TabBar

if TYPE_CHECKING:  # the rules come with it
    from mailtrap.tui.issue_list import IssuesDocument
    from mailtrap.tui.issues import Diagnosis

TABS = (("text", "Text"), ("source", "Source"), ("session", "Session"))
_CONTEXT = 2  # lines above the one that is shown
AT_ONCE = 2**15  # octets; larger mail data is read in a thread, and only that of one message


class Detail(Vertical):
    """What a row stands for."""

    def __init__(
        self,
        catch: Catch,
        diagnoses: Diagnoses,
        *,
        show_secrets: bool = False,
        widget_id: str | None = None,
    ) -> None:
        super().__init__(id=widget_id)
        self.view = LineView(widget_id="view")
        self._catch = catch
        self._diagnoses = diagnoses
        self._diagnosis: Diagnosis | None = None
        self._show_secrets = show_secrets
        self._row: Row | None = None
        self._data = b""
        self._folds = True  # long replies of a transcript
        self._goes_on = False  # with the session of the row before, in its tab
        # Stays for the next row of its kind; of a failure one wants to see how it came about.
        self._chosen = {True: "text", False: "session"}
        self._headline = Headline(widget_id="headline")
        self._bar = TabBar(widget_id="tabs")
        # One thread: what was chosen meanwhile waits, and what is no longer wanted never runs.
        self._reader = ThreadPoolExecutor(1, "mailtrap-read")

    def compose(self) -> ComposeResult:
        """Headline, tabs, document."""
        yield self._headline
        yield self._bar
        yield self.view

    def on_unmount(self) -> None:
        """Read nothing more."""
        self._reader.shutdown(wait=False, cancel_futures=True)

    @property
    def tab(self) -> str:
        """The tab that is shown: the chosen one, or the one there is."""
        chosen = "session" if self._goes_on else self._chosen[self._is_message]
        return chosen if chosen in dict(self._tabs) else "session"

    @property
    def _is_message(self) -> bool:
        return self._row is not None and self._row.is_message

    def show(self, row: Row | None, *, goes_on: bool = False) -> None:
        """Show what that row stands for.

        ``goes_on``: where the row before was a session and this is a message it brought, the
        transcript stays as it is on the screen.
        """
        is_same = self._row is not None and row is not None and row.id == self._row.id
        goes_on = goes_on and self.tab == "session" and _is_heir(self._row, row)
        self._goes_on = goes_on or (self._goes_on and is_same)
        self._row = row
        if row is None:
            self._data = b""
            self._diagnosis = None
            self._headline.show(None)
            self._bar.show((), "")
            self.view.show(TextDocument(""))
            return
        if is_same and row.is_message:
            return  # messages never change; read or unread is the list's affair
        before = self._data, self.tab
        self._load(row)
        if not is_same:
            self._diagnosis = self._diagnoses.of(row)
            self._headline.count(self._diagnosis.counts if self._diagnosis else ())
        if goes_on:
            self._bar.show(self._tabs, self.tab)
        elif not is_same or before != (self._data, self.tab):
            self._show_tab()

    def choose(self, tab: str) -> None:
        """Show that tab, for this row and those to come."""
        if self._row is not None and tab in dict(self._tabs) and tab != self.tab:
            self._goes_on = False
            self._chosen[self._is_message] = tab
            self._show_tab()

    def turn(self, direction: int) -> None:
        """Show the next (1) or previous (-1) tab."""
        tabs = [tab for tab, _ in self._tabs]
        self.choose(tabs[(tabs.index(self.tab) + direction) % len(tabs)])

    def fold(self) -> None:
        """Show long replies of a transcript in full, or their first lines only."""
        self._folds = not self._folds
        document = self.view.document
        if isinstance(document, SessionDocument):
            top = document.fold(self.view.top_line, folds=self._folds)
            self.view.changed(top)

    def sessions_changed(self, session_ids: Container[str]) -> None:
        """Follow the session that is shown, if it is one of these."""
        document = self.view.document
        if isinstance(document, SessionDocument) and document.session.id in session_ids:
            session = self._catch.session(document.session.id)
            if session is not None and document.follow(session):
                self.view.grown()

    # Issues

    def diagnosed(self) -> None:
        """Show what is wrong as far as it is known now."""
        found = self._diagnoses.of(self._row) if self._row else None
        if found is None or found is self._diagnosis:
            return
        self._diagnosis = found
        self._headline.count(found.counts)
        self._bar.show(self._tabs, self.tab)
        document = self.view.document
        if self.tab == "issues":
            from mailtrap.tui import issue_view

            issue_view.show_again(self.view, self._issues())
        elif isinstance(document, SessionDocument):
            top = document.remark(self._remarks(), self.view.top_line)
            if top is not None:
                self.view.changed(top)
        elif isinstance(document, SourceDocument):
            document.mark(self._places())
            self.view.refresh()

    def scrolled(self) -> None:
        """Other lines are in sight."""
        if self.tab == "issues":
            from mailtrap.tui import issue_view

            issue_view.scrolled(self.view)

    def select_issue(self, direction: int) -> None:
        """Select the next (1) or previous (-1) issue."""
        from mailtrap.tui import issue_view

        issue_view.select(self.view, direction)

    def go_to_issue(self) -> None:
        """Show the line of the source or transcript that the selected issue is about."""
        from mailtrap.tui import issue_view

        issue = issue_view.selected(self.view)
        if issue is None:
            return
        place = issue.found[0].place
        self.choose("source" if issue.in_message else "session")
        shown = self.view.document
        if isinstance(shown, SourceDocument):
            self.view.show_line(max(0, shown.row_of(place.start or 0) - _CONTEXT))
        elif isinstance(shown, SessionDocument):
            self.view.show_line(max(0, shown.line_of(place.offset) - _CONTEXT))

    def _remarks(self) -> Remarks:
        if self._diagnosis is None:
            return {}
        from mailtrap.tui.issues import remarks

        return remarks(self._diagnosis.session)

    def _places(self) -> list[tuple[int, str]]:
        """Where something is wrong in the source, the worst first."""
        return [
            (each.place.start, each.severity.value)
            for issue in (self._diagnosis.issues if self._diagnosis else ())
            for each in issue.found
            if issue.in_message and each.place.start is not None
        ]

    @property
    def _tabs(self) -> Sequence[tuple[str, str]]:
        wrong = self._diagnosis.wrong if self._diagnosis else 0
        issues = ("issues", f"Issues {wrong:,}" if wrong else "Issues")
        return (*(TABS if self._is_message or self._data else TABS[-1:]), issues)

    def _load(self, row: Row) -> None:
        if row.is_message:
            if message := self._catch.message(row.id):
                self._data = message.data
                self._headline.show(message_facts(message, self._catch.session(row.session)))
        elif session := self._catch.session(row.session):
            transaction = None if row.which is None else lost(session)[row.which]
            self._data = lost_data(session, transaction) if transaction else partial_data(session)
            self._headline.show(session_facts(session, transaction))

    def _show_tab(self) -> None:
        self._bar.show(self._tabs, self.tab)
        show = {
            "text": self._show_text,
            "source": self._show_source,
            "session": self._show_session,
            "issues": self._show_issues,
        }
        show[self.tab]()

    def _show_issues(self) -> None:
        self.view.show(self._issues())

    def _issues(self) -> "IssuesDocument | TextDocument":
        if self._diagnosis is None:
            return TextDocument("", "Looking…")
        from mailtrap.tui.issue_list import issues_document

        session = self._catch.session(self._row.session) if self._row else None
        return issues_document(self._diagnosis, session, self._data)

    def _show_source(self) -> None:
        document = SourceDocument(self._data)
        document.mark(self._places())
        self.view.show(document)

    def _show_session(self) -> None:
        session = self._catch.session(self._row.session) if self._row else None
        if session is None:
            is_known = self._row is None or self._row.session
            why = (
                "is no longer kept"
                if is_known
                else "is not known: it came into the maildir as it is"
            )
            self.view.show(TextDocument("", f"The session of this message {why}."))
        else:
            document = SessionDocument(
                session, self._remarks(), show_secrets=self._show_secrets, folds=self._folds
            )
            self.view.show(document, at_end=session.is_open)

    def _show_text(self) -> None:
        if len(self._data) <= AT_ONCE:
            self.view.show(text_document(self._data))
        else:
            self.view.show(TextDocument("", "Reading…"))
            self.run_worker(self._read_text(self._data), exclusive=True, group="read")

    async def _read_text(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        read = partial(_read, data, self.view.room)
        document, layout = await loop.run_in_executor(self._reader, read)
        if data is self._data and self.tab == "text":
            self.view.show(document, layout=layout)


def _is_heir(before: Row | None, row: Row | None) -> bool:
    if before is None or row is None or before.kind != "open":
        return False
    return row.is_message and row.session == before.session


def _read(data: bytes, room: int) -> tuple[Document, Layout]:
    document = text_document(data)
    return document, lay_out(document, room)


def text_document(data: bytes) -> Document:
    """Mail data for reading: its text, else the source of its HTML."""
    content = Content(data)
    if content.text is not None:
        return TextDocument(content.text, "" if content.text.strip() else "The text is empty.")
    if content.html is not None:
        return TextDocument(content.html, "There is only HTML in this message; this is its source.")
    return TextDocument("", "There is no text in this message; Source shows what there is.")
