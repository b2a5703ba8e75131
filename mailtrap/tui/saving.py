"""Write what was caught into files of the user, never over one that is there."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from mailtrap.content import Content
from mailtrap.parts import Part
from mailtrap.structure import MESSAGE_TYPES
from mailtrap.tui.file_names import numbered

File = tuple[str, Callable[[], bytes]]  # name, and what is in it

_READ_AS_TEXT = ("text/plain", "text/html")


class SaveError(Exception):
    """Nothing was written; says why in a sentence."""


class TakenError(SaveError):
    """There is a file of that name; ``free`` is one that there was none of."""

    def __init__(self, path: Path, free: Path) -> None:
        super().__init__(f"{path} is there already")
        self.free = free


def attachments(content: Content) -> list[Part]:
    """The parts that one would save, in order: all but multiparts and what is read as text."""
    return [part for part in _own(content.root) if _is_saved(part)]


def target(written: str, name: str) -> Path:
    """The file a user means by what they wrote: in a directory it gets that name."""
    path = Path(written.strip()).expanduser()
    return path / name if path.is_dir() or written.rstrip().endswith("/") else path


def save_as(written: str, name: str, octets: Callable[[], bytes]) -> Path:
    """Write a new file where the user said; its path.  Raises SaveError."""
    path = target(written, name)
    save(path, octets())
    return path


def save(path: Path, octets: bytes) -> None:
    """Write a new file.  Raises SaveError, and no part of a file is left then."""
    try:
        # O_EXCL: not over a file, nor through a link that someone put there.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    except FileExistsError as error:
        raise TakenError(path, free(path)) from error
    except (OSError, ValueError) as error:
        raise _failure(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise _failure(path, error) from error


def save_all(directory: str, files: Iterable[File]) -> list[Path]:
    """Write each of them into that directory under a name of its own.  Raises SaveError."""
    inside = Path(directory.strip()).expanduser()
    written: list[Path] = []
    for name, octets in files:
        path = inside / name
        while True:
            try:
                save(path, octets())
            except TakenError as error:
                path = error.free
            else:
                written.append(path)
                break
    return written


def free(path: Path) -> Path:
    """The first of ``a-1.pdf``, ``a-2.pdf`` and so on that is not there."""
    names = (Path(numbered(path, number)) for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


_BINARY = getattr(os, "O_BINARY", 0)  # Windows would mend line ends


def _failure(path: Path, error: Exception) -> SaveError:
    missing = isinstance(error, OSError) and error.errno == errno.ENOENT
    if missing:
        return SaveError(f"cannot save {path}: there is no directory {path.parent}")
    why = (error.strerror if isinstance(error, OSError) else None) or error
    return SaveError(f"cannot save {path}: {why}")


def _own(part: Part) -> Iterator[Part]:
    """The parts that hold no others; a message within the message is one."""
    if part.content_type in MESSAGE_TYPES or not part.children:
        yield part
    else:
        for child in part.children:
            yield from _own(child)


def _is_saved(part: Part) -> bool:
    if part.is_attachment:
        return True
    return not part.is_multipart and part.content_type not in _READ_AS_TEXT
