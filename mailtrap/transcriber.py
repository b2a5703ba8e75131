"""Cut the bytes of a connection into transcript entries.  No I/O.

Where a command, a line of credentials, mail data or a chunk starts and ends is decided here
and nowhere else.  The result depends on the octets and their order, never on how they were
cut into segments; only the times and ``Reply.received`` tell those apart.
"""

import math
import re
from collections import deque
from datetime import UTC, datetime
from enum import Enum, auto

from mailtrap.end_of_data import (
    END_OF_DATA,
    LF_END_OF_DATA,
    LOOKALIKE,
    LOOKALIKE_REACH,
    stuffed_head,
    unstuffed,
)
from mailtrap.session import (
    Chunk,
    ClientEntry,
    Command,
    Credentials,
    Discarded,
    MailData,
    Reply,
    TlsHello,
)
from mailtrap.tls_hello import HANDSHAKE, RECORD_HEADER

LINE_LIMIT = 2**20  # octets of a line to keep; RFC 5321 section 4.5.3.1.4 asks for 512
DISCARDED_HEAD = 4096  # octets kept of what nobody acts upon

_BDAT = re.compile(rb"(\d{1,20})(?:[ \t]+(LAST))?", re.IGNORECASE)

_NEVER = datetime.min.replace(tzinfo=UTC)


class State(Enum):
    """What the next octet from the client belongs to."""

    COMMAND = auto()
    CREDENTIALS = auto()
    MAIL_DATA = auto()
    CHUNK = auto()
    HANDSHAKE = auto()


AUTH_SUCCEEDED = 235  # RFC 4954 section 6
VERBS = frozenset(
    b"ATRN AUTH BDAT DATA EHLO ETRN EXPN HELO HELP LHLO MAIL NOOP QUIT RCPT RSET SAML SEND SOML"
    b" STARTTLS TURN VRFY XCLIENT XFORWARD".split()
)

# The reply that changes what comes next; after any other reply comes a command.
AFTER_REPLY = {
    ("DATA", 354): State.MAIL_DATA,
    ("AUTH", 334): State.CREDENTIALS,
    ("STARTTLS", 220): State.HANDSHAKE,
}


def bdat_arguments(argument: bytes) -> tuple[int, bool] | None:
    """Chunk size and whether it is the last (RFC 3030 section 2), or None for bad syntax."""
    found = _BDAT.fullmatch(argument)
    return (int(found[1]), found[2] is not None) if found else None


class Transcriber:
    """The two octet streams of one connection as entries.

    ``client`` takes octets, ``next`` gives the next whole entry or None, ``server`` takes each
    reply.  After a command, answer it (``server``) before asking for what follows: the reply
    decides whether that is a command, credentials or mail data.
    """

    def __init__(self, *, max_size: int | None = None, strict_eod: bool = False) -> None:
        """``max_size``: octets of mail data or a chunk to keep; None means no limit."""
        self.received = 0  # octets from the client so far
        self._max_size = max_size
        self._strict_eod = strict_eod
        self._buffer = bytearray()
        self._position = 0  # octets of the client cut off the buffer so far
        self._arrivals: deque[tuple[int, datetime]] = deque()  # (octets received, when)
        self._state = State.COMMAND
        self._verb = ""  # of the command that was cut last
        self._client_speaks_lf = False
        self._may_owe_line_feed = False
        self._scanned = 0  # octets of the buffer known to hold no end
        self._head: bytes | None = None  # of something larger than the limit
        self._dropped = 0  # octets of it no longer in the buffer
        self._chunk_size = 0
        self._chunk_is_last = False
        self._data_limit: int | None = None  # octets of mail data before it is cut off

    @property
    def pending(self) -> int:
        """Octets received that belong to no entry yet."""
        return len(self._buffer)

    @property
    def awaits_tls(self) -> bool:
        """STARTTLS was accepted, and TLS has not begun."""
        return self._state is State.HANDSHAKE

    @property
    def may_begin_tls(self) -> bool:
        """What has come is a TLS handshake, or too little to tell."""
        return HANDSHAKE.startswith(bytes(self._buffer[: len(HANDSHAKE)]))

    def cut_mail_data_after(self, octets: int) -> None:
        """Let the mail data that is due now end after so many octets, whatever follows.

        ``next`` then gives it as it gives what a client leaves unfinished.
        """
        self._data_limit = octets

    def client(self, octets: bytes | memoryview, at: datetime) -> None:
        """Take octets from the client, in the order they came."""
        self.received += len(octets)
        self._buffer += octets
        self._arrivals.append((self.received, at))

    def server(self, octets: bytes, at: datetime, *, sent: bool = True) -> Reply:
        """Take one whole reply; it decides what the client's next octets are."""
        reply = Reply(at, octets, self.received, sent)
        code = reply.code
        self._state = AFTER_REPLY.get((self._verb, code), State.COMMAND)
        if code == AUTH_SUCCEEDED:
            self._verb = ""
        self._scanned = 0
        return reply

    def next(self) -> ClientEntry | None:
        """Cut the next whole entry off what has come, or None where there is none yet."""
        entry = self._next()
        if entry is None:
            # What has come ends no entry, so only the latest arrival can still be asked for.
            while len(self._arrivals) > 1:
                self._arrivals.popleft()
        return entry

    def _next(self) -> ClientEntry | None:
        if not self._buffer:
            return self._chunk() if self._state is State.CHUNK else None  # which may be empty
        if self._may_owe_line_feed and (line_feed := self._line_feed()) is not None:
            return line_feed
        if self._state is State.COMMAND:
            return self._tls_hello() if self.begins_tls else self._line()
        if self._state is State.MAIL_DATA:
            return self._mail_data()
        if self._state is State.CHUNK:
            return self._chunk()
        return self._before_handshake() if self._state is State.HANDSHAKE else self._line()

    @property
    def begins_tls(self) -> bool:
        """What has come and not been cut begins like a TLS handshake, where one can begin."""
        looks_like_it = self._buffer.startswith(HANDSHAKE) and self._head is None
        return looks_like_it and self._state in (State.COMMAND, State.HANDSHAKE)

    def take_handshake(self) -> bytes:
        """Hand over what belongs to TLS: all that has come.  Only where ``begins_tls``.

        It is not part of the octets that entries and offsets speak of.
        """
        records = bytes(self._buffer)
        self._buffer.clear()
        self.received -= len(records)
        self._arrivals.clear()
        self._state = State.COMMAND
        self._verb = ""
        self._forget_progress()
        return records

    def _before_handshake(self) -> Discarded | None:
        """Plain text behind STARTTLS, which nobody may act upon (RFC 3207 section 4.2)."""
        end = self._buffer.find(HANDSHAKE, self._scanned)
        if end < 0:
            self._scanned = max(0, len(self._buffer) - len(HANDSHAKE) + 1)
            self._keep_head_only(DISCARDED_HEAD, reach=len(HANDSHAKE))
            return None
        return self._discard(end) if end or self._dropped else None

    @property
    def ends_in_lookalike(self) -> bool:
        """All that has come ends like mail data ends, but not by the rule.

        Mail data that goes on makes it content.  A client that then stays silent takes it for
        the end of data and waits: see ``silence``.
        """
        return self._lookalike() is not None

    def silence(self) -> MailData:
        """Take the look-alike that ends what has come for the end of data.

        Only where ``ends_in_lookalike``; nothing after it is left over, so that no octets can
        be read as two messages.
        """
        found = self._lookalike()
        if found is None:
            raise ValueError("the mail data does not end in a look-alike")
        data_end = len(self._buffer) - len(found["end"])
        # At the very start the line end before the dot is that of the DATA command.
        terminator = found["before"] + found["end"] if data_end or self._head else found["end"]
        # The LF of a CRLF may only be late: it is no command.
        self._may_owe_line_feed = terminator.endswith(b"\r")
        return self._cut_mail_data(data_end, len(self._buffer), terminator)

    def _line_feed(self) -> Discarded | None:
        self._may_owe_line_feed = False
        if not self._buffer.startswith(b"\n"):
            return None
        raw, offset, at = self._cut(1)
        return Discarded(at, raw, offset, 1)

    def end(self) -> ClientEntry | None:
        """What an ended connection left unfinished, or None.  Ask ``next`` until None before."""
        if self._state is State.MAIL_DATA:
            return self._cut_mail_data(len(self._buffer), len(self._buffer), b"")
        if self._state is State.CHUNK:
            return self._cut_chunk(len(self._buffer))
        if not self._buffer and self._head is None:
            return None
        if self._state is State.HANDSHAKE:
            return self._discard(len(self._buffer))
        if self.begins_tls:
            raw, offset, at = self._cut(len(self._buffer))
            return TlsHello(at, raw, offset, is_complete=False)
        return self._cut_line(len(self._buffer))

    def discard(self) -> Discarded | None:
        """Drop what has come and not been cut; the head of it is kept as evidence."""
        return self._discard(len(self._buffer)) if self._dropped or self._buffer else None

    def _discard(self, end: int) -> Discarded:
        size = self._dropped + end
        head = (self._head or bytes(self._buffer[: min(end, DISCARDED_HEAD)]))[:DISCARDED_HEAD]
        offset = self._position - self._dropped
        _, _, at = self._cut(end)
        self._forget_progress()
        return Discarded(at, head, offset, size)

    # Lines

    def _line(self) -> ClientEntry | None:
        end = self._buffer.find(b"\n", self._scanned) + 1
        if end:
            return self._cut_line(end)
        self._scanned = len(self._buffer)
        self._keep_head_only(LINE_LIMIT)
        return None

    def _cut_line(self, end: int) -> Command | Credentials:
        offset = self._position
        line, _, at = self._cut(end)
        offset -= self._dropped
        truncated = self._dropped + len(line) > LINE_LIMIT
        if truncated:
            line = ((self._head or b"") + line)[:LINE_LIMIT]
        is_credentials = self._state is State.CREDENTIALS or self._is_stray_secret(line)
        self._forget_progress()
        if is_credentials:
            return Credentials(at, line, offset, truncated)
        command = Command(at, line, offset, truncated)
        self._begin(command)
        return command

    def _is_stray_secret(self, line: bytes) -> bool:
        """The line is no command, but what a client sends though its AUTH was refused."""
        if self._verb != "AUTH":
            return False
        words = line.split(None, 1)
        return bool(words) and words[0].upper() not in VERBS

    def _begin(self, command: Command) -> None:
        """Note what the command makes of the octets behind it."""
        self._verb = command.verb
        self._client_speaks_lf = not command.raw.endswith(b"\r\n")
        if self._verb == "BDAT" and command.is_complete:
            arguments = bdat_arguments(command.argument)
            if arguments is not None:
                self._chunk_size, self._chunk_is_last = arguments
                self._state = State.CHUNK

    # Mail data

    def _mail_data(self) -> MailData | None:
        ends = [self._find_end(END_OF_DATA, skip=2)]
        if self._client_speaks_lf:
            ends.append(self._find_end(LF_END_OF_DATA, skip=1))
        found = min((end for end in ends if end is not None), default=None)
        left = math.inf if self._data_limit is None else self._data_limit - self._dropped
        if found is not None and found[1] <= left:
            return self._cut_mail_data(*found)
        if len(self._buffer) >= left:
            return self._cut_mail_data(int(left), int(left), b"")
        self._scanned = max(0, len(self._buffer) - len(END_OF_DATA) + 1)
        self._keep_head_only(self._wire_limit(), reach=LOOKALIKE_REACH)
        return None

    def _wire_limit(self) -> int | None:
        """Octets on the wire that mail data within the limit may have: dots do not count."""
        limit = self._max_size
        if limit is None or self._head is not None or len(self._buffer) <= limit:
            return limit
        return limit + self._buffer.count(b"\n.") + len(END_OF_DATA)

    def _find_end(self, terminator: bytes, skip: int) -> tuple[int, int, bytes] | None:
        """(end of the data, end of the terminator, terminator) in the buffer.

        The data keeps the line end that starts the terminator, ``skip`` octets.  The line end
        of the DATA command itself counts as one: ``.CRLF`` at once is empty mail data.
        """
        if self._starts_with(terminator):
            return 0, len(terminator) - skip, terminator[skip:]
        at = self._buffer.find(terminator, self._scanned)
        return None if at < 0 else (at + skip, at + len(terminator), terminator)

    def _starts_with(self, terminator: bytes) -> bool:
        """The mail data starts with the dot of that terminator."""
        return self._head is None and self._buffer.startswith(terminator.lstrip(b"\r\n"))

    def _lookalike(self) -> re.Match[bytes] | None:
        if self._state is not State.MAIL_DATA or self._strict_eod or not self._buffer:
            return None
        tail = bytes(self._buffer[-LOOKALIKE_REACH:])
        if len(self._buffer) < LOOKALIKE_REACH and self._head is None:
            tail = b"\r\n" + tail
        return LOOKALIKE.search(tail)

    def _cut_mail_data(self, data_end: int, end: int, terminator: bytes) -> MailData:
        offset = self._position - self._dropped
        size = self._dropped + data_end
        octets, _, at = self._cut(data_end)
        if terminator:
            _, _, at = self._cut(end - data_end)
        if self._head is not None:
            # Its length depends on the cut, and it may reach into the terminator.
            octets = self._head[:size]
        limit = self._max_size
        speaks_lf = self._client_speaks_lf or terminator.startswith(b"\n")
        line_end = b"\n" if speaks_lf and b"\r\n" not in octets[:limit] else b"\r\n"
        data, stuffed, lone_dots = unstuffed(octets, line_end)
        # RFC 1870 section 5: dots that were only stuffed do not count.
        truncated = False
        if limit is not None and len(data) > limit:
            truncated = True
            kept = stuffed_head(octets, line_end, limit)
            data, stuffed, lone_dots = unstuffed(kept, line_end)
        self._state = State.COMMAND
        self._verb = ""
        self._data_limit = None
        self._forget_progress()
        return MailData(at, data, offset, size, terminator, stuffed, lone_dots, truncated)

    # Chunks

    def _chunk(self) -> Chunk | None:
        missing = self._chunk_size - self._dropped
        if len(self._buffer) >= missing:
            return self._cut_chunk(missing)
        self._keep_head_only(self._max_size)
        return None

    def _cut_chunk(self, end: int) -> Chunk:
        offset = self._position - self._dropped
        octets, _, at = self._cut(end)
        size = self._dropped + end
        truncated = _is_over(size, self._max_size)
        if truncated:
            octets = ((self._head or b"") + octets)[: self._max_size]
        self._state = State.COMMAND
        self._forget_progress()
        complete = size == self._chunk_size
        return Chunk(at, octets, offset, self._chunk_size, self._chunk_is_last, complete, truncated)

    def _tls_hello(self) -> TlsHello | None:
        if len(self._buffer) < RECORD_HEADER:
            return None
        end = RECORD_HEADER + int.from_bytes(self._buffer[3:5], "big")
        if len(self._buffer) < end:
            return None
        raw, offset, at = self._cut(end)
        return TlsHello(at, raw, offset)

    # The buffer

    def _cut(self, end: int) -> tuple[bytes, int, datetime]:
        """Take octets off the front: (octets, their offset, when the last of them arrived)."""
        octets = bytes(memoryview(self._buffer)[:end])
        del self._buffer[:end]
        offset = self._position
        self._position += end
        return octets, offset, self._arrived(self._position)

    def _arrived(self, position: int) -> datetime:
        arrivals = self._arrivals
        while len(arrivals) > 1 and arrivals[0][0] < position:
            arrivals.popleft()
        return arrivals[0][1] if arrivals else _NEVER

    def _keep_head_only(self, limit: int | None, reach: int = 0) -> None:
        """Of something past the limit keep the head, and ``reach`` octets to find its end."""
        if limit is None or self._dropped + len(self._buffer) <= limit:
            return
        if self._head is None:
            self._head = bytes(memoryview(self._buffer)[:limit])
        surplus = len(self._buffer) - reach
        if surplus > 0:
            self._cut(surplus)
            self._dropped += surplus
            self._scanned = max(0, self._scanned - surplus)

    def _forget_progress(self) -> None:
        self._scanned = self._dropped = 0
        self._head = None


def _is_over(size: int, limit: int | None) -> bool:
    return limit is not None and size > limit
