"""Samples of what a rule finds: a client that does it, played against the real dialogue.  Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mailtrap.dialogue import Dialogue
from mailtrap.envelope import Envelope, Path
from mailtrap.session import Chunk, ClientEntry, Entry, MailData, Peer, Session, TlsStarted
from mailtrap.terms import Terms
from mailtrap.transcriber import Transcriber

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STEP = timedelta(milliseconds=100)
USUAL = Terms(hostname="trap.test")
# A message with nothing to find in it, and its envelope: samples change one thing of it.
LETTER = (
    b"Date: Fri, 2 Jan 2026 03:04:05 +0000\r\n"
    b"From: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\n"
    b"Subject: Hello\r\n"
    b"Message-ID: <1.hello@example.org>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=us-ascii\r\n"
    b"\r\n"
    b"Hello Bob\r\n"
)
ENVELOPE = Envelope(Path(b"<ann@example.org>"), (Path(b"<bob@example.org>"),))


@dataclass(frozen=True, slots=True)
class Script:
    """A client: each step is sent when everything before it has been answered.

    A step is a segment of octets, an entry that is noted as it is (``TlsStarted``, ``TlsFailed``
    and other things no octets bring), or seconds to wait.
    """

    steps: tuple[bytes | Entry | float, ...]
    early: bytes = b""  # sent before the greeting
    terms: Terms = USUAL
    end: str = "eof"  # how it ends without a QUIT; a key of transcript.ENDINGS
    sessions: int = 1  # how many clients do the same, one after the other


# Of a session: a script, or its segments.  Of a message: the mail data, or with its envelope, or
# with the time it was received, too.
Sample = (
    Script
    | tuple[bytes | Entry | float, ...]
    | bytes
    | tuple[Envelope, bytes]
    | tuple[Envelope, bytes, datetime]
)


@dataclass(frozen=True, slots=True)
class Played:
    """What a script came to."""

    session: Session
    data: dict[str, bytes]  # mail data by message id


def script_of(sample: Sample) -> Script | None:
    """The script of a sample, None where it is a message."""
    if isinstance(sample, Script):
        return sample
    if isinstance(sample, tuple) and not (sample and isinstance(sample[0], Envelope)):
        return Script(sample)
    return None


def message_of(sample: Sample) -> tuple[Envelope | None, bytes]:
    """Envelope and mail data of a sample that is a message."""
    if isinstance(sample, bytes):
        return None, sample
    assert isinstance(sample, tuple)
    envelope, data, *_ = sample
    assert isinstance(envelope, Envelope)
    assert isinstance(data, bytes)
    return envelope, data


def play(script: Script) -> Played:
    """The session that a script makes with a server of those terms."""
    player = _Player(script.terms)
    if script.early:
        player.take(script.early)
    player.greet()
    for step in script.steps:
        player.step(step)
    return player.played(script.end)


class _Player:
    def __init__(self, terms: Terms) -> None:
        self._dialogue = Dialogue(terms, "<1@trap.test>")
        self._transcriber = Transcriber(max_size=terms.max_size)
        self._transcript: list[Entry] = []
        self._data: dict[str, bytes] = {}
        self._at = START
        self._has_quit = False

    def greet(self) -> None:
        self._say(self._dialogue.greet(self._at).replies)
        self._answer()

    def step(self, step: bytes | Entry | float) -> None:
        self._at += STEP
        if isinstance(step, bytes):
            self.take(step)
            self._answer()
        elif isinstance(step, Entry):
            self._transcript.append(replace(step, at=self._at))
            if isinstance(step, TlsStarted):
                self._dialogue.tls_started()
                self._transcriber.take_handshake()
        else:
            self._at += timedelta(seconds=step)

    def take(self, octets: bytes) -> None:
        self._transcriber.client(octets, self._at)

    def played(self, end: str) -> Played:
        left = self._transcriber.discard() if self._has_quit else self._transcriber.end()
        self._transcript += [left] if left is not None else []
        reason = "quit" if self._has_quit else end
        client, server = Peer("127.0.0.1", 50000), Peer("127.0.0.1", 1025)
        session = Session(
            "t-1", client, server, START, self._at + STEP, reason, tuple(self._transcript)
        )
        return Played(session, self._data)

    def _answer(self) -> None:
        for entry in self._entries():
            answer = self._dialogue.answer(entry)
            self._transcript += [entry, *answer.entries]
            replies = answer.replies
            if answer.delivery is not None:
                message = f"t-1-{len(self._data) + 1}"
                self._data[message] = answer.delivery.data
                self._hand_over(answer.delivery.sources, message)
                replies = self._dialogue.kept(message, truncated=answer.delivery.truncated)
            self._say(replies)
            self._has_quit = self._has_quit or answer.close

    def _entries(self) -> Iterator[ClientEntry]:
        while not self._has_quit and (entry := self._transcriber.next()) is not None:
            yield entry

    def _hand_over(self, sources: tuple[int, ...], message: str) -> None:
        """As the trap does it: the message has the octets, not the entries."""
        for index, entry in enumerate(self._transcript):
            if isinstance(entry, (MailData, Chunk)) and entry.offset in sources:
                self._transcript[index] = replace(entry, raw=b"", message=message)

    def _say(self, replies: tuple[bytes, ...]) -> None:
        self._transcript += [self._transcriber.server(reply, self._at) for reply in replies]
