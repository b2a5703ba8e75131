"""The row a list shows for a message or for a session that brought none.  Pure, no terminal.

Every string in a row is safe to show: nothing from the wire gets past this file unsanitized.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from mailtrap.content import Content
from mailtrap.envelope import Envelope
from mailtrap.message import Message
from mailtrap.sanitize import sanitize
from mailtrap.session import Session, TlsStarted
from mailtrap.transactions import Transaction
from mailtrap.tui.lost import what_came_of
from mailtrap.tui.outcome import asked_for, envelope_of, outcome, partial_data

Kind = Literal["message", "failed", "probe", "open"]

ATTACHMENT, TLS, SMTPUTF8, WARNING = "A", "T", "@", "!"
KIND_MARKS = {"failed": "✗", "probe": "·", "open": "○"}

_OPENING = 64  # entries of a session among which TLS starts, if it does
_HEAD = 2**16  # octets that are read for a row: thousands of fields must not stop the screen
_FAR = 2**20  # octets in which an attachment is looked for
_LONGEST = 300  # code points of one cell
_IN_BRACKETS = re.compile(r"<([^<>]*)>")
# Joiners, variation selectors and skin tones: terminals disagree about the width of what they make.
_JOINERS = re.compile("[\u200b-\u200d\u2060\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")
_DISPOSITION = re.compile(rb"content-disposition:\s*(?:attachment|[^;]*;\s*filename)", re.I)


@dataclass(frozen=True, slots=True)
class Words:
    """What a row says that has to be read for it; every string is safe to show."""

    sender: str = ""
    recipients: str = ""
    subject: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    number: int  # by time and order of arrival; a row keeps it for life
    id: str  # of the message, of the session without one, or one for a transaction that was lost
    session: str
    kind: Kind
    at: datetime
    # Those of a message are asked for when they are looked at.
    source: "Words | Callable[[Row], Words]" = field(compare=False, repr=False)
    size: int | None = None  # octets of mail data; None for a session that brought none
    unread: bool = False
    which: int | None = None  # of the lost transactions of its session; None for all other rows

    @property
    def is_message(self) -> bool:
        """A message was kept."""
        return self.kind == "message"

    @property
    def words(self) -> Words:
        """What it says."""
        return self.source if isinstance(self.source, Words) else self.source(self)

    @property
    def sender(self) -> str:
        """Who sent it, by its own account where there is one."""
        return self.words.sender

    @property
    def recipients(self) -> str:
        """Whom it was sent to: the first, and how many more."""
        return self.words.recipients

    @property
    def subject(self) -> str:
        """What it is about, or what became of it."""
        return self.words.subject

    @property
    def marks(self) -> str:
        """What is special, a character each."""
        return self.words.marks


def bare_row(
    message: Message, number: int, source: Callable[[Row], Words], *, unread: bool = True
) -> Row:
    """The row of a message of which nothing has to be read yet."""
    return Row(
        number=number,
        id=message.id,
        session=message.session,
        kind="message",
        at=message.received,
        source=source,
        size=message.size,
        unread=unread,
    )


def message_row(message: Message, number: int, session: Session | None = None) -> Row:
    """The row of an unread message, in that session if that is kept too."""
    return bare_row(message, number, lambda _: message_words(message, session))


def message_words(message: Message, session: Session | None = None) -> Words:
    """What the row of a message says."""
    data, envelope = message.head(_FAR), message.envelope
    content = Content(data[:_HEAD])
    is_strange = not message.session  # another program put it into the maildir
    addressee = _mailbox(content.field("to")) if is_strange else ""
    return Words(
        sender=cell(_mailbox(content.field("from")) or _reverse_path(envelope)),
        recipients=cell(addressee) or _addresses(envelope.forward_paths),
        subject=cell(content.subject) or "(no subject)",
        marks=_marks(message, data, envelope, session),
    )


def session_row(session: Session, number: int) -> Row:
    """The row of a session that has brought no message, open or ended."""
    ended = outcome(session)
    envelope = envelope_of(session)
    sender = envelope.reverse_path or session.client_name or session.peer.host
    return Row(
        number=number,
        id=session.id,
        session=session.id,
        kind=ended.kind,
        at=session.opened,
        source=Words(
            sender=cell(sender),
            recipients=_addresses(envelope.forward_paths),
            subject=cell(ended.text),
            marks=KIND_MARKS[ended.kind] + (TLS if session.tls else ""),
        ),
        size=len(partial_data(session)) or None,
    )


def whole_session_row(session: Session) -> Row:
    """The row of a session as a whole, whatever it brought; it is in no list of mail."""
    return Row(
        number=0,
        id=session.id,
        session=session.id,
        kind="open" if session.is_open else "probe",
        at=session.opened,
        source=Words(sender=cell(session.client_name or session.peer.host)),
    )


def lost_row(session: Session, transaction: Transaction, which: int, number: int) -> Row:
    """The row of a transaction that was lost in a session which brought other mail."""
    envelope = asked_for(transaction)
    return Row(
        number=number,
        id=f"{session.id} lost {which}",
        session=session.id,
        kind="failed",
        at=transaction.begun,
        source=Words(
            sender=cell(_reverse_path(envelope)),
            recipients=_addresses(envelope.forward_paths),
            subject=cell(what_came_of(session, transaction)),
            marks=KIND_MARKS["failed"] + (TLS if session.tls else ""),
        ),
        size=transaction.size or None,
        which=which,
    )


def cell(text: str) -> str:
    """One safe line that takes the same cells on every terminal, and not too many of them."""
    return _JOINERS.sub("", sanitize(text[:_LONGEST])).strip()


def tls_of(message: Message, session: Session | None) -> TlsStarted | None:
    """How the message was encrypted on its way here; None where it was not, or nobody knows."""
    # Not all entries: there may be a row for every third of them.
    opening = session.transcript[:_OPENING] if session else ()
    started = (entry for entry in opening if isinstance(entry, TlsStarted))
    return next((entry for entry in started if entry.at <= message.received), None)


def _marks(message: Message, data: bytes, envelope: Envelope, session: Session | None) -> str:
    marks = ATTACHMENT if has_attachment(data) else ""
    marks += TLS if tls_of(message, session) else ""
    sender = envelope.sender
    if sender is not None and sender.parameter("SMTPUTF8"):
        marks += SMTPUTF8
    is_odd = message.session and (sender is None or not envelope.recipients)
    if message.truncated or is_odd:
        marks += WARNING
    return marks


def has_attachment(data: bytes) -> bool:
    """Whether some part calls itself an attachment; finds it without parsing the message."""
    for needle in (b"isposition:", b"ISPOSITION:"):
        at = data.find(needle)
        while at != -1:
            if _DISPOSITION.match(data, max(0, at - len(b"Content-D")), at + 200):
                return True
            at = data.find(needle, at + 1)
    return False


def _mailbox(field: str) -> str:
    found = _IN_BRACKETS.findall(field)
    return found[-1] if found else field


def _reverse_path(envelope: Envelope) -> str:
    return {None: "—", "": "<>"}.get(envelope.reverse_path, envelope.reverse_path or "")


def _addresses(paths: Sequence[str]) -> str:
    if not paths:
        return "—"
    more = f" +{len(paths) - 1}" if len(paths) > 1 else ""
    return f"{cell(paths[0]) or '<>'}{more}"
