"""A maildir that other processes write, read as a trap is: the same values, the same events.

Events are told in the thread that found or made the change, in the order a trap has.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mailtrap.errors import StoreError
from mailtrap.events import (
    EntriesRecorded,
    Event,
    MessageReceived,
    MessagesMarked,
    MessagesRemoved,
    SessionClosed,
    SessionOpened,
    SessionsRemoved,
)
from mailtrap.listeners import Listener, Listeners
from mailtrap.message import Message
from mailtrap.session import Session
from mailtrap.stores import files
from mailtrap.stores.attention import Attention
from mailtrap.stores.filing import unique_name
from mailtrap.stores.followed_sessions import FollowedSessions
from mailtrap.stores.following import Following
from mailtrap.stores.index import in_pieces
from mailtrap.stores.log_files import SUFFIX
from mailtrap.stores.watched_index import WatchedIndex

_log = logging.getLogger("mailtrap.attached")

MAX_SESSIONS = 10_000  # that are held; others are read when they are asked for
MAX_BYTES = 2**25  # octets of them, about
REST = 0.001  # seconds for others between two pieces: who waits for a lock is not handed it


class AttachedMaildir:
    """What a maildir holds and what happens there, whoever writes it."""

    def __init__(
        self,
        directory: Path | str,
        *,
        max_sessions: int = MAX_SESSIONS,
        max_bytes: int = MAX_BYTES,
        attention: Callable[[Path], Attention] = Attention,
    ) -> None:
        self.path = Path(directory).absolute()
        self._index = WatchedIndex(self.path)
        self._logs = FollowedSessions(self.path, max_sessions=max_sessions, max_bytes=max_bytes)
        self._attention = attention(self.path)
        self._lock = threading.RLock()
        self._listeners = Listeners(self._lock, _log)
        self._following = Following(
            self.path, self._index, self._logs, self._attention, self._found
        )

    def start(self) -> None:
        """See what is there, and begin to follow.  Raises StoreError or ReadError."""
        files.check(self.path)
        self._following.start()

    def stop(self) -> None:
        """No more events once this returns.  Not from within one."""
        self._following.stop()

    @property
    def trouble(self) -> str:
        """Why the directory cannot be read, "" where it can.

        One that vanishes changes nothing, it may be a volume that comes back.
        """
        return self._following.trouble

    # Reading

    @property
    def messages(self) -> tuple[Message, ...]:
        """Every message, oldest first."""
        return tuple(self._index)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Every session that is held, open ones too, in the order they were opened."""
        return tuple(self._logs)

    def message(self, message_id: str) -> Message | None:
        """The message of that id, or None when there is none (any more)."""
        message = self._index.get(message_id)
        if self._index.has_changes:  # it looked for a file that was not where it had been
            self._attention.nudge(())
        return message

    def session(self, session_id: str) -> Session | None:
        """The session of that id as far as it has come, or None."""
        return self._logs.get(session_id)

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read; one that is not there is not."""
        return self._index.is_read(message_id)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns what ends that.

        It is called in the thread that found or made the change, and should return at once.
        What it raises is logged.
        """
        return self._listeners.subscribe(listener)

    # Changing

    def mark(self, ids: Iterable[str], *, read: bool) -> tuple[str, ...]:
        """Mark messages as read, or as not read; the ids of those that this changed."""
        with self._lock:
            changed = tuple(self._index.mark(ids, read=read))
            if changed:
                self._listeners.tell(MessagesMarked(changed, read))
            return changed

    def remove(self, ids: Iterable[str]) -> tuple[Message, ...]:
        """Drop those messages; returns the ones that were there.

        Raises StoreError where none of them could be dropped.  Many are told of in several events.
        """
        removed: list[Message] = []
        failure: StoreError | None = None
        for some in in_pieces(ids):
            if removed:
                time.sleep(REST)
            try:
                removed += self._remove_at_once(some)
            except StoreError as error:
                failure = error
        if failure is not None and not removed:
            raise failure
        return tuple(removed)

    def _remove_at_once(self, ids: Iterable[str]) -> Sequence[Message]:
        with self._lock:
            removed = self._index.remove(ids)
            if removed:
                self._listeners.tell(MessagesRemoved(tuple(m.id for m in removed), because="asked"))
            return removed

    def clear(self) -> tuple[Message, ...]:
        """Drop all messages and all sessions that have ended; returns the messages."""
        removed = self.remove([message.id for message in self._index])
        if forgotten := self._logs.remove_ended():
            self._found(SessionsRemoved(tuple(forgotten), because="asked"))
        return removed

    def nudge(self, event: Event) -> None:
        """Look at once at what that event of a trap changed there; costs next to nothing."""
        paths = [f"{self.path}/{path}" for path in _paths_of(event)]
        if paths:
            self._attention.nudge(paths)

    # Telling

    def _found(self, event: Event) -> None:
        with self._lock:
            self._listeners.tell(event)


def _paths_of(event: Event) -> list[str]:
    """The files of a maildir that are new or longer after that event of a trap."""
    match event:
        case EntriesRecorded(session_id, _):
            return [f"{files.SESSIONS}/{session_id}{SUFFIX}"]
        case SessionOpened(session) | SessionClosed(session):
            return [f"{files.SESSIONS}/{session.id}{SUFFIX}"]
        case MessageReceived(message):
            return [f"new/{unique_name(message)}", f"{files.SESSIONS}/{message.session}{SUFFIX}"]
    return []
