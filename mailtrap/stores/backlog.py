"""Logs of sessions that could not be written where they belong, and are written later, whole."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mailtrap.errors import StoreError
from mailtrap.session import Session
from mailtrap.stores import log_files
from mailtrap.trap import Trap

PAUSE = 1.0  # seconds before writing is tried again where it failed


class Backlog:
    """Sessions that have ended and whose logs are not whole; the trap still knows them."""

    def __init__(
        self,
        directory: Path,
        trap: Trap,
        *,
        restore: Callable[[], object],
        on_end: Callable[[str, int], object],
    ) -> None:
        """``restore`` makes what is missing in the directory, or raises StoreError; ``on_end``
        hears of each log that is complete, and its octets.
        """
        self._directory = directory
        self._trap = trap
        self._restore = restore
        self._on_end = on_end
        self._ids: dict[str, None] = {}
        self._not_before = 0.0  # monotonic seconds: when writing is tried again
        self._working = threading.Lock()
        self._timer: threading.Timer | None = None
        self._is_over = False

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def is_due(self) -> bool:
        """Writing may be tried: it has not failed just now."""
        return time.monotonic() >= self._not_before

    def put_off(self) -> None:
        """Writing has failed."""
        self._not_before = time.monotonic() + PAUSE

    def add(self, session_id: str) -> None:
        """The log of that session, which has ended, is not whole."""
        self._ids[session_id] = None

    def forget(self, session_id: str) -> None:
        """The log of that session is not wanted any more."""
        self._ids.pop(session_id, None)

    def write(self, session: Session) -> int | None:
        """Write a whole log now; its octets, or None where that cannot be done."""
        try:
            self._restore()
            return log_files.rewrite(self._directory, session)
        except (OSError, StoreError):
            self.put_off()
            return None

    def work(self) -> None:
        """Write what is left, as long as that goes well; the rest later, by itself."""
        # The thread of a client must not wait here for one that waits for the trap.
        if not self._working.acquire(blocking=False):
            return
        try:
            if not self._is_over:
                self._write_what_is_left()
        finally:
            self._working.release()
        if self._ids and not self._is_over and self._timer is None:
            self._timer = threading.Timer(PAUSE, self._on_timer)
            self._timer.daemon = True
            self._timer.start()

    def _write_what_is_left(self) -> None:
        # Others may forget any of them at any time.
        while self.is_due and (session_id := next(iter(tuple(self._ids)), "")):
            self._work_on(session_id)

    def _work_on(self, session_id: str) -> None:
        session = self._trap.session(session_id)  # None: too old to be kept in memory
        size = None if session is None else self.write(session)
        if session is not None and size is None:
            return
        try:
            del self._ids[session_id]
        except KeyError:  # forgotten while it was written, and it may have been put there since
            with suppress(OSError):
                log_files.log_path(self._directory, session_id).unlink()
            return
        if size is not None:
            self._on_end(session_id, size)

    def _on_timer(self) -> None:
        self._timer = None
        self.work()

    def stop(self) -> None:
        """Try a last time; nothing is written once this returns.

        Not with the trap locked: who writes just now may need it to come to an end.
        """
        with self._working:
            self._is_over = True
            if self._timer is not None:
                self._timer.cancel()
            self._not_before = 0.0
            self._write_what_is_left()
