"""Lines for stdout that never make the server wait for whoever reads them.

A pipe that nobody reads and a terminal that is stopped (Ctrl+S) block whoever writes.  Written
is only what can be written at once; the rest waits here, and past a limit it is left out.
"""

import asyncio
import os
import select
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

MOST_WAITING = 2**24  # octets
PIECE = 4096  # octets: what a pipe that can be written takes without blocking (POSIX PIPE_BUF)
TERMINAL_PIECE = 256  # octets: the same of a terminal


class Outlet:
    """A descriptor that takes text, in the running event loop."""

    def __init__(
        self,
        descriptor: int,
        encoding: str,
        *,
        skipped: Callable[[int], str],
        on_broken: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``skipped`` says in a line that so many were left out; ``on_broken``: no use any more."""
        self._descriptor = descriptor
        self._encoding = encoding
        self._skipped = skipped
        self._on_broken = on_broken
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._piece = TERMINAL_PIECE if os.isatty(descriptor) else PIECE
        self._waiting = bytearray()
        self._left_out = 0  # calls of write since the limit was reached
        self._is_stalled = False  # until the descriptor can be written again
        self._is_held = False  # more is about to come
        self._is_broken = False
        self._poll = None
        may_block = os.isatty(descriptor) or not _is_file(descriptor)
        if may_block and hasattr(select, "poll"):  # not on Windows: there writing may block
            self._poll = select.poll()
            self._poll.register(descriptor, select.POLLOUT)

    def write(self, text: str) -> None:
        """Write the text now, or as soon as somebody reads."""
        if self._is_broken:
            return
        if len(self._waiting) > MOST_WAITING:
            self._left_out += 1
            return
        self._waiting += text.encode(self._encoding, "backslashreplace")
        if not self._is_stalled and not self._is_held:
            # Not later: another turn of the loop costs more than the writing.
            self._flush()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Write in one go what is written within."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
            if not self._is_stalled:
                self._flush()

    def drain(self, seconds: float, longest: float) -> None:
        """Write what is waiting; give up when nobody takes any of it for so many seconds, or
        not all of it in the longest time.
        """
        until = self._clock() + longest
        while self._waiting and (left := until - self._clock()) > 0:
            if not self._can_write(min(seconds, left)):
                break
            self._write_piece()
        with suppress(ValueError):
            self._loop.remove_writer(self._descriptor)

    def _flush(self) -> None:
        while self._waiting and not self._is_broken:
            if not self._can_write(0):
                self._is_stalled = True
                self._loop.add_writer(self._descriptor, self._go_on)
                return
            self._write_piece()

    def _go_on(self) -> None:
        self._is_stalled = False
        self._loop.remove_writer(self._descriptor)
        self._flush()

    def _can_write(self, seconds: float) -> bool:
        return self._poll is None or bool(self._poll.poll(seconds * 1000))

    def _write_piece(self) -> None:
        try:
            written = os.write(self._descriptor, self._waiting[: self._piece])
        except OSError:
            self._is_broken = True
            self._waiting.clear()
            self._on_broken()
            return
        del self._waiting[:written]
        if self._left_out and not self._waiting:
            left_out, self._left_out = self._left_out, 0
            self._waiting += self._skipped(left_out).encode(self._encoding)


def _is_file(descriptor: int) -> bool:
    """A file, or a device such as /dev/null: it takes whatever is written."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISREG(mode) or stat.S_ISCHR(mode)
