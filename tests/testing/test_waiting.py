import asyncio
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiosmtplib
import pytest
import trio

from mailtrap.testing import MailTrap, Message, UsageError
from mailtrap.testing.criteria import Wanted
from mailtrap.testing.journal import Journal
from mailtrap.testing.look import Look
from tests.support import WAIT
from tests.testing.posting import connected, post, written

WhenWaiting = Callable[[Callable[[], object]], None]


def in_thread(call: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=call)
    thread.start()
    return thread


@pytest.fixture
def when_waiting(trap: MailTrap, monkeypatch: pytest.MonkeyPatch) -> Iterator[WhenWaiting]:
    """What calls something in a thread once somebody has looked and found nothing.

    The thread has ended before the trap stops.
    """
    condition = trap._catcher.journal._changed
    wait_for = condition.wait_for
    threads: list[threading.Thread] = []

    def call_then(call: Callable[[], object]) -> None:
        def waiting(*arguments: Any) -> bool:
            monkeypatch.undo()
            threads.append(in_thread(call))
            return bool(wait_for(*arguments))

        monkeypatch.setattr(condition, "wait_for", waiting)

    yield call_then
    for thread in threads:
        thread.join(WAIT)


def test_mail_that_has_come_is_there_at_once(trap: MailTrap) -> None:
    post(trap, "Reset")

    assert trap.wait_for(subject="Reset", timeout=0).subject == "Reset"


def test_mail_that_comes_later_wakes_whoever_waits(
    trap: MailTrap, when_waiting: WhenWaiting
) -> None:
    when_waiting(lambda: post(trap, "Reset"))
    started = time.monotonic()

    assert trap.wait_for(subject="Reset", timeout=WAIT).subject == "Reset"

    assert time.monotonic() - started < WAIT / 2


def test_each_message_is_handed_out_once(trap: MailTrap) -> None:
    post(trap, "Reset one")
    post(trap, "Reset two")

    assert trap.wait_for(subject="Reset").subject == "Reset one"
    assert trap.wait_for(subject="Reset").subject == "Reset two"
    with pytest.raises(AssertionError, match="handed it out before"):
        trap.wait_for(subject="Reset")


def test_a_peek_hands_nothing_out(trap: MailTrap) -> None:
    post(trap, "Reset one")

    assert trap.wait_for(subject="Reset", peek=True) is trap.wait_for(subject="Reset", peek=True)
    assert trap.wait_for(subject="Reset").subject == "Reset one"
    assert trap.wait_for(subject="Reset", peek=True).subject == "Reset one"


def test_two_that_wait_never_get_the_same_message(trap: MailTrap) -> None:
    got: list[str] = []
    waiters = [
        in_thread(lambda: got.append(trap.wait_for(subject="Job", timeout=WAIT).subject))
        for _ in range(4)
    ]

    for number in range(4):
        post(trap, f"Job {number}")

    for waiter in waiters:
        waiter.join(WAIT)
    assert sorted(got) == [f"Job {number}" for number in range(4)]


def test_of_two_that_found_the_same_message_only_the_faster_gets_it(
    trap: MailTrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(trap, "Job")
    slow, fast = (Look(trap._catcher, trap._chapter, Wanted({}), 1) for _ in range(2))
    journal = trap._catcher.journal
    claim = journal.claim
    got: list[list[Message] | None] = []

    def overtaken(*arguments: Any) -> bool:
        monkeypatch.undo()
        got.append(fast())
        return claim(*arguments)

    monkeypatch.setattr(journal, "claim", overtaken)

    assert slow() is None
    assert got == [[trap[0]]]


def test_a_count_waits_for_so_many(trap: MailTrap, when_waiting: WhenWaiting) -> None:
    post(trap, "one")
    when_waiting(lambda: [post(trap, "two"), post(trap, "three")])

    found = trap.wait_for(count=2, timeout=WAIT)

    assert found.subjects == ["one", "two"]
    assert trap.wait_for(timeout=WAIT).subject == "three"


def test_too_few_says_how_many_came(trap: MailTrap) -> None:
    post(trap, "one")

    with pytest.raises(AssertionError) as raised:
        trap.wait_for(count=2, subject="one")

    headline = "waited 0.05 s for 2 messages (subject with 'one'); 1 came"
    assert str(raised.value).startswith(headline)
    assert trap.wait_for(subject="one").subject == "one"


def test_one_too_many_while_it_settles_is_told(trap: MailTrap) -> None:
    post(trap, "one")
    post(trap, "two")

    with pytest.raises(AssertionError, match="wanted 1 message, but more came") as raised:
        trap.wait_for(settle=0.01)

    assert "2. 'two' to bob@example.org" in str(raised.value)


def test_one_too_many_that_comes_while_it_settles_is_told(
    trap: MailTrap, when_waiting: WhenWaiting
) -> None:
    post(trap, "one")
    when_waiting(lambda: post(trap, "two"))

    with pytest.raises(AssertionError, match="but more came"):
        trap.wait_for(settle=WAIT)


def test_when_nothing_more_comes_the_message_settles(trap: MailTrap) -> None:
    post(trap, "one")

    assert trap.wait_for(settle=0.01).subject == "one"


@pytest.mark.parametrize("timeout", [-1, -0.1, math.nan, math.inf, "5", True])
def test_a_timeout_that_cannot_be_waited_is_told(trap: MailTrap, timeout: Any) -> None:
    with pytest.raises(UsageError, match=r"timeout = .* is no time; give seconds"):
        trap.wait_for(timeout=timeout)


@pytest.mark.parametrize("count", [-1, 1.5, "2", True])
def test_a_count_that_cannot_be_is_told(trap: MailTrap, count: Any) -> None:
    for ask in (trap.wait_for, trap.expect, trap.assert_sent):
        with pytest.raises(UsageError, match=f"count = {count!r} is no number of messages; give"):
            ask(count=count)


def test_a_text_in_the_place_of_a_count_names_the_criteria(trap: MailTrap) -> None:
    with pytest.raises(UsageError, match="texts are asked for by name, such as subject='Reset'"):
        trap.assert_sent("Reset")  # type: ignore[arg-type] # what is tested


def test_to_wait_for_none_names_what_does_that(trap: MailTrap) -> None:
    with pytest.raises(UsageError, match=r"write assert_none\(within=0.5\)"):
        trap.wait_for(count=0)


def test_a_message_is_seen_as_soon_as_the_client_hears_250(trap: MailTrap) -> None:
    for number in range(200):
        post(trap, str(number))

        assert len(trap) == number + 1


def test_waiting_does_not_poll(trap: MailTrap, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    waits: list[float] = []
    condition = trap._catcher.journal._changed
    wait_for = condition.wait_for

    def counted(holds: Callable[[], bool], timeout: float) -> bool:
        waits.append(timeout)
        return wait_for(holds, timeout)

    monkeypatch.setattr(condition, "wait_for", counted)

    with pytest.raises(AssertionError):
        trap.wait_for(subject="Reset", timeout=0.2)

    assert not slept
    assert len(waits) == 1


def test_a_function_that_asks_the_trap_does_not_stop_it(trap: MailTrap) -> None:
    post(trap, "one")

    found = trap.wait_for(where=lambda message: len(trap.sessions) == 1 and bool(message.session))

    assert found.subject == "one"


def test_cleared_mail_is_not_waited_for_again(trap: MailTrap) -> None:
    post(trap, "one")

    cleared = trap.clear()

    assert cleared.subjects == ["one"]
    assert trap.count == 0
    with pytest.raises(AssertionError):
        trap.wait_for(subject="one")
    post(trap, "one")
    assert trap.wait_for(subject="one")


# Where a test has the time stand still, as freezegun and its like do


def stand_still(monkeypatch: pytest.MonkeyPatch, at: float) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: at)


def test_a_wait_ends_though_the_time_stands_still(
    trap: MailTrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch, 0.0)

    with pytest.raises(AssertionError, match=r"waited 0\.05 s"):
        trap.wait_for(subject="Reset")


def test_a_wait_in_a_loop_ends_though_the_time_stands_still(
    trap: MailTrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch, 0.0)

    with pytest.raises(AssertionError, match=r"waited 0\.05 s"):
        asyncio.run(trap.async_wait_for(subject="Reset"))


def test_a_reply_is_late_by_real_time_though_the_time_stands_still(
    trap: MailTrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap.reply("MAIL", delay=0.01)
    stand_still(monkeypatch, 0.0)

    post(trap)

    assert trap.count == 1


def test_a_client_from_before_is_not_idle_because_the_time_has_jumped(
    trap: MailTrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(trap) as client:
        client.ehlo()
        stand_still(monkeypatch, 1e9)

        post(trap)  # the server wakes, and looks who is idle

        assert client.noop()[0] == 250


# In event loops


async def send(trap: MailTrap, subject: str) -> None:
    await aiosmtplib.send(written(subject), hostname=trap.host, port=trap.port)


def test_in_a_loop_the_loop_goes_on(trap: MailTrap) -> None:
    async def main() -> str:
        sending = asyncio.create_task(send(trap, "Reset"))
        message = await trap.async_wait_for(subject="Reset", timeout=WAIT)
        await sending
        return message.subject

    assert asyncio.run(main(), debug=True) == "Reset"


def test_in_a_loop_a_timeout_says_what_came(trap: MailTrap) -> None:
    async def main() -> None:
        await send(trap, "Welcome")
        await trap.async_wait_for(subject="Reset")

    with pytest.raises(AssertionError, match="subject: wanted 'Reset', but it is 'Welcome'"):
        asyncio.run(main())


def test_in_a_loop_a_count_is_a_list(trap: MailTrap) -> None:
    async def main() -> list[str]:
        await asyncio.gather(send(trap, "one"), send(trap, "two"))
        return sorted((await trap.async_wait_for(count=2, timeout=WAIT)).subjects)

    assert asyncio.run(main()) == ["one", "two"]


def test_in_trio_the_loop_goes_on(trap: MailTrap) -> None:
    async def main() -> str:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, lambda: post(trap, "Reset"))
            return (await trap.async_wait_for(subject="Reset", timeout=WAIT)).subject

    assert trio.run(main) == "Reset"


def test_in_trio_a_timeout_says_what_came(trap: MailTrap) -> None:
    async def main() -> None:
        await trap.async_wait_for(subject="Reset")

    with pytest.raises(AssertionError, match="nothing connected to"):
        trio.run(main)


@pytest.mark.parametrize("run", [asyncio.run, lambda main: trio.run(lambda: main)])
def test_to_wait_in_a_loop_without_await_names_what_does_that(
    trap: MailTrap, run: Callable[[Any], object]
) -> None:
    async def main() -> None:
        trap.wait_for(subject="Reset")

    with pytest.raises(UsageError, match=r"await mailtrap.async_wait_for"):
        run(main())


def test_beside_a_loop_that_hands_over_to_the_test_waiting_is_no_harm(
    trap: MailTrap, when_waiting: WhenWaiting
) -> None:
    # Playwright's sync API runs a test like this: in a running loop, and in none of its tasks.
    loop = asyncio.new_event_loop()
    found: list[str] = []

    def test() -> None:
        when_waiting(lambda: post(trap, "Reset"))
        found.append(trap.wait_for(subject="Reset", timeout=WAIT).subject)
        trap.assert_none(within=0.01, subject="Invoice")
        with trap.expect(subject="Invoice") as expected:
            post(trap, "Invoice")
        found.append(expected.message.subject)

    loop.call_soon(test)
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    assert found == ["Reset", "Invoice"]


def test_to_wait_in_a_loop_for_what_is_there_is_no_harm(trap: MailTrap) -> None:
    async def main() -> str:
        await send(trap, "Reset")
        return trap.wait_for(subject="Reset").subject

    assert asyncio.run(main()) == "Reset"


def test_to_see_in_a_loop_that_nothing_comes_names_what_does_that(trap: MailTrap) -> None:
    async def main() -> None:
        trap.assert_none()
        trap.assert_none(within=0.1)

    with pytest.raises(UsageError, match=r"sleep in it \(asyncio.sleep\)"):
        asyncio.run(main())


def test_in_a_loop_nothing_is_handed_out_by_a_wait_that_is_refused(trap: MailTrap) -> None:
    async def main() -> None:
        await send(trap, "Reset")
        with pytest.raises(UsageError):
            trap.wait_for(settle=0.1)
        assert (await trap.async_wait_for(settle=0.01)).subject == "Reset"

    asyncio.run(main())


def test_a_loop_that_is_closed_harms_nobody(
    trap: MailTrap, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        with pytest.raises(AssertionError):
            await trap.async_wait_for(timeout=0.001)

    asyncio.run(main())
    post(trap)

    assert trap.count == 1
    assert not caplog.records
    assert not trap._catcher.journal._alarms


def test_to_wait_before_the_start_is_told() -> None:
    with pytest.raises(UsageError, match=r"write `with MailTrap\(\) as trap:`"):
        MailTrap().wait_for()


def test_a_waiter_never_misses_what_comes_between_two_looks(trap: MailTrap) -> None:
    journal: Journal = trap._catcher.journal

    def look() -> str | None:
        if trap.count:
            return "seen"
        # As if it came after the look, and before anybody waits.
        post(trap)
        return None

    started = time.monotonic()

    assert journal.until(look, WAIT) == "seen"

    assert time.monotonic() - started < WAIT / 2
