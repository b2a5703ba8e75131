"""What Textual leaves behind where the terminal was gone when it wanted to tidy up."""

import os
import sys
import threading
from contextlib import suppress

from textual.drivers._writer_thread import WriterThread

# They are no daemons, so Python waits for them at its end; one that reads from a terminal that
# is gone reads on for ever.
THREADS = ("textual-input", "textual-output")
GRACE = 1.0  # seconds to end


def end_despite_them(status: int) -> None:
    """End the process with that status if a thread of Textual's is left, which nobody can stop.

    Nothing is done behind it: all else must be tidied up, and all output flushed.
    """
    left = [thread for thread in threading.enumerate() if thread.name in THREADS]
    for thread in left:
        thread.join(GRACE)
    if any(thread.is_alive() for thread in left):
        os._exit(status)


class LastingWriter(WriterThread):
    """Takes what is to be written to a terminal that is gone, too, and drops it.

    That of Textual ends there, and whoever writes thirty times more, to tidy up, waits for ever.
    """

    def run(self) -> None:
        """Write until it is stopped."""
        with suppress(OSError):
            super().run()
            return
        while self._queue.get() is not None:
            pass

    def stop(self) -> None:
        """End once all is written or dropped."""
        self._queue.put(None)  # and one more in case that the terminal goes at the very end
        super().stop()


def outlast_the_terminal() -> None:
    """Have drivers write so; call it before an app runs."""
    if sys.platform != "win32":
        from textual.drivers import linux_driver

        linux_driver.WriterThread = LastingWriter  # type: ignore[attr-defined]  # not exported: contract in its tests
