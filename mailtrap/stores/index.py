"""What is in ``new`` and ``cur`` of a maildir, from the names of the files there."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from threading import RLock

from mailtrap.errors import StoreError
from mailtrap.stores import files
from mailtrap.stores.filed import FiledMessage
from mailtrap.stores.filing import (
    SEEN,
    Rank,
    joined,
    named,
    split,
    stranger_time,
)

Place = tuple[str, str]  # folder, name
FOLDERS = ("new", "cur")  # in this order: who marks a message moves it to ``cur``
_READINGS = 5  # of a directory in which files come all the time
AT_ONCE = 100  # messages that are removed while others wait: clients, the thread that paints
_COARSE = 1_000_000_000  # nanoseconds; some file systems count in whole seconds


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from the last look."""

    added: tuple[FiledMessage, ...] = ()  # oldest first
    removed: tuple[str, ...] = ()  # ids
    read: tuple[str, ...] = ()  # ids of those that were marked as read
    unread: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.read or self.unread)


class Index:
    """Every message of a maildir, oldest first.  Any thread may call it.

    It writes nothing but the flags and the removals it is asked for.
    """

    def __init__(self, directory: Path) -> None:
        self.path = str(directory)
        self._messages: dict[str, FiledMessage] = {}  # by id
        self._by_name: dict[str, FiledMessage] = {}  # by unique name
        self._version = 0  # changes with what is known of files that were there already
        self.is_complete = False  # all folders could be read at the last look
        self._seen: tuple[int, ...] = ()  # when the folders had changed last, at the last look
        self._lock = RLock()

    # Looking

    def look(self) -> Changes:
        """Look at everything.  A directory that cannot be read changes nothing."""
        known, changed = self._version, self._folders_changed()
        found = self._read()  # it takes long, and nobody has to wait for it
        with self._lock:
            if known != self._version:  # others have looked meanwhile, and may know better
                found = self._read()
            self.is_complete = found is not None
            if found is None:
                return Changes()
            left = [m for name, m in self._by_name.items() if name not in found]
            # What came while the directory was read is there.
            left = [m for m in left if not os.path.lexists(m.path)]
            if left:
                # What is renamed while a directory is read may be in no part of what was read.
                found |= self._scan() or {}
                left = [m for m in left if _unique(m) not in found]
            self._seen = changed
            return self._changes(found, left)

    def look_again(self) -> None:
        """Look at everything, unless it is sure that nothing has changed."""
        if not self._seen or self._folders_changed() != self._seen:
            self.look()

    def look_at(self, paths: Iterable[str]) -> Changes:
        """Look at these files of ``new`` and ``cur`` alone; some may be gone."""
        with self._lock:
            gone: dict[str, Place] = {}
            found: dict[str, Place] = {}
            for path in paths:
                folder, name = path.rsplit("/", 2)[-2:]
                if name.startswith(".") or folder not in FOLDERS:
                    continue
                at = f"{self.path}/{folder}/{name}"
                if os.path.isfile(at):  # noqa: PTH113 nothing here pays for a Path
                    found[name.partition(":")[0]] = (folder, name)
                elif not os.path.lexists(at):
                    gone[name.partition(":")[0]] = (folder, name)
            # Renaming a file is one that is gone and one that is there.
            known = ((self._by_name.get(unique), at) for unique, at in gone.items())
            left = [m for m, at in known if m is not None and (m.folder, m.name) == at]
            return self._changes(found, [m for m in left if _unique(m) not in found])

    def _read(self) -> dict[str, Place] | None:
        """Where each unique name is, with none that came before another of them left out.

        A directory that is read while files come may show a later one and not an earlier one;
        what had come by the end of one reading is in the next.
        """
        changed = self._folders_changed()
        found = self._scan()
        if changed and changed == self._folders_changed():
            return found
        for _ in range(_READINGS):
            before, found = found, self._scan()
            if found is None or (before is not None and found.keys() <= before.keys()):
                break
        return found

    def _scan(self) -> dict[str, Place] | None:
        """Where each unique name is; None where a folder cannot be read."""
        found: dict[str, Place] = {}
        for folder in FOLDERS:
            try:
                with os.scandir(f"{self.path}/{folder}") as entries:
                    for entry in entries:
                        if _is_mail(entry):
                            found[entry.name.partition(":")[0]] = (folder, entry.name)
            except OSError:
                return None
        return found

    def _folders_changed(self) -> tuple[int, ...]:
        """When the folders were changed, in nanoseconds; () where that is too recent to say.

        The clock of file systems is coarse: more may happen at what it calls the same time.
        """
        try:
            at = tuple(os.stat(f"{self.path}/{each}").st_mtime_ns for each in FOLDERS)  # noqa: PTH116 as above
        except OSError:
            return ()
        return at if time.time_ns() - max(at) > _COARSE else ()

    def _changes(self, found: dict[str, Place], left: Sequence[FiledMessage]) -> Changes:
        for message in left:
            self._forget(message)
        self._version += bool(left)
        added: list[tuple[datetime, Rank, FiledMessage]] = []
        read: list[str] = []
        unread: list[str] = []
        for unique, (folder, name) in found.items():
            known = self._by_name.get(unique)
            if known is None:
                if (filed := self._filed(unique, folder, name)) is not None:
                    added.append(filed)
            elif known.name != name or known.folder != folder:
                was_read = known.is_read
                known.moved(folder, name)
                self._version += 1
                if known.is_read != was_read:
                    (read if known.is_read else unread).append(known.id)
        added.sort(key=itemgetter(0, 1))
        messages = tuple(m for _, _, m in added if self._learn(m))
        return Changes(messages, tuple(m.id for m in left), tuple(read), tuple(unread))

    def _filed(
        self, unique: str, folder: str, name: str
    ) -> tuple[datetime, Rank, FiledMessage] | None:
        said = named(unique)
        if said is not None:
            message = FiledMessage(
                self, said.id, said.received, said.size, is_ours=True, folder=folder, name=name
            )
            return said.received, said.rank, message
        try:
            status = os.stat(f"{self.path}/{folder}/{name}")  # noqa: PTH116 as above
        except (OSError, ValueError):
            return None
        at = stranger_time(unique, status.st_mtime)
        message = FiledMessage(
            self, unique, at, status.st_size, is_ours=False, folder=folder, name=name
        )
        return at, (unique, 0, 0), message

    def _learn(self, message: FiledMessage) -> bool:
        """Know it from now on, unless another file claims to be that message."""
        if message.id in self._messages:
            return False
        self._messages[message.id] = message
        self._by_name[_unique(message)] = message
        return True

    def _forget(self, message: FiledMessage) -> None:
        self._messages.pop(message.id, None)
        self._by_name.pop(_unique(message), None)

    # What is there

    def get(self, message_id: str) -> FiledMessage | None:
        """The message of that id, or None; also where another process has removed it."""
        message = self._messages.get(message_id)
        if message is None or message.is_there():
            return message
        return self._messages.get(message_id)

    def knows(self, message_id: str) -> bool:
        """That message was there at the last look."""
        return message_id in self._messages

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read; one that is not there is not."""
        message = self._messages.get(message_id)
        return message is not None and message.is_read

    def __iter__(self) -> Iterator[FiledMessage]:
        """Messages, oldest first, as they were at the last look."""
        with self._lock:
            return iter(tuple(self._messages.values()))

    def __len__(self) -> int:
        """How many messages there are."""
        return len(self._messages)

    # Changing

    def put(self, message: FiledMessage) -> None:
        """A message that was just filed is there."""
        with self._lock:
            self._learn(message)

    def remove(self, ids: Iterable[str]) -> list[FiledMessage]:
        """Remove those that are there and their sidecars; what was removed.

        Raises StoreError where none of them could be removed.
        """
        removed: list[FiledMessage] = []
        failure: StoreError | None = None
        for some in in_pieces(ids):
            with self._lock:
                for message_id in some:
                    message = self._messages.get(message_id)
                    if message is None:
                        continue
                    try:
                        _unlink(message)
                    except OSError as error:
                        failure = files.trouble("remove", message.path, error)
                        continue
                    self._forget(message)
                    self._version += 1
                    removed.append(message)
        for message in removed:
            if message.is_ours:
                with suppress(OSError):  # it is of no use without the message
                    os.unlink(f"{self.path}/{files.MESSAGES}/{message.id}.json")  # noqa: PTH108 as above
        if failure is not None and not removed:
            raise failure
        return removed

    def mark(self, ids: Iterable[str], *, read: bool) -> list[str]:
        """Mark those that are there; the ids of those whose file could be renamed for it."""
        changed = []
        with self._lock:
            for message_id in dict.fromkeys(ids):
                message = self._messages.get(message_id)
                if message is None or message.is_read == read or not message.is_there():
                    continue
                unique, flags = split(message.name)
                flags = flags + SEEN if read else flags.replace(SEEN, "")
                name = joined(unique, flags)
                try:
                    os.rename(message.path, f"{self.path}/cur/{name}")  # noqa: PTH104 as above
                except OSError:
                    continue
                message.moved("cur", name)
                self._version += 1
                changed.append(message_id)
        return changed


def in_pieces(ids: Iterable[str]) -> Iterator[list[str]]:
    """Each of the ids once, as many together as are removed at once."""
    left = iter(dict.fromkeys(ids))
    while some := list(islice(left, AT_ONCE)):
        yield some


def _unlink(message: FiledMessage) -> None:
    try:
        os.unlink(message.path)  # noqa: PTH108 as above
    except FileNotFoundError:
        if message.is_there():  # under another name
            os.unlink(message.path)  # noqa: PTH108 as above


def _is_mail(entry: "os.DirEntry[str]") -> bool:
    if entry.name.startswith("."):
        return False
    try:
        return entry.is_file()
    except OSError:
        return False


def _unique(message: FiledMessage) -> str:
    return message.name.partition(":")[0]
