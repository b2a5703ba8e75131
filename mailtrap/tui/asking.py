"""Asks the terminal what it is like, before it is ours."""

import os
import re
import select
import sys
import time

PATIENCE = 0.1  # seconds; a terminal that is there answers within a few milliseconds
_LAST = b"\x1b[c"  # every terminal answers this one, so nobody waits for those it does not know
_DONE = re.compile(rb"\x1b\[\?[0-9;]*c")


def ask(*questions: bytes) -> bytes:
    """What it answers to all of them at once; nothing where there is no terminal."""
    try:
        import termios
        import tty
    except ImportError:  # Windows
        return b""
    if sys.stdin is None or not sys.stdin.isatty():
        return b""
    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)
    if select.select([file], [], [], 0)[0]:
        return b""  # keys were typed already, and they are not ours to take
    try:
        tty.setcbreak(file, termios.TCSANOW)
        os.write(sys.stderr.fileno(), b"".join(questions) + _LAST)
        return _answer(file)
    except OSError:
        return b""
    finally:
        termios.tcsetattr(file, termios.TCSANOW, before)


def _answer(file: int) -> bytes:
    answer, end = b"", time.monotonic() + PATIENCE
    while not _DONE.search(answer):
        left = end - time.monotonic()
        if left <= 0 or not select.select([file], [], [], left)[0]:
            break
        answer += os.read(file, 1024)
    return answer
