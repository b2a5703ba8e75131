"""The clipboard: tmux's, that of the desktop, that of the terminal, or a file.

Terminals forward OSC 52 or do not, and none says which; so programs that can tell come first.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

TIMEOUT = 1.0  # seconds a program may take
MOST_BY_TERMINAL = 74_000  # octets; terminals drop longer sequences

# (name, arguments, the variable without which it cannot work)
_PROGRAMS = (
    ("wl-copy", (), "WAYLAND_DISPLAY"),
    ("xclip", ("-selection", "clipboard"), "DISPLAY"),
    ("xsel", ("--clipboard", "--input"), "DISPLAY"),
    ("pbcopy", (), ""),
    ("clip.exe", (), ""),
)


def is_remote(environ: Mapping[str, str]) -> bool:
    """The user sits at another machine: this one's desktop is of no use."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))


def desktop_programs(environ: Mapping[str, str]) -> list[str]:
    """Those that can be used here, the first of which is asked first."""
    return [
        name
        for name, _, variable in _PROGRAMS
        if shutil.which(name, path=environ.get("PATH")) and (not variable or environ.get(variable))
    ]


def hand_over(octets: bytes, environ: Mapping[str, str]) -> list[str]:
    """Give it to the programs there are; the names of those that took it.

    In tmux its own clipboard and that of the desktop: what is pasted there comes from two places.
    Takes a second at worst for each program that hangs, so call it in a thread.
    """
    took = []
    if environ.get("TMUX") and _by_tmux(octets, environ):
        took.append("tmux")
    if not is_remote(environ):
        took += _by_desktop(octets, environ)
    return took


def write_file(octets: bytes) -> Path:
    """A new file that only its owner can read, with that in it.  Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix="mailtrap-", suffix=".txt")
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
    return Path(name)


def _by_tmux(octets: bytes, environ: Mapping[str, str]) -> bool:
    # -w hands it to the terminal around tmux, too; tmux before 3.2 knows no -w.
    return any(
        _feed(["tmux", "load-buffer", *option, "-"], octets, environ) for option in (["-w"], [])
    )


def _by_desktop(octets: bytes, environ: Mapping[str, str]) -> list[str]:
    for name, arguments, variable in _PROGRAMS:
        if variable and not environ.get(variable):
            continue
        # clip.exe takes octets for those of the system's code page unless they are UTF-16.
        fed = octets.decode("utf-8", "replace").encode("utf-16") if name == "clip.exe" else octets
        if _feed([name, *arguments], fed, environ):
            return [name]
    return []


def _feed(command: Sequence[str], octets: bytes, environ: Mapping[str, str]) -> bool:
    """Run it with that as its input; whether it ended well."""
    program = shutil.which(command[0], path=environ.get("PATH"))
    if program is None:
        return False
    try:
        # Those that stay to serve the clipboard must neither keep a pipe open nor die with us.
        subprocess.run(  # noqa: S603 - a program of the user, and its arguments are ours
            [program, *command[1:]],
            input=octets,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT,
            check=True,
            start_new_session=True,
            env=dict(environ),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True
