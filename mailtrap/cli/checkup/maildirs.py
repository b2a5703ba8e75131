"""A maildir: whether it can be written, watched, and shared."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mailtrap.cli.checkup.finding import Finding, note, ok, todo
from mailtrap.errors import MailtrapError
from mailtrap.stores.files import MAIL, check

INOTIFY = Path("/proc/sys/fs/inotify")
MOUNTS = Path("/proc/self/mountinfo")
FEWEST = {"max_user_instances": 32, "max_user_watches": 1024}
# They tell of no changes that others make.
_DISTANT = ("9p", "afs", "ceph", "cifs", "fuse", "nfs", "nfs4", "smb3", "virtiofs", "vboxsf")


def maildir(path: Path) -> Iterator[Finding]:
    """All there is to say of a maildir, or of where one would be made."""
    if not path.exists():
        yield _place(path)
        return
    try:
        check(path)
    except MailtrapError as error:
        what, _, remedy = str(error).partition("; ")
        yield todo("maildir", what, remedy or "name another one with --maildir")
        return
    yield from _use(path)
    yield _file_system(path)


def _place(path: Path) -> Finding:
    """A directory that is to be made."""
    above = next(each for each in path.absolute().parents if each.exists())
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return ok("maildir", f"{path} will be made")
    return todo(
        "maildir", f"{path} cannot be made: {above} cannot be written", "name another --maildir"
    )


def _use(path: Path) -> Iterator[Finding]:
    """Write as a delivery does, and lock as servers do."""
    try:
        with tempfile.TemporaryFile(dir=path / MAIL[0]) as file:
            locks = _locks(file.fileno())
    except OSError as error:
        yield todo(
            "maildir",
            f"{path / MAIL[0]} cannot be written: {error.strerror}",
            "give whoever runs mailtrap the right to; view works all the same",
        )
        return
    yield ok("maildir", f"{path} can be read and written")
    yield locks


def _locks(file: int) -> Finding:
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError) as error:
        return note("locks", f"there are none ({error}): a server that was killed seems to live on")
    return ok("locks", "work")


def _file_system(path: Path, mounts: Path = MOUNTS) -> Finding:
    kind = file_system(path, mounts)
    if kind.split(".")[0] in _DISTANT:
        return note(
            "file system", f"{kind} tells of no changes; mailtrap looks ten times a second instead"
        )
    return ok("file system", kind or "unknown")


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system a path is on, "" where that is not known."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:  # not Linux
        return ""
    kinds = {}
    for line in lines:  # see proc(5): the mount point is the fifth, the kind behind " - "
        before, _, behind = line.partition(" - ")
        kinds[Path(before.split()[4].replace("\\040", " "))] = behind.split()[0]
    absolute = path.resolve()
    return next((kinds[each] for each in (absolute, *absolute.parents) if each in kinds), "")


def watches(limits: Path = INOTIFY) -> Finding:
    """Whether the system has room for whoever watches directories."""
    for name, fewest in FEWEST.items():
        try:
            limit = int((limits / name).read_text())
        except (OSError, ValueError):  # not Linux
            return ok("watches", "no limit that is known")
        if limit < fewest:
            return note(
                "watches",
                f"fs.inotify.{name} is {limit}; mailtrap looks ten times a second without them",
                f"sysctl fs.inotify.{name}={fewest * 8}",
            )
    return ok("watches", "enough")
