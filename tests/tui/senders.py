"""Clients without sockets: the real transcriber, dialogue and trap, and a clock that stands."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mailtrap.dialogue import Dialogue
from mailtrap.message import Message
from mailtrap.session import Peer, Session
from mailtrap.stores.memory import MemoryStore
from mailtrap.terms import Terms
from mailtrap.transcriber import Transcriber
from mailtrap.trap import Trap

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STEP = timedelta(milliseconds=12)


def a_trap(*, most: int = 10_000) -> Trap:
    """An empty trap with ids that can be foretold."""
    return Trap(MemoryStore(max_messages=most), prefix="test", max_sessions=most)


class Sender:
    """One connection: what it sends is answered at once, each step 12 ms after the other."""

    def __init__(self, trap: Trap, *, at: datetime = NOON, max_size: int | None = None) -> None:
        self.trap = trap
        self._now = at
        self._transcriber = Transcriber(max_size=max_size)
        self._dialogue = Dialogue(Terms(hostname="trap.test", max_size=max_size), "nonce")
        peer, local = Peer("127.0.0.1", 51724), Peer("127.0.0.1", 1025)
        self.id = trap.open(peer, local, at)
        self._say(*self._dialogue.greet(at).replies)

    def send(self, octets: bytes) -> "Sender":
        """Send octets, take the answers."""
        self._transcriber.client(octets, self._tick())
        while (entry := self._transcriber.next()) is not None:
            self.trap.record(self.id, entry)
            answer = self._dialogue.answer(entry)
            self.trap.record(self.id, *answer.entries)
            if delivery := answer.delivery:
                message = self.trap.deliver(
                    self.id,
                    delivery.envelope,
                    delivery.data,
                    self._tick(),
                    truncated=delivery.truncated,
                    sources=delivery.sources,
                )
                self._say(*self._dialogue.kept(message.id, truncated=delivery.truncated))
            self._say(*answer.replies)
            if answer.close:
                self.trap.close(self.id, answer.reason, self._tick())
        return self

    def leave(self, reason: str = "eof") -> Session:
        """Drop the connection; the session as it ended."""
        if entry := self._transcriber.end():
            self.trap.record(self.id, entry)
        self.trap.close(self.id, reason, self._tick())
        return self.session

    @property
    def session(self) -> Session:
        """The session as far as it has come."""
        session = self.trap.session(self.id)
        assert session is not None
        return session

    def _say(self, *replies: bytes) -> None:
        for octets in replies:
            self.trap.record(self.id, self._transcriber.server(octets, self._tick()))

    def _tick(self) -> datetime:
        self._now += STEP
        return self._now


def bring(
    trap: Trap,
    data: bytes = b"Subject: Hello\r\nFrom: Ann <ann@example.org>\r\n\r\nHi Bob\r\n",
    *,
    sender: bytes = b"<ann@example.org>",
    recipients: Sequence[bytes] = (b"<bob@example.org>",),
    ehlo: bytes = b"app.example.org",
    at: datetime = NOON,
    max_size: int | None = None,
) -> Message:
    """A whole session that brings that message; the message."""
    client = Sender(trap, at=at, max_size=max_size)
    client.send(b"EHLO " + ehlo + b"\r\nMAIL FROM:" + sender + b"\r\n")
    for recipient in recipients:
        client.send(b"RCPT TO:" + recipient + b"\r\n")
    end = b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n"
    client.send(b"DATA\r\n").send(data + end).send(b"QUIT\r\n")
    return trap.messages[-1]


def titled(subject: str, sender: str = "Ann <ann@example.org>") -> bytes:
    """Mail data with that subject."""
    return f"Subject: {subject}\r\nFrom: {sender}\r\n\r\nThis is {subject}.\r\n".encode()
