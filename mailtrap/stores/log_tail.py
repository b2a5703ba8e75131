"""The log of one session, read while it grows."""

import os
import stat
from dataclasses import dataclass, field, replace

from mailtrap.recording import Recording
from mailtrap.session import Entry, Folded, Session
from mailtrap.stores import files
from mailtrap.stores.log_lines import LOST, Ending, last_time, read_line, whole_lines

PIECE = 2**20  # octets that are read at once, more where one line is longer
LONGEST = 2**28  # octets of a line; where none ends before it is no log


@dataclass(slots=True)
class Growth:
    """What is new in a log."""

    is_opened: bool = False  # the session is known from now on
    entries: list[Entry] = field(default_factory=list)
    is_closed: bool = False

    def __bool__(self) -> bool:
        return self.is_opened or bool(self.entries) or self.is_closed


class LogTail:
    """Reads the log of one session from where it was left."""

    __slots__ = (
        "_count",
        "_file",
        "_max_entries",
        "_offset",
        "_recording",
        "_session",
        "_skip",
        "is_behind",
        "is_presumed",
        "path",
        "size",
    )

    def __init__(self, path: str, *, max_entries: int) -> None:
        self.path = path
        self.size = 0  # octets the session costs, about
        self.is_behind = False  # there is more to read at once
        self.is_presumed = False  # its end is not in the log: its server is gone
        self._max_entries = max_entries
        self._recording: Recording | None = None  # until it has ended
        self._session: Session | None = None  # once it has ended
        self._file: tuple[int, int] | None = None  # device, inode
        self._offset = 0
        self._count = 0  # entries, with those that were folded
        self._skip = 0  # as many were known when the log was written whole once more

    @property
    def session(self) -> Session | None:
        """The session as far as it has come; None without a first line."""
        return self._recording.session() if self._recording else self._session

    @property
    def is_open(self) -> bool:
        """It has begun and not ended."""
        return self._recording is not None and self._recording.head.is_open

    def read(self) -> Growth | None:
        """What came since the last time, or the next piece of it; None where the log is gone."""
        self.is_behind = False
        try:
            octets = self._octets()
        except FileNotFoundError:
            return None
        except (OSError, ValueError, MemoryError):
            return Growth()
        growth = Growth()
        for line in whole_lines(octets):
            self._offset += len(line) + 1
            self._take(line, growth)
        if self._recording is not None:
            self._fold(self._recording)
            self.size = self._recording.size
            if not self._recording.head.is_open and not self.is_presumed:
                self._session, self._recording = self._recording.session(), None
        return growth

    def presume_lost(self) -> None:
        """It ended with the last that is known of it, because its server is gone."""
        if self._recording is not None:
            head = self._recording.head
            entries = (*self._recording.opening, *self._recording.latest)
            at = last_time(head.opened, entries)
            self._recording.head = replace(head, closed=at, reason=LOST)
            self._recording.snapshot = None
            self.is_presumed = True

    def _octets(self) -> bytes:
        file = files.open_to_read(self.path)
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                return b""
            place = status.st_dev, status.st_ino
            if place != self._file or status.st_size < self._offset:
                self._file, self._offset = place, 0
                if self._recording is not None:  # written whole once more: what it misses is new
                    self._begin_again(self._recording)
            return self._piece(file, status.st_size - self._offset)
        finally:
            os.close(file)

    def _piece(self, file: int, left: int) -> bytes:
        """Some of the octets that are left, with one whole line at least where there is one."""
        octets = b""
        while len(octets) < min(left, LONGEST) and b"\n" not in octets:
            octets = os.pread(file, min(left, max(PIECE, 4 * len(octets))), self._offset)
            if not octets:  # it was cut short meanwhile
                break
        self.is_behind = len(octets) < left and b"\n" in octets
        return octets

    def _begin_again(self, recording: Recording) -> None:
        self._recording = Recording(recording.head)
        self._skip = self._count
        self._count = 0

    def _take(self, line: bytes, growth: Growth) -> None:
        match read_line(line):
            case Session() as opened if self._recording is None and self._session is None:
                self._recording = Recording(opened)
                growth.is_opened = True
            case Ending() as ended if self._recording is not None:
                was_open = self._recording.head.is_open
                self._close(self._recording, ended)
                growth.is_closed = was_open
            case Entry() as entry if self._recording is not None:
                self._add(self._recording, entry, growth)

    def _add(self, recording: Recording, entry: Entry, growth: Growth) -> None:
        recording.add([entry])
        self._count += entry.count if isinstance(entry, Folded) else 1
        if self._count <= self._skip:
            return
        growth.entries.append(entry)
        if self.is_presumed:  # it was not lost after all
            self.is_presumed = False
            recording.head = replace(recording.head, closed=None, reason=None)
            growth.is_opened = True

    def _close(self, recording: Recording, ended: Ending) -> None:
        recording.head = replace(recording.head, closed=ended.at, reason=ended.reason)
        recording.snapshot = None
        recording.data.clear()
        self.is_presumed = False

    def _fold(self, recording: Recording) -> None:
        while len(recording.latest) > self._max_entries:
            recording.fold()
