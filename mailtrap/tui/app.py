"""The app: puts the widgets together and takes each event and key to where it belongs."""

import contextlib
import gc
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import Footer

from mailtrap.live_faults import LiveFaults
from mailtrap.sanitize import sanitize
from mailtrap.trap import Catch
from mailtrap.tui import Notice, keys, registry
from mailtrap.tui.candidates import Candidates
from mailtrap.tui.colours import readable
from mailtrap.tui.deletion import Deletion
from mailtrap.tui.detail import Detail
from mailtrap.tui.diagnoses import Diagnoses
from mailtrap.tui.empty import EmptyState
from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.feed import ALONE, SHORTEST, Feed, Note, What
from mailtrap.tui.filter_bar import FilterBar
from mailtrap.tui.filtering import Filter
from mailtrap.tui.item_list import ItemList
from mailtrap.tui.listing import Listing
from mailtrap.tui.marks import Marks
from mailtrap.tui.menu import Menu
from mailtrap.tui.outside import Desk
from mailtrap.tui.palette import Palette
from mailtrap.tui.previews import Previews
from mailtrap.tui.problems import Problems
from mailtrap.tui.prompt import Prompt
from mailtrap.tui.question import Question
from mailtrap.tui.row_list import RowList
from mailtrap.tui.rows import Row
from mailtrap.tui.session_table import SessionTable
from mailtrap.tui.signals import on_termination
from mailtrap.tui.status import Status, StatusLine
from mailtrap.tui.tab_bar import TabBar
from mailtrap.tui.view_bar import ViewBar
from mailtrap.tui.viewing import Viewing

_PAUSE = 0.006  # seconds between two pieces of work on a filter


class Arrived(Message):
    """Something happened in the catch."""

    def __init__(self, notes: Sequence[Note]) -> None:
        super().__init__()
        self.notes = notes


class MailtrapApp(Viewing):
    """A catch in a terminal."""

    CSS_PATH = "app.tcss"
    TITLE = "mailtrap"
    COMMANDS = {Palette}
    AUTO_FOCUS = None  # which pane it is depends on whether there are rows
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.APP,
        *keys.HABITS,
    ]
    HORIZONTAL_BREAKPOINTS = [
        (0, "-tiny"),
        (60, "-narrow"),
        (100, "-normal"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [
        (0, "-low"),
        (15, "-short"),
        (22, "-tall"),
    ]

    def __init__(
        self,
        catch: Catch,
        endpoints: Endpoints,
        *,
        show_secrets: bool = False,
        on_ready: Callable[[Notice], None] | None = None,
        trouble: Callable[[], str] = lambda: "",
        faults: LiveFaults | None = None,
        remapped: Mapping[str, str] | None = None,
        theme: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``trouble`` is asked now and then why the catch cannot be read, "" where it can;
        ``faults``: those of the listener in this process; ``remapped``: other keys than usual,
        by the ids of actions.
        """
        no_color = bool(os.environ.get("NO_COLOR"))
        # Textual turns colours into greys, unless both this and the theme say otherwise.
        super().__init__(ansi_color=no_color or None)
        if no_color:
            self.theme = "ansi-dark"
        elif theme is not None:
            self.theme = theme
        self.remapped = registry.checked(remapped or {})
        self.set_keymap(self.remapped)
        self._now = now
        self.listing = Listing(catch)
        self.feed: Feed
        self._catch = catch
        self._endpoints = endpoints
        self._on_ready = on_ready
        self._trouble = trouble
        self._faults = faults
        self._show_secrets = show_secrets
        self._marks = Marks()
        self._desk = Desk()
        self._previews = Previews()
        self.diagnoses = Diagnoses(catch, self._diagnosed)
        self._list = RowList(self._moved, self._flag, self._marks.__contains__, widget_id="list")
        self._detail = Detail(catch, self.diagnoses, show_secrets=show_secrets, widget_id="detail")
        self._sessions = SessionTable(catch)
        self._problems = Problems(catch, self._diagnosed)
        self._session_list = ItemList(
            self._session_cells, self._session_moved, nothing="no session yet", widget_id="sessions"
        )
        self._problem_list = ItemList(
            self._problem_cells, self._problem_moved, nothing="", widget_id="problems"
        )
        self._bar = ViewBar(widget_id="views")
        self._lists = Container(self._list, self._session_list, self._problem_list, id="lists")
        self._candidates = Candidates(catch, self._issues_of, self._marks.__contains__)
        self._filter_bar = FilterBar(widget_id="filter")
        self._filter = Filter(
            self._candidates,
            self._filter_bar,
            lambda: self._unfiltered,
            self._filtered,
            lambda go_on: self.set_timer(_PAUSE, go_on),
        )
        self._empty = EmptyState(endpoints, widget_id="empty")
        self._status = StatusLine(endpoints, widget_id="status")
        self._question = Question(self._status)
        self._menu = Menu(widget_id="menu")
        self._prompt = Prompt(self.notice, widget_id="prompt")
        self._deletion = Deletion(catch, self.listing, self._failed)
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        """The panes, or what is there before the first row; status; keys."""
        yield self._bar
        with Container(id="panes"):
            yield self._lists
            yield self._detail
        yield self._empty
        yield self._filter_bar
        yield self._status
        yield self._menu
        yield self._prompt
        yield Footer(show_command_palette=False, compact=True)

    def get_css_variables(self) -> dict[str, str]:
        """The variables of the theme, and ours."""
        variables = super().get_css_variables()
        # Styles in content are looked up in the same table as those in CSS.
        self.theme_variables = {**variables, **readable(variables)}
        return self.theme_variables

    def on_mount(self) -> None:
        """Begin to follow the catch."""
        is_alone = not self._endpoints.is_listening
        self.feed = Feed(self._arrive, shortest=ALONE if is_alone else SHORTEST)
        # First subscribe, then look: what comes between is told twice, never not at all.
        self._unsubscribe = self._catch.subscribe(self.feed)
        on_termination(self._end)
        # What start-up made lives as long as we do; without it in the way, a collection is short.
        # Rows make no garbage, and to look through a hundred thousand again and again takes long.
        gc.collect()
        gc.disable()
        self._main.add_class("-mail")
        self.listing.load()
        self._sessions.load()
        self._show()
        self.set_interval(1, self._tick)
        # Its thread imports the rules, and that is not to hold up the first paint.
        self.call_after_refresh(self._start_threads)
        gc.freeze()
        gc.enable()
        if self._on_ready is not None:
            self._on_ready(self.notice)

    def _start_threads(self) -> None:
        self.diagnoses.start()
        self._problems.load()
        self._problems.survey.start()
        self._candidates.start(self.listing.rows)

    def on_unmount(self) -> None:
        """Leave the catch alone."""
        self._unsubscribe()
        self.diagnoses.stop()
        self._problems.survey.stop()
        self._candidates.stop()
        self._deletion.finish()
        self._previews.close()
        self._desk.clear()
        gc.unfreeze()

    def notice(self, text: str, *, is_trouble: bool = False) -> None:
        """Show a text above the status for some seconds; see ``mailtrap.tui.Notice``."""
        with contextlib.suppress(RuntimeError):  # the loop ended before the caller did
            self.notify(
                sanitize(text),
                severity="warning" if is_trouble else "information",
                timeout=20.0 if is_trouble else 8.0,
                markup=False,
            )

    # What happened in the catch

    def on_arrived(self, event: Arrived) -> None:
        """Bring the screen up to date."""
        if self._is_down:
            return
        started = time.perf_counter()
        self._list.hold = self._detail.view.is_read
        notes = [note for note in event.notes if note[0] is not What.DIAGNOSED]
        changed = {subject for what, subject in notes if what in (What.RECORDED, What.CLOSED)}
        self.diagnoses.changed(changed, all_of_them=(What.TOO_MUCH, "") in notes)
        has_sessions, has_rows = self._sessions.take(notes), self.listing.take(notes)
        self._problems.take(notes)
        for what, subject in notes:
            if what is What.REMOVED:
                self._candidates.forget(subject)
        has_problems = self._problems.grow()
        if has_rows:
            self._filter.rows_changed()
            self._show()
        else:
            self._show_status()
        if has_problems and self._filter.diagnosed():
            self._filtered()
        if self._view != "mail" or has_sessions or has_problems or has_rows:
            self._show_views()
        if len(notes) < len(event.notes):  # more is known about what is wrong with the rows
            self._list.refresh()
        self._detail.sessions_changed(changed)
        self._detail.diagnosed()
        self.feed.took(time.perf_counter() - started)

    def _arrive(self, notes: Sequence[Note]) -> None:
        # As a message, so that it takes its turn among keys and what it raises ends the app.
        self.post_message(Arrived(notes))

    def _diagnosed(self) -> None:
        self.feed.diagnosed()

    def _tick(self) -> None:
        if self._is_down:
            return
        if self.listing.tick(datetime.now(UTC)):
            self._filter.rows_changed()
            self._show()
        else:
            self._show_status()
        if self._view == "sessions":  # their times go on
            self._session_list.refresh()

    @property
    def is_settled(self) -> bool:
        """All that happened is on the screen, and what was found about it."""
        is_found = self.diagnoses.is_idle and self._problems.survey.is_idle
        return is_found and self._filter.is_idle and self.feed.is_idle

    @property
    def _is_down(self) -> bool:
        """The widgets are gone already, and the app is about to be."""
        return not self._status.is_attached

    def _show(self) -> None:
        if self._is_down:
            return
        is_empty = not self.listing.rows and self._view == "mail"
        is_unfocused = self._main.focused is None and not self._prompt.is_open
        if is_empty != self._main.has_class("-empty") or is_unfocused:
            self._main.set_class(is_empty, "-empty")
            self._main.set_focus(self._empty if is_empty else self._current_list)
            self.refresh_bindings()
        self._list.highlight(self._filter.highlights, self._filter.nothing)
        self._list.sync(self._rows)
        self._show_views()
        self._show_status()

    def _show_status(self) -> None:
        listing = self.listing
        # What is being read must not change because mail arrives.
        self._list.hold = self._detail.view.is_read
        self._status.show(
            Status(
                listing.messages,
                listing.unread,
                len(listing.open),
                listing.failed,
                self._list.is_following,
                self._list.newer,
                self._deletion.is_pending,
                self._trouble(),
                self._faults.on if self._faults else (),
                self._marks.count(listing.get),
                self._marks.only,
                self._filter.reason,
            )
        )

    # What happened in the widgets

    def _moved(self, row: Row | None, by_user: bool) -> None:  # noqa: FBT001 - a callback
        """Show the row under the cursor; a row the user went to is read."""
        if self._view != "mail":
            return
        self._detail.show(row, goes_on=not self._list.is_following)
        if by_user and row is not None:
            self._mark(row.id, unread=False)
        self._show_status()

    def _flag(self, row: Row) -> str:
        """The worst that is wrong with what a row stands for."""
        diagnosis = self.diagnoses.of(row)
        return diagnosis.flag if diagnosis else ""

    def _issues_of(self, row: Row) -> Iterable[tuple[str, str]]:
        return self._problems.issues_of(row.id if row.is_message else row.session, row.is_message)

    def go_to(self, number: int) -> None:
        """Show the message of that number in Mail."""
        self.action_show_view("mail")
        if self._filter.is_active:
            self._filter.end()
        self._list.follow = False
        self._list.show_row(number)
        self.action_open()

    def on_view_bar_chosen(self, event: ViewBar.Chosen) -> None:
        """Show the view that was clicked."""
        self.action_show_view(event.view)

    def on_item_list_opened(self) -> None:
        """Read what was clicked."""
        self.action_open()

    def on_row_list_opened(self) -> None:
        """Read the row that was clicked."""
        self.action_open()

    def on_line_view_scrolled(self) -> None:
        """Scrolled down or back to the top: reading begins or ends."""
        self._detail.scrolled()
        self._show_status()

    def on_tab_bar_chosen(self, event: TabBar.Chosen) -> None:
        """Show the tab that was clicked."""
        self._detail.choose(event.tab)

    def on_descendant_focus(self) -> None:
        """The pane in focus is the one a small screen shows, and reading begins or ends."""
        if self._prompt.is_open:
            return  # for a moment, and then it is where it was
        self._main.set_class(self._is_reading, "-reading")
        self._show_status()
        self.refresh_bindings()

    # Keys

    def get_key_display(self, binding: Binding) -> str:
        """A key as the footer writes it."""
        action = registry.BY_ID.get(binding.id or "")
        return registry.keys_of(action, self.remapped)[0] if action else binding.key

    async def on_event(self, event: events.Event) -> None:
        """A key is first of all the answer to a question, then a letter of what is searched."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            is_taken = self._answered(event)
        else:
            is_taken = isinstance(event, events.Paste) and (
                self._filter.paste(event.text) or self._detail.finder.paste(event.text)
            )
        if not is_taken:
            await super().on_event(event)

    def _answered(self, event: events.Key) -> bool:
        is_answer = self._question.answer(event.key) or self._menu.answer(event.key)
        return is_answer or self._is_searched(event)

    def _is_searched(self, event: events.Key) -> bool:
        is_above = self.screen is self._main
        if is_above and self._filter.key(event.key, event.character):
            self._show_status()
            return True
        return is_above and self._detail.finder.key(event.key, event.character)

    def _failed(self, error: Exception) -> None:
        self.notice(str(error), is_trouble=True)

    def _end(self, status: int) -> None:
        self.exit(status, return_code=status)
