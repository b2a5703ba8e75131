"""Events for readers who can wait a moment while much is going on.

The same work costs half as much where it is done for many events in one go: what it needs is
then near the processor, and it is written at once.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from mailtrap.events import Event, MessagesRemoved
from mailtrap.listeners import Listener

MOMENT = 0.02  # seconds
MANY = 100  # events in a moment: more than a few clients that take turns bring
MOST = 2_000  # events to gather

_log = logging.getLogger("mailtrap.gathering")


class Gathering:
    """A listener of a trap that hands each event on: at once, or a moment later with others.

    Each listener hears them in their order.  It is used in the thread that changes the trap.
    Mail that is removed is not handed on: no line tells of it, and what is too old goes in
    another thread (the sweeper).
    """

    def __init__(
        self,
        later: Callable[[float, Callable[[], object]], object],
        many_at_once: Callable[[], AbstractContextManager[None]],
        *listeners: Listener,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``later(seconds, call)`` calls in that thread, such as ``loop.call_later``; what is
        gathered is handed on within the other.
        """
        self._clock = clock
        self._later = later
        self._many_at_once = many_at_once
        self.listeners = list(listeners)  # one that is added hears what is still gathered, too
        self._gathered: list[Event] = []
        self._is_gathering = False
        self._began = float("-inf")  # when the latest moment did
        self._count = 0  # events since then

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        if isinstance(event, MessagesRemoved):
            return  # in that thread neither the loop may be called nor a line written
        if self._is_gathering:
            self._gathered.append(event)
            if len(self._gathered) >= MOST:
                self.hand_on()
            return
        self._tell(event)
        self._count += 1
        if self._count > MANY:
            now = self._clock()
            self._is_gathering = now - self._began < MOMENT
            self._began, self._count = now, 0
            if self._is_gathering:
                self._later(MOMENT, self._end_moment)

    def hand_on(self) -> None:
        """Hand on what is gathered."""
        gathered, self._gathered = self._gathered, []
        with self._many_at_once():
            self._tell(*gathered)

    def _end_moment(self) -> None:
        self._is_gathering = len(self._gathered) > MANY
        if self._is_gathering:
            self._later(MOMENT, self._end_moment)
        self.hand_on()

    def _tell(self, *events: Event) -> None:
        # One listener after the other: what it needs for many events is then near the processor.
        for listener in self.listeners:
            for event in events:
                try:
                    listener(event)
                except Exception:  # noqa: BLE001 as in the trap: one listener harms no other
                    _log.exception("a listener failed on %s", type(event).__name__)
