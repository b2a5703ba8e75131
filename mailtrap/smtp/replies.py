"""The replies of a session: recorded as they are given, and written in as few pieces as can be."""

from collections import deque
from collections.abc import Sequence

from mailtrap.session import Entry
from mailtrap.smtp.clock import now
from mailtrap.smtp.line import Line
from mailtrap.transcriber import Transcriber
from mailtrap.trap import Trap


class Replies:
    """What the server says on one connection."""

    def __init__(self, line: Line, trap: Trap, session_id: str, transcriber: Transcriber) -> None:
        self._line = line
        self._trap = trap
        self._id = session_id
        self._transcriber = transcriber
        self._unwritten: list[bytes] = []
        self._dripping: deque[bytes] = deque()  # octets that are still to be written one by one

    def give(self, replies: Sequence[bytes], *before: Entry) -> None:
        """Record replies behind those entries; the next write sends them."""
        at, is_sent = now(), not self._line.is_gone
        said = [self._transcriber.server(reply, at, sent=is_sent) for reply in replies]
        self._unwritten += replies
        self._trap.record(self._id, *before, *said)

    def write(self) -> None:
        """Send all that are due, in one piece."""
        if self._unwritten:
            self._line.write(b"".join(self._unwritten))
            self._unwritten.clear()

    def begin_to_drip(self, replies: Sequence[bytes]) -> None:
        """Record replies, of which each ``drip`` sends an octet."""
        self.write()
        self.give(replies)
        self._dripping.extend(bytes([octet]) for octet in b"".join(self._unwritten))
        self._unwritten.clear()

    def drip(self) -> bool:
        """Send an octet; False where none is left, or nobody to send it to."""
        if self._line.is_gone:
            self._dripping.clear()
        if not self._dripping:
            return False
        self._line.write(self._dripping.popleft())
        return True

    def write_all(self) -> None:
        """Send what is left, also what was to drip."""
        self._line.write(b"".join(self._dripping))
        self.write()
