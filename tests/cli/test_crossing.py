"""What a thread finds, told in the event loop."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Sequence

import pytest

from mailtrap.cli.crossing import Crossing

MORE_THAN_WAKE_UPS_FIT = 1000


async def _bring(items: int, told: list[Sequence[int]]) -> None:
    """Have a thread bring them one by one while the loop stands still."""
    crossing = Crossing(asyncio.get_running_loop(), told.append)

    def bring() -> None:
        for number in range(items):
            crossing([number])

    thread = threading.Thread(target=bring)
    thread.start()
    thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="its event loop has no signal handlers")
def test_a_signal_is_heard_however_much_a_thread_brings() -> None:
    async def hears() -> bool:
        heard = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, heard.set)
        await _bring(MORE_THAN_WAKE_UPS_FIT, [])
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(heard.wait(), 10)
        loop.remove_signal_handler(signal.SIGTERM)
        return heard.is_set()

    assert asyncio.run(hears())


def test_all_is_told_in_order() -> None:
    told: list[Sequence[int]] = []

    async def twice() -> None:
        await _bring(3, told)
        await asyncio.sleep(0)
        await _bring(2, told)
        await asyncio.sleep(0)

    asyncio.run(twice())
    assert [list(each) for each in told] == [[0, 1, 2], [0, 1]]


def test_nothing_is_not_told() -> None:
    told: list[Sequence[int]] = []

    async def nothing() -> None:
        Crossing(asyncio.get_running_loop(), told.append)([])
        await asyncio.sleep(0)

    asyncio.run(nothing())
    assert told == []
