"""The mail transactions of a transcript and how each one ended (RFC 5321 section 3.3).  Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from mailtrap.envelope import Envelope, Path, read_path
from mailtrap.session import Chunk, Command, Entry, MailData, Reply

Outcome = Literal["open", "kept", "refused", "reset", "abandoned"]

MAIL_VERBS = frozenset({"MAIL", "SEND", "SOML", "SAML"})
_CLEARING = frozenset({"RSET", "EHLO", "HELO", "LHLO"})
_BEGINNING = MAIL_VERBS | {"RCPT", "DATA", "BDAT"}


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction: what the client asked for and what became of it.

    kept: a message holds it.  refused: the reply to MAIL, DATA or the mail data was negative.
    reset: RSET or a greeting cleared it.  abandoned: the client began another, quit or left.
    open: the transcript ends within it and the session has not.
    """

    begun: datetime  # aware, UTC
    envelope: Envelope  # with the accepted recipients only
    outcome: Outcome
    refused: tuple[tuple[Path, Reply], ...] = ()  # recipients that were refused
    reply: Reply | None = None  # the one that decided, where one did
    message: str | None = None  # id; a refused message may be kept too, with its head only
    size: int = 0  # octets of mail data that came

    @property
    def has_nobody(self) -> bool:
        """Every recipient was refused."""
        return bool(self.refused) and not self.envelope.recipients

    @property
    def cause(self) -> Reply | None:
        """The reply that it failed by, were it not the one that came last.

        A client that pipelines says DATA although every recipient is refused, and what it hears
        then (554 5.5.1 no valid recipients) says nothing of why.
        """
        return self.refused[-1][1] if self.has_nobody else self.reply


@dataclass(slots=True)
class _Open:
    begun: datetime
    sender: Path | None = None
    recipients: list[Path] = field(default_factory=list)
    refused: list[tuple[Path, Reply]] = field(default_factory=list)
    message: str | None = None
    size: int = 0

    def ended(self, outcome: Outcome, reply: Reply | None = None) -> Transaction:
        return Transaction(
            self.begun,
            Envelope(self.sender, tuple(self.recipients)),
            outcome,
            tuple(self.refused),
            reply,
            self.message,
            self.size,
        )


def transactions(transcript: Iterable[Entry], *, is_open: bool = False) -> tuple[Transaction, ...]:
    """The transactions in the order they began; ``is_open``: the session may still go on."""
    ended: list[Transaction] = []
    current: _Open | None = None
    asked: Entry | None = None  # the latest thing of the client that has no reply yet
    for entry in transcript:
        if isinstance(entry, Command):
            asked = entry
            if current is not None and entry.verb in MAIL_VERBS:
                ended.append(current.ended("abandoned"))
                current = None
            if current is None and entry.verb in _BEGINNING and entry.is_complete:
                current = _Open(entry.at)
        elif isinstance(entry, (MailData, Chunk)):
            asked = entry
            if current is not None:
                current.message = entry.message or current.message
                current.size += len(entry.raw) if not entry.is_complete else entry.size
        elif isinstance(entry, Reply) and current is not None and asked is not None:
            outcome = _outcome(current, asked, entry)
            asked = None
            if outcome is not None:
                ended.append(current.ended(outcome, entry))
                current = None
    if current is not None:
        ended.append(current.ended("open" if is_open else "abandoned"))
    return tuple(ended)


def latest(transcript: Sequence[Entry], *, is_open: bool = False) -> Transaction | None:
    """The transaction that began last, of a long transcript without reading all of it."""
    for index in range(len(transcript) - 1, -1, -1):
        entry = transcript[index]
        # With a sender one begins, whatever was before.
        if isinstance(entry, Command) and entry.is_complete and entry.verb in MAIL_VERBS:
            transcript = transcript[index:]
            break
    return next(reversed(transactions(transcript, is_open=is_open)), None)


def owners(transcript: Iterable[Entry]) -> dict[int, str]:
    """By offset of an entry, the message it is part of, "" where that mail was lost.

    Entries of the session as a whole are left out.
    """
    found: dict[int, str] = {}
    current: list[int] = []
    for entry in transcript:
        if isinstance(entry, Command):
            verb = entry.verb
            if verb in _CLEARING or verb in MAIL_VERBS or verb == "QUIT":
                current = []
            if current or verb in _BEGINNING:
                current.append(entry.offset)
                found[entry.offset] = ""
        elif isinstance(entry, (MailData, Chunk)):
            current.append(entry.offset)
            found.update(dict.fromkeys(current, entry.message or ""))
            if isinstance(entry, MailData) or entry.is_last:
                current = []
    return found


def _outcome(current: _Open, asked: Entry, reply: Reply) -> Outcome | None:
    """What the reply to ``asked`` makes of the transaction; None where it goes on."""
    if isinstance(asked, MailData) or (isinstance(asked, Chunk) and asked.is_last):
        if not asked.is_complete:
            return None
        return "kept" if reply.is_positive else "refused"
    if isinstance(asked, Chunk):
        return None if reply.is_positive else "refused"
    if not isinstance(asked, Command):
        return None
    verb = asked.verb
    if verb in MAIL_VERBS:
        current.sender = read_path(asked.argument, b"FROM")
        return None if reply.is_positive else "refused"
    if verb == "RCPT":
        path = read_path(asked.argument, b"TO")
        if reply.is_positive:
            current.recipients.append(path)
        else:
            current.refused.append((path, reply))
    elif verb == "DATA" and not reply.is_positive and reply.code != 503:
        return "refused"
    elif verb in _CLEARING and reply.is_positive:
        return "reset"
    return None
