"""Files of a maildir: where they are, writing them whole, reading them whatever they are."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mailtrap.errors import ReadError, StoreError
from mailtrap.stores.filing import FORMAT

MAIL = ("tmp", "new", "cur")
OURS = "mailtrap"
FORMAT_FILE = f"{OURS}/format"
MESSAGES = f"{OURS}/messages"
SESSIONS = f"{OURS}/sessions"
SERVERS = f"{OURS}/servers"

_FORMAT_LINE = f"mailtrap maildir {FORMAT}\n"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
# Nobody waits for the other end of a pipe that someone has put where mail should be.
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)

# ValueError: a name with a NUL; MemoryError: a file with holes can claim any size.
_UNREADABLE = (OSError, ValueError, MemoryError)

_HELP = {
    errno.ENOSPC: "make room on its file system, or bound the mail with --max-bytes",
    errno.EDQUOT: "make room in the quota, or bound the mail with --max-bytes",
    errno.EACCES: "give whoever runs mailtrap the right to write there",
    errno.EPERM: "give whoever runs mailtrap the right to write there",
    errno.EROFS: "mount its file system to be written to",
    errno.ENOENT: "put the directory back: it is not made again, it may be one that was mounted",
    errno.ENOTDIR: "put a directory there: it is not made again, it may be one that was mounted",
    errno.EIO: "look after the disk",
}
# The same where it is to be made: it was not there before.
_HELP_TO_MAKE = {
    errno.EEXIST: "a file has that name; name a directory, there or not yet",
    errno.ENOTDIR: "a file is in the way; name a directory, there or not yet",
    errno.ENOENT: "directories cannot be made there; name another place",
}


def trouble(
    tried: str, path: Path | str, error: OSError, *, helps: str | None = None
) -> StoreError:
    """What was tried with which path, what the system says, and what may help."""
    why = os.strerror(error.errno) if error.errno else str(error)
    helps = helps or _HELP.get(error.errno or 0)
    return StoreError(f"cannot {tried} {str(path)!r}: {why}" + (f"; {helps}" if helps else ""))


def prepare(directory: Path) -> None:
    """See that a maildir is there, and one that this version can write.  Raises StoreError."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        helps = _HELP_TO_MAKE.get(error.errno or 0)
        raise trouble("make the maildir", directory, error, helps=helps) from error
    check_format(directory)
    complete(directory)


def check(directory: Path) -> None:
    """Raises StoreError where there is no maildir of this format, ReadError where it cannot be
    read.
    """
    if not directory.is_dir():
        if directory.exists():
            raise StoreError(f"{str(directory)!r} is no maildir: it is a file")
        raise StoreError(
            f"there is no maildir {str(directory)!r}; mailtrap serve --maildir {directory}"
            " makes one"
        )
    for folder in ("new", "cur"):
        try:
            os.scandir(directory / folder).close()
        except FileNotFoundError as error:
            raise StoreError(
                f"{str(directory)!r} is no maildir: there is no {folder} in it"
            ) from error
        except OSError as error:
            path = str(directory / folder)
            raise ReadError(f"cannot read {path!r}: {error.strerror or error}") from error
    check_format(directory)


def check_format(directory: Path) -> None:
    """Raises StoreError where another version of mailtrap has written there in another way."""
    said = read(directory / FORMAT_FILE, 1000)
    if said is not None and said.decode("utf-8", "replace") != _FORMAT_LINE:
        raise StoreError(
            f"{str(directory)!r} is of another format: this is mailtrap for"
            f" {_FORMAT_LINE.strip()!r}, its file {FORMAT_FILE} says {_first_line(said)!r};"
            " take the version of mailtrap that made it, or another directory"
        )


def _first_line(octets: bytes) -> str:
    return octets.partition(b"\n")[0][:100].decode("utf-8", "replace")


def complete(directory: Path) -> None:
    """Make what is missing within a maildir, not itself.  Raises StoreError."""
    for name in (*MAIL, OURS, MESSAGES, SESSIONS, SERVERS):
        try:
            (directory / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise trouble("make", directory / name, error) from error
    if not (directory / FORMAT_FILE).exists():
        try:
            write_instead(directory / FORMAT_FILE, _FORMAT_LINE.encode())
        except OSError as error:
            raise trouble("write", directory / FORMAT_FILE, error) from error


class Spare:
    """A file that is open so that another can be, where clients have taken all the rest."""

    def __init__(self) -> None:
        self._file = -1
        self._take()

    def _take(self) -> None:
        with suppress(OSError):
            self._file = os.open(os.devnull, os.O_RDONLY)

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """For the length of a block."""
        self.close()
        try:
            yield
        finally:
            self._take()

    def close(self) -> None:
        """It is of no more use."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def write_new(path: str, octets: bytes, *, fsync: bool = False) -> None:
    """Write a file that was not there; where that fails it is not there after it either."""
    file = os.open(path, _NEW, 0o600)
    try:
        try:
            write_all(file, octets)
            if fsync:
                os.fsync(file)
        finally:
            os.close(file)
    except OSError:
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108 nothing here pays for a Path
        raise


def write_all(file: int, octets: bytes) -> None:
    """Write all of it: a disk that fills up takes a part first."""
    written = os.write(file, octets)
    while written < len(octets):
        written += os.write(file, memoryview(octets)[written:])


def write_instead(path: Path, octets: bytes) -> None:
    """Put a file with this content in the place of another, or of none."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        beside.unlink()
    write_new(str(beside), octets)
    try:
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def sync_directory(path: str) -> None:
    """What was put into that directory outlives a loss of power."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def read(path: Path | str, octets: int = -1) -> bytes | None:
    """The first octets of a regular file, or all of them; None where that cannot be read."""
    try:
        with _opened(path) as file:
            return _all_of(file) if octets < 0 else os.read(file, octets)
    except _UNREADABLE:
        return None


def open_to_read(path: Path | str) -> int:
    """A descriptor, without waiting for anybody.  Raises OSError, and ValueError for a NUL."""
    return os.open(path, _READ)


@contextmanager
def _opened(path: Path | str) -> Iterator[int]:
    file = open_to_read(path)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        yield file
    finally:
        os.close(file)


def _all_of(file: int) -> bytes:
    expected = os.fstat(file).st_size
    first = os.read(file, expected + 1)
    if len(first) == expected:
        return first
    pieces = [first]
    while pieces[-1]:
        pieces.append(os.read(file, 2**20))
    return b"".join(pieces)


def tail(path: Path | str, octets: int) -> bytes | None:
    """The last octets of a regular file; None where it cannot be read."""
    try:
        with _opened(path) as file:
            size = os.fstat(file).st_size
            return os.pread(file, octets, max(0, size - octets))
    except _UNREADABLE:
        return None
