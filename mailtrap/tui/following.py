"""What happens in the catch and in the widgets, brought to the screen."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from textual.message import Message
from textual.timer import Timer

from mailtrap.sanitize import sanitize
from mailtrap.tui.alarms import Alarms
from mailtrap.tui.candidates import Candidates
from mailtrap.tui.diagnoses import Diagnoses
from mailtrap.tui.empty import EmptyState
from mailtrap.tui.feed import Feed, Note, What
from mailtrap.tui.line_view import LineView
from mailtrap.tui.registry import first_key
from mailtrap.tui.rows import Row
from mailtrap.tui.status import Status, StatusLine
from mailtrap.tui.tab_bar import TabBar
from mailtrap.tui.view_bar import ViewBar
from mailtrap.tui.viewing import Viewing

_ALARM = 5.0  # seconds that an alarm is shown
FOLLOW = 0.1  # seconds until another message is shown in full: faster nobody sees one


class Arrived(Message):
    """Something happened in the catch."""

    def __init__(self, notes: Sequence[Note]) -> None:
        super().__init__()
        self.notes = notes


class Following(Viewing):
    """Follows the catch, and the user."""

    feed: Feed
    diagnoses: Diagnoses
    _candidates: Candidates
    _empty: EmptyState
    _status: StatusLine
    _trouble: Callable[[], str]
    _alarms: Alarms
    _begun: datetime
    _followed = 0.0  # when the newest was shown in full
    _behind: Timer | None = None  # until the newest of now is

    # What happened in the catch

    def on_arrived(self, event: Arrived) -> None:
        """Bring the screen up to date."""
        if self._is_down:
            return
        self._list.hold = self._detail.view.is_read
        read = self._list.current if self._is_reading and self._view == "mail" else None
        notes = [note for note in event.notes if note[0] is not What.DIAGNOSED]
        changed = {subject for what, subject in notes if what in (What.RECORDED, What.CLOSED)}
        self.diagnoses.changed(changed, all_of_them=(What.TOO_MUCH, "") in notes)
        has_sessions, has_rows = self._sessions.take(notes), self.listing.take(notes)
        self._problems.take(notes)
        self._candidates.take(notes, self.listing.get)
        has_problems = self._problems.grow()
        if has_rows:
            self._show()
        else:
            self._show_status()
        is_found = len(notes) < len(event.notes)  # more is known about what is wrong with rows
        if (has_problems or is_found) and self._filter.diagnosed():
            self._filtered()
        if has_problems:
            self._hear_alarms()
        if not has_rows or has_problems or has_sessions:
            self._show_views()
        if is_found:
            self._list.repaint()
        self._detail.sessions_changed(changed)
        self._detail.diagnosed()
        if read is not None and read.is_message and self.listing.get(read.id) is None:
            self._tell_of_loss()

    def _tell_of_loss(self) -> None:
        """What was read is gone, by another program or for newer mail."""
        if self._list.current is not None:
            self.notice("the message that was shown is no longer kept; this is another one")

    def _arrive(self, notes: Sequence[Note]) -> None:
        # As a message, so that it takes its turn among keys and what it raises ends the app.
        self.post_message(Arrived(notes))

    def _diagnosed(self) -> None:
        self.feed.diagnosed()

    def _tick(self) -> None:
        if self._is_down:
            return
        if self.listing.tick(self._now()):
            self._show()
        else:
            self._show_status()
        if self._view == "sessions":  # their times go on
            self._session_list.repaint()
        self._detail.tick(self._now(), self._endpoints.timeout)
        self._tell_alarms()

    def _hear_alarms(self) -> None:
        """Tell of errors in sessions that began while somebody looks at the screen."""
        for each in self._problems.news:
            name, is_message = each.subject
            rule = each.diagnostic.rule
            is_new = each.at is not None and each.at >= self._begun
            is_told = not is_message and rule.severity == "error"
            if is_new and is_told and not self._detail.tells_of(name):
                text = f"✗ {each.sender or name}: {rule.title}"
                self._alarms.hear(rule.id, text, time.monotonic())
        self._tell_alarms()

    def _tell_alarms(self) -> None:
        if self._view != "problems" and (text := self._alarms.due(time.monotonic())):
            self.notify(sanitize(text), severity="error", timeout=_ALARM, markup=False)

    @property
    def is_settled(self) -> bool:
        """All that happened is on the screen, and what was found about it."""
        is_found = self.diagnoses.is_idle and self._problems.survey.is_idle
        is_shown = self._behind is None and self._filter.is_idle
        return is_found and is_shown and self.feed.is_idle

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
        self._filter.rows_changed()
        self._list.highlight(self._filter.highlights, self._filter.nothing)
        self._list.sync(self._rows)
        self._show_views()
        self._show_status()

    def _show_status(self) -> None:
        if self._is_down:
            return
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
                self._deletion.count,
                first_key("app.undo", self.remapped),
                self._trouble(),
                self._faults.on if self._faults else (),
                self._marks.count(listing.is_shown),
                self._marks.only,
                self._filter.reason if self._view == "mail" else "",
            )
        )

    # What happened in the widgets

    def _moved(self, row: Row | None, by_user: bool) -> None:  # noqa: FBT001 - a callback
        """Show the row under the cursor; a row the user went to is read."""
        if self._view != "mail":
            return
        wait = self._followed + FOLLOW - time.monotonic()
        if self._list.is_following and not by_user and row is not None and wait > 0:
            self._behind = self._behind or self.set_timer(wait, self.catch_up)
            return
        self._show_in_full(row)
        if by_user and row is not None:
            self._mark(row.id, unread=False)
        self._show_status()

    def catch_up(self) -> None:
        """Show the row under the cursor, where that was to wait."""
        if self._behind is not None and not self._is_down:
            self._show_in_full(self._list.current)

    def _show_in_full(self, row: Row | None) -> None:
        if self._behind is not None:
            self._behind.stop()
            self._behind = None
        self._followed = time.monotonic()
        if self._view == "mail":
            self._detail.show(row, goes_on=not self._list.is_following)

    def _flag(self, row: Row) -> str:
        """The worst that is wrong with what a row stands for."""
        diagnosis = self.diagnoses.of(row)
        return diagnosis.flag if diagnosis else ""

    def _issues_of(self, row: Row) -> Iterable[tuple[str, str]]:
        # The survey looks at every row, but at a session only once it ended.
        found = self.diagnoses.known(row) or self._problems.diagnosis(row)
        return [(each.rule.id, each.severity) for each in found.issues] if found else ()

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

    def on_cursor_list_opened(self) -> None:
        """Read what was clicked."""
        self.action_open()

    def on_line_view_link_chosen(self, event: LineView.LinkChosen) -> None:
        """Say where the link leads that was clicked, and what can be done with it."""
        self._offer_link(event.address)

    def on_placed_view_scrolled(self) -> None:
        """Scrolled down or back to the top: reading begins or ends."""
        self._detail.scrolled()
        self._show_status()

    def on_tab_bar_chosen(self, event: TabBar.Chosen) -> None:
        """Show the tab that was clicked."""
        self._detail.choose(event.tab)

    def on_descendant_focus(self) -> None:
        """The pane in focus is the one a small screen shows, and reading begins or ends."""
        if self._is_down or self._prompt.is_open:
            return  # the prompt has it for a moment, and then it is where it was
        self._main.set_class(self._is_reading, "-reading")
        self._show_status()
        self.refresh_bindings()
