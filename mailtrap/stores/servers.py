"""Which servers write a maildir: each holds a lock on a file of its own for as long as it lives.

Nobody ever waits for one of these locks.  They end with the process, however it ends.
"""

import os
from collections.abc import Callable, Container
from contextlib import suppress
from pathlib import Path

from mailtrap.errors import StoreError
from mailtrap.stores import files
from mailtrap.trap import random_word

_TRIES = 100  # to find a prefix that is free; there are a billion of them


def is_server_alive(directory: Path, prefix: str) -> bool:
    """The server whose ids begin with that prefix is running."""
    try:
        file = files.open_to_read(directory / files.SERVERS / prefix)
    except (OSError, ValueError):
        return False
    try:
        return not _lock(file, shared=True)
    finally:
        os.close(file)


def _lock(file: int, *, shared: bool = False) -> bool:
    """Lock it now; False where someone else has, or where the system knows no such locks."""
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class Claim:
    """A prefix of ids that no other server of this maildir has."""

    def __init__(self, directory: Path, is_taken: Callable[[str], bool]) -> None:
        """``is_taken``: ids with that prefix are there from before.  Raises StoreError."""
        self._directory = directory / files.SERVERS
        self._file = -1
        for _ in range(_TRIES):
            self.prefix = random_word()
            if not is_taken(self.prefix) and self._take():
                return
        raise StoreError(f"no prefix for ids is free in {str(self._directory)!r}")

    @property
    def _path(self) -> Path:
        return self._directory / self.prefix

    def _take(self) -> bool:
        """Make the file, locked before anyone can see it; False where there is one already."""
        unseen = self._directory / f".{self.prefix}"
        try:
            file = os.open(unseen, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return False
        except OSError as error:
            raise files.trouble("write", unseen, error) from error
        try:
            _lock(file)
            files.write_all(file, f"{os.getpid()}\n".encode())
            is_free = not self._path.exists()
            if is_free:
                unseen.rename(self._path)
        except OSError as error:
            is_free = False
            raise files.trouble("write", self._path, error) from error
        finally:
            if not is_free:
                os.close(file)
                with suppress(OSError):
                    unseen.unlink()
        if is_free:
            self._file = file
        return is_free

    def renew(self) -> None:
        """See that it is there, after the directory was gone.  Raises StoreError."""
        try:
            if os.path.samestat(self._path.stat(), os.fstat(self._file)):
                return
            self._path.unlink()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise files.trouble("look at", self._path, error) from error
        before = self._file
        self._take()
        os.close(before)

    def end(self) -> None:
        """The server has ended, and left nothing to mend."""
        with suppress(OSError):
            self._path.unlink()
        self.abandon()

    def abandon(self) -> None:
        """The server has ended, and what it left has to be mended."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Stale:
    """The file of a server that has ended without its last words, locked while one mends."""

    def __init__(self, path: Path, file: int) -> None:
        self.prefix = path.name
        self._path = path
        self._file = file

    def end(self) -> None:
        """All is mended."""
        with suppress(OSError):
            self._path.unlink()
        os.close(self._file)


def stale_servers(directory: Path, except_for: Container[str] = ()) -> list[Stale]:
    """Those that left something to mend and that nobody else is mending.  Unreadable: none."""
    stale = []
    try:
        names = os.listdir(directory / files.SERVERS)  # noqa: PTH208 names are wanted
    except OSError:
        return []
    for name in names:
        if name.startswith(".") or name in except_for:
            continue
        path = directory / files.SERVERS / name
        try:
            file = files.open_to_read(path)
        except OSError:
            continue
        if _lock(file):
            stale.append(Stale(path, file))
        else:
            os.close(file)
    return stale
