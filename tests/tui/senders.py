"""Clients without sockets: the real transcriber, dialogue and trap, and a clock that stands."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mailtrap.answers import Answer
from mailtrap.dialogue import Dialogue
from mailtrap.faults.policy import Policy
from mailtrap.message import Message
from mailtrap.session import Peer, Session, TlsFailed, TlsStarted
from mailtrap.smtp.tls import cut_off
from mailtrap.stores.memory import MemoryStore
from mailtrap.terms import Terms
from mailtrap.transcriber import Transcriber
from mailtrap.trap import Trap

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STEP = timedelta(milliseconds=12)
HELLO = b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"  # how a client begins TLS
UNTRUSTED = (
    "the client does not trust our certificate (it says: unknown ca); let it trust the CA in"
    " /tmp/mailtrap-x/ca.pem, or turn off verification in the client"
)


def a_trap(*, most: int = 10_000) -> Trap:
    """An empty trap with ids that can be foretold."""
    return Trap(MemoryStore(max_messages=most), prefix="test", max_sessions=most)


class Sender:
    """One connection: what it sends is answered at once, each step 12 ms after the other."""

    def __init__(
        self,
        trap: Trap,
        *,
        at: datetime = NOON,
        max_size: int | None = None,
        users: dict[str, str] | None = None,
        policy: Policy | None = None,
    ) -> None:
        """``policy``: by default that of ``mailtrap`` without options, with magic recipients."""
        self.trap = trap
        self._now = at
        self._tls_due = False
        self._transcriber = Transcriber(max_size=max_size)
        terms = Terms(hostname="trap.test", max_size=max_size, users=users or {})
        self._dialogue = Dialogue(terms, "nonce", policy or Policy())
        peer, local = Peer("127.0.0.1", 51724), Peer("127.0.0.1", 1025)
        self.id = trap.open(peer, local, at)
        self._take(self._dialogue.greet(at))

    def send(self, octets: bytes) -> "Sender":
        """Send octets, take the answers."""
        self._transcriber.client(octets, self._tick())
        while (entry := self._transcriber.next()) is not None:
            self.trap.record(self.id, entry)
            if self._take(self._dialogue.answer(entry)):
                break
        return self

    def tls(self) -> "Sender":
        """Ask for TLS and start it."""
        self.send(b"STARTTLS\r\n")
        hello = self._hello()
        cipher = "TLS_AES_256_GCM_SHA384"
        self.trap.record(self.id, TlsStarted(self._tick(), hello, "TLSv1.3", cipher))
        self._dialogue.tls_started()
        return self

    def fail_tls(self, text: str = UNTRUSTED, error: str = "TLSV1_ALERT_UNKNOWN_CA") -> Session:
        """Ask for TLS and fail to start it; the session as it ended."""
        self.send(b"STARTTLS\r\n")
        hello = self._hello()
        self.trap.record(self.id, TlsFailed(self._tick(), hello, text, error))
        self.trap.close(self.id, "tls-failed", self._tick())
        return self.session

    def wait(self) -> Session:
        """Go on in plain text where TLS is due, and wait; the session as it ended."""
        assert self._tls_due
        self.trap.record(self.id, *filter(None, [self._transcriber.discard()]))
        what = "the client went on in plain text"
        self._say(f"421 4.7.0 TLS was due here, but {what}\r\n".encode())
        self.trap.record(self.id, TlsFailed(self._tick(), b"", f"{what} where TLS was due"))
        self.trap.close(self.id, "tls-failed", self._tick())
        return self.session

    def leave(self, reason: str = "eof") -> Session:
        """Drop the connection; the session as it ended."""
        if entry := self._transcriber.end():
            self.trap.record(self.id, entry)
        if self._tls_due and reason == "timeout":
            text = "it had not begun when this ended"
            self.trap.record(self.id, TlsFailed(self._tick(), b"", text))
        elif self._tls_due:
            self.trap.record(self.id, TlsFailed(self._tick(), b"", cut_off(b"")))
            reason = "tls-failed"
        self.trap.close(self.id, reason, self._tick())
        return self.session

    @property
    def session(self) -> Session:
        """The session as far as it has come."""
        session = self.trap.session(self.id)
        assert session is not None
        return session

    def _take(self, answer: Answer) -> bool:
        """Do what the answer says; whether it ends the session."""
        self.trap.record(self.id, *answer.entries)
        if answer.effect.stall is not None:
            self.trap.close(self.id, "rule", self._tick())
            return True
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
        self._tls_due = answer.tls is not None
        if answer.close:
            self.trap.close(self.id, answer.reason, self._tick())
        return answer.close

    def _hello(self) -> bytes:
        self._transcriber.client(HELLO, self._tick())
        self._tls_due = False
        return self._transcriber.take_handshake()

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


def a_trap_of(*subjects: str) -> Trap:
    """A trap that holds a message with each of these subjects, in order."""
    trap = a_trap()
    for subject in subjects:
        bring(trap, titled(subject))
    return trap
