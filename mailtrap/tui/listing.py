"""Which rows there are: messages, and sessions that brought none, in order of arrival.

Fed with notes, asks the trap for the rest.  Knows no terminal.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from mailtrap.message import Message
from mailtrap.session import Session
from mailtrap.trap import Trap
from mailtrap.tui.feed import Note, What
from mailtrap.tui.rows import Row, message_row, session_row

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
        self._dismissed: set[str] = set()  # rows the user did not want, their sessions stay
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
        self.open = {session.id: session.opened for session in sessions if session.is_open}
        self._brought = {message.session for message in messages}
        self._brought |= {session.id for session in sessions if session.message_ids}
        empty = (s for s in sessions if not s.is_open and s.id not in self._brought)
        everything: list[Message | Session] = [*messages, *empty]
        for kept in sorted(everything, key=_moment):
            if isinstance(kept, Session):
                self._add_session(kept)
            else:
                self._add(replace(message_row(kept, self._next()), unread=kept.id not in read))
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
                self._add_session(session)
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
            self._add(message_row(message, self._next()))

    def _closed(self, session_id: str) -> None:
        self.open.pop(session_id, None)
        session = self._trap.session(session_id)
        if session is None or session_id in self._brought or session.message_ids:
            return
        if session_id in self._by_id:
            self._changed(session_id)
        else:
            self._add_session(session)

    def _forgotten(self, session_id: str) -> None:
        self._drop(session_id)
        self.open.pop(session_id, None)
        self._brought.discard(session_id)
        self._dismissed.discard(session_id)

    def _add_session(self, session: Session) -> None:
        if session.id not in self._dismissed:
            self._add(session_row(session, self._next()))

    def _add(self, row: Row) -> None:
        self._by_id[row.id] = row

    def _drop(self, row_id: str) -> None:
        self._by_id.pop(row_id, None)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _count(self) -> None:
        # A dict keeps the order of arrival, and a row that changes keeps its place in it.
        self.rows = list(self._by_id.values())
        self.messages = sum(row.is_message for row in self.rows)
        self.unread = sum(row.unread for row in self.rows)
        self.failed = sum(row.kind == "failed" for row in self.rows)


def _moment(kept: Message | Session) -> datetime:
    return kept.opened if isinstance(kept, Session) else kept.received


def position(rows: Sequence[Row], number: int) -> int:
    """Where that row stands in rows, oldest first; where it is gone, the next older one."""
    return max(0, bisect_right(rows, number, key=attrgetter("number")) - 1)
