"""Programs of the user that take over the terminal: pager, editor, any command.

While one runs the screen is away, and the server goes on in its thread.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from textual.app import App, SuspendNotSupported

_PAGERS = ("less", "more")
_EDITORS = ("editor", "vi", "nano", "ed")
_NOT_FOUND = 127  # what a shell ends with
# The pipe, then a key: what a command printed would be gone with the screen that comes back.
_PIPE = (
    'sh -c "$1"; code=$?; printf "\\n[exit code %s; enter goes back] " "$code"; '
    "read -r _ </dev/tty; exit $code"
)


class OutsideError(Exception):
    """The program could not be run, or failed; says so in a sentence."""


class Desk:
    """Where copies for other programs lie: private, and gone when the screen is."""

    def __init__(self) -> None:
        self._directory: Path | None = None

    def put(self, name: str, octets: bytes) -> Path:
        """A file with that in it, for the owner only.  Raises OSError."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="mailtrap-"))  # 0700
        # A directory for each: an editor that returned at once may still have the one before.
        path = Path(tempfile.mkdtemp(dir=self._directory)) / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
        return path

    def clear(self) -> None:
        """Remove all of it."""
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None


def pager(environ: Mapping[str, str]) -> str:
    """The command of the user's pager.  Raises OutsideError."""
    return environ.get("PAGER", "").strip() or _first(_PAGERS, environ, "PAGER")


def editor(environ: Mapping[str, str]) -> str:
    """The command of the user's editor.  Raises OutsideError."""
    named = environ.get("VISUAL", "").strip() or environ.get("EDITOR", "").strip()
    return named or _first(_EDITORS, environ, "EDITOR")


def _first(names: tuple[str, ...], environ: Mapping[str, str], variable: str) -> str:
    found = next((n for n in names if shutil.which(n, path=environ.get("PATH"))), None)
    if found is None:
        raise OutsideError(f"there is no {' or '.join(names)} here; say which one with {variable}")
    return found


async def page(app: App[int], command: str, text: Path) -> None:
    """Show a file in the pager.  Raises OutsideError."""
    # By its input, not its name: a pager may have filters for files, and this is a stranger's.
    await _run(app, command, ["sh", "-c", command], text)


async def edit(app: App[int], command: str, path: Path) -> None:
    """Open a file in the editor.  Raises OutsideError."""
    await _run(app, command, ["sh", "-c", f'{command} "$1"', "sh", str(path)], None)


async def pipe(app: App[int], command: str, source: Path) -> None:
    """Run a command with a file as its input, and wait until its output was read.

    Raises OutsideError.
    """
    await _run(app, "sh", ["sh", "-c", _PIPE, "sh", command], source, is_told=True)


async def _run(
    app: App[int], name: str, command: list[str], source: Path | None, *, is_told: bool = False
) -> None:
    """``is_told``: the user has seen how the program ended."""
    with contextlib.ExitStack() as stack:
        stdin = stack.enter_context(source.open("rb")) if source else None
        try:
            stack.enter_context(app.suspend())
        except SuspendNotSupported as error:
            raise OutsideError("this terminal cannot be left to another program") from error
        stack.enter_context(_deaf())
        code = await _ended(command, stdin)
    # Only now: what is raised within would leave the screen away.
    if code is None:
        raise OutsideError(f"cannot run {command[0]}")
    if code == _NOT_FOUND and not is_told:
        raise OutsideError(f"there is no command {name!r}")
    if code and not is_told:
        raise OutsideError(f"{name} ended with exit code {code}")


async def _ended(command: list[str], stdin: IO[bytes] | None) -> int | None:
    """The exit code; None where it could not be run."""
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=stdin)
    except OSError:
        return None
    try:
        return await process.wait()
    except asyncio.CancelledError:  # the screen ends, and so the terminal is another's
        process.terminate()
        raise


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """ctrl+c is meant for the program, but the terminal sends it to us as well."""
    numbers = (signal.SIGINT, getattr(signal, "SIGQUIT", signal.SIGINT))
    # A function, not SIG_IGN: that the program would inherit.
    before = [(number, signal.signal(number, lambda *_: None)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in reversed(before):
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
