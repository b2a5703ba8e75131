"""What a session has come to, as far as rules ask for it."""

import re
from dataclasses import dataclass, field

from mailtrap.envelope import Path
from mailtrap.session import Chunk, ClientEntry, Command, MailData, Reply, TlsStarted

MAX_LINE = 998  # octets without CRLF; RFC 5322 section 2.1.1

# Together they take half the time of counting the line ends, and most mail data has nothing else.
_LINES = re.compile(rb"(?:.{0,%d}+(?<=\r)\n)*+.{0,%d}+" % (MAX_LINE + 1, MAX_LINE))
_USUAL_END = b"\r\n.\r\n"
_BARE_CR = re.compile(rb"\r(?!\n)")


@dataclass(slots=True)
class Transaction:
    """The open mail transaction."""

    mail: Command | None = None  # None: RCPT, DATA or BDAT came without one
    sender: Path | None = None
    recipients: list[Path] = field(default_factory=list)  # accepted
    mailboxes: set[bytes] = field(default_factory=set)  # of those, see ``mailbox_of``
    refused: int = 0  # recipients
    chunks: int = 0  # of BDAT
    size: int = 0  # octets of those chunks
    end: bytes = b""  # the last of them
    line: int = 0  # how many of them come behind the last line end
    has_parameters: bool = False  # MAIL, behind its path

    def add(self, size: int, data: bytes) -> None:
        """A chunk of so many octets came; ``data`` is what is known of them."""
        self.chunks += 1
        self.size += size
        self.end = data[-1:] or self.end
        line_end = data.rfind(b"\n")
        self.line = len(data) - line_end - 1 + (self.line if line_end < 0 else 0)


@dataclass(slots=True)  # not frozen, which takes three times as long to make
class LineEnds:
    """How the lines of the mail data at hand end."""

    crlf: int = 0
    bare_lf: int = 0
    bare_cr: int = 0

    @property
    def all(self) -> int:
        """Lines, by LF."""
        return self.crlf + self.bare_lf


def has_odd_frame(entry: MailData | Chunk, data: bytes) -> bool:
    """Mail data that is empty, ends in a blank line or not with CRLF.CRLF, or has lost dots.

    Of a chunk that is not known.
    """
    return (
        isinstance(entry, Chunk)
        or entry.terminator != _USUAL_END
        or not entry.size
        or bool(entry.lone_dots)
        or data.endswith(b"\r\n\r\n")
    )


def has_odd_lines(data: bytes, begun: int = 0) -> bool:
    """There is a bare CR or LF, a NUL, or a line that is too long.

    ``begun``: so many octets of the first line came with chunks before.
    """
    if begun and begun + end_of_line(data, 0) > MAX_LINE:
        return True
    return _LINES.fullmatch(data) is None or _BARE_CR.search(data) is not None or b"\0" in data


def end_of_line(data: bytes, start: int) -> int:
    """Where the line feed of a line is, or the end of it all."""
    end = data.find(b"\n", start)
    return len(data) if end < 0 else end


def line_ends(data: bytes, *, before: bytes = b"", is_end: bool = True) -> LineEnds:
    """The line ends of mail data or a chunk.

    ``before`` is the octet of the message before it; ``is_end``: none comes behind it, which
    could be half of a CRLF.
    """
    crlf = data.count(b"\r\n")
    bare_lf, bare_cr = data.count(b"\n") - crlf, data.count(b"\r") - crlf
    if bare_lf and before == b"\r" and data.startswith(b"\n"):
        bare_lf -= 1
    if bare_cr and not is_end and data.endswith(b"\r"):
        bare_cr -= 1
    return LineEnds(crlf, bare_lf, bare_cr)


def ends_message(entry: MailData | Chunk) -> bool:
    """No octets of the message come behind the entry, and none of it was cut off."""
    is_last = isinstance(entry, MailData) or entry.is_last
    return is_last and entry.is_complete and not entry.truncated


@dataclass(slots=True)
class Seen:
    """The fold over the entries of a session so far.  Rules read it, only ``session`` writes."""

    greeting: Command | None = None  # the latest HELO, EHLO or LHLO that was accepted
    keywords: dict[str, str] = field(default_factory=dict)  # offered: keyword -> its parameters
    tls: TlsStarted | None = None
    has_asked: bool = False  # a complete command
    has_asked_since_tls: bool = False
    asked: ClientEntry | None = None  # what the client sent last
    was_asked_early: bool = False  # it sent ``asked`` before the reply to what came before that
    reply: Reply | None = None  # the latest
    heard: int = 0  # octets from the client before that
    refusals: int = 0  # replies of 5yz
    transaction: Transaction | None = None
    # The code of the latest reply to HELO, EHLO, LHLO, STARTTLS, MAIL and DATA, by verb.
    last_code_of: dict[str, int] = field(default_factory=dict)
    auth: str = ""  # mechanism of the exchange that is or was last
    authenticated: str | None = None  # identity
    line_ends: LineEnds = field(default_factory=LineEnds)  # of ODD_LINES at hand
    is_stray: bool = False  # the line at hand is of a message whose DATA was refused
    has_quit: bool = False

    @property
    def is_esmtp(self) -> bool:
        """EHLO or LHLO was accepted."""
        return self.greeting is not None and self.greeting.verb != "HELO"

    @property
    def is_lmtp(self) -> bool:
        """LHLO was accepted."""
        return self.greeting is not None and self.greeting.verb == "LHLO"

    def was_sent_early(self, entry: ClientEntry) -> bool:
        """The entry began before the latest reply was written: it was pipelined."""
        return entry.offset < self.heard


def mailbox_of(argument: bytes) -> bytes:
    """What makes two recipients the same: the case of the domain does not matter.

    Of a plain path in brackets; anything else stands for itself.  Cheap, as every RCPT asks.
    """
    if b'"' in argument:
        return argument  # there may be brackets in quotes
    start = argument.find(b"<") + 1
    end = argument.find(b">", start)
    local, at, domain = argument[start : end if end >= 0 else None].rpartition(b"@")
    return local + at + domain.lower()


def octet_before(seen: Seen, entry: MailData | Chunk) -> bytes:
    """The octet of the message that comes before those of the entry; empty where none does."""
    transaction = seen.transaction
    return transaction.end if transaction is not None and isinstance(entry, Chunk) else b""


def line_before(seen: Seen, entry: MailData | Chunk) -> int:
    """How many octets of the first line of the entry came with chunks before."""
    transaction = seen.transaction
    return transaction.line if transaction is not None and isinstance(entry, Chunk) else 0
