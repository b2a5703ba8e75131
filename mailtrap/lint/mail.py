"""A message as rules read it."""

from dataclasses import dataclass
from datetime import datetime

from mailtrap.content import Content
from mailtrap.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Mail:
    """Its content, and what is known of how it came."""

    content: Content  # of the part of it that is looked at
    size: int  # octets of all of it
    envelope: Envelope | None = None  # None: a file, nobody knows
    received: datetime | None = None  # aware, UTC

    @property
    def is_whole(self) -> bool:
        """All of it is looked at: what is missing is missing indeed."""
        return len(self.content.data) == self.size

    @property
    def is_internationalized(self) -> bool:
        """MAIL had SMTPUTF8 (RFC 6531 section 3.4)."""
        sender = self.envelope.sender if self.envelope else None
        return sender is not None and sender.parameter("SMTPUTF8") is not None
