"""Signals of a server without a screen."""

import subprocess
import sys

import pytest

from tests.support import WAIT

# The loop waits for nothing else, and Python hears of the signal in another thread.
ELSEWHERE = """
import asyncio, signal, threading, time
from mailtrap.cli import headless

def signalled():
    time.sleep(0.2)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

async def main():
    stop = asyncio.Event()
    headless._on_signals(stop)
    threading.Thread(target=signalled).start()
    await stop.wait()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a signal has no thread there")
def test_a_signal_is_heard_whichever_thread_it_interrupts() -> None:
    done = subprocess.run([sys.executable, "-c", ELSEWHERE], timeout=WAIT, check=False)

    assert done.returncode == 0
