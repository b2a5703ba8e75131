"""Ctrl+C for commands that read: it ends them, whatever they are doing.

Python raises KeyboardInterrupt between any two steps.  While a module is imported that may become
another error or be dropped, and next to a lock it may leave the lock taken, so that whoever tidies
up waits for ever.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from mailtrap.cli.streams import give_up

GRACE = 1.0  # seconds to tidy up


@contextmanager
def ending_on_interrupt(code: int) -> Iterator[None]:
    """For the length of a block Ctrl+C raises KeyboardInterrupt, whatever becomes of it.

    Where the block has not ended some time later the process has, with that exit code.  Nothing is
    different where someone else handles the signal already.
    """
    is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not is_usual or threading.current_thread() is not threading.main_thread():
        yield
        return
    can_be_late = hasattr(signal, "setitimer")  # not on Windows
    was_interrupted = False

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        nonlocal was_interrupted
        was_interrupted = True
        if can_be_late:
            signal.setitimer(signal.ITIMER_REAL, GRACE)
        raise KeyboardInterrupt

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        os._exit(code)

    if can_be_late:
        signal.signal(signal.SIGALRM, end)
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except BaseException as error:
        if was_interrupted:
            _forget_output()
            raise KeyboardInterrupt from error
        raise
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:  # else the block has set it for good
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if can_be_late:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _forget_output() -> None:
    """What is buffered would be waited for when Python ends, where nobody reads it."""
    if sys.stdout is not None:
        with suppress(OSError, ValueError):
            give_up(sys.stdout)
