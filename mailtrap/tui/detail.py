"""The detail beside the list: headline, tabs, and the document of the chosen tab."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from textual.app import ComposeResult

from mailtrap.session import Session
from mailtrap.trap import Catch
from mailtrap.tui import tabs
from mailtrap.tui.canvas import Canvas
from mailtrap.tui.conversation import SessionDocument
from mailtrap.tui.diagnoses import Diagnoses
from mailtrap.tui.document import Document, Layout, TextDocument
from mailtrap.tui.headers import HeadersDocument
from mailtrap.tui.headline import Headline
from mailtrap.tui.hints import USUAL
from mailtrap.tui.item_pages import ItemPages
from mailtrap.tui.items import Items
from mailtrap.tui.lost import lost, lost_data
from mailtrap.tui.outcome import partial_data
from mailtrap.tui.pages import Make, Pages
from mailtrap.tui.rows import Row
from mailtrap.tui.source import SourceDocument
from mailtrap.tui.tab_choice import TabChoice
from mailtrap.tui.verdict import Verdict
from mailtrap.tui.waiting import idle

AT_ONCE = 2000  # entries; a longer transcript is read in a thread


class Detail(ItemPages):
    """What a row stands for."""

    def __init__(
        self,
        catch: Catch,
        diagnoses: Diagnoses,
        remapped: Mapping[str, str] = USUAL,
        *,
        show_secrets: bool = False,
        canvas: Canvas | None = None,
        widget_id: str | None = None,
    ) -> None:
        super().__init__(remapped, widget_id=widget_id)
        self._canvas = canvas or Canvas()
        self.view.on_shown = self._canvas.sees
        self._catch = catch
        self._diagnoses = diagnoses
        self._show_secrets = show_secrets
        self._row: Row | None = None
        self._folds = True  # long replies of a transcript
        self._choice = TabChoice()
        self._headline = Headline(widget_id="headline")

    def compose(self) -> ComposeResult:
        """Headline, tabs, document; a search."""
        yield self._headline
        yield self._bar
        yield self.view
        yield self._search_bar

    # Rows and tabs

    @property
    def tab(self) -> str:
        """The tab that is shown: the chosen one, or the one there is."""
        return self._choice.among(self._there, is_message=self._is_message)

    def tells_of(self, session_id: str) -> bool:
        """What is wrong in that session can be read here."""
        is_shown = self.display and self._row is not None and self._row.session == session_id
        return is_shown and self.tab in ("session", "issues")

    @property
    def _tabs(self) -> Sequence[tabs.Tab]:
        of_data = self._pages.tabs if self._is_message or self._pages.data else ()
        return (*of_data, tabs.SESSION, replace(tabs.ISSUES, count=self._verdict.wrong))

    @property
    def _there(self) -> Sequence[str]:
        return [tab.id for tab in self._tabs]

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
        self._choice.row_changed(is_same=is_same, goes_on=goes_on)
        self._row = row
        if row is None:
            self._show_nothing()
            return
        if is_same and (row.is_message or self._choice.is_for_now):
            return  # messages never change; read or unread is the list's affair
        before = self._pages, self.tab
        self._load(row)
        if not is_same:
            self.finder.end()
            self._rule = ""
            self._verdict = Verdict(self._diagnoses.of(row))
            self._headline.count(self._verdict.counts)
        if goes_on:
            self._bar.show(self._tabs, self.tab)
        elif not is_same or before != (self._pages, self.tab):
            self._show_tab()

    def show_place(self, row: Row, offset: int | None, rule: str) -> None:
        """Show an octet of a message, or the entry at an octet of a session; None: as a whole.

        ``rule``: the id of that which was broken there.
        """
        self.show(row)
        self._rule = rule
        self._choice.show_for_now("source" if row.is_message else "session")
        self._show_tab()
        self._show_at(offset)

    def _show_nothing(self) -> None:
        self._pages = Pages(b"")
        self._make, self._verdict = None, Verdict()
        self.finder.end()
        self._headline.clear()
        self._bar.show((), "")
        self.view.show(TextDocument(""))

    def _load(self, row: Row) -> None:
        data = self._pages.data
        if row.is_message:
            if message := self._catch.message(row.id):
                data = message.data
                self._headline.show_message(message, self._catch.session(row.session))
        elif session := self._catch.session(row.session):
            transaction = None if row.which is None else lost(session)[row.which]
            data = lost_data(session, transaction) if transaction else partial_data(session)
            self._headline.show_session(session, transaction)
        if data != self._pages.data:
            is_raw = self._pages.is_raw
            self._pages = Pages(
                data,
                in_colour=not self.app.no_color,
                is_raw=is_raw,
                remapped=self._remapped,
                graphics=self._canvas.graphics,
            )
        self._pages.opened = None

    def choose(self, tab: str) -> bool:
        """Show that tab, for this row and those to come; False where there is none."""
        if self._row is None or tab not in self._there:
            return False
        if tab != self.tab:
            self._choice.choose(tab, is_message=self._is_message)
            self._pages.opened = None
            self._show_tab()
        return True

    def turn(self, direction: int) -> None:
        """Show the next (1) or previous (-1) tab."""
        there = self._there
        self.choose(there[(there.index(self.tab) + direction) % len(there)])

    def fold(self) -> None:
        """Show long replies of a transcript in full, or their first lines only."""
        self._folds = not self._folds
        document = self.view.document
        if isinstance(document, SessionDocument):
            top = document.fold(self.view.top_line, folds=self._folds)
            self._changed(top)
        elif self._row is not None and self.tab == "session":
            self._show_tab()  # it is still being read

    def toggle_raw(self) -> None:
        """Show header fields as octets, or for reading."""
        self._pages.is_raw = not self._pages.is_raw
        self._show_tab()

    def sessions_changed(self, session_ids: Container[str]) -> None:
        """Follow the session that is shown, if it is one of these."""
        document = self.view.document
        if isinstance(document, SessionDocument) and document.session.id in session_ids:
            session = self._catch.session(document.session.id)
            if session is not None and document.follow(session):
                self.view.grown()
                self.finder.document_changed()

    def tick(self, now: datetime, timeout: float) -> None:
        """Say how long an open session that is shown has been silent, and what it brought."""
        document = self.view.document
        live = document if isinstance(document, SessionDocument) else None
        if live is not None and live.wait(idle(live.session, now, timeout)):
            self.view.grown()
        is_open = self._headline.open_session
        if is_open and (session := self._catch.session(is_open)):
            self._headline.follow(session)

    # What is wrong

    def diagnosed(self) -> None:
        """Show what is wrong as far as it is known now."""
        found = self._diagnoses.of(self._row) if self._row else None
        if found is None or found is self._verdict.diagnosis:
            return
        self._verdict = Verdict(found)
        self._headline.count(found.counts)
        self._bar.show(self._tabs, self.tab)
        if self.tab == "issues":
            from mailtrap.tui import issue_view

            if not issue_view.show_again(self.view, self._issues()):
                self._go_to_rule()
            self.finder.document_changed()
        else:
            self._show_remarks()

    def _show_remarks(self) -> None:
        document = self.view.document
        if isinstance(document, SessionDocument):
            top = document.remark(self._verdict.of_session(), self.view.top_line)
            if top is not None:
                self._changed(top)
        elif isinstance(document, HeadersDocument):
            remarks = self._verdict.of_header(self._pages.content.body_start)
            self._changed(document.remark(remarks, self.view.top_line))
        elif isinstance(document, SourceDocument):
            document.mark(self._verdict.of_source(document.size))
            self.view.refresh()

    # Documents

    def _show_tab(self) -> None:
        self._bar.show(self._tabs, self.tab)
        self._make, self._sought = None, None
        if self.tab == "session":
            self._show_session()
        elif self.tab == "issues":
            self._show_document(self._issues())
            self._go_to_rule()
        elif self.tab == "source":
            self._show_source(self._pages.data)
        elif self.tab == "headers" and self._pages.is_raw:
            self._show_source(self._pages.data[: self._pages.content.body_start])
        else:
            self._show_page()

    @property
    def _session(self) -> Session | None:
        return self._catch.session(self._row.session) if self._row else None

    def _issues(self) -> Items | TextDocument:
        return self._verdict.issues(self._session, self._pages.data)

    def _show_session(self) -> None:
        session = self._session
        if session is None:
            is_known = self._row is None or self._row.session
            why = (
                "is no longer kept"
                if is_known
                else "is not known: it came into the maildir as it is"
            )
            self._show_document(TextDocument("", f"The session of this message {why}."))
        else:
            made = partial(
                SessionDocument,
                session,
                self._verdict.of_session(),
                show_secrets=self._show_secrets,
                folds=self._folds,
                remapped=self._remapped,
            )
            is_short = len(session.transcript) <= AT_ONCE
            self._show_made(lambda _: made(), at_once=is_short, at_end=session.is_open)

    def _was_read(self, make: Make, document: Document, layout: Layout) -> None:
        super()._was_read(make, document, layout)
        if isinstance(document, SessionDocument) and self.view.document is document:
            self.sessions_changed([document.session.id])  # while it was read
            if self._sought:
                self._show_at(*self._sought)


def _is_heir(before: Row | None, row: Row | None) -> bool:
    if before is None or row is None or before.kind != "open":
        return False
    return row.is_message and row.session == before.session
