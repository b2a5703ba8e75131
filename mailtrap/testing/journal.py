"""What happened at a server, and which test it belongs to.  A listener of a trap.

Mail belongs to the chapter that was open when its MAIL command came (RFC 5321 section 3.3), also
over a connection that an application keeps for many tests.  Here, and nowhere else, is the lock
that waiters sleep on; it is never held while a trap is read.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from mailtrap import message as kept
from mailtrap.events import (
    EntriesRecorded,
    Event,
    MessageReceived,
    SessionClosed,
    SessionOpened,
)
from mailtrap.session import Authenticated, Command, Session, TlsStarted
from mailtrap.smtp.clock import monotonic
from mailtrap.testing.message import Message
from mailtrap.transactions import MAIL_VERBS

if TYPE_CHECKING:
    from mailtrap.testing.trio_bell import TrioBell

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

_Found = TypeVar("_Found")


@dataclass(eq=False, slots=True)
class Chapter:
    """What belongs to one test, or to all of the time."""

    name: str
    messages: list[Message] = field(default_factory=list)  # replaced, never shortened
    sessions: dict[str, int] = field(default_factory=dict)  # by id: how many entries came before
    handed_out: set[str] = field(default_factory=set)  # ids of messages
    outer: "Chapter | None" = None  # open when this one opened
    is_closed: bool = False


@dataclass(slots=True)
class _Open:
    """A session that has not ended."""

    chapter: Chapter | None = None  # of its latest MAIL
    order: int = 0  # of that MAIL, among all
    is_over_tls: bool = False
    user: str | None = None
    entries: int = 0  # that have come


class Journal:
    """Chapters, and those who wait for what comes into them."""

    def __init__(self, session: Callable[[str], Session]) -> None:
        """``session``: reads one by its id."""
        self._session = session
        self._changed = threading.Condition()
        self._changes = 0
        self._alarms: list[Callable[[], object]] = []
        self._open: dict[str, _Open] = {}
        self._begun = 0  # MAIL commands
        self._orders: dict[str, int] = {}  # of the MAIL of each message, by its id
        self._late: list[tuple[str, Message]] = []
        self.whole = Chapter("")
        self._current: Chapter | None = None

    # Chapters

    def open_chapter(self, name: str) -> Chapter:
        """What begins from now on belongs to a new one."""
        with self._changed:
            self.leave_closed_chapter()
            self._current = Chapter(name, outer=self._current)
            return self._current

    def leave_closed_chapter(self) -> None:
        """What begins from now on is not late: it is nobody's, unless a chapter is open."""
        with self._changed:
            if self._current is not None and self._current.is_closed:
                self._current = None

    def close_chapter(self, chapter: Chapter) -> list[Message]:
        """What still begins is late, until another opens; returns its messages.

        Where it was opened within another that is still open, it is that one's.
        """
        with self._changed:
            chapter.is_closed = True
            outer = chapter.outer
            while outer is not None and outer.is_closed:
                outer = outer.outer
            if self._current is chapter and outer is not None:
                self._current = outer
            self._forget(chapter.messages, self.whole)
            return chapter.messages

    def clear(self, chapter: Chapter) -> list[Message]:
        """Take its messages out; returns them."""
        with self._changed:
            messages = chapter.messages
            self._forget(messages, self.whole, *(() if self._current is None else (self._current,)))
            chapter.messages = []
            return messages

    def _forget(self, messages: Iterable[Message], *chapters: Chapter) -> None:
        ids = {each.id for each in messages}
        for chapter in chapters:
            if ids:
                chapter.messages = [each for each in chapter.messages if each.id not in ids]
        for message_id in ids:
            self._orders.pop(message_id, None)

    def claim(self, chapter: Chapter, messages: Iterable[Message]) -> bool:
        """Hand those out, unless somebody was faster with one of them."""
        with self._changed:
            ids = {each.id for each in messages}
            is_free = not ids & chapter.handed_out
            if is_free:
                chapter.handed_out |= ids
            return is_free

    def hand_out(self, chapter: Chapter, messages: Iterable[Message]) -> None:
        """Hand those out, whoever has had them before."""
        with self._changed:
            chapter.handed_out.update(each.id for each in messages)

    def take_late(self) -> list[tuple[str, Message]]:
        """(name of the chapter, message) of what came when its chapter was over, each once."""
        with self._changed:
            late, self._late = self._late, []
            self._forget([message for _, message in late], self.whole)
            return late

    @property
    def begun(self) -> int:
        """How many transactions have begun."""
        return self._begun

    def order_of(self, message: Message) -> int:
        """The number of the transaction that brought it."""
        return self._orders.get(message.id, 0)

    # Events, in the thread of the server

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        if isinstance(event, EntriesRecorded):
            self._recorded(event)
        elif isinstance(event, MessageReceived):
            self._received(event.message)
        elif isinstance(event, SessionOpened):
            with self._changed:
                self._open[event.session.id] = _Open()
                self._note(event.session.id, 0)
        elif isinstance(event, SessionClosed):
            self._open.pop(event.session.id, None)

    def _recorded(self, event: EntriesRecorded) -> None:
        opened = self._open.get(event.session)
        if opened is None:
            return
        for entry in event.entries:
            if isinstance(entry, Command):
                if entry.verb in MAIL_VERBS:
                    self._begin(opened)
                self._note(event.session, opened.entries)
            elif isinstance(entry, Authenticated):
                opened.user = entry.identity
            elif isinstance(entry, TlsStarted):
                opened.is_over_tls, opened.user = True, None
            opened.entries += 1

    def _begin(self, opened: _Open) -> None:
        with self._changed:
            self._begun += 1
            opened.chapter, opened.order = self._current, self._begun

    def _note(self, session_id: str, before: int) -> None:
        for chapter in (self.whole, self._current):
            if chapter is not None:
                chapter.sessions.setdefault(session_id, before)

    def _received(self, message: kept.Message) -> None:
        opened = self._open.get(message.session) or _Open()
        if message.truncated:
            return  # the client heard that it is too large
        made = Message(message, self._session, tls=opened.is_over_tls, auth_user=opened.user)
        with self._changed:
            chapter = opened.chapter or self._current
            self._orders[message.id] = opened.order or self._begun
            self.whole.messages.append(made)
            if chapter is not None:
                chapter.messages.append(made)
                if chapter.is_closed:
                    self._late.append((chapter.name, made))
            self._changes += 1
            self._changed.notify_all()
            alarms = tuple(self._alarms)
        for alarm in alarms:
            alarm()

    # Waiting

    def until(self, look: Callable[[], _Found | None], seconds: float) -> _Found | None:
        """What ``look`` finds, asked again after each message; None where the time is over."""
        deadline = monotonic() + seconds
        while True:
            seen = self._changes
            found = look()
            left = deadline - monotonic()
            if found is not None or left <= 0:
                return found
            with self._changed:
                self._changed.wait_for(lambda: self._changes != seen, left)  # noqa: B023 now

    async def async_until(self, look: Callable[[], _Found | None], seconds: float) -> _Found | None:
        """The same in the running event loop, asyncio's or trio's."""
        found = look()
        if found is not None or not seconds:
            return found
        bell = _bell()
        with self._alarm(bell.ring), _ringing_after(seconds, bell.ring) as is_over:
            while True:
                bell.hush()
                is_last = is_over()
                found = look()
                if found is not None or is_last:
                    return found
                await bell.heard()

    @contextmanager
    def _alarm(self, alarm: Callable[[], object]) -> Iterator[None]:
        with self._changed:
            self._alarms.append(alarm)
        try:
            yield
        finally:
            with self._changed:
                self._alarms.remove(alarm)


class _Bell:
    """Rung in any thread, heard in a loop of asyncio."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def ring(self) -> None:
        with suppress(RuntimeError):  # the loop was closed this moment
            self._loop.call_soon_threadsafe(self._event.set)

    def hush(self) -> None:
        self._event.clear()

    async def heard(self) -> None:
        await self._event.wait()


@contextmanager
def _ringing_after(seconds: float, ring: Callable[[], object]) -> Iterator[Callable[[], bool]]:
    """Ring once after so many seconds; yields what says whether they are over."""
    over = threading.Event()

    def end() -> None:
        over.set()
        ring()

    # Not by the clock of the loop: a test may have it stand still.
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield over.is_set
    finally:
        timer.cancel()
        timer.join()


def _bell() -> "_Bell | TrioBell":
    if "trio" in sys.modules and not is_in_asyncio():
        from mailtrap.testing.trio_bell import TrioBell

        return TrioBell()
    return _Bell()


def is_in_asyncio() -> bool:
    """A task of asyncio runs in this thread.

    A running loop is not enough: Playwright's sync API and gevent hand over to a test that is none
    of its tasks, and so does asyncio where trio is its guest.
    """
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


def is_in_loop() -> bool:
    """An event loop runs in this thread, and waiting would stop it."""
    if is_in_asyncio():
        return True
    trio = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_task())
