"""What a session has come to, as far as rules ask for it."""

from dataclasses import dataclass, field
from datetime import datetime

from mailtrap.envelope import Path
from mailtrap.session import ClientEntry, Command, Reply, TlsStarted


@dataclass(slots=True)
class Transaction:
    """The open mail transaction."""

    mail: Command | None = None  # None: RCPT, DATA or BDAT came without one
    sender: Path | None = None
    recipients: list[Path] = field(default_factory=list)  # accepted
    refused: int = 0  # recipients
    is_data_accepted: bool = False  # 354 was said
    chunks: int = 0  # of BDAT
    size: int = 0  # octets of those chunks
    has_last_chunk: bool = False


@dataclass(slots=True)
class Seen:
    """The fold over the entries of a session so far.  Rules read it, only ``session`` writes."""

    greeting: Command | None = None  # the latest HELO, EHLO or LHLO that was accepted
    keywords: dict[str, str] = field(default_factory=dict)  # offered: keyword -> its parameters
    server_name: str = ""  # as the server calls itself
    tls: TlsStarted | None = None
    commands: int = 0  # complete ones
    commands_since_tls: int = 0
    asked: ClientEntry | None = None  # what the client sent last
    before: ClientEntry | None = None  # what it sent before that
    was_asked_early: bool = False  # it sent ``asked`` before the reply to ``before``
    reply: Reply | None = None  # the latest
    replies: int = 0
    refusals: int = 0  # replies of 5yz
    transaction: Transaction | None = None
    last_code_of: dict[str, int] = field(default_factory=dict)  # verb -> code of its latest reply
    auth: str = ""  # mechanism of the exchange that is or was last
    authenticated: str | None = None  # identity
    messages: int = 0  # whose mail data was accepted
    has_quit: bool = False
    heard: datetime | None = None  # when the latest octets of the client came

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
        return self.reply is not None and entry.offset < self.reply.received
