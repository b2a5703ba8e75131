"""What the files of a message are called, and what is in the one beside it.  Pure.

The name of a message's file says its id, its time to the microsecond, its size and its flags:
reading the names of a directory is enough to know what is there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailtrap.envelope import Envelope, Path
from mailtrap.message import Message
from mailtrap.sanitize import without_surrogates
from mailtrap.session import Peer
from mailtrap.stores import notation

FORMAT = 1
SEEN = "S"  # the flag of a message that was read

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"(?P<server>[0-9A-Za-z]+)-(?P<session>\d{1,18})-(?P<message>\d{1,18})", re.ASCII)
_UNIQUE = re.compile(
    r"(-?\d{1,11})\.M(\d{6})_(" + _ID.pattern + r")\.mailtrap,S=(\d{1,18})", re.ASCII
)
# Strangers begin with the seconds, too (https://cr.yp.to/proto/maildir.html), but need not:
# nine or ten digits are a time between 1973 and 2286.
_SECONDS = re.compile(r"\d{9,10}(?=\.)", re.ASCII)

# server, session, message: the parts of an id, so that ids sort as they were given
Rank = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Named:
    """What the name of a message's file says."""

    id: str
    received: datetime  # aware, UTC
    size: int  # octets
    rank: Rank


def is_id(text: str) -> bool:
    """It is an id that a trap gave a message."""
    return _ID.fullmatch(text) is not None


def session_of(message_id: str) -> str:
    """Id of the session that brought that message; "" for a message of a stranger."""
    return message_id.rpartition("-")[0] if is_id(message_id) else ""


def server_of(an_id: str) -> str:
    """What the ids of one server begin with; of a session's id or a message's."""
    return an_id.partition("-")[0]


def unique_name(message: Message) -> str:
    """The name of its file, without flags."""
    since = message.received - _EPOCH
    seconds = since.days * 86400 + since.seconds
    return f"{seconds}.M{since.microseconds:06}_{message.id}.mailtrap,S={message.size}"


def split(name: str) -> tuple[str, str]:
    """(unique name, flags) of the name of a file."""
    unique, _, info = name.partition(":")
    return unique, info[2:] if info.startswith("2,") else ""


def joined(unique: str, flags: str) -> str:
    """The name of a file in ``cur``; flags are in ASCII order, as readers expect them."""
    return f"{unique}:2,{''.join(sorted(set(flags)))}"


def named(unique: str) -> Named | None:
    """What a unique name says; None for a stranger's."""
    found = _UNIQUE.fullmatch(unique)
    if found is None:
        return None
    seconds, micro, an_id, server, session, message, size = found.groups()
    received = _after_epoch(timedelta(0, int(seconds), int(micro)))
    if received is None:
        return None
    return Named(an_id, received, int(size), (server, int(session), int(message)))


def stranger_time(unique: str, modified: float) -> datetime:
    """When a stranger's message came: as its name says, else when its file was written."""
    found = _SECONDS.match(unique)
    try:
        since = timedelta(seconds=int(found[0]) if found else modified)
    except OverflowError:
        return _EPOCH
    return _after_epoch(since) or _EPOCH


def _after_epoch(since: timedelta) -> datetime | None:
    """That time; None for one that cannot be told in every zone."""
    try:
        at = _EPOCH + since
    except OverflowError:
        return None
    return at if notation.is_tellable(at) else None


# The sidecar: what is known of a message beside its mail data


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a message came; for readers that know no session logs."""

    peer: Peer | None = None
    client_name: str = ""  # of the latest HELO, EHLO or LHLO
    tls: tuple[str, str] | None = None  # version, cipher
    auth_user: str | None = None


NOTHING = Envelope()
NOBODY = Circumstances()


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a message's file does not hold."""

    envelope: Envelope = NOTHING
    truncated: bool = False
    circumstances: Circumstances = NOBODY


def encode_sidecar(message: Message, came: Circumstances) -> bytes:
    """The octets of the file beside the message."""
    envelope = message.envelope
    members = [
        notation.number("format", FORMAT),
        notation.text("id", message.id),
        notation.text("session", message.session),
        notation.time("received", message.received),
        notation.number("size", message.size),
        notation.flag("truncated", message.truncated),
        f'"reverse_path": {_readable(envelope.reverse_path)}',
        f'"forward_paths": [{", ".join(map(_readable, envelope.forward_paths))}]',
        f'"envelope": {_envelope(envelope)}',
        '"peer": null' if came.peer is None else notation.text("peer", str(came.peer)),
        notation.text("client_name", came.client_name),
        f'"tls": {_tls(came.tls)}',
        '"auth_user": null'
        if came.auth_user is None
        else notation.text("auth_user", came.auth_user),
    ]
    return f"{{{', '.join(members)}}}\n".encode()


def _readable(path: str | None) -> str:
    return "null" if path is None else notation.quoted(without_surrogates(path))


def _envelope(envelope: Envelope) -> str:
    recipients = ", ".join(map(_path, envelope.recipients))
    return f'{{"sender": {_path(envelope.sender)}, "recipients": [{recipients}]}}'


def _path(path: Path | None) -> str:
    if path is None:
        return "null"
    return f"{{{notation.octets('raw', path.raw)}, {notation.octets('rest', path.rest)}}}"


def _tls(tls: tuple[str, str] | None) -> str:
    if tls is None:
        return "null"
    return f"{{{notation.text('version', tls[0])}, {notation.text('cipher', tls[1])}}}"


def decode_sidecar(octets: bytes) -> Sidecar:
    """What a sidecar says; what cannot be read of it is as if it was not known."""
    keys = notation.loaded(octets)
    if keys is None:
        return Sidecar()
    envelope, tls = _object(keys, "envelope"), keys.get("tls")
    recipients = envelope.get("recipients")
    came = Circumstances(
        notation.read_peer(keys, "peer"),
        notation.read_text(keys, "client_name") or "",
        _read_tls(tls) if isinstance(tls, dict) else None,
        notation.read_text(keys, "auth_user"),
    )
    return Sidecar(
        Envelope(
            _read_path(envelope.get("sender")),
            _read_paths(recipients if isinstance(recipients, list) else []),
        ),
        notation.read_flag(keys, "truncated") or False,
        came,
    )


def _object(keys: notation.Keys, key: str) -> notation.Keys:
    value = keys.get(key)
    return value if isinstance(value, dict) else {}


def _read_tls(keys: notation.Keys) -> tuple[str, str]:
    return notation.read_text(keys, "version") or "", notation.read_text(keys, "cipher") or ""


def _read_paths(values: Sequence[object]) -> tuple[Path, ...]:
    paths = map(_read_path, values)
    return tuple(path for path in paths if path is not None)


def _read_path(value: object) -> Path | None:
    if not isinstance(value, dict):
        return None
    raw = notation.read_octets(value, "raw")
    return None if raw is None else Path(raw, notation.read_octets(value, "rest") or b"")
