"""Signals, with a loop that waits for a terminal that reads no more."""

import os
import subprocess
import sys
from textwrap import dedent

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its loop knows no signals")

WAIT = 60
BEGIN = """
    import asyncio, os, signal, threading
    from mailtrap.tui import signals

    stalled = threading.Lock()
    stalled.acquire()
"""


def script(text: str) -> list[str]:
    return [sys.executable, "-W", "error", "-c", dedent(BEGIN) + dedent(text)]


def printed(text: str, stdin: int = subprocess.DEVNULL) -> str:
    done = subprocess.run(
        script(text), stdin=stdin, capture_output=True, text=True, timeout=WAIT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_signal_is_heard_though_the_loop_was_woken_more_often_than_it_could_hear() -> None:
    told = printed("""
        async def main():
            loop, done = asyncio.get_running_loop(), asyncio.Future()
            signals.on_termination(lambda status: done.done() or done.set_result(status))

            def others():
                for _ in range(20_000):
                    loop.call_soon_threadsafe(int)
                os.kill(os.getpid(), signal.SIGTERM)
                stalled.release()

            threading.Thread(target=others).start()
            stalled.acquire()
            print(await asyncio.wait_for(done, 30))

        asyncio.run(main())
    """)

    assert told == "143\n"


def test_a_process_that_cannot_come_to_its_end_is_ended() -> None:
    process = subprocess.Popen(
        script("""
            async def main():
                signals.PATIENCE = 0.1
                signals.on_termination(lambda status: None)
                print("ready", flush=True)
                stalled.acquire()

            asyncio.run(main())
        """),
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    with process, process.stdout:
        process.stdout.readline()
        process.terminate()

        assert process.wait(WAIT) == 143


def test_a_process_that_cannot_come_to_its_end_is_ended_though_its_loop_just_closed() -> None:
    process = subprocess.Popen(
        script("""
            class Loop(asyncio.SelectorEventLoop):
                def remove_signal_handler(self, number):
                    assert self.is_closed()
                    os.kill(os.getpid(), signal.SIGTERM)
                    return super().remove_signal_handler(number)

            async def main():
                signals.PATIENCE = 0.1
                signals.on_termination(lambda status: None)

            loop = Loop()
            loop.run_until_complete(main())
            loop.close()
            stalled.acquire()
        """),
        stderr=subprocess.DEVNULL,  # python says there that nobody hears of the signal
    )
    with process:
        assert process.wait(WAIT) == 143


def test_a_signal_that_comes_again_does_not_end_what_tidies_up() -> None:
    told = printed("""
        async def main():
            signals.on_termination(lambda status: None)

        asyncio.run(main())
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGHUP)
        print("tidied up")
    """)

    assert told == "tidied up\n"


CONTINUED = """
    resumed = []

    def resume(*_):
        resumed.append(stalled.acquire(timeout=5))

    async def main():
        signal.signal(signal.SIGCONT, resume)
        signals.on_continuation(lambda: {is_there})
        os.kill(os.getpid(), signal.SIGCONT)
        stalled.release()
        for _ in range(5):
            await asyncio.sleep(0)
        print(resumed)

    asyncio.run(main())
"""


@pytest.mark.parametrize(("is_there", "resumed"), [("True", "[True]\n"), ("False", "[]\n")])
def test_going_on_is_left_to_the_loop_so_that_it_waits_for_no_lock_of_its_own(
    is_there: str, resumed: str
) -> None:
    ours, theirs = os.openpty()

    assert printed(CONTINUED.format(is_there=is_there), theirs) == resumed
    os.close(ours)
    os.close(theirs)


def test_nothing_goes_on_at_a_terminal_that_is_gone() -> None:
    ours, theirs = os.openpty()
    os.close(ours)

    assert printed(CONTINUED.format(is_there=True), theirs) == "[]\n"
    os.close(theirs)
