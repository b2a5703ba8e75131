"""A message that is in a maildir: known by the name of its file, read when it is asked."""

import os
from datetime import datetime
from typing import Protocol

from mailtrap.envelope import Envelope
from mailtrap.message import Message
from mailtrap.stores import files
from mailtrap.stores.filing import SEEN, Sidecar, decode_sidecar, split

_TRIES = 3  # to find a file that others rename meanwhile


class Place(Protocol):
    """Where filed messages are."""

    path: str  # of the maildir

    def look_again(self) -> None:
        """Look where every message is now."""


class FiledMessage(Message):
    """A message whose octets are in a file; reading never raises.

    ``data``, ``envelope`` and ``truncated`` are read each time they are asked for and not kept:
    whoever needs them twice keeps them.  They are empty when the file is gone or unreadable.
    """

    # What it is, and where: others may rename the file, so that changes.
    __slots__ = ("_is_ours", "_place", "_size", "folder", "name")

    folder: str  # new or cur
    name: str  # of the file
    _place: Place
    _is_ours: bool
    _size: int

    def __init__(
        self,
        place: Place,
        message_id: str,
        received: datetime,
        size: int,
        *,
        is_ours: bool,
        folder: str,
        name: str,
    ) -> None:
        put = object.__setattr__  # it is frozen for everyone else
        put(self, "id", message_id)
        put(self, "received", received)
        put(self, "_size", size)
        put(self, "_is_ours", is_ours)
        put(self, "_place", place)
        self.moved(folder, name)

    def moved(self, folder: str, name: str) -> None:
        """Its file is there now.  For the index alone."""
        object.__setattr__(self, "folder", folder)
        object.__setattr__(self, "name", name)

    @property
    def path(self) -> str:
        """Where its file was seen last."""
        return f"{self._place.path}/{self.folder}/{self.name}"

    @property
    def is_ours(self) -> bool:
        """A trap kept it; other mail belongs to whoever put it there."""
        return self._is_ours

    @property
    def is_read(self) -> bool:
        """It is marked as read (``S``)."""
        return self.folder == "cur" and SEEN in split(self.name)[1]

    @property
    def session(self) -> str:
        """Id of the session that brought it; "" for a stranger's."""
        # Not session_of: that this is an id was known when the file was seen.
        return self.id.rpartition("-")[0] if self._is_ours else ""

    @property
    def size(self) -> int:
        """Octets of mail data, as the name of the file or the file system has it."""
        return self._size

    @property
    def data(self) -> bytes:
        """Its octets; b"" when they cannot be read."""
        return self._read(-1)

    def head(self, octets: int) -> bytes:
        """The first octets, without reading the others."""
        return self._read(octets)

    @property
    def envelope(self) -> Envelope:
        """What the client said outside the message; empty for a stranger's."""
        return self.sidecar.envelope

    @property
    def truncated(self) -> bool:
        """It is the head of a larger message."""
        return self.sidecar.truncated

    @property
    def sidecar(self) -> Sidecar:
        """Envelope and circumstances, read at once."""
        if not self._is_ours:
            return Sidecar()
        octets = files.read(f"{self._place.path}/{files.MESSAGES}/{self.id}.json")
        return Sidecar() if octets is None else decode_sidecar(octets)

    def is_there(self) -> bool:
        """Its file exists; when it was renamed this finds it."""
        return self._found() is not None

    def _read(self, octets: int) -> bytes:
        data = files.read(self.path, octets)
        if data is None and (found := self._found()) is not None:
            data = files.read(found, octets)
        return data or b""

    def _found(self) -> str | None:
        for _ in range(_TRIES):
            path = self.path
            if os.path.lexists(path):
                return path
            self._place.look_again()
            if self.path == path:
                return None
        return None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FiledMessage):
            return self.id == other.id and self._place.path == other._place.path
        if not isinstance(other, Message):
            return NotImplemented
        return _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"FiledMessage(id={self.id!r}, path={self.path!r})"


def _values(message: Message) -> tuple[object, ...]:
    return (
        message.id,
        message.session,
        message.received,
        message.size,
        message.truncated,
        message.envelope,
        message.data,
    )
