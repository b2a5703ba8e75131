"""Events that are handed on a moment later while much is going on."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest

from mailtrap.cli.gathering import MANY, MOST, Gathering
from mailtrap.cli.outlet import Outlet
from mailtrap.events import Event, MessagesRemoved, SessionsRemoved
from mailtrap.listeners import Listener


class Later:
    """The calls that are to be made later; the test is the clock."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []

    def __call__(self, _seconds: float, call: Callable[[], object]) -> None:
        self.calls.append(call)

    def pass_a_moment(self) -> None:
        """Make the calls that are due."""
        due, self.calls = self.calls, []
        for call in due:
            call()


def gathering_for(*listeners: Listener, later: Later | None = None) -> Gathering:
    """In a time that stands still."""
    return Gathering(later or Later(), nullcontext, *listeners, clock=float)


def events(count: int) -> list[Event]:
    """As many events as that, no two the same."""
    return [SessionsRemoved((str(number),), "limit") for number in range(count)]


def test_a_few_events_are_handed_on_at_once() -> None:
    heard: list[Event] = []
    gathering = gathering_for(heard.append)

    for count, event in enumerate(events(MANY), start=1):
        gathering(event)
        assert len(heard) == count


def test_many_events_are_handed_on_together_in_their_order() -> None:
    heard: list[Event] = []
    later = Later()
    gathering, told = gathering_for(heard.append, later=later), events(3 * MANY)

    # The first moment is longer than any: nothing was heard before it.
    for event in told:
        gathering(event)
    assert heard == told[: 2 * MANY + 2]
    later.pass_a_moment()

    assert heard == told


def test_it_gathers_until_little_is_going_on() -> None:
    heard: list[Event] = []
    later = Later()
    gathering = gathering_for(heard.append, later=later)

    for event in events(2 * MANY + 2):
        gathering(event)
    for event in events(MANY + 1):
        gathering(event)
    later.pass_a_moment()
    assert later.calls, "it has heard many in that moment"
    later.pass_a_moment()
    assert not later.calls
    heard.clear()
    gathering(events(1)[0])

    assert heard == events(1)


def test_no_more_than_so_many_are_gathered() -> None:
    heard: list[Event] = []
    gathering = gathering_for(heard.append)

    for event in events(2 * MANY + 2 + MOST):
        gathering(event)

    assert len(heard) == 2 * MANY + 2 + MOST


def test_mail_that_another_thread_removes_makes_nothing_happen_in_that_thread() -> None:
    happened: list[str] = []

    def happens(*_: object) -> None:
        happened.append(threading.current_thread().name)

    gathering = Gathering(happens, nullcontext, happens, clock=float)
    for event in events(2 * MANY + 1):
        gathering(event)
    happened.clear()

    # It would be the one that begins to gather.
    removed = MessagesRemoved(("abcdef-1-1",), "limit")
    sweeper = threading.Thread(target=gathering, args=[removed], name="sweeper")
    sweeper.start()
    sweeper.join()
    assert happened == []
    gathering(events(1)[0])

    assert happened == [threading.current_thread().name] * 2


def test_what_is_gathered_is_handed_on_within_what_writes_it_at_once() -> None:
    said: list[str] = []

    @contextmanager
    def once() -> Iterator[None]:
        said.append("begin")
        yield
        said.append("end")

    gathering = Gathering(Later(), once, lambda _: said.append("event"), clock=float)
    for event in events(2 * MANY + 5):
        gathering(event)
    said.clear()
    gathering.hand_on()

    assert said == ["begin", "event", "event", "event", "end"]


def test_a_listener_that_fails_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def fail(_event: Event) -> None:
        raise ValueError

    gathering = gathering_for(fail, heard.append)
    gathering(events(1)[0])

    assert heard == events(1)
    assert "a listener failed on SessionsRemoved" in caplog.text


def test_text_that_is_held_is_written_in_one_go() -> None:
    async def written() -> tuple[bytes, bytes]:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        outlet = Outlet(writing, "utf-8", skipped=str, on_broken=lambda: None)
        with outlet.held():
            outlet.write("one\n")
            outlet.write("two\n")
            with pytest.raises(BlockingIOError):
                os.read(reading, 100)
        both = os.read(reading, 100)
        outlet.write("three\n")
        after = os.read(reading, 100)
        os.close(reading)
        os.close(writing)
        return both, after

    assert asyncio.run(written()) == (b"one\ntwo\n", b"three\n")
