"""What the server says: the answer to each thing a client sends.  No I/O.

mailtrap takes any session.  Nothing is refused because it is wrong: the few refusals below
say that something cannot be done at all (an unknown verb, a chunk with no transaction) or that
a user did not prove to be one, and the session goes on after each of them.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailtrap import sasl
from mailtrap.credential import Credential, Exchange
from mailtrap.envelope import Envelope, Path, decoded, read_path
from mailtrap.session import (
    Authenticated,
    AuthenticationFailed,
    Chunk,
    ClientEntry,
    Command,
    Credentials,
    Entry,
    Forwarded,
    MailData,
    TlsHello,
)
from mailtrap.terms import Terms
from mailtrap.transcriber import bdat_arguments

MAX_ENVELOPE = 2**24  # octets of the recipients of one transaction; no real client comes near
_HTTP = re.compile(rb"[A-Z]+ \S+ HTTP/\d", re.IGNORECASE)
_XTEXT = re.compile(r"\+([0-9A-Fa-f]{2})")  # RFC 3461 section 4


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that is complete and now has to be kept."""

    envelope: Envelope
    data: bytes
    sources: tuple[int, ...]  # offsets of the entries that brought the data
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server does about one entry."""

    replies: tuple[bytes, ...] = ()
    batched: bool = False  # the replies may wait for those of commands that came along
    close: bool = False  # and end the connection
    reason: str = "quit"  # why it ended, where ``close``
    entries: tuple[Entry, ...] = ()  # to note in the transcript before the replies
    delivery: Delivery | None = None  # keep it, then ask ``kept`` or ``not_kept`` for the replies


@dataclass(slots=True)
class _Transaction:
    sender: Path | None = None
    recipients: list[Path] = field(default_factory=list)
    envelope_size: int = 0  # octets of the RCPT commands
    chunks: list[bytes] | None = None
    offsets: list[int] = field(default_factory=list)  # of the chunks
    size: int = 0  # octets of the chunks that came


_Handler = Callable[["Dialogue", Command], Answer]
_HANDLERS: dict[str, _Handler] = {}  # by verb


def _answers(*verbs: str) -> Callable[[_Handler], _Handler]:
    """Mark the method that answers those verbs."""

    def mark(handler: _Handler) -> _Handler:
        _HANDLERS.update(dict.fromkeys(verbs, handler))
        return handler

    return mark


class Dialogue:
    """The server's half of one session."""

    def __init__(self, terms: Terms, nonce: str) -> None:
        """``nonce``: text that no other connection has, for challenges (RFC 2195 section 2).

        Written as a message identifier, ``<...@host>``.
        """
        self._terms = terms
        self._nonce = nonce
        self._transaction = _Transaction()
        self._per_recipient = False  # LMTP: one reply for each recipient (RFC 2033 section 4.2)
        self._awaited = 1  # replies that the end of data asks for
        self._mechanism = ""
        self._exchange: Exchange | None = None
        self._exchanges = 0  # begun so far
        self._refusal: Answer | None = None  # due when the client has answered the last challenge

    def greet(self) -> bytes:
        """The reply that opens the session (RFC 5321 section 4.2)."""
        return _reply(f"220 {self._terms.hostname} ESMTP mailtrap {self._terms.version}".rstrip())

    def answer(self, entry: ClientEntry) -> Answer:
        """The answer to what the client sent last; entries that are not complete have none."""
        if isinstance(entry, Command):
            return self._command(entry)
        if isinstance(entry, Credentials):
            return self._credentials(entry)
        if isinstance(entry, MailData):
            return self._end_of_data(entry.raw, (entry.offset,), truncated=entry.truncated)
        if isinstance(entry, Chunk):
            return self._chunk(entry)
        if isinstance(entry, TlsHello):
            return _goodbye(
                "this port speaks plain SMTP, but your client began with TLS;"
                " turn off implicit TLS (SSL, smtps) for it"
            )
        return Answer()

    def kept(self, message_id: str, *, truncated: bool = False) -> tuple[bytes, ...]:
        """The replies to mail data that was kept: one, or one a recipient in LMTP."""
        if truncated:
            return self._for_each_recipient(
                f"552 5.3.4 larger than {self._terms.max_size} octets; its head is kept as"
                f" {message_id}"
            )
        return self._for_each_recipient(f"250 2.0.0 kept as {message_id}")

    def not_kept(self, why: str) -> tuple[bytes, ...]:
        """The replies to mail data that the store could not keep (RFC 3463: 4.3.1)."""
        return self._for_each_recipient(f"452 4.3.1 not kept: {why}")

    def _for_each_recipient(self, text: str) -> tuple[bytes, ...]:
        return (_reply(text),) * self._awaited

    def _command(self, command: Command) -> Answer:
        if command.truncated:
            return _say("552 5.3.4 line longer than the size limit")
        verb = command.verb
        handler = _HANDLERS.get(verb)
        if handler is not None:
            return handler(self, command)
        if _HTTP.match(command.raw):
            return _goodbye("this is an SMTP server, not HTTP; point a mail client at this port")
        if not verb:
            return _say("500 5.5.2 empty line, a command was expected")
        if not verb.replace("-", "").isalnum():
            return _say("500 5.5.2 that is not a command")
        return _say("500 5.5.1 unknown command")

    # Greetings

    @_answers("EHLO", "LHLO")
    def _ehlo(self, command: Command) -> Answer:
        self._transaction = _Transaction()
        self._per_recipient = command.verb == "LHLO"
        lines = [self._terms.hostname, *self._terms.keywords()]
        last = len(lines) - 1
        marked = (f"250{' ' if i == last else '-'}{line}" for i, line in enumerate(lines))
        return Answer((_reply("\r\n".join(marked)),))

    @_answers("HELO")
    def _helo(self, _command: Command) -> Answer:
        self._transaction = _Transaction()
        self._per_recipient = False
        return _say(f"250 {self._terms.hostname}")

    # The envelope

    @_answers("MAIL", "SAML", "SEND", "SOML")
    def _mail(self, command: Command) -> Answer:
        self._transaction = _Transaction(sender=read_path(command.argument, b"FROM"))
        return _say("250 2.1.0 sender ok", batched=True)

    @_answers("RCPT")
    def _rcpt(self, command: Command) -> Answer:
        transaction = self._transaction
        if transaction.envelope_size > MAX_ENVELOPE:
            return _say("452 4.5.3 this envelope is too large", batched=True)
        transaction.recipients.append(read_path(command.argument, b"TO"))
        transaction.envelope_size += len(command.raw)
        return _say("250 2.1.5 recipient ok", batched=True)

    @_answers("RSET")
    def _rset(self, _command: Command) -> Answer:
        self._transaction = _Transaction()
        return _say("250 2.0.0 reset", batched=True)

    # Mail data

    @_answers("DATA")
    def _data(self, _command: Command) -> Answer:
        if self._transaction.chunks is not None:
            return _say("503 5.5.1 DATA and BDAT do not mix in one transaction")  # RFC 3030
        return _say("354 end data with <CR><LF>.<CR><LF>")

    def _end_of_data(self, data: bytes, sources: tuple[int, ...], *, truncated: bool) -> Answer:
        transaction, self._transaction = self._transaction, _Transaction()
        envelope = Envelope(transaction.sender, tuple(transaction.recipients))
        self._awaited = max(1, len(envelope.recipients)) if self._per_recipient else 1
        return Answer(delivery=Delivery(envelope, data, sources, truncated))

    @_answers("BDAT")
    def _bdat(self, command: Command) -> Answer:
        if bdat_arguments(command.argument) is None:
            return _say("501 5.5.4 syntax: BDAT <size> [LAST]")
        return Answer()  # the chunk follows, and is what gets the reply

    def _chunk(self, chunk: Chunk) -> Answer:
        transaction = self._transaction
        if transaction.sender is None:
            # RFC 3030 section 2: the chunk is consumed all the same.
            return _say("503 5.5.1 BDAT outside a transaction, the chunk was dropped")
        if transaction.chunks is None:
            transaction.chunks = []
        limit = self._terms.max_size
        room = None if limit is None else max(0, limit - transaction.size)
        transaction.size += chunk.size
        transaction.chunks.append(chunk.raw if room is None else chunk.raw[:room])
        transaction.offsets.append(chunk.offset)
        if chunk.is_last:
            truncated = limit is not None and transaction.size > limit
            data, sources = b"".join(transaction.chunks), tuple(transaction.offsets)
            return self._end_of_data(data, sources, truncated=truncated)
        return _say(f"250 2.0.0 {chunk.size} octets received")

    # AUTH (RFC 4954 section 4)

    @_answers("AUTH")
    def _auth(self, command: Command) -> Answer:
        name, initial = (*command.argument.split(None, 1), b"", b"")[:2]
        self._mechanism = name.decode("ascii", "backslashreplace").upper()
        mechanism = sasl.mechanisms(self._terms.users).get(self._mechanism)
        if mechanism is None:
            return _say("504 5.5.4 that mechanism is not known here")
        # RFC 5802 section 5.1: the nonce must differ between the exchanges of a session, too.
        self._exchanges += 1
        nonce = self._nonce.replace("<", f"<{self._exchanges}.", 1)
        self._exchange = mechanism(nonce, self._terms.users)
        challenge = next(self._exchange)
        return self._respond(initial, command) if initial else _challenge(challenge)

    def _credentials(self, line: Credentials) -> Answer:
        response = line.raw.strip()
        if response == b"*":
            self._exchange = self._refusal = None
            return _say("501 5.7.0 AUTH cancelled")
        return self._respond(response, line)

    def _respond(self, response: bytes, entry: ClientEntry) -> Answer:
        if self._refusal is not None:
            refusal, self._refusal = self._refusal, None
            return refusal
        if self._exchange is None:
            return _say("500 5.5.1 unknown command; AUTH was refused or is over")
        try:
            return _challenge(self._exchange.send(_from_base64(response)))
        except StopIteration as end:
            self._exchange = None
            return self._judge(end.value, entry.at)

    def _judge(self, credential: Credential, at: datetime) -> Answer:
        given = (at, b"", self._mechanism, credential.identity, credential.secret)
        if credential.is_right:
            return replace(_say("235 2.7.0 authenticated"), entries=(Authenticated(*given),))
        answer = _say(f"535 5.7.8 {credential.error}")
        if credential.last_challenge:
            self._refusal, answer = answer, _challenge(credential.last_challenge)
        # Noted at once: curl leaves without an answer to the challenge.
        return replace(answer, entries=(AuthenticationFailed(*given),))

    # The rest

    @_answers("QUIT")
    def _quit(self, _command: Command) -> Answer:
        return Answer((_reply(f"221 2.0.0 {self._terms.hostname} closing"),), close=True)

    @_answers("NOOP")
    def _noop(self, _command: Command) -> Answer:
        return _say("250 2.0.0 ok")

    @_answers("VRFY")
    def _vrfy(self, _command: Command) -> Answer:
        return _say("252 2.5.2 not verified; any recipient is taken")

    @_answers("EXPN")
    def _expn(self, _command: Command) -> Answer:
        return _say("252 2.5.2 not expanded; any recipient is taken")

    @_answers("ETRN")
    def _etrn(self, _command: Command) -> Answer:
        return _say("250 2.0.0 ok; nothing is queued here")

    @_answers("ATRN", "TURN")
    def _turn(self, _command: Command) -> Answer:
        return _say("502 5.5.1 mailtrap only takes mail, it never sends")

    @_answers("STARTTLS")
    def _starttls(self, _command: Command) -> Answer:
        return _say("454 4.7.0 TLS is not available here")

    @_answers("HELP")
    def _help(self, _command: Command) -> Answer:
        verbs = " ".join(sorted(_HANDLERS))
        return _say(
            "214-2.0.0 mailtrap takes any SMTP session (RFC 5321) and delivers nothing.\r\n"
            f"214-2.0.0 {verbs}\r\n"
            "214 2.0.0 On the command line: mailtrap --help"
        )

    # The client behind a proxy (Postfix, XCLIENT_README and XFORWARD_README)

    @_answers("XCLIENT", "XFORWARD")
    def _xclient(self, command: Command) -> Answer:
        if not self._terms.trust_xclient:
            return _say(f"550 5.7.0 {command.verb} needs mailtrap --trust-xclient")
        pairs = (word.partition("=") for word in decoded(command.argument).split())
        attributes = tuple((name.upper(), _from_xtext(value)) for name, _, value in pairs)
        noted = (Forwarded(command.at, b"", command.verb, attributes),)
        if command.verb == "XFORWARD":
            return Answer((_reply("250 2.0.0 ok"),), entries=noted)
        self._transaction = _Transaction()
        self._per_recipient = False
        return Answer((self.greet(),), entries=noted)


def _reply(text: str) -> bytes:
    return text.encode("utf-8", "replace") + b"\r\n"


def _say(text: str, *, batched: bool = False) -> Answer:
    # RFC 2920 section 3.2: batched are the replies to MAIL, RCPT and RSET and no others.
    return Answer((_reply(text),), batched=batched)


def _goodbye(text: str) -> Answer:
    return Answer((_reply(f"421 4.7.0 {text}"),), close=True, reason="not-smtp")


def _challenge(challenge: bytes) -> Answer:
    return Answer((b"334 " + base64.b64encode(challenge) + b"\r\n",))


def _from_base64(response: bytes) -> bytes:
    """The response; "=" is an empty one.  What is not base64 is taken as it stands."""
    if response == b"=":
        return b""
    try:
        return base64.b64decode(response + b"=" * (-len(response) % 4), validate=True)
    except binascii.Error:
        return response


def _from_xtext(value: str) -> str:
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), value)
