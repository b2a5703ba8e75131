"""The terminal and the programs that the screen hands things to.  Pure but for ``tmux``."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from mailtrap.cli.checkup.finding import Finding, note, ok, todo

SMALLEST = (80, 24)  # columns and rows for which the screen is made
PATIENCE = 2.0  # seconds for tmux to answer


def terminal(environ: Mapping[str, str], *, is_terminal: bool) -> Finding:
    """Whether there is one to draw on."""
    kind = environ.get("TERM", "")
    if not is_terminal:
        return note(
            "terminal",
            "stdin, stdout or stderr is none; mailtrap writes lines there, as serve does",
            "ask again at a terminal for what the screen needs",
        )
    if kind in ("", "dumb"):
        return todo(
            "terminal",
            f"TERM is {kind or 'not set'}, which cannot draw",
            "export TERM=xterm-256color",
        )
    return ok("terminal", kind)


def size(columns: int, rows: int) -> Finding:
    """Whether the screen has room."""
    wide, high = SMALLEST
    if columns < wide or rows < high:
        return note("size", f"{columns}x{rows}, little room", f"{wide}x{high} shows all of it")
    return ok("size", f"{columns}x{rows}")


def colours(environ: Mapping[str, str]) -> Finding:
    """How many there are."""
    if environ.get("NO_COLOR"):
        return note("colours", "none, because NO_COLOR is set", "unset NO_COLOR")
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return ok("colours", "all of them")
    if "256color" in environ.get("TERM", "") or "direct" in environ.get("TERM", ""):
        return ok("colours", "256")
    return note(
        "colours", "few, says TERM", "export TERM=xterm-256color, and COLORTERM=truecolor if so"
    )


def letters(encoding: str) -> Finding:
    """Whether any letter can be shown."""
    if encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return ok("letters", "UTF-8")
    return todo(
        "letters", f"{encoding or 'unknown'}, which lacks most of them", "export LC_ALL=C.UTF-8"
    )


def tmux(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether what is copied in tmux gets out of it; nothing outside of tmux."""
    if not environ.get("TMUX"):
        return
    said = _answer(["tmux", "show-options", "-gsv", "set-clipboard"], environ)
    if said == "off":
        yield note(
            "tmux",
            "what is copied stays in its buffer: set-clipboard is off",
            "tmux set-option -s set-clipboard on",
        )
    else:
        yield ok("tmux", f"set-clipboard is {said or 'unknown'}")


def _answer(command: Sequence[str], environ: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - tmux of the user, and the words are ours
            command,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=dict(environ),
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def clipboard(environ: Mapping[str, str]) -> Finding:
    """What takes what is copied."""
    from mailtrap.tui.clipboard import desktop_programs, is_remote

    if environ.get("TMUX"):
        return ok("clipboard", "tmux's")
    if is_remote(environ):
        return ok("clipboard", "that of the terminal at the other end of SSH, if it takes OSC 52")
    programs = desktop_programs(environ)
    if programs:
        return ok("clipboard", programs[0])
    return note(
        "clipboard",
        "there is no program for it, so what is copied goes to the terminal (OSC 52)",
        "install wl-clipboard, xclip or xsel where nothing arrives",
    )


def browser(environ: Mapping[str, str]) -> Finding:
    """What opens a message as a page."""
    from mailtrap.tui.browser import can_open

    if can_open(environ):
        return ok("browser", "there is a desktop to open it on")
    return note("browser", "none here: o shows the address of the page and how to reach it")


def program(
    name: str, variables: Sequence[str], usual: Sequence[str], environ: Mapping[str, str]
) -> Finding:
    """A program that the user may have named in the environment."""
    for variable in variables:
        named = environ.get(variable, "").strip()
        if not named:
            continue
        if shutil.which(named.split()[0], path=environ.get("PATH")):
            return ok(name, f"{named} ({variable})")
        return todo(
            name, f"{variable} is {named!r}, which is not there", f"install it, or set {variable}"
        )
    found = next((each for each in usual if shutil.which(each, path=environ.get("PATH"))), None)
    if found:
        return ok(name, found)
    return note(name, "none is there", f"install {usual[0]}, or set {variables[-1]}")
