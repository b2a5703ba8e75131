"""The lines of a session's log: what they say, and what is read of them.  Pure.

The first line opens the session, each entry of the transcript is a line, the last one closes it.
Fields that have their usual value are left out.  Whatever a line holds, reading it does not raise.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from mailtrap.session import (
    Authenticated,
    AuthenticationFailed,
    Chunk,
    Command,
    Credentials,
    Discarded,
    Entry,
    Folded,
    Forwarded,
    MailData,
    Peer,
    Remark,
    Reply,
    RuleApplied,
    Session,
    TlsFailed,
    TlsHello,
    TlsStarted,
    TlsTruncated,
)
from mailtrap.stores import notation
from mailtrap.stores.filing import FORMAT
from mailtrap.stores.notation import Keys

LOST = "lost"  # why a session ended whose server was gone before it

KINDS: dict[str, type[Entry]] = {
    kind.kind: kind
    for kind in (
        Authenticated,
        AuthenticationFailed,
        Chunk,
        Command,
        Credentials,
        Discarded,
        Folded,
        Forwarded,
        MailData,
        Remark,
        Reply,
        RuleApplied,
        TlsFailed,
        TlsHello,
        TlsStarted,
        TlsTruncated,
    )
}

# How a field is written and read, by its type.
_NOTATIONS: dict[Any, tuple[Callable[..., str], Callable[[Keys, str], Any]]] = {
    bytes: (notation.octets, notation.read_octets),
    str: (notation.text, notation.read_text),
    str | None: (notation.text, notation.read_text),
    int: (notation.number, notation.read_number),
    bool: (notation.flag, notation.read_flag),
    tuple[tuple[str, str], ...]: (notation.pairs, notation.read_pairs),
}


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    usual: Any
    write: Callable[[str, Any], str]
    read: Callable[[Keys, str], Any]


def _fields(kind: type[Entry]) -> tuple[_Field, ...]:
    return tuple(
        _Field(field.name, field.default, *_NOTATIONS[field.type])
        for field in fields(kind)
        if field.name != "at"  # each line has it, in the same place
    )


_FIELDS = {kind: _fields(kind) for kind in KINDS.values()}
_WRITTEN = {
    kind: tuple((each.name, each.usual, each.write) for each in described)
    for kind, described in _FIELDS.items()
}


@dataclass(frozen=True, slots=True)
class Ending:
    """The line that closes a session."""

    at: datetime
    reason: str


# Writing


def opening_line(session: Session) -> bytes:
    """The first line."""
    members = (
        '"event": "session-opened"',
        notation.number("format", FORMAT),
        notation.text("session", session.id),
        notation.time("at", session.opened),
        notation.text("peer", str(session.peer)),
        notation.text("local", str(session.local)),
        notation.flag("tls_first", session.tls_first),
    )
    return f"{{{', '.join(members)}}}\n".encode()


def entry_line(entry: Entry) -> bytes:
    """The line of an entry."""
    line = f'{{"kind": "{entry.kind}", {notation.time("at", entry.at)}'
    for name, usual, write in _WRITTEN[type(entry)]:
        value = getattr(entry, name)
        if value != usual:
            line += f", {write(name, value)}"
    return f"{line}}}\n".encode()


def closing_line(at: datetime, reason: str) -> bytes:
    """The last line; ``reason`` is a key of ``transcript.ENDINGS``."""
    members = (
        '"event": "session-closed"',
        notation.time("at", at),
        notation.text("reason", reason),
    )
    return f"{{{', '.join(members)}}}\n".encode()


def log_of(session: Session) -> bytes:
    """The whole log of a session, as far as it has come."""
    lines = [opening_line(session), *map(entry_line, session.transcript)]
    if session.closed is not None:
        lines.append(closing_line(session.closed, session.reason or ""))
    return b"".join(lines)


# Reading


def read_line(line: bytes) -> Session | Entry | Ending | None:
    """What a line says: a session without entries, an entry, its end; None for rubbish."""
    keys = notation.loaded(line)
    if keys is None:
        return None
    match keys.get("event"):
        case None:
            return _entry(keys)
        case "session-opened":
            return _opened(keys)
        case "session-closed":
            at = notation.read_time(keys, "at")
            return None if at is None else Ending(at, notation.read_text(keys, "reason") or "")
    return None


def _opened(keys: Keys) -> Session | None:
    session_id, at = notation.read_text(keys, "session"), notation.read_time(keys, "at")
    if not session_id or at is None:
        return None
    nobody = Peer("", 0)
    return Session(
        session_id,
        notation.read_peer(keys, "peer") or nobody,
        notation.read_peer(keys, "local") or nobody,
        at,
        tls_first=notation.read_flag(keys, "tls_first") or False,
    )


def _entry(keys: Keys) -> Entry | None:
    name, at = keys.get("kind"), notation.read_time(keys, "at")
    if not isinstance(name, str) or at is None:
        return None
    kind = KINDS.get(name)
    if kind is None:
        return Remark(at, text=f"an entry that this version of mailtrap does not know: {name}")
    values = {}
    for field in _FIELDS[kind]:
        value = field.read(keys, field.name)
        if value is not None:
            values[field.name] = value
    return kind(at, **values)


def whole_lines(octets: bytes) -> list[bytes]:
    """The lines that are written to their end; a last one without its line feed is none."""
    return octets[: octets.rfind(b"\n") + 1].split(b"\n")[:-1]


def read_log(octets: bytes) -> Session | None:
    """The session that a log is of, as far as it can be read; None without its first line."""
    session: Session | None = None
    entries: list[Entry] = []
    ending: Ending | None = None
    for line in whole_lines(octets):
        match read_line(line):
            case Session() as opened:
                session = session or opened
            case Ending() as ended:
                ending = ended
            case Entry() as entry:
                entries.append(entry)
    return None if session is None else assembled(session, entries, ending)


def assembled(opened: Session, entries: Iterable[Entry], ending: Ending | None) -> Session:
    """The session of which the log says that."""
    session = replace(opened, transcript=tuple(entries))
    if ending is None:
        return session
    return replace(session, closed=ending.at, reason=ending.reason)


def as_lost(session: Session) -> Session:
    """An open session whose server is gone, as one that ended with the last that is known."""
    if not session.is_open:
        return session
    return replace(session, closed=last_time(session.opened, session.transcript), reason=LOST)


def last_time(opened: datetime, entries: Sequence[Entry]) -> datetime:
    """When the last thing happened that is known of a session."""
    return entries[-1].at if entries else opened
