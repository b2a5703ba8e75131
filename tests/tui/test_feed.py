"""Feed: events from the listener's thread, in batches, in the thread that paints."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mailtrap.events import EntriesRecorded, MessagesMarked, MessagesRemoved, SessionsFound
from mailtrap.trap import Trap
from mailtrap.tui import feed as feed_module
from mailtrap.tui.feed import BATCH, LONGEST, PAUSE, QUICK, TYPING, Feed, Note, What, notes
from tests.tui.senders import Sender, a_trap, bring

PATIENCE = 10.0  # seconds


async def idle(feed: Feed) -> None:
    async with asyncio.timeout(PATIENCE):
        while not feed.is_idle:  # noqa: ASYNC110 - the loop's own timers are what we wait for
            await asyncio.sleep(0)


def taken(fill: Callable[[Trap], object]) -> tuple[list[Note], list[int], set[int]]:
    """The notes a feed passes on while a thread fills the trap; batch sizes; threads."""
    got: list[Note] = []
    sizes: list[int] = []
    threads: set[int] = set()

    async def run() -> None:
        trap = a_trap()

        def take(notes: Sequence[Note]) -> None:
            got.extend(notes)
            sizes.append(len(notes))
            threads.add(threading.get_ident())

        feed = Feed(take)
        trap.subscribe(feed)
        await asyncio.to_thread(fill, trap)
        await idle(feed)

    asyncio.run(run())
    return got, sizes, threads


def test_a_burst_in_another_thread_is_few_batches_in_this_one() -> None:
    def fill(trap: Trap) -> None:
        for _ in range(50):
            bring(trap)

    got, sizes, threads = taken(fill)

    assert [what for what, _ in got].count(What.RECEIVED) == 50
    assert len(sizes) < 25
    assert threads == {threading.get_ident()}


def test_the_notes_of_a_session_are_in_order() -> None:
    got, _, _ = taken(bring)

    assert [what for what, _ in got if what is not What.RECORDED] == [
        What.OPENED,
        What.RECEIVED,
        What.CLOSED,
    ]


def test_entries_that_come_together_are_one_note() -> None:
    got, _, _ = taken(lambda trap: Sender(trap).send(b"NOOP\r\n" * 20))

    assert [what for what, _ in got] == [What.OPENED, What.RECORDED]


def test_a_batch_is_bounded_and_the_rest_follows() -> None:
    def fill(trap: Trap) -> None:
        for _ in range(BATCH):
            Sender(trap).leave()

    got, sizes, _ = taken(fill)

    assert max(sizes) <= BATCH
    assert [what for what, _ in got].count(What.CLOSED) == BATCH


def test_more_than_can_wait_becomes_one_note_to_look_at_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_module, "MOST", 10)

    def fill_while_the_screen_stalls() -> list[Note]:
        got: list[Note] = []

        async def run() -> None:
            trap = a_trap()
            feed = Feed(got.extend)
            trap.subscribe(feed)
            for _ in range(20):  # in the loop's own thread: nothing is taken meanwhile
                Sender(trap).leave()
            await idle(feed)

        asyncio.run(run())
        return got

    got = fill_while_the_screen_stalls()

    assert got[0] == (What.TOO_MUCH, "")
    assert len(got) <= 10


def test_batches_become_rarer_while_the_thread_is_busy_and_while_keys_are_pressed() -> None:
    async def run() -> list[float]:
        feed = Feed(lambda _: None)
        now = asyncio.get_running_loop().time()
        worked, intervals = 0.0, []
        for share in (0.1, 0.6, 0.6, 0.6, 0.6, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1):
            now, worked = now + 1, worked + share
            feed._pace(now, worked)
            intervals.append(feed._interval)
        feed.pressed()
        feed._pace(feed._pressed + PAUSE, worked)
        intervals.append(feed._interval)
        feed._pace(feed._pressed + PAUSE + 1, worked)
        return [*intervals, feed._interval]

    intervals = asyncio.run(run())

    assert intervals[0] == QUICK
    assert intervals[5] == LONGEST
    assert intervals[10] == QUICK
    assert intervals[11] == TYPING
    assert intervals[12] < TYPING


def test_after_a_quiet_time_two_batches_come_at_once_and_the_third_has_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_module, "QUICK", 3600)
    monkeypatch.setattr(feed_module, "LONGEST", 3600)
    taken: list[Note] = []

    async def run() -> list[int]:
        feed = Feed(taken.extend)
        counts = []
        for number in range(3):
            feed(MessagesMarked((str(number),), read=True))
            for _ in range(100):
                await asyncio.sleep(0)
            counts.append(len(taken))
        return counts

    assert asyncio.run(run()) == [1, 2, 2]


def test_never_more_than_one_batch_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "QUICK", 3600)
    monkeypatch.setattr(feed_module, "LONGEST", 3600)
    timers: list[asyncio.TimerHandle] = []

    async def run() -> None:
        feed = Feed(lambda _: None)
        loop = asyncio.get_running_loop()
        call_at = loop.call_at

        def noted(*words: Any, **options: Any) -> asyncio.TimerHandle:
            timers.append(call_at(*words, **options))
            return timers[-1]

        monkeypatch.setattr(loop, "call_at", noted)
        for number in range(20):
            feed(EntriesRecorded(f"session {number}", ()))  # may wait
            await asyncio.sleep(0)
            feed(MessagesMarked((str(number),), read=True))  # should not
            await asyncio.sleep(0)

    asyncio.run(run())

    assert len(timers) > 1
    assert sum(not timer.cancelled() for timer in timers) == 1


def test_events_after_the_screen_is_gone_are_nobodys_worry() -> None:
    trap = a_trap()

    async def run() -> None:
        trap.subscribe(Feed(lambda _: None))

    asyncio.run(run())

    assert bring(trap).data


def test_what_opens_a_session_waits_for_a_while_and_its_message_takes_it_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_module, "LATER", 3600)
    trap = a_trap()
    taken: list[Note] = []

    async def run() -> None:
        feed = Feed(taken.extend)
        trap.subscribe(feed)
        client = Sender(trap).send(b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\n")
        for _ in range(100):
            await asyncio.sleep(0)
        assert taken == []
        client.send(b"DATA\r\n").send(b"Subject: hi\r\n\r\n.\r\n")
        await idle(feed)

    asyncio.run(run())

    kinds = [what for what, _ in taken]
    assert kinds[0] is What.OPENED
    assert What.RECEIVED in kinds


def test_thousands_of_changes_at_once_are_one_look_at_everything() -> None:
    ids = tuple(str(number) for number in range(BATCH + 1))

    assert notes(MessagesRemoved(ids, because="asked")) == [(What.TOO_MUCH, "")]
    assert notes(MessagesMarked(ids[:2], read=True)) == [(What.MARKED, "0"), (What.MARKED, "1")]
    assert notes(SessionsFound(ids[:1])) == [(What.FOUND, "0")]
