"""Work in a thread of its own that gives way to whoever is in a hurry."""

import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

_log = logging.getLogger("mailtrap.polite")

Item = TypeVar("Item")

REST = 99  # times as long as it worked: Python's lock is taken for a hundredth of the time
LONGEST_REST = 1.0  # seconds, however long it worked
SPELL = 0.002  # seconds to work before a rest where items are quickly done
NAP = 0.02  # seconds to rest at least: waking up costs more than many an item
BUSY = 0.1  # seconds since the latest item came in which others are in a hurry
MOST_WAITING = 10_000  # items


class PoliteWorker(Generic[Item]):
    """Does what is offered, one after the other, resting in between while more keeps coming."""

    def __init__(
        self, work: Callable[[Item], object], name: str, *, most_waiting: int = MOST_WAITING
    ) -> None:
        """What ``work`` raises is logged."""
        self._work = work
        self._most_waiting = most_waiting
        self._waiting: SimpleQueue[Item | None] = SimpleQueue()  # None is the end
        self._offered = 0.0  # when the latest came
        self._left = 0  # items that were in time, but not done in time
        self._deadline = float("inf")
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_done(self) -> bool:
        """Nothing waits to be done."""
        return self._waiting.empty()

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def offer(self, item: Item) -> bool:
        """Have it done later; False where too many are waiting.  Costs next to nothing."""
        self._offered = time.monotonic()
        if self._waiting.qsize() >= self._most_waiting:
            return False
        self._waiting.put(item)
        return True

    def stop(self, within: float) -> int:
        """Do the rest without resting, as far as that takes so many seconds; what is left."""
        self._deadline = time.monotonic() + within
        self._is_stopping.set()
        self._waiting.put(None)
        self._thread.join(within)
        # Where it is still at work: that item, those behind it, and not the end.
        return self._left + (self._waiting.qsize() if self._thread.is_alive() else 0)

    def _run(self) -> None:
        worked = 0.0
        while (item := self._waiting.get()) is not None:
            began = time.monotonic()
            if began > self._deadline:
                self._left += 1
                continue
            try:
                self._work(item)
            except Exception:  # noqa: BLE001 one bad item must not end the work on all others
                _log.exception("%s failed", self._thread.name)
            worked += time.monotonic() - began
            if worked > SPELL or self.is_done:
                self._rest(min(max(REST * worked, NAP), LONGEST_REST))
                worked = 0.0

    def _rest(self, seconds: float) -> None:
        """As long as more keeps coming."""
        until = time.monotonic() + seconds
        while not self._is_stopping.is_set():
            now = time.monotonic()
            if now >= until or now - self._offered > BUSY:
                return
            self._is_stopping.wait(min(until - now, BUSY))
