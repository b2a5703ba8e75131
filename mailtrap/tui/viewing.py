"""Actions about what is on the screen: views, filter, panes, themes, the palette."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from textual.binding import Binding
from textual.command import CommandPalette

from mailtrap.tui import view_bar
from mailtrap.tui.filtering import Filter
from mailtrap.tui.item_list import ItemList
from mailtrap.tui.look import Look
from mailtrap.tui.main_screen import MainScreen
from mailtrap.tui.menu import Choice
from mailtrap.tui.problem_cells import group_cells, occurrence_cells
from mailtrap.tui.problems import Problems
from mailtrap.tui.row_cells import Span
from mailtrap.tui.row_list import RowList
from mailtrap.tui.rows import Row, whole_session_row
from mailtrap.tui.session_cells import session_cells
from mailtrap.tui.session_table import SessionTable
from mailtrap.tui.trying import Trying
from mailtrap.tui.view_bar import ViewBar


class Viewing(Trying):
    """Views and how they share the screen."""

    _filter: Filter
    _sessions: SessionTable
    _session_list: ItemList
    _problem_list: ItemList
    _bar: ViewBar
    _problems: Problems
    _view = "mail"
    _look: Look
    _chosen: dict[str, str | int]  # with keys, to be kept
    _now: Callable[[], datetime] = staticmethod(lambda: datetime.now(UTC))

    def get_default_screen(self) -> MainScreen:
        """The screen with the panes."""
        return MainScreen(id="_default")

    @property
    def _current_list(self) -> RowList | ItemList:
        lists = {"sessions": self._session_list, "problems": self._problem_list}
        return lists.get(self._view, self._list)

    @property
    def _current(self) -> Row | None:
        """What the row or line under the cursor stands for."""
        if self._view == "sessions":
            return self._session_row(self._session_list.current)
        if self._view == "problems":
            return self._problem_row(self._problem_list.current)
        return self._list.current

    # Views

    def action_show_view(self, view: str) -> None:
        """Show Mail, Sessions or Problems."""
        if view == self._view:
            self._go_to_list()
            return
        if self._filter.is_typing:  # its line is in Mail only
            self._filter.complete()
            self._hold_keys()
        for each in view_bar.VIEWS:
            self._main.set_class(each == view, f"-{each}")
        self._view = view
        self._show_views()
        self._show()
        self._go_to_list()
        self._show_current()

    def _show_views(self) -> None:
        """Bring the list of the view up to date, and the bar."""
        if self._view == "sessions":
            self._session_list.sync(self._sessions.ids)
        elif self._view == "problems":
            self._problem_list.say(self._no_problems())
            self._problem_list.sync(self._problems.ids())
        counts = {
            "mail": self.listing.messages,
            "sessions": len(self._sessions),
            "problems": self._problems.count,
        }
        more = "…" if self._problems.survey.waiting else ""
        shown = {view: f"{count:,}" for view, count in counts.items()}
        self._bar.show(self._view, {**shown, "problems": shown["problems"] + more})

    def _no_problems(self) -> str:
        left = self._problems.survey.waiting
        if left:
            return f"Looking… {_messages_and_sessions(left)} to go"
        least = {"error": "errors", "warning": "warnings or errors", "info": "infos"}
        what = least[self._problems.least]
        return f"no {what} in the {_messages_and_sessions(self._problems.looked_at)} looked at"

    def _show_current(self) -> None:
        """Show in the detail what is under the cursor."""
        if self._view == "problems":
            self._problem_moved(self._problem_list.current)
        else:
            self._detail.show(self._current)

    # Sessions

    def _session_cells(self, session_id: str, width: int) -> Sequence[Span]:
        session = self._catch.session(session_id)
        timeout = self._endpoints.timeout
        return session_cells(session, width, self._now(), timeout) if session else []

    def _session_moved(self, session_id: str) -> None:
        if self._view == "sessions":
            self._detail.show(self._session_row(session_id))

    def _session_row(self, session_id: str) -> Row | None:
        session = self._catch.session(session_id) if session_id else None
        return whole_session_row(session) if session else None

    # Problems

    def _problem_cells(self, line: str, width: int) -> Sequence[Span]:
        group, occurrence = self._problems.find(line)
        if group is None:
            return []
        if " " in line and occurrence is not None:
            return occurrence_cells(occurrence, width)
        return group_cells(group, width, is_open=group.rule in self._problems.opened)

    def _problem_row(self, line: str) -> Row | None:
        _, occurrence = self._problems.find(line)
        if occurrence is None:
            return None
        name, is_message = occurrence.subject
        return self.listing.get(name) if is_message else self._session_row(name)

    def _problem_moved(self, line: str) -> None:
        if self._view != "problems":
            return
        self.refresh_bindings()  # enter reads a place, and unfolds a rule
        row, (_, occurrence) = self._problem_row(line), self._problems.find(line)
        if row is None or occurrence is None:
            self._detail.show(None)
        else:
            found = occurrence.diagnostic
            offset = found.place.start if row.is_message else found.place.offset
            self._detail.show_place(row, offset, found.rule.id)

    def action_severity(self) -> None:
        """Show problems of other severities."""
        self._problems.next_level()
        self._show_views()
        self.notice(
            {"error": "errors only", "warning": "warnings and errors"}.get(
                self._problems.least, "errors, warnings and infos"
            )
        )

    def _open_problem(self) -> bool:
        """Show or hide where a rule was broken; False on a line that is such a place."""
        if not self._is_at_rule:
            return False
        self._problems.opened ^= {self._problem_list.current}
        self._show_views()
        self.refresh_bindings()
        return True

    @property
    def _is_at_rule(self) -> bool:
        line = self._problem_list.current
        return self._view == "problems" and bool(line) and " " not in line

    def _label(self, binding: Binding) -> str:
        """What a key does now, in a word."""
        if binding.id == "list.open" and self._is_at_rule:
            return "Fold" if self._problem_list.current in self._problems.opened else "Unfold"
        return binding.description

    # Filter

    def action_filter(self) -> None:
        """Ask which rows to show."""
        self.action_show_view("mail")
        self._filter.begin()

    def _filtered(self) -> None:
        """The filter lets other rows through."""
        if not self._is_down:
            self._list.highlight(self._filter.highlights, self._filter.nothing)
            self._list.sync(self._rows)
            self._show_status()
            self.refresh_bindings()  # esc ends a filter

    def _hold_keys(self) -> None:
        """Name keys, unless they are letters of what is typed or of a menu."""
        raise NotImplementedError

    @property
    def _is_down(self) -> bool:
        raise NotImplementedError

    # Panes

    def action_split(self, direction: int) -> None:
        """Give the list more room (1) or less (-1)."""
        if split := self._panes.widen(direction):
            self._choose("split", split)

    def action_layout(self) -> None:
        """Panes the other way round: side by side or one above the other; and back as fits."""
        self._choose("layout", self._panes.turn())

    def on_resize(self) -> None:
        """Other sizes may hold for panes side by side, and for cells."""
        self.call_later(self._panes.lay_out)  # the app has its new size after this
        self.call_later(self._detail.fit)

    # The palette and themes

    def action_command_palette(self) -> None:
        """Ask what to find; no second time while it is asked."""
        if not isinstance(self.screen, CommandPalette):
            asked = "Find an action or a message…"
            self.push_screen(CommandPalette(placeholder=asked, id="--command-palette"))

    def action_theme(self) -> None:
        """Show the themes; the next key chooses."""
        self._open_menu(
            "Theme",
            [
                Choice(
                    str(number),
                    f"{'●' if name == self.theme else ' '} {name}",
                    partial(self.wear, name),
                )
                for number, name in enumerate(sorted(self.available_themes), 1)
            ],
        )

    def wear(self, theme: str) -> None:
        """Take that theme, this time and the next."""
        self.theme = theme
        self._choose("theme", theme)

    def _choose(self, name: str, value: str | int) -> None:
        """Keep that for the next time; tell once where a setting will count all the same."""
        where = self._look.set_by.get(name)
        if where and name not in self._chosen:
            self.notice(f"{name}: until you quit; then {where} counts again")
        self._chosen[name] = value


def _messages_and_sessions(number: int) -> str:
    return "1 message or session" if number == 1 else f"{number:,} messages and sessions"
