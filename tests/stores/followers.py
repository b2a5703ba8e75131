"""A maildir, the traps that write it, and what a reader of it hears."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mailtrap.events import Event, MessageReceived
from mailtrap.stores.attached import AttachedMaildir
from mailtrap.stores.attention import Attention
from mailtrap.stores.maildir import MaildirStore
from mailtrap.trap import Catch, Trap
from mailtrap.watching import DirectoryWatch
from tests.support import WAIT


class Ear:
    """What a catch tells, and waiting for it."""

    def __init__(self, catch: Catch) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()
        catch.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def until(self, holds: Callable[[], Any], what: str = "what the test waits for") -> Any:
        """The first true value of ``holds``, asked again after each event."""
        while True:
            seen = len(self.events)
            if found := holds():
                return found
            with self._changed:
                heard = self._changed.wait_for(lambda: len(self.events) != seen, WAIT)  # noqa: B023 now
            assert heard, f"{what} did not happen; heard {self.kinds()}"

    def all(self, kind: type[Event]) -> list[Any]:
        """The events of a kind so far."""
        return [event for event in [*self.events] if isinstance(event, kind)]

    def first(self, kind: type[Event]) -> Any:
        """The first event of a kind, once it came."""
        return self.until(lambda: self.all(kind), kind.__name__)[0]

    def kinds(self) -> list[str]:
        """What kinds of events came, in order; the same again and again counts once."""
        names = [type(event).__name__ for event in [*self.events]]
        return [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]

    def received(self) -> list[str]:
        """Ids of the messages that came, in order."""
        return [event.message.id for event in self.all(MessageReceived)]


@contextmanager
def writing(directory: Path, **limits: Any) -> Iterator[Trap]:
    """A trap as a server has it that keeps its mail there."""
    store = MaildirStore(directory)
    trap = Trap(store, prefix=store.prefix, **limits)
    store.follow(trap)
    yield trap
    store.close()


@contextmanager
def attached(
    directory: Path, *, watch: Callable[..., DirectoryWatch] = DirectoryWatch, **limits: Any
) -> Iterator[tuple[AttachedMaildir, Ear]]:
    """A reader of that maildir that hears, and what it heard."""

    def attention(path: Path) -> Attention:
        return Attention(path, watch)

    maildir = AttachedMaildir(directory, attention=attention, **limits)
    ear = Ear(maildir)
    maildir.start()
    try:
        yield maildir, ear
    finally:
        maildir.stop()


class Deaf(DirectoryWatch):
    """The watch of a file system without events."""

    def start(self) -> None:
        """Hear nothing, ever."""


class Forgetful(DirectoryWatch):
    """A watch whose events are lost, all but those that try it out."""

    def __init__(self, directories: Any, on_change: Callable[[Any], None]) -> None:
        super().__init__(
            directories, lambda paths: on_change({path for path in paths if ".trial" in path})
        )
