"""Which rows there are: messages, and sessions that brought none, in order of arrival.

Fed with notes, asks the catch for the rest.  Knows no terminal.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter, itemgetter

from mailtrap.message import Message
from mailtrap.session import Session
from mailtrap.trap import Catch
from mailtrap.tui.feed import Note, What
from mailtrap.tui.lost import lost
from mailtrap.tui.places import Numbers, is_at, microseconds
from mailtrap.tui.rows import Row, Words, bare_row, lost_row, message_words, session_row

PATIENCE = timedelta(seconds=1)  # a session without mail that is open this long gets a row
MOST_WORDS = 1000  # messages whose words are remembered: more than are painted at once

_NUMBER = attrgetter("number")


class Listing:
    """The rows of a catch, oldest first."""

    def __init__(self, catch: Catch) -> None:
        self.rows: list[Row] = []  # those that are shown, by number
        self.open: dict[str, datetime] = {}  # open sessions and when they were opened
        self.unread = 0
        self.messages = 0
        self.failed = 0
        self._catch = catch
        self._by_id: dict[str, Row] = {}
        self._brought: set[str] = set()  # sessions that brought a message
        self._hidden: set[str] = set()  # rows that may be shown again
        self._dismissed: set[str] = set()  # rows the user did not want, their sessions stay
        self._rows_of: dict[str, set[str]] = {}  # ids of a session's rows that are no messages
        self._newest = 0  # the highest number that was ever given
        self._changes = 0  # of the rows that are shown
        self._words: dict[str, Words] = {}  # by message, the latest that were asked for
        self._steps: dict[What, Callable[[str], None]] = {
            What.OPENED: self._opened,
            What.RECORDED: self._changed,
            What.RECEIVED: self._received,
            What.CLOSED: self._closed,
            What.REMOVED: self._drop,
            What.MARKED: self._marked,
            What.FOUND: self._found,
            What.FORGOTTEN: self._forgotten,
            What.TOO_MUCH: lambda _: self.load(),
        }

    def load(self) -> None:
        """Look at all that the catch holds; rows that were there keep their numbers."""
        messages, sessions = self._catch.messages, self._catch.sessions
        before = self._by_id
        self._rows_of.clear()
        self.open = {session.id: session.opened for session in sessions if session.is_open}
        number = Numbers(before)
        # Rows are made once and with all they have: there may be 100 000.
        rows: list[tuple[datetime, str, Message | Row]] = [
            (message.received, message.id, message) for message in messages
        ]
        self._brought = {message.session for message in messages}
        self._brought |= {session.id for session in sessions if session.message_ids}
        others = [
            row
            for session in sessions
            if not session.is_open
            for row in self._without_message(session)
            if row.id not in self._dismissed
        ]
        for row in others:
            self._rows_of.setdefault(row.session, set()).add(row.id)
        rows += [(row.at, row.id, row) for row in others]
        rows.sort(key=itemgetter(0))
        self._by_id = {
            row_id: replace(each, number=number(row_id, at))
            if isinstance(each, Row)
            else self._message_row(each, number(row_id, at))
            for at, row_id, each in rows
        }
        self._hidden &= self._by_id.keys()
        self._count()

    def take(self, notes: Iterable[Note]) -> bool:
        """Follow what happened in the catch; whether rows changed.

        A note may come twice, or late.
        """
        before = self._changes
        for what, subject in notes:
            self._steps[what](subject)
        return self._changes != before

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
            if session := self._catch.session(session_id):
                self._add(session_row(session, 0))
        return bool(late)

    def get(self, row_id: str) -> Row | None:
        """The row of that message or session, or None."""
        return self._by_id.get(row_id)

    def is_shown(self, row_id: str) -> bool:
        """There is such a row, and it is not hidden."""
        return row_id in self._by_id and row_id not in self._hidden

    def mark(self, row_id: str, *, unread: bool) -> None:
        """Say whether a message was read, to the catch too."""
        row = self._by_id.get(row_id)
        if row is not None and row.is_message and row.unread != unread:
            self._catch.mark([row_id], read=not unread)
            self._put(replace(row, unread=unread))

    def hide(self, row_id: str) -> None:
        """Leave that row out, until it is shown again or gone."""
        if row_id not in self._hidden and (row := self._by_id.get(row_id)):
            self._take_out(row)
            self._hidden.add(row_id)

    def unhide(self, row_id: str) -> None:
        """Show that row again, at its place."""
        if row_id in self._hidden:
            self._hidden.discard(row_id)
            self._put_in(self._by_id[row_id])

    def dismiss(self, row_id: str) -> None:
        """Show that session no longer."""
        self._dismissed.add(row_id)
        self._drop(row_id)

    # Notes

    def _opened(self, session_id: str) -> None:
        session = self._catch.session(session_id)
        if session is not None and session.is_open:  # else the note of its end comes too
            self.open[session_id] = session.opened

    def _changed(self, session_id: str) -> None:
        row = self._by_id.get(session_id)
        if row is not None and (session := self._catch.session(session_id)):
            self._put(session_row(session, row.number))

    def _received(self, message_id: str) -> None:
        message = self._catch.message(message_id)
        if message is not None and message_id not in self._by_id:
            self._brought.add(message.session)
            self._drop(message.session)
            self._add(self._message_row(message, 0))

    def _marked(self, message_id: str) -> None:
        row = self._by_id.get(message_id)
        if row is not None and row.unread == self._catch.is_read(message_id):
            self._put(replace(row, unread=not row.unread))

    def _closed(self, session_id: str) -> None:
        self.open.pop(session_id, None)
        session = self._catch.session(session_id)
        if session is None:
            return
        if session_id in self._by_id:
            self._changed(session_id)
        else:
            for row in self._without_message(session):
                self._add(row)

    def _found(self, session_id: str) -> None:
        """Its rows go where they would be had we been there."""
        session = self._catch.session(session_id)
        if session is not None and not session.is_open:
            for row in self._without_message(session):
                self._add(row, is_new=False)

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

    # Rows

    def _message_row(self, message: Message, number: int) -> Row:
        is_read = self._catch.is_read(message.id)
        return bare_row(message, number, self._words_of, unread=not is_read)

    def _words_of(self, row: Row) -> Words:
        """What is read only when it is painted: there may be 100 000 messages on a disk."""
        words = self._words.get(row.id)
        if words is None:
            message = self._catch.message(row.id)
            if message is None:
                return Words()
            words = message_words(message, self._catch.session(row.session))
            if len(self._words) >= MOST_WORDS:
                del self._words[next(iter(self._words))]
            self._words[row.id] = words
        return words

    def _add(self, row: Row, *, is_new: bool = True) -> None:
        """Give it a number by its time, where it is new the highest; a row that is there already
        keeps place and number.
        """
        if not row.is_message:
            self._rows_of.setdefault(row.session, set()).add(row.id)
        if row.id in self._by_id or row.id in self._dismissed:
            return
        number = microseconds(row.at)
        if is_new:
            number = max(number, self._newest + 1)
        else:
            while is_at(self.rows, number):
                number += 1
        self._newest = max(self._newest, number)
        self._put(replace(row, number=number))

    def _put(self, row: Row) -> None:
        """Show it, in place of the row of that id where there is one."""
        before = self._by_id.get(row.id)
        if before is not None and row.id not in self._hidden:
            self._take_out(before)
        self._by_id[row.id] = row
        if row.id not in self._hidden:
            self._put_in(row)

    def _drop(self, row_id: str) -> None:
        row = self._by_id.pop(row_id, None)
        if row is not None and row_id not in self._hidden:
            self._take_out(row)
        self._hidden.discard(row_id)
        self._words.pop(row_id, None)

    def _put_in(self, row: Row) -> None:
        if self.rows and self.rows[-1].number > row.number:
            self.rows.insert(bisect_left(self.rows, row.number, key=_NUMBER), row)
        else:
            self.rows.append(row)
        self._tally(row, 1)

    def _take_out(self, row: Row) -> None:
        place = bisect_left(self.rows, row.number, key=_NUMBER)
        while self.rows[place].id != row.id:  # one that was found may have its number
            place += 1
        del self.rows[place]
        self._tally(row, -1)

    def _tally(self, row: Row, amount: int) -> None:
        self._changes += 1
        self.messages += amount * row.is_message
        self.unread += amount * row.unread
        self.failed += amount * (row.kind == "failed")

    def _count(self) -> None:
        shown = [row for row in self._by_id.values() if row.id not in self._hidden]
        self.rows = sorted(shown, key=_NUMBER)
        self._changes += 1
        self._newest = max(self._newest, self.rows[-1].number if self.rows else 0)
        self.messages = sum(row.is_message for row in self.rows)
        self.unread = sum(row.unread for row in self.rows)
        self.failed = sum(row.kind == "failed" for row in self.rows)
