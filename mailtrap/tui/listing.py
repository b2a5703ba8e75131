"""Which rows there are: messages, and sessions that brought none, in order of arrival.

Fed with notes, asks the trap for the rest.  Knows no terminal.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from mailtrap.session import Session
from mailtrap.trap import Trap
from mailtrap.tui.feed import Note, What
from mailtrap.tui.lost import lost
from mailtrap.tui.rows import Row, lost_row, message_row, session_row

PATIENCE = timedelta(seconds=1)  # a session without mail that is open this long gets a row


class Listing:
    """The rows of a trap, oldest first."""

    def __init__(self, trap: Trap) -> None:
        self.rows: list[Row] = []
        self.open: dict[str, datetime] = {}  # open sessions and when they were opened
        self.unread = 0
        self.messages = 0
        self.failed = 0
        self._trap = trap
        self._by_id: dict[str, Row] = {}
        self._brought: set[str] = set()  # sessions that brought a message
        self._hidden: set[str] = set()  # rows that may be shown again
        self._dismissed: set[str] = set()  # rows the user did not want, their sessions stay
        self._rows_of: dict[str, set[str]] = {}  # ids of a session's rows that are no messages
        self._number = 0
        self._steps: dict[What, Callable[[str], None]] = {
            What.OPENED: self._opened,
            What.RECORDED: self._changed,
            What.RECEIVED: self._received,
            What.CLOSED: self._closed,
            What.REMOVED: self._drop,
            What.FORGOTTEN: self._forgotten,
            What.TOO_MUCH: lambda _: self.load(),
        }

    def load(self) -> None:
        """Look at all that the trap holds."""
        messages, sessions = self._trap.messages, self._trap.sessions
        read = {row.id for row in self.rows if row.is_message and not row.unread}
        self._by_id.clear()
        self._rows_of.clear()
        self.open = {session.id: session.opened for session in sessions if session.is_open}
        self._brought = {message.session for message in messages}
        self._brought |= {session.id for session in sessions if session.message_ids}
        by_id = {session.id: session for session in sessions}
        rows = [
            replace(message_row(m, 0, by_id.get(m.session)), unread=m.id not in read)
            for m in messages
        ]
        for session in sessions:
            if not session.is_open:
                rows += self._without_message(session)
        for row in sorted(rows, key=attrgetter("at")):
            self._add(row)
        self._count()

    def take(self, notes: Iterable[Note]) -> None:
        """Follow what happened in the trap.  A note may come twice, or late."""
        for what, subject in notes:
            self._steps[what](subject)
        self._count()

    def tick(self, now: datetime) -> bool:
        """Give a row to each session that stays open without mail; whether there was one."""
        late = [
            session_id
            for session_id, opened in self.open.items()
            if now - opened >= PATIENCE
            and session_id not in self._brought
            and session_id not in self._by_id
        ]
        for session_id in late:
            if session := self._trap.session(session_id):
                self._add(session_row(session, 0))
        if late:
            self._count()
        return bool(late)

    def get(self, row_id: str) -> Row | None:
        """The row of that message or session, or None."""
        return self._by_id.get(row_id)

    def mark(self, row_id: str, *, unread: bool) -> None:
        """Say whether a message was read."""
        row = self._by_id.get(row_id)
        if row is not None and row.is_message and row.unread != unread:
            self._by_id[row_id] = replace(row, unread=unread)
            self._count()

    def hide(self, row_id: str) -> None:
        """Leave that row out, until it is shown again or gone."""
        self._hidden.add(row_id)
        self._count()

    def unhide(self, row_id: str) -> None:
        """Show that row again, at its place."""
        self._hidden.discard(row_id)
        self._count()

    def dismiss(self, row_id: str) -> None:
        """Show that session no longer."""
        self._dismissed.add(row_id)
        self._drop(row_id)
        self._count()

    def _opened(self, session_id: str) -> None:
        session = self._trap.session(session_id)
        if session is not None and session.is_open:  # else the note of its end comes too
            self.open[session_id] = session.opened

    def _changed(self, session_id: str) -> None:
        row = self._by_id.get(session_id)
        if row is not None and (session := self._trap.session(session_id)):
            self._by_id[session_id] = session_row(session, row.number)

    def _received(self, message_id: str) -> None:
        message = self._trap.message(message_id)
        if message is not None and message_id not in self._by_id:
            self._brought.add(message.session)
            self._drop(message.session)
            self._add(message_row(message, 0, self._trap.session(message.session)))

    def _closed(self, session_id: str) -> None:
        self.open.pop(session_id, None)
        session = self._trap.session(session_id)
        if session is None:
            return
        if session_id in self._by_id:
            self._changed(session_id)
        else:
            for row in self._without_message(session):
                self._add(row)

    def _without_message(self, session: Session) -> list[Row]:
        """The rows of an ended session for what is in no message."""
        if session.id not in self._brought and not session.message_ids:
            return [session_row(session, 0)]
        return [lost_row(session, each, which, 0) for which, each in enumerate(lost(session))]

    def _forgotten(self, session_id: str) -> None:
        for row_id in self._rows_of.pop(session_id, ()):
            self._drop(row_id)
            self._dismissed.discard(row_id)
        self.open.pop(session_id, None)
        self._brought.discard(session_id)

    def _add(self, row: Row) -> None:
        """Give it the next number; a row that is there already keeps place and number."""
        if not row.is_message:
            self._rows_of.setdefault(row.session, set()).add(row.id)
        if row.id not in self._by_id and row.id not in self._dismissed:
            self._number += 1
            self._by_id[row.id] = replace(row, number=self._number)

    def _drop(self, row_id: str) -> None:
        self._by_id.pop(row_id, None)
        self._hidden.discard(row_id)

    def _count(self) -> None:
        # A dict keeps the order of arrival, and a row that changes keeps its place in it.
        self.rows = [row for row in self._by_id.values() if row.id not in self._hidden]
        self.messages = sum(row.is_message for row in self.rows)
        self.unread = sum(row.unread for row in self.rows)
        self.failed = sum(row.kind == "failed" for row in self.rows)


def successor(rows: Sequence[Row], row: Row) -> Row:
    """That row, or where it was of an open session, the first message the session brought."""
    if row.kind != "open" or rows[position(rows, row.number)].number == row.number:
        return row
    heirs = (heir for heir in rows if heir.is_message and heir.session == row.session)
    return next(heirs, row)


def position(rows: Sequence[Row], number: int) -> int:
    """Where that row stands in rows, oldest first; where it is gone, the next older one."""
    return max(0, bisect_right(rows, number, key=attrgetter("number")) - 1)
