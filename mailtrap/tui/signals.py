"""Signals while the screen is there: the terminal must be left as it was found."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

# A shell reports 128 and the number of the signal, and so do we.
STATUS = 128
PATIENCE = 10.0  # seconds to end: where a terminal reads no more, what paints waits for ever
_NAMES = ("SIGTERM", "SIGHUP")  # Windows has not each of them


def on_termination(end: Callable[[int], None]) -> None:
    """Call ``end`` with the exit status when the process is told to terminate.

    Where the loop does not come to it, the process ends all the same, though later and untidily.
    Call this in the thread and event loop that paints; where its loop knows no signal handlers,
    nothing changes.
    """
    loop = asyncio.get_running_loop()

    def told(number: int, _frame: object) -> None:
        with suppress(RuntimeError):  # the loop is closed, and the process about to end
            loop.call_soon_threadsafe(end, STATUS + number)
        _end_despite_all(STATUS + number)

    if sys.platform == "win32":
        return  # its loop has none
    with suppress(RuntimeError, ValueError):  # only the main thread may have any
        # What the loop does for one signal wakes it for all.  It hears of them by a socket that is
        # full once it has been waiting to write for some seconds, and what does not fit in is
        # lost: hence handlers that are called then, too.  They stay when the loop closes and puts
        # the usual ones back: the next signal would end the process while it tidies up.
        loop.add_signal_handler(signal.SIGCONT, lambda: None)
        for name in _NAMES:
            signal.signal(getattr(signal, name), told)
        # Nor is it worth a line on stderr, which would be one on the screen.
        signal.set_wakeup_fd(signal.set_wakeup_fd(-1), warn_on_full_buffer=False)


def _end_despite_all(status: int) -> None:
    """End the process in a while, whatever its threads wait for."""
    timer = threading.Timer(PATIENCE, os._exit, (status,))
    timer.daemon = True
    timer.start()


def leave_interrupts_to_the_loop() -> None:
    """From now on SIGINT ends the app, which tidies up; whoever ignores it goes on ignoring it."""
    is_handled = callable(signal.getsignal(signal.SIGINT))
    if is_handled and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio replaces only that one


def on_continuation(is_there: Callable[[], bool]) -> None:
    """Let what Textual does when a stopped process goes on be done by the loop.

    In the handler it may be that of the thread that paints in the middle of handing over what was
    painted: both would wait for the same lock for ever.  A terminal that is gone lets processes go
    on as well; there is nothing to be done then.  Nor is there once the screen ``is_there`` no
    more: a process that was stopped while it ended must not open it again.
    """
    if sys.platform == "win32":
        return
    loop, usual = asyncio.get_running_loop(), signal.getsignal(signal.SIGCONT)

    def resume(number: int) -> None:
        if callable(usual) and os.isatty(0) and is_there():
            usual(number, None)

    def continued(number: int, _frame: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(resume, number)

    with suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGCONT, continued)
