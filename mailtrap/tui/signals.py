"""Being told to end by a signal: the terminal must be left as it was found."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

# A shell reports 128 and the number of the signal, and so do we.
STATUS = 128
_NAMES = ("SIGTERM", "SIGHUP")  # a platform may not have each of them


def on_termination(end: Callable[[int], None]) -> None:
    """Call ``end`` with the exit status when the process is told to terminate.

    Call this in the thread and event loop that paints; where its loop knows no signal handlers,
    nothing changes.
    """
    loop = asyncio.get_running_loop()
    for name in _NAMES:
        if number := getattr(signal, name, None):
            # Windows: its loop has none.  Elsewhere only the main thread may have any.
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, end, STATUS + number)
