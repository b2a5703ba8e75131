"""Messages in files: which ones a path stands for, and their octets."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailtrap.errors import ReadError, UsageError

STDIN = "-"
_MAILDIR = {"cur", "new", "tmp"}  # https://cr.yp.to/proto/maildir.html


def mail_files(words: Sequence[str]) -> list[str]:
    """The files that paths stand for, each once: themselves, or what is under a directory.

    Of directories these are ``*.eml``, and what is in ``cur`` and ``new`` of a maildir.  Raises
    UsageError where there is no such path, and where there is no message.
    """
    found: list[str] = []
    for word in words:
        path = Path(word)
        if word == STDIN:
            found.append(word)
        elif path.is_dir():
            within = [str(each) for each in _within(path)]
            if not within:
                raise UsageError(
                    f"there is no message in {word!r}: no *.eml, and no maildir's cur and new"
                )
            found += within
        elif os.path.lexists(path):
            found.append(word)
        else:
            raise UsageError(f"there is no file {word!r}")
    return list(dict.fromkeys(found))


def read_mail(file: str) -> bytes:
    """The octets of a file, or of stdin.  Raises ReadError."""
    try:
        if file != STDIN:
            return Path(file).read_bytes()
        return b"" if sys.stdin is None else sys.stdin.buffer.read()
    except OSError as error:
        raise ReadError(f"cannot read {file!r}: {error.strerror or error}") from error


def _within(directory: Path) -> Iterator[Path]:
    for root, directories, names in os.walk(directory):
        holds_mail = _holds_mail(Path(root))
        directories.sort()
        for name in sorted(names):
            if holds_mail or name.lower().endswith(".eml"):
                yield Path(root, name)


def _holds_mail(path: Path) -> bool:
    """It is cur or new of a maildir."""
    return path.name in ("cur", "new") and all((path.parent / each).is_dir() for each in _MAILDIR)
