"""The lines above a message or session: what it is, from whom to whom, when, how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content
from textual.widget import Widget

from mailtrap.amounts import amount
from mailtrap.content import Content as MailContent
from mailtrap.envelope import Envelope
from mailtrap.message import Message
from mailtrap.sanitize import sanitize
from mailtrap.session import Session, TlsStarted
from mailtrap.transactions import Transaction
from mailtrap.tui.lost import what_came_of
from mailtrap.tui.outcome import asked_for, envelope_of, outcome
from mailtrap.tui.rows import tls_of

_LONGEST = 1000  # code points of one string
_LEAST = 20  # cells of a sender who is cut off, so that the id behind is not
_STYLES = {"error": "bold $bad", "warning": "$warn"}
_MOST = 5  # recipients that are named
_SHORT = 200  # entries
_HEAD = 2**16  # octets of mail data that are read for it


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines say; every string is safe to show."""

    title: str
    sender: str  # by its own account: the From field, or the name a client gave
    envelope: str  # reverse-path and forward-paths
    size: int | None
    at: datetime
    session: str
    tls: str = ""  # such as "TLS 1.3"


def message_facts(message: Message, session: Session | None = None) -> Facts:
    """The facts of a message that came in that session."""
    content = MailContent(message.head(_HEAD))
    return Facts(
        title=_safe(content.subject) or "(no subject)",
        sender=_safe(content.field("from")) or "(no From field)",
        envelope=_envelope(message.envelope) if message.session else "envelope not known",
        size=message.size,
        at=message.received,
        session=_safe(message.session),
        tls=_version(tls_of(message, session)),
    )


def session_facts(session: Session, transaction: Transaction | None = None) -> Facts:
    """The facts of a session, or of a transaction it lost."""
    name = _safe(session.client_name)
    envelope = asked_for(transaction) if transaction else envelope_of(session)
    return Facts(
        title=_safe(what_came_of(session, transaction) if transaction else _became(session)),
        sender=f"{name or 'nobody named'}, from {_safe(str(session.peer))}",
        envelope="no message" if envelope.sender is None else _envelope(envelope),
        size=None,
        at=transaction.begun if transaction else session.opened,
        session=_safe(session.id),
        tls=_version(session.tls),
    )


def _became(session: Session) -> str:
    count = len(session.message_ids)
    if not count:
        return outcome(session).text
    mail = amount(count, "message")
    return f"open, brought {mail} so far" if session.is_open else f"brought {mail}"


def _progress(session: Session) -> tuple[int, int]:
    """How far an open session has come: messages and entries.

    To find the facts of a long one takes long, so what it says between its messages is passed over.
    """
    return len(session.message_ids), min(len(session.transcript), _SHORT)


class Headline(Widget):
    """Two to four lines of facts, as many as there is room for."""

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._facts: Facts | None = None
        self.open_session = ""  # the id of the one it is about, whose facts may change
        self._told = (0, 0)  # how far it had come
        self._counts: Sequence[tuple[str, str]] = ()

    def clear(self) -> None:
        """Show nothing."""
        self._show(None)

    def show_message(self, message: Message, session: Session | None) -> None:
        """Show the facts of a message that came in that session."""
        self._show(message_facts(message, session))

    def show_session(self, session: Session, transaction: Transaction | None = None) -> None:
        """Show the facts of a session, or of a transaction it lost."""
        self._show(session_facts(session, transaction))
        if session.is_open and transaction is None:
            self.open_session, self._told = session.id, _progress(session)

    def follow(self, session: Session) -> None:
        """Show what has become of the open session."""
        if not session.is_open or _progress(session) != self._told:
            self.show_session(session)

    def _show(self, facts: Facts | None) -> None:
        self.open_session = ""
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def count(self, counts: Sequence[tuple[str, str]]) -> None:
        """Show how much is wrong: such as "2 errors", and the role of that."""
        if counts != self._counts:
            self._counts = counts
            self.refresh()

    def render(self) -> Content:
        """The lines."""
        facts, height = self._facts, self.size.height
        if facts is None:
            return Content()
        title = Content.assemble((facts.title, "bold"))
        sender = Content.assemble((facts.sender, ""))
        envelope = Content.assemble((facts.envelope, "$quiet"))
        rest = Content.assemble((_rest(facts, long=height > 3), "$quiet"))
        dot = Content.assemble((" · ", "$quiet"))
        room = self.size.width - dot.cell_length - rest.cell_length
        cut = sender.truncate(room, ellipsis=True) if _LEAST < room < sender.cell_length else sender
        lines = {2: [envelope + dot + rest], 3: [cut + dot + rest, envelope]}
        below = lines.get(height, [sender, envelope, rest])
        if self._counts:
            self._put_counts(below, dot)
        return Content("\n").join([title, *below])

    def _put_counts(self, lines: list[Content], dot: Content) -> None:
        """Put how much is wrong before the envelope, or where more room is left for it."""
        counts = Content(", ").join(
            Content.assemble((text, _STYLES[role])) for text, role in self._counts
        )
        room = self.size.width - counts.cell_length - dot.cell_length
        usual = min(1, len(lines) - 1)
        order = sorted(range(len(lines)), key=lambda number: number != usual)
        place = next((number for number in order if lines[number].cell_length <= room), usual)
        lines[place] = counts + dot + lines[place]


def _rest(facts: Facts, *, long: bool) -> str:
    at = facts.at.astimezone()
    when = f"{at:%Y-%m-%d %H:%M:%S}" if long else f"{at:%H:%M:%S}"
    size = None if facts.size is None else amount(facts.size, "octet")
    parts = (size, when, facts.tls, facts.session and f"session {facts.session}")
    return " · ".join(part for part in parts if part)


def _version(tls: TlsStarted | None) -> str:
    return _safe(tls.version.replace("TLSv", "TLS ")) if tls else ""


def _envelope(envelope: Envelope) -> str:
    reverse = envelope.reverse_path
    sender = "no MAIL" if reverse is None else _safe(reverse) or "<>"
    recipients = ", ".join(_safe(path) or "<>" for path in envelope.forward_paths[:_MOST])
    count = len(envelope.recipients)
    many = f"{count:,} recipients: {recipients}, …" if count > _MOST else recipients
    return f"{sender} → {many or 'no RCPT'}"


def _safe(text: str) -> str:
    return sanitize(text[:_LONGEST])
