"""How a session that brought no message ended, in a few words.  Pure.

What counts as a failure and what as a mere probe is decided here and nowhere else.
"""

from dataclasses import dataclass
from typing import Literal

from mailtrap.envelope import Envelope, Path, read_path
from mailtrap.sanitize import sanitize, shown
from mailtrap.session import Chunk, Command, Entry, MailData, Reply, Session

Kind = Literal["failed", "probe", "open"]

_QUIET_VERBS = ("QUIT", "RSET", "NOOP")  # their 250 does not undo the refusal before them
_LONGEST = 300  # code points


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a session without a message; ``text`` is safe to show."""

    kind: Kind
    text: str


def outcome(session: Session) -> Outcome:
    """How it ended, or where it stands while it is open."""
    refusal, verb = _last_exchange(session)
    step = _step(session)
    if session.is_open:
        return Outcome("open", f"open, {step or 'silent so far'}")
    unkept = _unkept(session)
    if unkept and not (refusal and unkept[-1].is_complete):
        late = ", timed out" if session.reason == "timeout" else ""
        return Outcome("failed", f"abandoned after {sum(map(_came, unkept)):,} octets{late}")
    if session.reason == "timeout":
        return Outcome("failed", f"timed out {step or 'in silence'}")
    if refusal:
        return Outcome("failed", refusal)
    if envelope_of(session).sender is not None or verb in ("DATA", "BDAT"):
        how = "reset" if session.reason == "reset" else "left"
        return Outcome("failed", f"{how} without mail, {step}")
    return Outcome("probe", f"left {step}" if step else "connected and left")


def partial_data(session: Session) -> bytes:
    """The octets of mail data that came and were not kept as a message; b"" for none."""
    return b"".join(entry.raw for entry in _unkept(session))


def envelope_of(session: Session) -> Envelope:
    """The envelope of the latest transaction as far as the client came with it."""
    sender: Path | None = None
    recipients: list[Path] = []
    for entry in session.transcript:
        if not isinstance(entry, Command):
            continue
        if entry.verb == "MAIL":
            sender, recipients = read_path(entry.argument, b"FROM"), []
        elif entry.verb == "RCPT":
            recipients.append(read_path(entry.argument, b"TO"))
    return Envelope(sender, tuple(recipients))


def _unkept(session: Session) -> list[MailData | Chunk]:
    return [e for e in session.transcript if isinstance(e, (MailData, Chunk)) and not e.message]


def _came(entry: MailData | Chunk) -> int:
    """Octets of it that came; a chunk that was cut off announced more."""
    return entry.size if entry.is_complete or isinstance(entry, MailData) else len(entry.raw)


def _last_exchange(session: Session) -> tuple[str, str]:
    """The refusal the session ended with, "" for none, and the verb of the last command."""
    refusal, last, quiet = "", "", False
    for entry in session.transcript:
        if isinstance(entry, Command):
            quiet = entry.verb in _QUIET_VERBS
            last = last if quiet and entry.verb == "QUIT" else entry.verb
        elif isinstance(entry, Reply) and not (quiet and entry.is_positive):
            refusal = "" if entry.is_positive else _first_line(entry)
    return refusal, last


def _first_line(reply: Reply) -> str:
    return shown(reply.raw.split(b"\r\n", 1)[0][:_LONGEST])


def _step(session: Session) -> str:
    """How far the client came, named by its last command; "" when it said nothing."""
    last = _last_of_client(session.transcript)
    if last is None:
        return ""
    if isinstance(last, Command):
        argument = shown(last.argument[:_LONGEST]) if last.verb in ("EHLO", "HELO", "LHLO") else ""
        return sanitize(f"after {last.verb[:20] or 'an empty line'} {argument}".rstrip())
    return f"after {'part of ' if isinstance(last, (MailData, Chunk)) else ''}{_NAMES[last.kind]}"


_NAMES = {
    "data": "its mail data",
    "chunk": "its mail data",
    "credentials": "its credentials",
    "tls": "a TLS hello",
    "discarded": "its last octets",
}


def _last_of_client(transcript: tuple[Entry, ...]) -> Entry | None:
    for entry in reversed(transcript):
        if isinstance(entry, Command) and entry.verb == "QUIT":
            continue
        if entry.kind in _NAMES or isinstance(entry, Command):
            return entry
    return None
