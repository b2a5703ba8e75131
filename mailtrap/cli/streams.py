"""Stdout and stderr where they cannot be written any more: a full disk, a reader that has gone."""

import os
import sys
from contextlib import suppress
from typing import TextIO


def complain(text: str) -> None:
    """Write that on stderr; where it is closed or cannot be written, nothing.

    Who cannot be told what went wrong still wants the exit code, and a server that goes on.
    """
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            give_up(sys.stderr)


def give_up(stream: TextIO) -> None:
    """What is written there from now on goes nowhere, and so does what is still buffered.

    That would fail again, and louder, when Python ends.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
