"""Events of a catch brought to the thread that paints: one wake-up a burst, few paints a second.

What comes after a quiet time is told at once, and so is what comes of that: a message, and soon
after it what is wrong with it.  Only those that follow have to wait: longer while keys are pressed,
and longer where painting takes the most of a processor.

Only kinds and ids cross over.  A screen that does not keep up, or a terminal that stopped
reading, must neither slow the listener down nor keep alive what the catch has dropped.
"""

import asyncio
import contextlib
import contextvars
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import assert_never

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

QUICK, LONGEST = 0.016, 0.5  # seconds from one batch to the next
TYPING = 0.1  # as QUICK, while somebody presses keys: those come first
PAUSE = 1.0  # seconds after a key until nobody is typing any more
LATER = 0.1  # seconds that what is not urgent may wait
TOO_BUSY = 0.5  # share of its time the thread may work before batches become rarer
BATCH = 2000  # notes
MOST = 100_000  # notes that may wait; beyond that it is cheaper to look at everything again


class What(Enum):
    """What happened to the session or message of a note."""

    OPENED = auto()
    RECORDED = auto()
    RECEIVED = auto()
    CLOSED = auto()
    REMOVED = auto()  # a message is gone
    MARKED = auto()  # a message was marked as read or as not read
    FOUND = auto()  # a session from before was read
    FORGOTTEN = auto()  # a session is gone
    DIAGNOSED = auto()  # more is known about what is wrong with rows that were looked at
    TOO_MUCH = auto()  # look at everything again


Note = tuple[What, str]

# A session is opened just before its message comes: nobody has to see that at once, and the
# message should not have to wait for the next batch.  What is found is old.
_NOT_URGENT = (SessionOpened, EntriesRecorded, SessionsFound)


class Feed:
    """A listener; ``take`` gets the notes in order, in the thread that made the feed."""

    def __init__(self, take: Callable[[Sequence[Note]], None]) -> None:
        self._take = take
        self._loop = asyncio.get_running_loop()
        # Without it a callback would run in the context of the listener's thread, where no
        # app is active.
        self._context = contextvars.copy_context()
        self._notes: deque[Note] = deque()
        self._is_scheduled = False
        self._is_urgent = False  # and as soon as may be
        self._timer: asyncio.TimerHandle | None = None  # of the next batch
        self._earliest = 0.0  # when it may come
        self._due = 0.0  # when it would come if they were even
        self._interval = QUICK
        self._pressed = -PAUSE  # when the latest key was
        self._drained = 0.0  # when the latest batch came
        self._worked = 0.0  # how long this thread had worked then

    @property
    def is_idle(self) -> bool:
        """Nothing waits to be taken."""
        return not self._notes and not self._is_scheduled

    def __call__(self, event: Event) -> None:
        """Take an event, in any thread; returns at once."""
        for note in notes(event):
            self._push(note)
        self._schedule(is_urgent=not isinstance(event, _NOT_URGENT))

    def diagnosed(self) -> None:
        """Tell that more is known about what is wrong, in any thread; returns at once."""
        self._push((What.DIAGNOSED, ""))
        self._schedule(is_urgent=True)

    def pressed(self) -> None:
        """Somebody presses keys, and wants to see what they do."""
        self._pressed = self._loop.time()

    def _schedule(self, *, is_urgent: bool) -> None:
        if self._is_urgent or (self._is_scheduled and not is_urgent):
            return
        self._is_scheduled, self._is_urgent = True, is_urgent
        wake = self._wake if is_urgent else self._wake_later
        with contextlib.suppress(RuntimeError):  # the loop ended before the listener did
            self._loop.call_soon_threadsafe(wake, context=self._context)

    def _push(self, note: Note) -> None:
        with contextlib.suppress(IndexError):  # the other thread may have just emptied it
            if self._notes[-1] == note:
                return  # it still waits, and whoever takes it will see this change too
        if len(self._notes) >= MOST:
            self._notes.clear()
            note = (What.TOO_MUCH, "")
        self._notes.append(note)

    def _wake(self) -> None:
        self._drain_at(self._earliest)

    def _wake_later(self) -> None:
        self._drain_at(self._loop.time() + LATER)

    def _drain_at(self, due: float) -> None:
        """At that time of the loop, unless it is done before."""
        if self._timer is not None:
            due = min(due, self._timer.when())
        if due <= self._loop.time():
            self._drain()
        else:
            self._cancel()
            self._timer = self._loop.call_at(due, self._drain, context=self._context)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drain(self) -> None:
        self._cancel()
        self._is_scheduled = self._is_urgent = False  # first: what comes now wakes us again
        if not self._notes:
            return
        self._pace(self._loop.time(), time.thread_time())
        batch: list[Note] = []
        with contextlib.suppress(IndexError):
            while len(batch) < BATCH:
                batch.append(self._notes.popleft())
        if self._notes and not self._is_scheduled:
            self._is_scheduled = self._is_urgent = True
            self._drain_at(self._loop.time() + self._interval)
        if batch:
            self._take(batch)

    def _pace(self, now: float, worked: float) -> None:
        """Say when the next batch may come."""
        is_busy = worked - self._worked > TOO_BUSY * (now - self._drained)
        self._drained, self._worked = now, worked
        shortest = QUICK if now - self._pressed > PAUSE else TYPING
        self._interval *= 2 if is_busy else 0.5
        self._interval = max(shortest, min(self._interval, LONGEST))
        self._earliest = max(self._due, now)  # one batch may be early
        self._due = self._earliest + self._interval


def notes(event: Event) -> list[Note]:
    """The notes an event is worth: what happened, and the ids it happened to."""
    match event:
        case SessionOpened():
            return [(What.OPENED, event.session.id)]
        case EntriesRecorded():
            return [(What.RECORDED, event.session)]
        case MessageReceived():
            return [(What.RECEIVED, event.message.id)]
        case SessionClosed():
            return [(What.CLOSED, event.session.id)]
        case MessagesRemoved():
            return _each(What.REMOVED, event.ids)
        case MessagesMarked():
            return _each(What.MARKED, event.ids)
        case SessionsFound():
            return _each(What.FOUND, event.ids)
        case SessionsRemoved():
            return _each(What.FORGOTTEN, event.ids)
    assert_never(event)


def _each(what: What, ids: Sequence[str]) -> list[Note]:
    # It is cheaper to look at everything once than at most of it one by one.
    return [(what, each) for each in ids] if len(ids) <= BATCH else [(What.TOO_MUCH, "")]
