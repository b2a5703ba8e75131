"""How far long work is: one line on stderr where someone is looking, gone when the work is done."""

import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Self, TypeVar

from mailtrap.cli.streams import complain

DELAY = 0.5  # seconds; what takes less says nothing
REDRAW = 0.1  # seconds
_ERASE = "\r\x1b[K"
_T = TypeVar("_T")


class _Line:
    """The last line of the terminal, which all who write there share."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._is_drawn = False

    def draw(self, text: str) -> None:
        """Show that, in place of what is there."""
        with self._lock:
            room = _columns() - 1  # a full line would wrap
            complain(f"{_ERASE}{text[:room]}")
            self._is_drawn = True

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """It is not there for the length of a block, in which others write."""
        with self._lock:
            if self._is_drawn:
                complain(_ERASE)
                self._is_drawn = False
            yield


_LINE = _Line()
hidden = _LINE.hidden


class Progress:
    """Work that may take long: a context manager that counts what is done."""

    def __init__(self, what: str, total: int = 0) -> None:
        """``what``: "checking"; ``total``: how much there is to do, 0 where nobody knows."""
        self._what = what
        self._total = total
        self._done = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if _is_looked_at():
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def over(self, items: Iterable[_T]) -> Iterator[_T]:
        """Those, each counted when the next one is asked for."""
        for each in items:
            yield each
            self._done += 1

    def _run(self) -> None:
        began = time.monotonic()
        if self._over.wait(DELAY):
            return
        while not self._over.is_set():
            _LINE.draw(self._text(time.monotonic() - began))
            self._over.wait(REDRAW)
        with _LINE.hidden():
            pass

    def _text(self, seconds: float) -> str:
        if not self._total:
            return f"{self._what}, {int(seconds)} s"
        share = min(self._done * 100 // self._total, 100)
        return f"{self._what}: {self._done:,} of {self._total:,}, {share} %"


def _is_looked_at() -> bool:
    stream = sys.stderr
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80
