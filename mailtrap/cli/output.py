"""Stdout for commands that print and end: its width, its colours, what it cannot take."""

import os
import select
import sys
from collections.abc import Callable

from mailtrap.cli.letters import spelled
from mailtrap.cli.progress import hidden
from mailtrap.cli.streams import give_up
from mailtrap.errors import OutputError, UnreadError

NARROWEST, WIDEST = 40, 100  # columns: prose gets hard to read beyond
_COLOURS = {"error": "1;31", "warning": "1;33", "info": "36", "strong": "1", "mark": "32"}


def say(text: str = "") -> None:
    """Print a line; where stdout is closed, nothing.  Raises OutputError."""
    if sys.stdout is not None:
        line = writable(text)
        guarded(lambda: print(line))


def writable(text: str) -> str:
    """The text as ``say`` would print it, for who has to know how long it is."""
    return text if sys.stdout is None else spelled(text, sys.stdout.encoding)


def say_octets(octets: bytes) -> None:
    """Write octets as they are; where stdout is closed, nothing.  Raises OutputError."""
    if sys.stdout is not None:
        guarded(sys.stdout.flush)
        guarded(lambda: sys.stdout.buffer.write(octets))


def flush() -> None:
    """Write all of it now: when Python ends nobody would hear that it failed."""
    if sys.stdout is not None:
        guarded(sys.stdout.flush)


def check_reader() -> None:
    """Raises UnreadError where stdout is a pipe that nobody reads any more.

    Where that cannot be asked it is found when something is written.
    """
    if sys.stdout is None or not hasattr(select, "poll"):
        return
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    if any(event & select.POLLERR for _, event in poll.poll(0)):
        raise UnreadError


def is_terminal() -> bool:
    """Someone is looking."""
    return sys.stdout is not None and sys.stdout.isatty()


def width() -> int:
    """Columns for text; 80 where no one is looking, so that files come out the same."""
    if not is_terminal():
        return 80
    import shutil

    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


def beside(text: str, indent: int) -> list[str]:
    """The lines of a text behind so many columns; for grep one, where no one is looking."""
    import textwrap

    room = width() - indent
    return textwrap.wrap(text, room, break_on_hyphens=False) if is_terminal() else [text]


def coloured(text: str, colour: str) -> str:
    """The text in a colour of that name, where it is wanted (https://no-color.org)."""
    wanted = is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if wanted else text


def guarded(write: Callable[[], object]) -> None:
    """Write to stdout.  Raises OutputError, UnreadError where nobody reads any more."""
    try:
        with hidden():
            write()
    except OSError as error:
        give_up(sys.stdout)
        if isinstance(error, BrokenPipeError):
            raise UnreadError from error
        raise OutputError(f"the output cannot be written: {error.strerror}") from error
