"""A session that is still being written, within bounds.  Pure.

Which entries are folded when a session has too many, and which octets are let go because a
message holds them, is decided here and nowhere else.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mailtrap.session import Chunk, Entry, Folded, MailData, Session

OPENING_ENTRIES = 16  # never folded: greeting, EHLO, TLS and AUTH tell whose session it is
OPENING_OCTETS = 4096  # of one of them; the first larger one ends the opening
_ENTRY_OVERHEAD = 256  # octets an entry costs beside its raw octets, about


@dataclass(slots=True)
class Recording:
    """A session while the trap holds it: its transcript can grow and be folded."""

    head: Session
    opening: list[Entry] = field(default_factory=list)
    latest: deque[Entry] = field(default_factory=deque)
    folded: int = 0  # entries
    folded_size: int = 0  # octets of them
    folded_since: datetime | None = None
    size: int = 0  # octets, with the overhead of each entry
    data: dict[int, int] = field(default_factory=dict)  # index by offset, of data not kept yet
    count: int = 0  # entries ever recorded
    messages: int = 0  # messages ever kept
    snapshot: Session | None = None

    def add(self, entries: Iterable[Entry]) -> None:
        """The newest entries of the transcript."""
        for entry in entries:
            octets = len(entry.raw)
            if isinstance(entry, (MailData, Chunk)):
                self.data[entry.offset] = self.count
            if self.count == len(self.opening) < OPENING_ENTRIES and octets <= OPENING_OCTETS:
                self.opening.append(entry)
            else:
                self.latest.append(entry)
            self.count += 1
            self.size += octets + _ENTRY_OVERHEAD
        self.snapshot = None

    def close(self, at: datetime, reason: str) -> None:
        """The connection has ended; ``reason`` is a key of ``transcript.ENDINGS``."""
        self.head = self.snapshot = self._session(at, reason, self._transcript())
        self.data.clear()

    def fold(self) -> None:
        """Drop the oldest entry behind the opening, and count it."""
        entry = self.latest.popleft()
        self.size -= len(entry.raw) + _ENTRY_OVERHEAD
        self.folded += 1
        self.folded_size += len(entry.raw)
        self.folded_since = self.folded_since or entry.at
        if isinstance(entry, (MailData, Chunk)):
            self.data.pop(entry.offset, None)
        self.snapshot = None

    def hand_over(self, offsets: Iterable[int], message_id: str) -> None:
        """The octets of the entries at those offsets live in that message from now on."""
        for offset in offsets:
            index = self.data.get(offset)
            if index is not None:
                self._lighten(index, message_id)
        self.data.clear()
        self.messages += 1
        self.snapshot = None

    def _lighten(self, index: int, message_id: str) -> None:
        entries: list[Entry] | deque[Entry] = self.opening
        if index >= len(self.opening):
            index -= len(self.opening) + self.folded
            entries = self.latest
        entry = entries[index]
        assert isinstance(entry, (MailData, Chunk))
        entries[index] = without_octets(entry, message_id)
        self.size -= len(entry.raw)

    def session(self) -> Session:
        """What it has come to, as a value."""
        if self.snapshot is None:
            head = self.head
            self.snapshot = self._session(head.closed, head.reason, self._transcript())
        return self.snapshot

    def _transcript(self) -> tuple[Entry, ...]:
        folded: tuple[Entry, ...] = ()
        if self.folded_since is not None:
            folded = (Folded(self.folded_since, b"", self.folded, self.folded_size),)
        return (*self.opening, *folded, *self.latest)

    def _session(
        self, closed: datetime | None, reason: str | None, transcript: tuple[Entry, ...]
    ) -> Session:
        head = self.head  # dataclasses.replace takes five times as long
        return Session(
            head.id, head.peer, head.local, head.opened, closed, reason, transcript, head.tls_first
        )


def without_octets(entry: MailData | Chunk, message_id: str | None) -> MailData | Chunk:
    """The entry as it is once a message holds its octets."""
    # Not by dataclasses.replace: this is done for every message.
    if isinstance(entry, Chunk):
        return Chunk(
            entry.at,
            b"",
            entry.offset,
            entry.size,
            entry.is_last,
            entry.is_complete,
            entry.truncated,
            message_id,
        )
    return MailData(
        entry.at,
        b"",
        entry.offset,
        entry.size,
        entry.terminator,
        entry.stuffed,
        entry.lone_dots,
        entry.truncated,
        message_id,
    )
