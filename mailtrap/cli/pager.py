"""Long text: in the user's pager where someone is looking, else as it is."""

import os
import shutil
import signal
import subprocess

from mailtrap.cli.output import flush, is_terminal, say

_PAGERS = ("less", "more")
_NOT_RUN = (126, 127)  # what a shell ends with


def page(text: str) -> None:
    """Show it.  Raises OutputError."""
    command = os.environ.get("PAGER", "").strip() or next(filter(shutil.which, _PAGERS), "")
    if not is_terminal() or os.environ.get("TERM") == "dumb" or not command:
        say(text)
        return
    flush()
    # What fits the screen is shown at once and stays; where LESS is set that decides.
    environ = {"LESS": "FRX", **os.environ}
    # A function, not SIG_IGN, which the pager would inherit: its Ctrl+C is not ours.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        done = subprocess.run(  # noqa: S602 - PAGER is a command line of the user's shell
            command, shell=True, input=text.encode(errors="replace"), env=environ, check=False
        )
    finally:
        signal.signal(signal.SIGINT, before)
    if done.returncode in _NOT_RUN:
        say(text)
