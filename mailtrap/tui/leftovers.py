"""What Textual leaves behind where the terminal was gone when it wanted to tidy up."""

import os
import threading

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
