"""The app: puts the widgets together and takes each event and key to where it belongs."""

import gc
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.driver import Driver

from mailtrap.live_faults import LiveFaults
from mailtrap.trap import Catch
from mailtrap.tui import Notice, keys, registry
from mailtrap.tui.alarms import Alarms
from mailtrap.tui.candidates import Candidates
from mailtrap.tui.canvas import Canvas
from mailtrap.tui.colours import readable
from mailtrap.tui.deletion import Deletion
from mailtrap.tui.detail import Detail
from mailtrap.tui.diagnoses import Diagnoses
from mailtrap.tui.empty import EmptyState
from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.feed import Feed
from mailtrap.tui.filter_bar import FilterBar
from mailtrap.tui.filtering import Filter
from mailtrap.tui.following import Following
from mailtrap.tui.item_list import ItemList
from mailtrap.tui.key_line import KeyLine
from mailtrap.tui.listing import Listing
from mailtrap.tui.look import Look, recalled, remember
from mailtrap.tui.marks import Marks
from mailtrap.tui.menu import Menu
from mailtrap.tui.outside import Desk
from mailtrap.tui.palette import Palette
from mailtrap.tui.panes import SIDE_BY_SIDE, TWO_PANES, TWO_ROWS, Panes
from mailtrap.tui.previews import Previews
from mailtrap.tui.problems import Problems
from mailtrap.tui.prompt import Prompt
from mailtrap.tui.question import Question
from mailtrap.tui.row_list import RowList
from mailtrap.tui.session_table import SessionTable
from mailtrap.tui.signals import on_continuation, on_termination
from mailtrap.tui.status import StatusLine
from mailtrap.tui.view_bar import ViewBar

_NO_KEY = "<none>"  # is never pressed
_PAUSE = 0.006  # seconds between two pieces of work on a filter


class MailtrapApp(Following):
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
        (TWO_PANES, "-narrow"),
        (SIDE_BY_SIDE, "-normal"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [
        (0, "-low"),
        (TWO_ROWS, "-short"),
        (22, "-tall"),
        (36, "-high"),
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
        look: Look | None = None,
        canvas: Canvas | None = None,
        driver: type[Driver] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``trouble`` is asked now and then why the catch cannot be read, "" where it can;
        ``faults``: those of the listener in this process.  Without ``look`` nothing is set, and
        nothing that is chosen is kept.  ``canvas``: where images are drawn;
        ``driver``: what draws on it, None for the usual one.
        """
        look = look or Look()
        no_color = bool(os.environ.get("NO_COLOR"))
        # Textual turns colours into greys, unless both this and the theme say otherwise.
        super().__init__(driver, ansi_color=no_color or None)
        self._look, self._before = look, recalled(look.memory)
        theme = "ansi-dark" if no_color else look.theme or self._before.theme or ""
        if theme in self.available_themes:  # one that was chosen may be of another version
            self.theme = theme
        self.remapped = look.keys
        self.set_keymap({id_: keys or _NO_KEY for id_, keys in look.keys.items()})
        self._chosen = {}
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
        self._detail = Detail(
            catch,
            self.diagnoses,
            look.keys,
            show_secrets=show_secrets,
            canvas=canvas,
            widget_id="detail",
        )
        self._sessions = SessionTable(catch)
        self._alarms = Alarms()
        self._begun = now()
        self._problems = Problems(catch, self._diagnosed)
        self._session_list = ItemList(
            self._session_cells, self._session_moved, nothing="no session yet", widget_id="sessions"
        )
        self._problem_list = ItemList(
            self._problem_cells, self._problem_moved, nothing="", widget_id="problems"
        )
        self._bar = ViewBar(widget_id="views")
        lists = Container(self._list, self._session_list, self._problem_list, id="lists")
        self._panes = Panes(lists, self._detail, widget_id="panes")
        self._candidates = Candidates(catch, self._issues_of, self._marks.__contains__)
        self._filter_bar = FilterBar(look.keys, widget_id="filter")
        self._filter = Filter(
            self._candidates,
            self._filter_bar,
            lambda: self._unfiltered,
            self._filtered,
            lambda go_on: self.set_timer(_PAUSE, go_on),
            look.keys,
        )
        self._empty = EmptyState(
            endpoints, sample_key=registry.first_key("app.sample", look.keys), widget_id="empty"
        )
        self._status = StatusLine(endpoints, widget_id="status")
        self._question = Question(self._status)
        self._menu = Menu(widget_id="menu")
        self._prompt = Prompt(self.notice, widget_id="prompt")
        self._key_line = KeyLine(self._label, widget_id="keys")
        self._deletion = Deletion(catch, self.listing, self._failed)
        self._unsubscribe: Callable[[], None] = lambda: None

    def compose(self) -> ComposeResult:
        """The panes, or what is there before the first row; status; keys."""
        yield self._bar
        yield self._panes
        yield self._empty
        yield self._filter_bar
        yield self._status
        yield self._menu
        yield self._prompt
        yield self._key_line

    def get_css_variables(self) -> dict[str, str]:
        """The variables of the theme, and ours."""
        variables = super().get_css_variables()
        # Styles in content are looked up in the same table as those in CSS.
        self.theme_variables = {**variables, **readable(variables)}
        return self.theme_variables

    def on_load(self) -> None:
        """Hear signals before the terminal is ours: from then on it has to be given back."""
        on_termination(self._end)

    def on_mount(self) -> None:
        """Begin to follow the catch."""
        self.feed = Feed(self._arrive)
        # First subscribe, then look: what comes between is told twice, never not at all.
        self._unsubscribe = self._catch.subscribe(self.feed)
        on_continuation(lambda: not self._is_down)
        # Textual begins with a blank screen then, and paints what changes.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        # What start-up made lives as long as we do; without it in the way, a collection is short.
        # Rows make no garbage, and to look through a hundred thousand again and again takes long.
        gc.disable()
        self._main.add_class("-mail")
        self._panes.lay_out_as(
            self._look.layout or self._before.layout or "auto",
            self._look.split or self._before.split or 0,
        )
        self.listing.load()
        self._sessions.load()
        self._show()
        self.set_interval(1, self._tick)
        self.watch(self._menu, "is_open", self._hold_keys)  # one may open late, or by the mouse
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
        remember(self._look.memory, self._chosen)
        gc.unfreeze()

    # Keys

    def get_key_display(self, binding: Binding) -> str:
        """A key as the footer writes it."""
        if binding.key_display:
            return binding.key_display
        action = registry.BY_ID.get(binding.id or "")
        keys = registry.keys_of(action, self.remapped) if action else [binding.key]
        return keys[0] if keys else ""

    async def on_event(self, event: events.Event) -> None:
        """A key is first of all the answer to a question, then a letter of what is searched."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self.feed.pressed()
            self.catch_up()  # the key is about what is under the cursor
            is_taken = self._answered(event)
        else:
            is_taken = isinstance(event, events.Paste) and (
                self._prompt.write(event.text)
                or self._filter.paste(event.text)
                or self._detail.finder.paste(event.text)
            )
        if not is_taken:
            await super().on_event(event)
        self._hold_keys()

    def _hold_keys(self) -> None:
        is_typing = self._filter.is_typing or self._detail.finder.is_typing
        self._key_line.is_held = is_typing or self._menu.is_open

    def _answered(self, event: events.Key) -> bool:
        if self._question.answer(event.key) or self._menu.answer(event.key):
            return True  # and no letter of the line that opened
        is_letter = event.is_printable and self._prompt.write(event.character or "")
        return is_letter or self._is_searched(event)

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
