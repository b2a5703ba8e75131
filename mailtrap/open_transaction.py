"""A mail transaction that is under way: what MAIL, RCPT and BDAT brought so far.  Pure."""

from dataclasses import dataclass, field

from mailtrap.answers import Answer, say
from mailtrap.envelope import Path
from mailtrap.session import Chunk


@dataclass(slots=True)
class OpenTransaction:
    """From MAIL to the end of data, or what there is without a MAIL."""

    sender: Path | None = None
    recipients: list[Path] = field(default_factory=list)
    refused: str = ""  # MAIL or RCPT, where a fault rule refused one
    has_magic: bool = False  # a recipient may be a magic one
    envelope_size: int = 0  # octets of the RCPT commands
    chunks: list[bytes] = field(default_factory=list)  # as far as they are kept
    offsets: list[int] = field(default_factory=list)  # of the chunks
    size: int = 0  # octets of the chunks that came

    @property
    def reverse_path(self) -> str | None:
        """Of its MAIL; None without one."""
        return None if self.sender is None else self.sender.address

    def add(self, chunk: Chunk, limit: int | None) -> None:
        """Take a chunk (RFC 3030); of all of them together no more octets than ``limit``."""
        room = None if limit is None else max(0, limit - self.size)
        self.size += chunk.size
        self.chunks.append(chunk.raw if room is None else chunk.raw[:room])
        self.offsets.append(chunk.offset)

    def vain(self, *, per_recipient: bool) -> Answer | None:
        """The answer to mail data that a fault rule left without sender or recipient.

        ``per_recipient``: in LMTP.
        """
        if self.refused == "MAIL":
            return say("503 5.5.1 MAIL was refused")
        if self.refused and not self.recipients:
            # RFC 5321 section 3.3; RFC 2033 section 4.2 for LMTP
            return say(f"{503 if per_recipient else 554} 5.5.1 no valid recipients")
        return None
