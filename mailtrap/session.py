"""A session is one connection; its transcript is every entry that crossed it, in order.

``raw`` of an entry is what was on the wire.  Two kinds differ: mail data is kept after
dot-unstuffing (RFC 5321 section 4.5.2), and once a message is kept its octets live in
``Message.data``, so the entries that brought them hold the message's id instead of a copy.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import ClassVar

from mailtrap.cached import cached_property
from mailtrap.envelope import decoded
from mailtrap.tls_hello import read_client_hello


def code_of(reply: bytes) -> int:
    """The code of a reply; 0 for octets that do not begin with three digits."""
    return _code(reply[:3])


@lru_cache(maxsize=256)
def _code(digits: bytes) -> int:
    return int(digits) if len(digits) == 3 and digits.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Peer:
    """One end of a connection: a numeric address and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened in a session."""

    kind: ClassVar[str] = "entry"

    at: datetime  # aware, UTC; for octets from the client, when the last of them arrived
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply(Entry):
    """What the server said: one reply of one or more lines (RFC 5321 section 4.2)."""

    kind: ClassVar[str] = "reply"

    # Octets the client had sent by then.  A command that starts before this was pipelined.
    received: int = field(default=0, compare=False)
    # False when the client was gone before the reply could be written.
    sent: bool = field(default=True, compare=False)

    @property
    def code(self) -> int:
        """The reply code, 0 where the first line does not start with three digits."""
        return code_of(self.raw)

    @property
    def is_positive(self) -> bool:
        """Completion or intermediate: 2yz or 3yz."""
        return 200 <= self.code < 400


@dataclass(frozen=True, slots=True)
class ClientEntry(Entry):
    """Octets from the client; ``offset`` counts the octets the client sent before them."""

    offset: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Command(ClientEntry):
    """A command line with its line end; the end is missing when the client went away.

    Its repr leaves out the credentials of AUTH: failing tests print it.
    """

    kind: ClassVar[str] = "command"

    truncated: bool = False  # longer than the size limit: ``raw`` is its head

    @property
    def is_complete(self) -> bool:
        """Ended by a line feed (a bare one counts: it is what a server acts upon)."""
        return self.truncated or self.raw.endswith(b"\n")

    def __repr__(self) -> str:
        words = self.raw.split(None, 2)
        is_secret = self.verb == "AUTH" and len(words) > 2
        line = b" ".join([*words[:2], b"..."]) if is_secret else self.raw
        return f"Command(at={self.at!r}, raw={line!r}, offset={self.offset})"

    @property
    def verb(self) -> str:
        """The first word in upper case; "" for a blank line."""
        words = self.raw.split(None, 1)
        return words[0].decode("ascii", "backslashreplace").upper() if words else ""

    @property
    def argument(self) -> bytes:
        """What follows the verb, without the blanks around it and the line end."""
        words = self.raw.split(None, 1)
        return words[1].rstrip() if len(words) == 2 else b""


@dataclass(frozen=True, slots=True, repr=False)
class Credentials(ClientEntry):
    """A line of the client within an AUTH exchange (RFC 4954 section 4); its repr is masked.

    Also a line that follows a refused AUTH and is no command: some clients send the password
    all the same.
    """

    kind: ClassVar[str] = "credentials"

    truncated: bool = False

    def __repr__(self) -> str:
        return f"Credentials(at={self.at!r}, raw=..., offset={self.offset})"

    @property
    def is_complete(self) -> bool:
        """Ended by a line feed."""
        return self.truncated or self.raw.endswith(b"\n")


@dataclass(frozen=True, slots=True)
class MailData(ClientEntry):
    """The mail data of one DATA command, after dot-unstuffing."""

    kind: ClassVar[str] = "data"

    size: int = 0  # octets on the wire; the line end before the dot counts
    terminator: bytes = b""  # with that line end; b"" when the client went away before the end
    stuffed: int = 0  # lines that came with a doubled leading dot
    lone_dots: int = 0  # lines that came with one leading dot and lost it
    truncated: bool = False  # larger than the size limit: ``raw`` is its head
    message: str | None = None  # id of the message that holds the octets; ``raw`` is then empty

    @property
    def is_complete(self) -> bool:
        """The end of data was seen."""
        return bool(self.terminator)


@dataclass(frozen=True, slots=True)
class Chunk(ClientEntry):
    """The octets of one BDAT command (RFC 3030 section 2)."""

    kind: ClassVar[str] = "chunk"

    size: int = 0  # octets announced
    is_last: bool = False
    is_complete: bool = True  # all announced octets came
    truncated: bool = False
    message: str | None = None


@dataclass(frozen=True, slots=True)
class TlsHello(ClientEntry):
    """A TLS record where a command was expected: the client wants implicit TLS (RFC 8314)."""

    kind: ClassVar[str] = "tls-hello"

    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class TlsStarted(Entry):
    """A TLS handshake that ended well; ``raw`` is what the client sent up to its ClientHello.

    What follows is in plain text here, and offsets count that.
    """

    kind: ClassVar[str] = "tls"

    version: str = ""  # such as "TLSv1.3"
    cipher: str = ""  # in OpenSSL's words
    client_subject: str = ""  # of the client's certificate, "" when it sent none

    @property
    def server_name(self) -> str:
        """The server the client asked for (SNI, RFC 6066 section 3); "" when it named none."""
        return read_client_hello(self.raw).server_name

    @property
    def alpn(self) -> tuple[str, ...]:
        """The application protocols the client offered (RFC 7301); none is registered for SMTP."""
        return read_client_hello(self.raw).alpn


@dataclass(frozen=True, slots=True)
class TlsFailed(Entry):
    """A TLS handshake that failed; ``raw`` is what the client began it with."""

    kind: ClassVar[str] = "tls-failed"

    text: str = ""  # why, and what may help
    error: str = ""  # what OpenSSL calls it, "" when it has no say


@dataclass(frozen=True, slots=True)
class TlsTruncated(Entry):
    """The connection ended without the client ending TLS (no close_notify)."""

    kind: ClassVar[str] = "tls-truncated"


@dataclass(frozen=True, slots=True)
class Discarded(ClientEntry):
    """Octets that arrived after the last command that was answered; ``raw`` is their head."""

    kind: ClassVar[str] = "discarded"

    size: int = 0  # octets


@dataclass(frozen=True, slots=True)
class Authenticated(Entry):
    """An AUTH exchange that ended well; ``identity`` and ``secret`` are what the client gave."""

    kind: ClassVar[str] = "authenticated"

    mechanism: str = ""
    identity: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AuthenticationFailed(Entry):
    """An AUTH exchange whose credentials were wrong; the fields are those of Authenticated."""

    kind: ClassVar[str] = "authentication-failed"

    mechanism: str = ""
    identity: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Forwarded(Entry):
    """What a trusted proxy said of the client behind it with XCLIENT or XFORWARD."""

    kind: ClassVar[str] = "forwarded"

    verb: str = "XCLIENT"
    attributes: tuple[tuple[str, str], ...] = ()  # (name in upper case, decoded value)


@dataclass(frozen=True, slots=True)
class Remark(Entry):
    """Something the server noticed that no octets show, such as a store that is full."""

    kind: ClassVar[str] = "remark"

    text: str = ""


@dataclass(frozen=True, slots=True)
class RuleApplied(Entry):
    """A fault rule decided what happens next."""

    kind: ClassVar[str] = "rule"

    name: str = ""  # "" where nobody gave it one
    text: str = ""  # what the rule does


@dataclass(frozen=True, slots=True)
class Folded(Entry):
    """Stands for entries that were dropped so that an endless session stays bounded."""

    kind: ClassVar[str] = "folded"

    count: int = 0  # entries
    size: int = 0  # octets


@dataclass(frozen=True)  # no slots: what is found in a long transcript is kept
class Session:
    """One connection, as far as it has come."""

    id: str
    peer: Peer
    local: Peer
    opened: datetime  # aware, UTC
    closed: datetime | None = None
    reason: str | None = None  # a key of transcript.ENDINGS; None while open
    transcript: tuple[Entry, ...] = ()
    tls_first: bool = False  # the port is one where TLS comes first (RFC 8314)

    @property
    def is_open(self) -> bool:
        """The connection has not ended yet."""
        return self.closed is None

    @cached_property
    def greeting(self) -> Command | None:
        """The latest HELO, EHLO or LHLO."""
        greetings = (c for c in self._latest_commands() if c.verb in ("HELO", "EHLO", "LHLO"))
        return next(greetings, None)

    @property
    def client_name(self) -> str:
        """What the client called itself in its latest HELO, EHLO or LHLO; "" before that."""
        greeting = self.greeting
        return decoded(greeting.argument) if greeting else ""

    @cached_property
    def authenticated(self) -> Authenticated | None:
        """The latest successful AUTH."""
        return next((e for e in reversed(self.transcript) if isinstance(e, Authenticated)), None)

    @cached_property
    def tls(self) -> TlsStarted | None:
        """How the session is encrypted, None while it is in clear text."""
        return next((e for e in reversed(self.transcript) if isinstance(e, TlsStarted)), None)

    @property
    def forwarded(self) -> dict[str, str]:
        """Attributes that XCLIENT and XFORWARD gave, later ones over earlier ones."""
        return {
            name: value
            for entry in self.transcript
            if isinstance(entry, Forwarded)
            for name, value in entry.attributes
        }

    @cached_property
    def message_ids(self) -> tuple[str, ...]:
        """Ids of the messages this session brought, in order, each once."""
        ids = (e.message for e in self.transcript if isinstance(e, (MailData, Chunk)))
        return tuple(dict.fromkeys(i for i in ids if i is not None))

    @cached_property
    def octets(self) -> int:
        """How many octets the client sent, as far as the transcript tells."""
        return sum(
            entry.size if isinstance(entry, (MailData, Chunk)) else len(entry.raw)
            for entry in self.transcript
            if isinstance(entry, ClientEntry)
        )

    def _latest_commands(self) -> Iterator[Command]:
        return (e for e in reversed(self.transcript) if isinstance(e, Command))
