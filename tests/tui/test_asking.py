"""Asking the terminal what it is like."""

import os
import subprocess
import sys

import pytest

from tests.support import WAIT

if sys.platform == "win32":
    pytest.skip("needs a terminal of Unix", allow_module_level=True)

import signal
import termios

ASKING = """
import signal
from mailtrap.tui.asking import asked
with asked(b"?"):
    print("asked", flush=True)
    signal.pause()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_it_leaves_the_terminal_as_it_was(number: signal.Signals) -> None:
    ours, theirs = os.openpty()
    before = termios.tcgetattr(theirs)
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", ASKING],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"asked\n"
        assert termios.tcgetattr(theirs) != before

        process.send_signal(number)

        assert process.wait(WAIT) == -number
        assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
