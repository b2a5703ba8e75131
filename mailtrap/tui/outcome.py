"""How a session that brought no message ended, in a few words.  Pure.

What counts as a failure and what as a mere probe is decided here and nowhere else.
"""

import re
from dataclasses import dataclass
from typing import Literal

from mailtrap.amounts import amount
from mailtrap.envelope import Envelope
from mailtrap.sanitize import sanitize, shown
from mailtrap.session import (
    AuthenticationFailed,
    Chunk,
    Command,
    Entry,
    MailData,
    Reply,
    Session,
    TlsHello,
)
from mailtrap.transactions import Transaction, latest
from mailtrap.tui.causes import (
    LEFT,
    ended_by_rule,
    rule_at_work,
    rule_behind,
    tagged,
    tls_failure,
)

Kind = Literal["failed", "probe", "open"]

_QUIET_VERBS = ("QUIT", "RSET", "NOOP")  # their 250 does not undo the refusal before them
_GREETINGS = ("EHLO", "HELO", "LHLO")
_LONGEST = 300  # code points
_STARTTLS = re.compile(rb"(?im)^250[ -]STARTTLS\b")


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
        where = f"open, {step or 'silent so far'}"
        return Outcome("open", tagged(where, rule_at_work(session)))
    if other := _other_protocol(session):
        return Outcome("failed", other)
    if failure := tls_failure(session):
        # Where TLS comes first, a look at whether the port is open ends like this.
        return Outcome("probe" if failure == LEFT and not step else "failed", failure)
    data = unkept(session)
    if session.reason == "lost":
        return Outcome("failed", f"mailtrap was gone {step or 'before the client said anything'}")
    if rule := ended_by_rule(session):
        return Outcome("failed", by_rule(rule, sum(map(_came, data)), step))
    if data and not (refusal and data[-1].is_complete):
        late = ", timed out" if session.reason == "timeout" else ""
        return Outcome("failed", f"abandoned after {amount(sum(map(_came, data)), 'octet')}{late}")
    if session.reason == "timeout":
        return Outcome("failed", f"timed out {step or 'in silence'}")
    wish = _wish_for_tls(session)
    if refusal:
        return Outcome("failed", (verb == "STARTTLS" and wish) or refusal)
    if envelope_of(session).sender is not None or verb in ("DATA", "BDAT"):
        how = "reset" if session.reason == "reset" else "left"
        return Outcome("failed", f"{how} without mail, {step}")
    if wish:
        return Outcome("failed", wish)
    if session.reason == "failed":
        return Outcome("failed", f"mailtrap failed {step or 'before the client said anything'}")
    if _misses_starttls(session):
        return Outcome("probe", "left after EHLO: did it want STARTTLS?")
    return Outcome("probe", f"left {step}" if step else "connected and left")


def by_rule(rule: str, size: int, step: str) -> str:
    """That a rule ended a session, behind so many octets of mail data or behind that step."""
    where = f" after {amount(size, 'octet')}" if size else f", {step}" if step else ""
    return f"ended by rule {rule}{where}"


def refused_with(session: Session, reply: Reply) -> str:
    """The first line of a reply that was not positive, and the rule behind it."""
    return tagged(first_line(reply), rule_behind(session, reply))


def partial_data(session: Session) -> bytes:
    """The octets of mail data that came and were not kept as a message; b"" for none."""
    return b"".join(entry.raw for entry in unkept(session))


def envelope_of(session: Session) -> Envelope:
    """The envelope of the latest transaction as far as the client came with it."""
    transaction = latest(session.transcript, is_open=session.is_open)
    return asked_for(transaction) if transaction else Envelope()


def asked_for(transaction: Transaction) -> Envelope:
    """Its envelope with the recipients that were refused behind the others."""
    refused = (path for path, _ in transaction.refused)
    return Envelope(transaction.envelope.sender, (*transaction.envelope.recipients, *refused))


def unkept(session: Session) -> list[MailData | Chunk]:
    """Mail data that came and is in no message."""
    return [e for e in session.transcript if isinstance(e, (MailData, Chunk)) and not e.message]


def _came(entry: MailData | Chunk) -> int:
    """Octets of it that came; a chunk that was cut off announced more."""
    return entry.size if entry.is_complete or isinstance(entry, MailData) else len(entry.raw)


def _last_exchange(session: Session) -> tuple[str, str]:
    """The refusal the session ended with, "" for none, and the verb of the last command."""
    refusal: Reply | str = ""
    last, quiet, failure = "", False, ""
    for entry in session.transcript:
        if isinstance(entry, Command):
            failure = ""
            quiet = entry.verb in _QUIET_VERBS
            last = last if quiet and entry.verb == "QUIT" else entry.verb
        elif isinstance(entry, AuthenticationFailed):
            failure = "authentication failed"  # a 334 may still come before the 535 (RFC 7628)
        elif isinstance(entry, Reply) and not (quiet and entry.is_positive):
            refusal = failure if entry.is_positive else entry
    if not isinstance(refusal, Reply):
        return refusal, last
    transaction = latest(session.transcript, is_open=session.is_open)
    if transaction is not None and transaction.reply is refusal:
        refusal = transaction.cause or refusal
    return refused_with(session, refusal), last


def _other_protocol(session: Session) -> str:
    """What the client spoke instead of SMTP, "" where it may have spoken that."""
    if any(isinstance(entry, TlsHello) for entry in session.transcript):
        return "began with TLS"
    if session.reason == "not-smtp":
        return "spoke HTTP"
    return ""


def _wish_for_tls(session: Session) -> str:
    """STARTTLS and the refusal of it, however the client went on; "" where it did not ask."""
    asked = False
    for entry in session.transcript:
        if isinstance(entry, Command):
            asked = entry.verb == "STARTTLS"
        elif isinstance(entry, Reply) and asked:
            return "" if entry.is_positive else f"wanted STARTTLS: {refused_with(session, entry)}"
    return "wanted STARTTLS" if asked else ""


def _misses_starttls(session: Session) -> bool:
    """It left as a client leaves that insists on TLS and reads that there is none.

    Such a client says nothing, so this is a guess: one that asks for health may do the same.
    """
    said = [e for e in session.transcript if isinstance(e, Command) and e.verb != "QUIT"]
    if session.tls is not None:
        return False
    if not said or any(command.verb != "EHLO" for command in said):
        return False
    replies = (entry for entry in session.transcript if isinstance(entry, Reply))
    return not any(_STARTTLS.search(reply.raw) for reply in replies)


def first_line(reply: Reply) -> str:
    """The first line of a reply, safe to show."""
    return shown(reply.raw.split(b"\r\n", 1)[0][:_LONGEST])


def _step(session: Session) -> str:
    """How far the client came, named by its last command; "" when it said nothing."""
    last = _last_of_client(session.transcript)
    if last is None:
        return ""
    if isinstance(last, Command):
        argument = shown(last.argument[:_LONGEST]) if last.verb in _GREETINGS else ""
        return sanitize(f"after {last.verb[:20] or 'an empty line'} {argument}".rstrip())
    is_part = isinstance(last, (MailData, Chunk)) and not last.is_complete
    return f"after {'part of ' if is_part else ''}{_NAMES[last.kind]}"


_NAMES = {
    "data": "its mail data",
    "chunk": "its mail data",
    "credentials": "its credentials",
    "tls": "starting TLS",
    "tls-hello": "a TLS hello",
    "discarded": "its last octets",
}


def _last_of_client(transcript: tuple[Entry, ...]) -> Entry | None:
    for entry in reversed(transcript):
        if isinstance(entry, Command) and entry.verb == "QUIT":
            continue
        if entry.kind in _NAMES or isinstance(entry, Command):
            return entry
    return None
