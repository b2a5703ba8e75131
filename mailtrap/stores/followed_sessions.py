"""The sessions of a maildir: those of now followed while they are written, those of before read.

What is held is bounded.  A session that is not held is read when somebody asks for it.
"""

import os
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import RLock

from mailtrap.session import Session
from mailtrap.stores import files
from mailtrap.stores.filing import server_of
from mailtrap.stores.log_files import (
    SUFFIX,
    is_ended,
    is_session_id,
    log_path,
    session_ids,
    session_in,
)
from mailtrap.stores.log_tail import Growth, LogTail
from mailtrap.stores.servers import is_server_alive

MAX_ENTRIES = 20_000  # of one session, before its oldest are folded
_RECENT = 16  # sessions that are not held and were asked for last


class FollowedSessions:
    """Every session of a maildir.

    One thread follows what happens; iterating, ``get`` and ``remove_ended`` may be done in any.
    """

    def __init__(self, directory: Path, *, max_sessions: int, max_bytes: int) -> None:
        self._directory = directory
        self._path = f"{directory}/{files.SESSIONS}"
        self._max_sessions = max_sessions
        self._max_bytes = max_bytes
        self._lock = RLock()
        self._held: dict[str, LogTail] = {}
        self._open: dict[str, LogTail] = {}  # of those, the ones that may grow
        self._behind: dict[str, None] = {}  # of those, the ones with more to read at once
        self._before: dict[str, None] = {}  # of those, what was there before, the oldest last
        self._bytes = 0  # of all that is held
        self._waiting: dict[str, None] = {}  # ids of before that are to be read, the newest last
        self._known: set[str] = set()  # every id of which there was a log
        self._recent: dict[str, Session] = {}

    # Reading, in any thread

    def __iter__(self) -> Iterator[Session]:
        """Those that are held, in the order they were opened."""
        with self._lock:
            held = [s for tail in self._held.values() if (s := tail.session) is not None]
        return iter(sorted(held, key=_in_order))

    def get(self, session_id: str) -> Session | None:
        """The session of that id, from its log where it is not held; or None."""
        with self._lock:
            tail = self._held.get(session_id)
            session = tail.session if tail else self._recent.get(session_id)
        return session or self._read(session_id)

    def _read(self, session_id: str) -> Session | None:
        session = session_in(self._directory, session_id)
        if session is None or session.id != session_id:
            return None
        if not session.is_open:
            with self._lock:
                if len(self._recent) >= _RECENT:
                    del self._recent[next(iter(self._recent))]
                self._recent[session_id] = session
        return session

    # What was there before

    def find(self) -> None:
        """See which logs there are: what comes after this is news."""
        found = session_ids(self._directory)
        self._known.update(found)
        self._waiting = dict.fromkeys(found)

    def sort(self) -> None:
        """Prepare to ``load`` them, the newest first."""
        with self._lock:
            waiting = [*self._waiting]
        found = []
        for session_id in waiting:
            with suppress(OSError):
                at = os.stat(f"{self._path}/{session_id}{SUFFIX}").st_mtime_ns  # noqa: PTH116 nothing here pays for a Path
                found.append((at, session_id))
        ids = [session_id for _, session_id in sorted(found)]
        with self._lock:  # some may have been removed meanwhile
            self._waiting = {each: None for each in ids if each in self._waiting}

    @property
    def has_more(self) -> bool:
        """There are logs from before that are to be read, and room for them."""
        return bool(self._waiting) and not self._is_full(len(self._held) + 1)

    def load(self, seconds: float) -> list[str]:
        """Read the newest of them, for so long; the ids of those that could be read."""
        until = time.monotonic() + seconds
        found = []
        while time.monotonic() < until:
            with self._lock:
                if not self.has_more:
                    break
                session_id, _ = self._waiting.popitem()
                growth = self._grow(session_id)
                if growth is not None and growth.is_opened:
                    found.append(session_id)
                    self._before[session_id] = None
        return found

    # What happens

    def look_at(self, ids: Iterable[str]) -> tuple[dict[str, Growth], list[str]]:
        """What is new in the logs of those sessions, and whose log is gone."""
        grown: dict[str, Growth] = {}
        gone: list[str] = []
        for session_id in ids:
            tail = self._held.get(session_id)
            if tail is not None and session_id not in self._open and not tail.is_presumed:
                if not os.path.lexists(tail.path):
                    gone.append(session_id)
                continue
            is_of_before = session_id in self._known and tail is None
            if is_of_before and session_id not in self._waiting:
                continue  # not held any more, and it has ended
            self._waiting.pop(session_id, None)
            growth = self._grow(session_id)
            if growth is None and tail is not None and not self._is_alive(session_id):
                gone.append(session_id)
            elif growth:
                grown[session_id] = growth
        return grown, self._forget(gone)

    def is_known(self, session_id: str) -> bool:
        """Its log was seen."""
        return session_id in self._known and session_id not in self._waiting

    def look(self) -> tuple[dict[str, Growth], list[str]]:
        """The same for all there are."""
        try:
            with os.scandir(self._path) as entries:
                ids = {session_id for e in entries if (session_id := _id_of(e.name))}
        except OSError:
            return {}, []
        with self._lock:
            look_at = [*(ids - self._known), *self._open, *(self._held.keys() - ids)]
        return self.look_at(look_at)

    def look_at_open(self) -> tuple[dict[str, Growth], list[str]]:
        """The same for those that may grow."""
        return self.look_at([*self._open])

    @property
    def is_behind(self) -> bool:
        """Logs were read in part, because they are long."""
        return bool(self._behind)

    def catch_up(self) -> tuple[dict[str, Growth], list[str]]:
        """The next piece of those logs, as ``look_at`` has it."""
        return self.look_at([*self._behind])

    def lose(self) -> list[str]:
        """End the sessions whose server is gone; their ids."""
        with self._lock:
            opened = [each for each in self._open if each not in self._behind]
        alive = {server: self._is_server(server) for server in set(map(server_of, opened))}
        lost = [session_id for session_id in opened if not alive[server_of(session_id)]]
        with self._lock:
            for session_id in lost:
                if tail := self._open.pop(session_id, None):
                    tail.presume_lost()
        return lost

    def make_room(self) -> list[str]:
        """Hold no more than there is room for; the ids of those that are not held any longer."""
        dropped: list[str] = []
        with self._lock:
            while self._is_full(len(self._held)) and (oldest := self._oldest()) is not None:
                self._drop(oldest)
                dropped.append(oldest)
        return dropped

    def _oldest(self) -> str | None:
        """The oldest that has ended, about."""
        for session_id in reversed(self._before):
            if session_id not in self._open:
                return session_id
        return next((each for each in self._held if each not in self._open), None)

    def _drop(self, session_id: str) -> None:
        tail = self._held.pop(session_id, None)
        self._bytes -= tail.size if tail else 0
        self._before.pop(session_id, None)
        self._behind.pop(session_id, None)
        self._open.pop(session_id, None)

    def remove_ended(self) -> list[str]:
        """Remove the logs of all sessions that have ended; the ids of those that were held."""
        removed = []
        with suppress(OSError):
            for name in os.listdir(self._path):  # noqa: PTH208 names are wanted
                session_id = _id_of(name)
                if session_id and self._has_ended(session_id):
                    with suppress(OSError):
                        os.unlink(f"{self._path}/{name}")  # noqa: PTH108 nothing here pays for a Path
                        removed.append(session_id)
        return self._forget(removed)

    def _has_ended(self, session_id: str) -> bool:
        with self._lock:  # one that is just found is held before it is known to be open
            if session_id in self._held:
                return session_id not in self._open
        return not self._is_alive(session_id) or is_ended(log_path(self._directory, session_id))

    def _grow(self, session_id: str) -> Growth | None:
        with self._lock:
            tail = self._held.get(session_id)
            if tail is None:
                tail = LogTail(str(log_path(self._directory, session_id)), max_entries=MAX_ENTRIES)
            before = tail.size
            growth = tail.read()
            self._behind.pop(session_id, None)
            session = tail.session
            if session is None or session.id != session_id:
                self._known.discard(session_id)  # its first line may be still to come
                return None if growth is None else Growth()
            self._known.add(session_id)
            self._held[session_id] = tail
            self._bytes += tail.size - before
            self._recent.pop(session_id, None)
            if tail.is_open:
                self._open[session_id] = tail
                if tail.is_behind:
                    self._behind[session_id] = None
            elif not tail.is_presumed:
                self._open.pop(session_id, None)
        return growth

    def _forget(self, ids: Collection[str]) -> list[str]:
        """Those of them that were held: each is told of once, by who forgets it."""
        with self._lock:
            held = [session_id for session_id in ids if session_id in self._held]
            for session_id in ids:
                self._drop(session_id)
                self._recent.pop(session_id, None)
                self._waiting.pop(session_id, None)
        return held

    def _is_alive(self, session_id: str) -> bool:
        return self._is_server(server_of(session_id))

    def _is_server(self, prefix: str) -> bool:
        return is_server_alive(self._directory, prefix)

    def _is_full(self, count: int) -> bool:
        return count > self._max_sessions or self._bytes > self._max_bytes


def _in_order(session: Session) -> tuple[datetime, str, int]:
    server, _, number = session.id.partition("-")
    return session.opened, server, int(number)


def _id_of(name: str) -> str:
    """The session whose log has that name; "" for another file."""
    session_id = name.removesuffix(SUFFIX)
    return session_id if session_id != name and is_session_id(session_id) else ""


def ids_of_logs(paths: Iterable[str]) -> list[str]:
    """The sessions whose logs are at those paths."""
    ids = (_id_of(path.rpartition("/")[2]) for path in paths if path.endswith(SUFFIX))
    return [session_id for session_id in ids if session_id]
