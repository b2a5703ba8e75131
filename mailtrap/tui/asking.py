"""Asks the terminal what it is like, before it is ours."""

import os
import re
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import FrameType

# Seconds since it was asked.  A terminal that is there answers within a few milliseconds, one at
# the other end of a connection later.
PATIENCE, PATIENCE_AFAR = 0.2, 2.0
_LAST = b"\x1b[c"  # every terminal answers this one, so nobody waits for those it does not know
_DONE = re.compile(rb"\x1b\[\?[0-9;]*c")

Answer = Callable[[], bytes]


@contextmanager
def asked(*questions: bytes) -> Iterator[Answer]:
    """Ask all of them at once, and go on; what this gives waits for the answer.

    The answer is empty where there is no terminal or no question, and where keys were typed
    already: they are not ours to take.  Those that are typed meanwhile are in the answer.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield bytes
        return
    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    file = sys.stdin.fileno() if is_terminal else -1
    if not questions or not is_terminal or select.select([file], [], [], 0)[0]:
        yield bytes
        return
    before = termios.tcgetattr(file)
    answer: Answer = bytes

    def give_back() -> None:
        answer()  # a shell would take it for keys
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(file, termios.TCSANOW, before)

    with _done_before_a_signal_ends_us(give_back):
        try:
            tty.setcbreak(file, termios.TCSANOW)
            answer = cache(_put(file, b"".join(questions) + _LAST))
            yield answer
        finally:
            give_back()


@contextmanager
def _done_before_a_signal_ends_us(give_back: Callable[[], None]) -> Iterator[None]:
    """For the length of a block, in which nobody else handles them yet."""

    def end(number: int, _frame: FrameType | None) -> None:
        give_back()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    usual = [x for x in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(x) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():  # only that one may
        usual.clear()
    for number in usual:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in usual:
            signal.signal(number, signal.SIG_DFL)


def ask(*questions: bytes) -> bytes:
    """What it answers to all of them at once."""
    with asked(*questions) as answer:
        return answer()


def _put(file: int, questions: bytes) -> Answer:
    is_afar = "SSH_CONNECTION" in os.environ or "SSH_TTY" in os.environ
    end = time.monotonic() + (PATIENCE_AFAR if is_afar else PATIENCE)
    try:
        os.write(sys.stderr.fileno(), questions)
    except OSError:
        return bytes
    return lambda: _answer(file, end)


def _answer(file: int, end: float) -> bytes:
    answer = b""
    while not _DONE.search(answer):
        if not select.select([file], [], [], max(0.0, end - time.monotonic()))[0]:
            break
        try:
            piece = os.read(file, 1024)
        except OSError:
            break
        if not piece:
            break
        answer += piece
    return answer
