"""A terminal for programs that look whether there is one: a pty, and what is written to it."""

import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

WAIT = 30.0  # seconds until a test gives up
# Makes the terminal that of the process, so that ctrl+c is a signal.
_TAKE = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def at_a_terminal(
    command: Sequence[str],
    shown: str = "",
    *,
    keys: str = "",
    environ: Mapping[str, str] | None = None,
    size: tuple[int, int] = (80, 24),
) -> tuple[int, str]:
    """Run it in a terminal of its own: (exit code, all that was written).

    ``keys`` are typed once ``shown`` has been; it has to be.  They are not echoed.
    """
    process, ours = opened(command, environ=environ, size=size)
    written = b""
    deadline = time.monotonic() + WAIT
    typed = not keys
    try:
        while time.monotonic() < deadline:
            readable, _, _ = select.select([ours], [], [], deadline - time.monotonic())
            try:
                octets = os.read(ours, 65536) if readable else b""
            except OSError:  # Linux: nobody has it open any more
                octets = b""
            if not octets:
                break
            written += octets
            if not typed and shown.encode() in written:
                os.write(ours, keys.encode())
                typed = True
        code = process.wait(max(deadline - time.monotonic(), 0.1))
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    text = written.decode("utf-8", "replace")
    assert shown in text, text
    return code, text


def opened(
    command: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    size: tuple[int, int] = (80, 24),
    cell: tuple[int, int] = (0, 0),
) -> tuple["subprocess.Popen[bytes]", int]:
    """Start it in a terminal of its own, and that terminal: what is typed is not echoed.

    ``cell``: in pixels, where the terminal says how large its cells are.
    """
    import fcntl
    import termios

    ours, theirs = os.openpty()
    columns, rows = size
    pixels = columns * cell[0], rows * cell[1]
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, *pixels))
    modes = termios.tcgetattr(theirs)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _TAKE, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**inherited, **(environ or {})},
        start_new_session=True,
    )
    os.close(theirs)
    return process, ours
