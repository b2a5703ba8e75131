"""A transcript as lines for people: who said what, with credentials masked.

Every front shows these lines, so that what is hidden in one is hidden in all of them.  Each
line is already safe to show (``sanitize``).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailtrap.amounts import amount
from mailtrap.sanitize import sanitize, shown
from mailtrap.session import (
    Authenticated,
    AuthenticationFailed,
    Chunk,
    ClientEntry,
    Command,
    Credentials,
    Discarded,
    Entry,
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

MASK = "********"
CLIENT = "C:"
SERVER = "S:"
NOTE = "--"
LONGEST = 2000  # code points of one line; what is left out is counted

# Why a session ended (Session.reason), in words.
ENDINGS = {
    "quit": "closed after QUIT",
    "eof": "closed by the client without QUIT",
    "reset": "reset by the client",
    "timeout": "closed: nothing heard for too long",
    "stopped": "closed: mailtrap is stopping",
    "not-smtp": "closed: the client does not speak SMTP",
    "tls-failed": "closed: the TLS handshake failed",
    "rule": "ended by a fault rule",
    "failed": "closed: mailtrap failed",
    "lost": "unknown: mailtrap was gone before it",
}

_USUAL_ENDS = (b"\r\n.\r\n", b".\r\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript; ``mark`` is C: (client), S: (server) or -- (a note)."""

    at: datetime
    mark: str
    text: str
    entry: Entry


def lines(entries: Iterable[Entry], *, show_secrets: bool = False) -> Iterator[Line]:
    """The lines of those entries, in order."""
    for entry in entries:
        for mark, text in _described(entry, show_secrets=show_secrets):
            yield Line(entry.at, mark, text, entry)


def summary(entry: Entry, *, show_secrets: bool = False) -> str:
    """The entry on one line, without its mark."""
    return " / ".join(text for _, text in _described(entry, show_secrets=show_secrets))


def _described(entry: Entry, *, show_secrets: bool) -> list[tuple[str, str]]:
    match entry:
        case Reply():
            gone = "" if entry.sent else "  [not sent: the client was gone]"
            return [(SERVER, text + gone) for text in _texts(entry.raw)]
        case Command():
            return [(CLIENT, _command(entry, show_secrets=show_secrets) + _line_end(entry))]
        case Credentials():
            text = _clipped(entry.raw.rstrip(b"\r\n")) if show_secrets else MASK
            return [(CLIENT, text + _line_end(entry))]
        case MailData():
            return [(CLIENT, _mail_data(entry))]
        case Chunk():
            return [(CLIENT, _chunk(entry))]
        case Authenticated() | AuthenticationFailed():
            what = entry.kind.replace("-", " ")
            secret = f", secret {sanitize(entry.secret)}" if show_secrets else ""
            who = sanitize(entry.identity) or "nobody named"
            return [(NOTE, f"{what}: {who}, by {sanitize(entry.mechanism)}{secret}")]
        case TlsHello():
            return [(CLIENT, f"[{amount(len(entry.raw), 'octet')} that begin TLS]")]
        case TlsStarted():
            return [(NOTE, _tls(entry))]
        case TlsFailed():
            return [(NOTE, sanitize(f"TLS failed: {entry.text}"))]
        case TlsTruncated():
            return [(NOTE, "the client left without ending TLS (close_notify)")]
        case RuleApplied():
            name = f" {entry.name!r}" if entry.name else ""
            return [(NOTE, sanitize(f"rule{name}: {entry.text}"))]
        case Discarded():
            # Nobody knows what they are: the header of an HTTP request may hold a password.
            text = f" {_clipped(entry.raw)}" if show_secrets else ""
            return [(CLIENT, f"[{amount(entry.size, 'octet')} nobody acted upon]{text}")]
        case Forwarded():
            pairs = " ".join(f"{name}={value}" for name, value in entry.attributes)
            return [(NOTE, sanitize(f"the proxy says ({entry.verb}): {pairs}"))]
        case Folded():
            return [(NOTE, _folded(entry))]
        case Remark():
            return [(NOTE, sanitize(entry.text))]
    return [(NOTE, entry.kind)]


def _folded(entry: Folded) -> str:
    entries = "entry" if entry.count == 1 else "entries"
    return f"[{entry.count:,} earlier {entries} folded, {amount(entry.size, 'octet')}]"


def _command(entry: Command, *, show_secrets: bool) -> str:
    line = entry.raw.rstrip(b"\r\n")
    if entry.verb == "AUTH" and not show_secrets:
        words = line.split(None, 2)
        if len(words) == 3:
            return f"{shown(words[0])} {shown(words[1])} {MASK}"
    return _clipped(line)


def _mail_data(entry: MailData) -> str:
    parts = [f"{amount(entry.size, 'octet')} of mail data"]
    if not entry.is_complete:
        parts.append("cut off before the end of data")
    elif entry.terminator not in _USUAL_ENDS:
        parts.append(f"ended by {shown_ends(entry.terminator)}")
    if entry.truncated:
        parts.append("larger than the size limit, only the head is kept")
    return f"[{', '.join(parts)}]"


def _chunk(entry: Chunk) -> str:
    parts = [f"chunk of {amount(entry.size, 'octet')}"]
    if entry.is_last:
        parts.append("the last")
    if not entry.is_complete:
        parts.append(f"cut off after {len(entry.raw):,}")
    if entry.truncated:
        parts.append("larger than the size limit, only the head is kept")
    return f"[{', '.join(parts)}]"


def _tls(entry: TlsStarted) -> str:
    parts = [
        f"{entry.version}, {entry.cipher}",
        f"asked for {entry.server_name}" if entry.server_name else "asked for no name (SNI)",
    ]
    if entry.alpn:
        parts.append(f"ALPN {' '.join(entry.alpn)}")
    if entry.client_subject:
        parts.append(f"client certificate of {entry.client_subject}")
    return sanitize(f"TLS started: {', '.join(parts)}")


def _line_end(entry: ClientEntry) -> str:
    """A note where the line does not end as RFC 5321 section 2.3.8 has it."""
    raw = entry.raw
    if raw.endswith(b"\r\n"):
        return "  [ended by <CR><CR><LF>]" if raw.endswith(b"\r\r\n") else ""
    if raw.endswith(b"\n"):
        return "  [ended by a bare <LF>]"
    if getattr(entry, "truncated", False):
        return "  [longer than the size limit, only the head is kept]"
    return "  [cut off]"


def shown_ends(octets: bytes) -> str:
    """Line ends by name, as RFC 5321 writes them: ``<CR><LF>.<CR><LF>``."""
    named = octets.replace(b"\r", b"<CR>").replace(b"\n", b"<LF>").replace(b"\0", b"<NUL>")
    return shown(named)


def _texts(raw: bytes) -> list[str]:
    return [_clipped(line) for line in raw.rstrip(b"\r\n").split(b"\r\n")]


def _clipped(octets: bytes) -> str:
    if len(octets) <= LONGEST:
        return shown(octets)
    return f"{shown(octets[:LONGEST])} [and {amount(len(octets) - LONGEST, 'octet')} more]"
