"""Whether the terminal is light or dark, by its own account (OSC 11), asked before it is ours."""

import os
import re
import select
import sys
import time

PATIENCE = 0.1  # seconds; a terminal that is there answers within a few milliseconds
_ASK = b"\x1b]11;?\x1b\\\x1b[c"  # every terminal answers the second, so nobody waits for the first
_COLOUR = re.compile(rb"\x1b\]11;rgb:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_DONE = re.compile(rb"\x1b\[\?[0-9;]*c")


def is_light() -> bool | None:
    """The terminal has a light background; None where it does not tell."""
    try:
        import termios
        import tty
    except ImportError:  # Windows
        return None
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    file = sys.stdin.fileno()
    before = termios.tcgetattr(file)
    if select.select([file], [], [], 0)[0]:
        return None  # keys were typed already, and they are not ours to take
    try:
        tty.setcbreak(file, termios.TCSANOW)
        os.write(sys.stderr.fileno(), _ASK)
        return lightness(_answer(file))
    except OSError:
        return None
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


def lightness(answer: bytes) -> bool | None:
    """Whether the colour in an answer is light; None where there is none in it."""
    found = _COLOUR.search(answer)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (float(16) ** len(part) - 1) for part in found.groups())
    seen = 0.299 * red + 0.587 * green + 0.114 * blue
    return seen > 0.5
