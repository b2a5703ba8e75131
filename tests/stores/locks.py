"""Locks that say what threads do with them, so that a test can go on at that moment."""

import threading
from contextlib import AbstractContextManager
from typing import Protocol


class Lock(AbstractContextManager[object], Protocol):
    """As there are in ``threading``."""

    def acquire(self, blocking: bool = True) -> bool:  # noqa: FBT001, FBT002 as they have it
        """Take it."""

    def release(self) -> None:
        """Give it back."""


class Wanted:
    """A lock that says when a thread begins to wait for it."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self.is_waited_for = threading.Event()

    def acquire(self, blocking: bool = True) -> bool:  # noqa: FBT001, FBT002 as above
        """Take it."""
        if self._lock.acquire(blocking=False):
            return True
        if not blocking:
            return False
        self.is_waited_for.set()
        return self._lock.acquire()

    def release(self) -> None:
        """Give it back."""
        self._lock.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
