"""What a thread finds, told in the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Crossing(Generic[Item]):
    """Called in a thread, it has the loop told; what comes meanwhile is told in one go.

    At most one call to the loop is under way: asyncio sends itself an octet for each, and a
    signal that finds some 280 of them unread is lost.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, tell: Callable[[Sequence[Item]], object]
    ) -> None:
        """``tell`` is called in the loop."""
        self._loop = loop
        self._tell = tell
        self._lock = Lock()
        self._brought: list[Item] = []

    def __call__(self, items: Sequence[Item]) -> None:
        """Have them told, after those before."""
        if not items:
            return
        with self._lock:
            if not self._brought:
                self._loop.call_soon_threadsafe(self._arrive)
            self._brought += items

    def _arrive(self) -> None:
        with self._lock:
            brought, self._brought = self._brought, []
        self._tell(brought)
