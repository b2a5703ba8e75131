"""A message: envelope and mail data as they were kept."""

from dataclasses import dataclass, field
from datetime import datetime

from mailtrap.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Message:
    """What one transaction brought.  ``data`` is never changed; all that is readable derives."""

    id: str
    session: str  # id of the session that brought it
    envelope: Envelope
    data: bytes = field(repr=False)  # mail data after dot-unstuffing
    received: datetime  # aware, UTC: when the end of data arrived
    truncated: bool = False  # larger than the size limit: ``data`` is its head, the client got 552

    @property
    def size(self) -> int:
        """Octets of mail data kept."""
        return len(self.data)

    def head(self, octets: int) -> bytes:
        """The first octets of mail data; cheap where ``data`` is a file."""
        return self.data[:octets]

    def __hash__(self) -> int:
        # Equal messages have equal ids; to hash the data would be to read all of it.
        return hash(self.id)
