"""The trap: the one object with state, and the one that changes it.

Listeners on the network write to it, fronts read it, and both may be in threads of their own.
Every change is one event to those who subscribed, in order, in the thread that made it.
"""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from threading import RLock
from typing import Protocol

from mailtrap.envelope import Envelope
from mailtrap.errors import StoreError
from mailtrap.events import (
    EntriesRecorded,
    MessageReceived,
    MessagesMarked,
    MessagesRemoved,
    SessionClosed,
    SessionOpened,
    SessionsRemoved,
)
from mailtrap.listeners import Listener, Listeners
from mailtrap.message import Message
from mailtrap.recording import Recording
from mailtrap.session import Chunk, Entry, MailData, Peer, Session

_log = logging.getLogger("mailtrap.trap")

MAX_MESSAGES = 10_000
MAX_BYTES = 2**30
MAX_ENTRIES = 20_000  # of one session, before its oldest are folded


class Store(Protocol):
    """Where messages are kept."""

    def add(self, message: Message) -> Sequence[str]:
        """Keep it; the ids of the oldest messages that made room for it.

        Raises StoreError when it cannot be kept.
        """

    def get(self, message_id: str) -> Message | None:
        """The message of that id, or None."""

    def remove(self, ids: Iterable[str]) -> Sequence[Message]:
        """Drop those that are there; what was dropped."""

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read; one that is not there is not."""

    def mark(self, ids: Iterable[str], *, read: bool) -> Sequence[str]:
        """Mark those that are there; the ids of those that were marked differently before."""

    def __iter__(self) -> Iterator[Message]:
        """Messages, oldest first."""

    def __len__(self) -> int:
        """How many messages are kept."""


class Catch(Protocol):
    """What was caught, as a front reads it: a trap, or a maildir that other processes write."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """Every message kept, oldest first."""

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Every session kept, open ones too, in the order they were opened."""

    def message(self, message_id: str) -> Message | None:
        """The message of that id, or None when there is none (any more)."""

    def session(self, session_id: str) -> Session | None:
        """The session of that id as far as it has come, or None."""

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read; one that is not there is not."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns what ends that.

        It is called in the thread that made or found the change, and should return at once.
        """

    def mark(self, ids: Iterable[str], *, read: bool) -> tuple[str, ...]:
        """Mark messages as read, or as not read; the ids of those that this changed."""

    def remove(self, ids: Iterable[str]) -> tuple[Message, ...]:
        """Drop those messages; returns the ones that were there.

        Raises StoreError when they cannot be dropped.
        """

    def clear(self) -> tuple[Message, ...]:
        """Drop all messages and all sessions that have ended; returns the messages.

        Raises StoreError when they cannot be dropped.
        """


class Trap:
    """Takes sessions and messages, hands out values, tells listeners."""

    def __init__(
        self,
        store: Store,
        *,
        max_sessions: int = MAX_MESSAGES,
        max_bytes: int = MAX_BYTES,
        max_entries: int = MAX_ENTRIES,
        prefix: str | None = None,
    ) -> None:
        """Limits of sessions: how many, octets of all together, entries of one; 0 means none.

        ``prefix`` starts every id; by default it is random, so that several traps can share a
        maildir.
        """
        self._store = store
        self._max_sessions = max_sessions
        self._max_bytes = max_bytes
        self._max_entries = max_entries
        self._prefix = prefix or random_word()
        self._lock = RLock()
        self._recordings: dict[str, Recording] = {}
        self._open: dict[str, None] = {}  # ids of open sessions, oldest first
        self._bytes = 0  # of all sessions
        self._opened = 0  # sessions ever opened
        self._listeners = Listeners(self._lock, _log)

    # Reading

    @property
    def messages(self) -> tuple[Message, ...]:
        """Every message kept, oldest first."""
        with self._lock:
            return tuple(self._store)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Every session kept, open ones too, in the order they were opened."""
        with self._lock:
            return tuple(recording.session() for recording in self._recordings.values())

    def message(self, message_id: str) -> Message | None:
        """The message of that id, or None when there is none (any more)."""
        with self._lock:
            return self._store.get(message_id)

    def session(self, session_id: str) -> Session | None:
        """The session of that id as far as it has come, or None."""
        with self._lock:
            recording = self._recordings.get(session_id)
            return recording.session() if recording else None

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read; one that is not there is not."""
        with self._lock:
            return self._store.is_read(message_id)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns what ends that.

        It is called in the thread that made the change, with the trap locked, and should return
        at once: the client whose octets made the change is waiting.  It must not wait for a
        lock under which anyone reads the trap.  What it raises is logged.
        """
        return self._listeners.subscribe(listener)

    # Writing

    def open(self, peer: Peer, local: Peer, at: datetime, *, tls_first: bool = False) -> str:
        """A client connected; returns the id of its session."""
        with self._lock:
            self._opened += 1
            session_id = f"{self._prefix}-{self._opened}"
            session = Session(session_id, peer, local, at, tls_first=tls_first)
            self._recordings[session.id] = Recording(session)
            self._open[session.id] = None
            self._listeners.tell(SessionOpened(session))
            self._drop_old_sessions()
            return session.id

    def record(self, session_id: str, *entries: Entry) -> None:
        """Add entries to the transcript of an open session."""
        with self._lock:
            recording = self._recordings[session_id]
            before = recording.size
            recording.add(entries)
            if self._max_entries:
                while len(recording.latest) > self._max_entries:
                    recording.fold()
            self._bytes += recording.size - before
            self._listeners.tell(EntriesRecorded(session_id, entries))
            if self._max_bytes and self._bytes > self._max_bytes and not _end_in_data(entries):
                self._make_room()

    def deliver(
        self,
        session_id: str,
        envelope: Envelope,
        data: bytes,
        at: datetime,
        *,
        truncated: bool = False,
        sources: Iterable[int] = (),
    ) -> Message:
        """Keep a message.  When this returns it is kept; StoreError says that it is not.

        ``sources`` are the offsets of the entries that brought ``data``; their octets are then
        held once, in the message.
        """
        with self._lock:
            recording = self._recordings[session_id]
            number = recording.messages + 1
            message = Message(
                f"{session_id}-{number}", session_id, envelope, data, at, truncated=truncated
            )
            try:
                removed = self._store.add(message)
            except StoreError:
                raise
            except Exception as error:
                _log.exception("the store failed to keep %s", message.id)
                raise StoreError(f"the store failed: {error}") from error
            before = recording.size
            recording.hand_over(sources, message.id)
            self._bytes += recording.size - before
            self._listeners.tell(MessageReceived(message))
            if removed:
                self._listeners.tell(MessagesRemoved(tuple(removed), because="limit"))
            return message

    def close(self, session_id: str, reason: str, at: datetime) -> None:
        """The connection ended; ``reason`` is a key of ``transcript.ENDINGS``."""
        with self._lock:
            recording = self._recordings[session_id]
            if recording.head.closed is not None:
                return
            recording.close(at, reason)
            self._open.pop(session_id, None)
            self._listeners.tell(SessionClosed(recording.session()))
            self._drop_old_sessions()

    def mark(self, ids: Iterable[str], *, read: bool) -> tuple[str, ...]:
        """Mark messages as read, or as not read; the ids of those that this changed."""
        with self._lock:
            changed = tuple(self._store.mark(ids, read=read))
            if changed:
                self._listeners.tell(MessagesMarked(changed, read))
            return changed

    def remove(self, ids: Iterable[str], *, because: str = "asked") -> tuple[Message, ...]:
        """Drop those messages; returns the ones that were there."""
        with self._lock:
            removed = tuple(self._store.remove(ids))
            if removed:
                self._listeners.tell(MessagesRemoved(tuple(m.id for m in removed), because))
            return removed

    def clear(self) -> tuple[Message, ...]:
        """Drop all messages and all sessions that have ended; returns the messages."""
        with self._lock:
            removed = self.remove([message.id for message in self._store])
            self._remove_sessions(list(self._ended()), because="asked")
            return removed

    # Limits

    def _ended(self) -> Iterator[str]:
        """Ids of the sessions that have ended, oldest first."""
        return (i for i, r in self._recordings.items() if not r.head.is_open)

    def _drop_old_sessions(self) -> None:
        surplus = len(self._recordings) - self._max_sessions if self._max_sessions else 0
        if surplus > 0:
            self._remove_sessions(list(islice(self._ended(), surplus)), because="limit")

    def _make_room(self) -> None:
        """Drop the oldest sessions, and where only open ones are left, their oldest entries."""
        while self._bytes > self._max_bytes:
            oldest = next(self._ended(), None)
            if oldest is None:
                break
            self._remove_sessions([oldest], because="limit")
        for session_id in self._open:
            recording = self._recordings[session_id]
            before = recording.size
            while recording.latest and self._bytes + recording.size - before > self._max_bytes:
                recording.fold()
            self._bytes += recording.size - before

    def _remove_sessions(self, ids: Sequence[str], because: str) -> None:
        for session_id in ids:
            self._bytes -= self._recordings.pop(session_id).size
        if ids:
            self._listeners.tell(SessionsRemoved(tuple(ids), because))


def _end_in_data(entries: Sequence[Entry]) -> bool:
    """Octets that a message will hold at once are no reason to drop others."""
    return bool(entries) and isinstance(entries[-1], (MailData, Chunk))


def random_word(length: int = 6) -> str:
    """Letters and digits without the ones that look alike; 30 bits."""
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(length))
