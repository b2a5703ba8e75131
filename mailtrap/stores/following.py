"""Finds out what changes in a maildir that other processes write, in a thread of its own.

Tells it in the order a trap has: a session is opened, its entries come, its message, its end.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from math import inf
from pathlib import Path

from mailtrap.events import (
    EntriesRecorded,
    Event,
    MessageReceived,
    MessagesMarked,
    MessagesRemoved,
    SessionClosed,
    SessionOpened,
    SessionsFound,
    SessionsRemoved,
)
from mailtrap.stores.attention import Attention, Changed
from mailtrap.stores.followed_sessions import FollowedSessions, ids_of_logs
from mailtrap.stores.index import FOLDERS, Changes
from mailtrap.stores.log_tail import Growth
from mailtrap.stores.watched_index import WatchedIndex

_log = logging.getLogger("mailtrap.following")

RESCAN = 30.0  # seconds from one look at everything to the next: events can be lost
TICK = 1.0  # seconds from one look for servers that are gone to the next
MOVED = 0.25  # seconds in which a file that is gone may turn up under another name
LATE = 1.0  # seconds the end of a session waits for its message to be told
SPELL = 0.005  # seconds of reading sessions from before
REST = 4 * SPELL  # seconds for others then: the screen has to open


class Following:
    """Follows what happens in a maildir; ``tell`` hears of it in the thread that found it."""

    def __init__(
        self,
        directory: Path,
        index: WatchedIndex,
        logs: FollowedSessions,
        attention: Attention,
        tell: Callable[[Event], None],
    ) -> None:
        self.trouble = ""  # why the directory cannot be read, "" where it can
        self._directory = directory
        self._index = index
        self._logs = logs
        self._attention = attention
        self._tell = tell
        self._missing: dict[str, float] = {}  # paths that are gone, until when they may turn up
        self._closing: dict[str, float] = {}  # sessions whose message was not told, and how long
        self._ticked = self._scanned = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailtrap-attached", daemon=True)

    def start(self) -> None:
        """Begin to follow: what happens from now on is told."""
        self._index.look()
        self._index.take_changes()
        self._logs.find()
        self._thread.start()

    def stop(self) -> None:
        """Nothing is told once this returns.  Not from within ``tell``."""
        self._stop.set()
        self._attention.end()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._attention.start()
            self._logs.sort()
            self._scanned = time.monotonic()
            while not self._stop.is_set():
                try:
                    self._turn()
                except Exception:  # noqa: BLE001 whatever is in a directory must not end this
                    _log.exception("following %s failed", self._directory)
                    self._scanned = -inf  # what had changed is only found by looking now
                    self._stop.wait(TICK)
        finally:
            self._attention.stop()

    def _turn(self) -> None:
        changed = self._attention.wait(self._patience())
        now = time.monotonic()
        if now - self._ticked >= TICK:
            self._ticked = now
            changed.all |= self._tick()
        if changed.all or now - self._scanned >= RESCAN:
            if now - self._scanned >= RESCAN:
                self._attention.try_again()
            self._scanned = now
            self._look_at_all()
        else:
            self._look_at(changed, now)
        self._end_closing(now)
        if self._logs.is_behind:
            grown, gone = self._logs.catch_up()
            self._tell_grown(grown)
            self._tell_closed(grown)
            self._tell_gone(gone)
        if self._logs.has_more:
            self._tell_found(self._logs.load(SPELL))

    def _patience(self) -> float:
        """Seconds to wait for a change, there being other things to do."""
        if self._logs.has_more or self._logs.is_behind:
            return REST
        due = [self._ticked + TICK, *self._missing.values(), *self._closing.values()]
        return max(0.0, min(due) - time.monotonic())

    def _tick(self) -> bool:
        """Look after what no event tells; whether anything may be different."""
        self.trouble = trouble_with(self._directory)
        if self.trouble:
            return False
        for session_id in self._logs.lose():
            self._close(session_id)
        return self._attention.renew()

    def _look_at(self, changed: Changed, now: float) -> None:
        ids = ids_of_logs(changed.paths)
        grown, gone = self._logs.look_at(ids)
        if changed.polled:
            more, more_gone = self._logs.look_at_open()
            grown, gone = {**grown, **more}, [*gone, *more_gone]
        self._tell_grown(grown)
        self._index.look_at(self._present(changed.paths, now))
        self._tell_messages()
        self._tell_closed(grown)
        self._tell_gone(gone)

    def _look_at_all(self) -> None:
        """Everything, but for the folders where it is sure that nothing has changed."""
        grown, gone = self._logs.look()
        self._tell_grown(grown)
        self._index.look_again()
        self._missing.clear()
        self._tell_messages()
        self._tell_closed(grown)
        self._tell_gone(gone)

    def _present(self, paths: Collection[str], now: float) -> list[str]:
        """Of those paths and of those that were missing, the ones to look at now."""
        mail = [path for path in paths if _is_mail(path)]
        there = [path for path in mail if os.path.lexists(path)]
        for path in mail:
            self._missing.setdefault(path, now + MOVED)
        for path in there:
            del self._missing[path]
        due = [path for path, until in self._missing.items() if until <= now]
        for path in due:
            del self._missing[path]
        return [*there, *due]

    # Telling

    def _tell_grown(self, grown: dict[str, Growth]) -> None:
        for session_id, growth in grown.items():
            session = self._logs.get(session_id) if growth.is_opened else None
            if session is not None:
                opened = replace(session, transcript=(), closed=None, reason=None)
                self._tell(SessionOpened(opened))
            if growth.entries:
                self._tell(EntriesRecorded(session_id, tuple(growth.entries)))

    def _tell_closed(self, grown: dict[str, Growth]) -> None:
        for session_id, growth in grown.items():
            if growth.is_closed:
                self._close(session_id)
        if dropped := self._logs.make_room():
            self._tell(SessionsRemoved(tuple(dropped), because="limit"))

    def _close(self, session_id: str) -> None:
        """Tell that it ended, at once or when its message is told."""
        self._closing[session_id] = time.monotonic() + LATE
        self._end_closing(time.monotonic())

    def _end_closing(self, now: float) -> None:
        for session_id, until in list(self._closing.items()):
            session = self._logs.get(session_id)
            is_told = session is not None and all(map(self._index.knows, session.message_ids))
            if session is None or is_told or now >= until:
                del self._closing[session_id]
                if session is not None:
                    self._tell(SessionClosed(session))

    def _tell_found(self, found: list[str]) -> None:
        if found:
            self._tell(SessionsFound(tuple(found)))

    def _tell_gone(self, gone: list[str]) -> None:
        if gone:
            self._tell(SessionsRemoved(tuple(gone), because="elsewhere"))

    def _tell_messages(self) -> None:
        """Tell what is different about the messages since this was done last."""
        for changes in self._index.take_changes():
            new = {m.session for m in changes.added if m.session}
            unknown = [each for each in new if not self._logs.is_known(each)]
            grown, _ = self._logs.look_at(unknown)
            self._tell_grown(grown)
            self._tell_changes(changes)
            self._tell_closed(grown)

    def _tell_changes(self, changes: Changes) -> None:
        for message in changes.added:
            self._tell(MessageReceived(message))
        if changes.removed:
            self._tell(MessagesRemoved(changes.removed, because="elsewhere"))
        if changes.read:
            self._tell(MessagesMarked(changes.read, read=True))
        if changes.unread:
            self._tell(MessagesMarked(changes.unread, read=False))


def trouble_with(directory: Path) -> str:
    """Why a maildir cannot be read, "" where it can."""
    for folder in FOLDERS:
        try:
            with os.scandir(directory / folder):
                pass
        except FileNotFoundError:
            return f"it has no {folder}" if directory.is_dir() else "it is not there"
        except OSError as error:
            return os.strerror(error.errno) if error.errno else str(error)
    return ""


def _is_mail(path: str) -> bool:
    return path.rpartition("/")[0].rpartition("/")[2] in FOLDERS
