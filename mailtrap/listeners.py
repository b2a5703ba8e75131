"""Those who hear of events: all hear each of them, in the order they happened."""

import logging
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from mailtrap.events import Event

Listener = Callable[[Event], None]


class Listeners:
    """Whoever has subscribed."""

    def __init__(self, lock: AbstractContextManager[object], log: logging.Logger) -> None:
        """``lock`` is held whenever something is told, and can be taken again by who holds it;
        ``log`` is told of listeners that fail.
        """
        self._lock = lock
        self._log = log
        self._listeners: tuple[Listener, ...] = ()
        self._untold: deque[Event] = deque()
        self._is_telling = False

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns what ends that."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                left = list(self._listeners)
                with suppress(ValueError):  # once is enough
                    left.remove(listener)
                self._listeners = tuple(left)

        return unsubscribe

    def tell(self, event: Event) -> None:
        """Tell it to all; the lock is held.

        What a listener makes happen is told after this event, and one that fails harms nobody.
        """
        self._untold.append(event)
        if self._is_telling:
            return
        try:
            self._is_telling = True
            while self._untold:
                self._tell_all(self._untold.popleft())
        finally:  # ctrl+c in a listener: what is left is told with the next event
            self._is_telling = False

    def _tell_all(self, event: Event) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 whatever a listener raises harms no session
                self._log.exception("a listener failed on %s", type(event).__name__)
