"""What a trap has taken before, as far as rules ask for it."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Past:
    """The fold over messages and sessions so far.  Rules read it, only ``history`` writes."""

    # By Message-ID: the id of the latest message that had it, and what tells its content.
    messages: dict[bytes, tuple[str, int]] = field(default_factory=dict)
    # By host: when the latest sessions that brought no message began.
    fruitless: dict[str, deque[datetime]] = field(default_factory=dict)
