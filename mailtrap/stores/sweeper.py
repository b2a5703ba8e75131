"""Drops from a maildir what is older than it may get (``--max-age``)."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtrap.errors import StoreError
from mailtrap.stores import aftercare
from mailtrap.stores.index import Index, in_pieces
from mailtrap.stores.log_files import log_path
from mailtrap.trap import Trap

_log = logging.getLogger("mailtrap.stores")

SELDOM = 60.0  # seconds between two looks, at most
OFTEN = 0.2  # at least


class Sweeper:
    """A thread that looks for what is too old, now and then."""

    def __init__(
        self,
        index: Index,
        trap: Trap,
        is_open: Callable[[str], bool],
        max_age: timedelta,
    ) -> None:
        """``is_open``: more may be written of the session of that id."""
        self._index = index
        self._trap = trap
        self._is_open = is_open
        self._max_age = max_age
        self._pause = min(SELDOM, max(OFTEN, max_age.total_seconds() / 10))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailtrap-sweeper", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Nothing is dropped any more once this returns."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._sweep(datetime.now(UTC) - self._max_age)
            except Exception:  # noqa: BLE001 what is too old now will be so the next time
                _log.exception("what is too old could not be dropped")
            if self._stop.wait(self._pause):
                return

    def _sweep(self, before: datetime) -> None:
        self._index.look()
        old = [each.id for each in self._index if each.is_ours and each.received < before]
        for some in in_pieces(old):
            with suppress(StoreError):  # a directory that cannot be written to
                self._trap.remove(some, because="limit")
            if self._stop.is_set():
                return  # the next server finds the rest
        directory = Path(self._index.path)
        for session_id in aftercare.old_sessions(directory, before, self._is_open):
            with suppress(OSError):
                log_path(directory, session_id).unlink()
            if self._stop.is_set():
                return
