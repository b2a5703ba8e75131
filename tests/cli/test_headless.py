"""Signals of a server without a screen."""

import subprocess
import sys

import pytest

from tests.support import WAIT

# Python hears of the signal in another thread while the loop waits for nothing else.
ELSEWHERE = """
import asyncio, selectors, signal, threading
from mailtrap.cli import headless

waits = threading.Event()

class Selector(selectors.DefaultSelector):
    def select(self, timeout=None):
        if timeout is None:
            waits.set()
        return super().select(timeout)

def signalled():
    waits.wait()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

async def main():
    stop = asyncio.Event()
    headless._on_signals(stop)
    waits.clear()
    threading.Thread(target=signalled).start()
    await stop.wait()

with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Selector())) as runner:
    runner.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a signal has no thread there")
def test_a_signal_is_heard_whichever_thread_it_interrupts() -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], timeout=WAIT, check=False)

    assert done.returncode == 0
