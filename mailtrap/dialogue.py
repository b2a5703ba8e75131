"""What the server says: the answer to each thing a client sends.  No I/O.

mailtrap takes any session.  Nothing is refused because it is wrong: the few refusals below
say that something cannot be done at all (an unknown verb, a chunk with no transaction) or that
a user did not prove to be one, and the session goes on after each of them.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailtrap import sasl
from mailtrap.credential import Credential, Exchange
from mailtrap.descriptions import described
from mailtrap.envelope import Envelope, Path, decoded, read_path
from mailtrap.policy import Decision, Occasion, Policy
from mailtrap.rules import Rule
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
    Remark,
    RuleApplied,
    TlsHello,
)
from mailtrap.terms import Terms
from mailtrap.transcriber import bdat_arguments
from mailtrap.verbs import ALIASES, VERBS

_NO_TLS = "454 4.7.0 TLS is not available here"
MAX_ENVELOPE = 2**24  # octets of the recipients of one transaction; no real client comes near
BEFORE_TLS = frozenset({"EHLO", "HELO", "LHLO", "NOOP", "QUIT", "STARTTLS"})  # RFC 3207 section 4
_BATCHED = frozenset({"MAIL", "RCPT", "RSET"})  # RFC 2920 section 3.2
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
    rule: Rule | None = None  # the fault rule that says how and when the replies are given
    tls: str | None = None  # TLS begins after the replies; the certificate's kind, "" for usual


@dataclass(slots=True)
class _Transaction:
    sender: Path | None = None
    recipients: list[Path] = field(default_factory=list)
    refused: str = ""  # MAIL or RCPT, where a fault rule refused one
    envelope_size: int = 0  # octets of the RCPT commands
    chunks: list[bytes] | None = None
    offsets: list[int] = field(default_factory=list)  # of the chunks
    size: int = 0  # octets of the chunks that came

    @property
    def reverse_path(self) -> str | None:
        return None if self.sender is None else self.sender.address


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

    def __init__(
        self,
        terms: Terms,
        nonce: str,
        policy: Policy | None = None,
        peer: str = "",
        session: str = "",
    ) -> None:
        """``nonce``: text that no other connection has, for challenges (RFC 2195 section 2).

        Written as a message identifier, ``<...@host>``.
        ``peer`` (numeric host) and ``session`` (its id) are what fault rules can ask for.
        """
        self._terms = terms
        self._nonce = nonce
        self._policy = policy or Policy(magic=False)
        self._peer = peer
        self._session = session
        self._transaction = _Transaction()
        self._per_recipient = False  # LMTP: one reply for each recipient (RFC 2033 section 4.2)
        # What fault rules say to mail data, one for each reply; None: what is usual.
        self._verdicts: tuple[bytes | None, ...] = (None,)
        self._is_over_tls = False
        self._mechanism = ""
        self._exchange: Exchange | None = None
        self._exchanges = 0  # begun so far
        self._refusal: Answer | None = None  # due when the client has answered the last challenge

    def greet(self, at: datetime) -> Answer:
        """What opens the session (RFC 5321 section 4.2)."""
        usual = Answer((self._greeting(),))
        decision = self._decide("CONNECT")
        return usual if decision is None else _ruled(decision, at, lambda: usual)

    def begin_tls(self, at: datetime) -> Answer:
        """What is done where TLS comes before everything (RFC 8314 section 3)."""
        usual = Answer(tls="")
        decision = self._decide("STARTTLS")
        if decision is None:
            return usual
        answer = _ruled(decision, at, lambda: usual)
        if answer.tls is not None:
            return answer
        return replace(answer, replies=(), close=True, reason="rule")

    def tls_started(self) -> None:
        """Forget what was said in clear text (RFC 3207 section 4.2)."""
        self._transaction = _Transaction()
        self._per_recipient = False
        self._is_over_tls = True

    def no_tls(self) -> tuple[bytes, ...]:
        """The reply where TLS was asked for and cannot be had (RFC 3207 section 4)."""
        return (_reply(_NO_TLS),)

    def answer(self, entry: ClientEntry) -> Answer:
        """The answer to what the client sent last; entries that are not complete have none."""
        if isinstance(entry, Command):
            return self._command(entry)
        if isinstance(entry, Credentials):
            return self._credentials(entry)
        if isinstance(entry, MailData):
            return self._end_of_data(
                entry.raw, (entry.offset,), entry.at, truncated=entry.truncated
            )
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
        usual = _reply(text)
        return tuple(usual if verdict is None else verdict for verdict in self._verdicts)

    def _command(self, command: Command) -> Answer:
        if command.truncated:
            return _say("552 5.3.4 line longer than the size limit")
        verb = command.verb
        if verb in _AT_COMMAND:
            recipient = read_path(command.argument, b"TO").address if verb == "RCPT" else None
            decision = self._decide(verb, recipient=recipient)
            if decision is not None:
                if decision.refuses:
                    self._refused(ALIASES.get(verb, verb))
                return _ruled(decision, command.at, lambda: self._usual(command))
        return self._usual(command)

    def _refused(self, verb: str) -> None:
        """Note what makes commands vain that a client sent along (RFC 2920 section 3.1)."""
        if verb == "MAIL":
            self._transaction = _Transaction(refused=verb)
        elif verb == "RCPT":
            self._transaction.refused = self._transaction.refused or verb

    @property
    def _vain(self) -> Answer | None:
        """The answer to mail data that a fault rule left without sender or recipient."""
        transaction = self._transaction
        if transaction.refused == "MAIL":
            return _say("503 5.5.1 MAIL was refused")
        if transaction.refused and not transaction.recipients:
            # RFC 5321 section 3.3; RFC 2033 section 4.2 for LMTP
            return _say(f"{503 if self._per_recipient else 554} 5.5.1 no valid recipients")
        return None

    def _usual(self, command: Command) -> Answer:
        verb = command.verb
        if self._terms.require_tls and not self._is_over_tls and verb in _NEEDS_TLS:
            return _say("530 5.7.0 say STARTTLS first", batched=verb in _BATCHED)
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
        keywords = self._terms.keywords(is_over_tls=self._is_over_tls)
        lines = [self._terms.hostname, *keywords]
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
        if transaction.refused == "MAIL":
            return _say("503 5.5.1 MAIL was refused", batched=True)
        if transaction.envelope_size > MAX_ENVELOPE:
            return _say("452 4.5.3 this envelope is too large", batched=True)
        path = read_path(command.argument, b"TO")
        transaction.recipients.append(path)
        transaction.envelope_size += len(command.raw)
        answer = _say("250 2.1.5 recipient ok", batched=True)
        no_magic = self._policy.unknown_magic(path.address)
        if no_magic is not None:
            answer = replace(answer, entries=(Remark(command.at, b"", no_magic),))
        return answer

    @_answers("RSET")
    def _rset(self, _command: Command) -> Answer:
        self._transaction = _Transaction()
        return _say("250 2.0.0 reset", batched=True)

    # Mail data

    @_answers("DATA")
    def _data(self, _command: Command) -> Answer:
        if self._transaction.chunks is not None:
            return _say("503 5.5.1 DATA and BDAT do not mix in one transaction")  # RFC 3030
        return self._vain or _say("354 end data with <CR><LF>.<CR><LF>")

    def _end_of_data(
        self, data: bytes, sources: tuple[int, ...], at: datetime, *, truncated: bool
    ) -> Answer:
        transaction, self._transaction = self._transaction, _Transaction()
        recipients = tuple(transaction.recipients)
        envelope = Envelope(transaction.sender, recipients)
        # LMTP asks for each recipient, and a message is kept for those that are not refused.
        each: list[Path | None] = [*recipients] if self._per_recipient else []
        decisions = [
            self._decide("MESSAGE", transaction, path.address if path else None, data=data)
            for path in each or [None]
        ]
        self._verdicts = tuple(decision.reply if decision else None for decision in decisions)
        if not any(decisions):
            return Answer(delivery=Delivery(envelope, data, sources, truncated))
        if each:
            kept = (p for p, d in zip(recipients, decisions, strict=True) if not (d and d.refuses))
            envelope = Envelope(transaction.sender, tuple(kept))
        delivery = Delivery(envelope, data, sources, truncated)
        return _verdict([d for d in decisions if d is not None], at, self._verdicts, delivery)

    @_answers("BDAT")
    def _bdat(self, command: Command) -> Answer:
        if bdat_arguments(command.argument) is None:
            return _say("501 5.5.4 syntax: BDAT <size> [LAST]")
        return Answer()  # the chunk follows, and is what gets the reply

    def _chunk(self, chunk: Chunk) -> Answer:
        if self._transaction.sender is not None and self._transaction.chunks is None:
            decision = self._decide("DATA")
            if decision is not None:
                return _ruled(decision, chunk.at, lambda: self._usual_chunk(chunk))
        return self._usual_chunk(chunk)

    def _usual_chunk(self, chunk: Chunk) -> Answer:
        transaction = self._transaction
        if (vain := self._vain) is not None:
            return vain
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
            return self._end_of_data(data, sources, chunk.at, truncated=truncated)
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
        decision = self._decide("AUTH", user=credential.identity)
        if decision is None:
            return self._verify(credential, at)
        answer = _ruled(decision, at, lambda: self._verify(credential, at))
        if not decision.refuses:
            return answer
        given = (at, b"", self._mechanism, credential.identity, credential.secret)
        return replace(answer, entries=(*answer.entries, AuthenticationFailed(*given)))

    def _verify(self, credential: Credential, at: datetime) -> Answer:
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
        if self._is_over_tls:
            return _say("503 5.5.1 TLS has started already")  # RFC 3207 section 4.2
        return Answer((_reply("220 2.0.0 ready to start TLS"),), tls="")

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
        return Answer((self._greeting(),), entries=noted)

    # Fault rules

    def _greeting(self) -> bytes:
        return _reply(f"220 {self._terms.hostname} ESMTP mailtrap {self._terms.version}".rstrip())

    def _decide(
        self,
        verb: str,
        transaction: _Transaction | None = None,
        recipient: str | None = None,
        *,
        user: str = "",
        data: bytes = b"",
    ) -> Decision | None:
        """What fault rules say to that; None: behave as usual."""
        if not self._policy.may_decide(verb):
            return None
        transaction = transaction or self._transaction
        recipients = transaction.recipients if verb in ("DATA", "MESSAGE") else ()
        return self._policy.decide(
            Occasion(
                verb,
                self._peer,
                self._session,
                transaction.reverse_path,
                recipient,
                tuple(path.address for path in recipients),
                user,
                data,
            )
        )


_AT_COMMAND = frozenset(VERBS) - {"CONNECT", "AUTH", "MESSAGE"} | frozenset(ALIASES)
_NEEDS_TLS = frozenset(_HANDLERS) - BEFORE_TLS - {"BDAT"}  # its chunk gets the reply


def _ruled(decision: Decision, at: datetime, usual: Callable[[], Answer]) -> Answer:
    """What a rule makes of an answer.  What it refuses has no effect."""
    rule = decision.rule
    applied = _applied(rule, at)
    if rule.stall is not None:
        return Answer(rule=rule, entries=(applied,))
    if rule.tls == "unavailable":
        return Answer((_reply(_NO_TLS),), rule=rule, entries=(applied,))
    answer = Answer(batched=rule.verb in _BATCHED) if decision.refuses else usual()
    return replace(
        answer,
        replies=answer.replies if decision.reply is None else (decision.reply,),
        close=answer.close or decision.closes,
        reason="rule" if decision.closes else answer.reason,
        entries=(applied, *answer.entries),
        rule=rule,
        tls=rule.tls if answer.tls is not None else None,
    )


def _verdict(
    decisions: Sequence[Decision],
    at: datetime,
    verdicts: tuple[bytes | None, ...],
    delivery: Delivery,
) -> Answer:
    """What rules make of mail data: one decision, or in LMTP one for each recipient."""
    rules = dict.fromkeys(decision.rule for decision in decisions)
    answer = Answer(
        close=any(decision.closes for decision in decisions),
        reason="rule",
        entries=tuple(_applied(rule, at) for rule in rules),
        rule=decisions[0].rule,
    )
    if any(rule.stall is not None for rule in rules):
        return answer
    is_refused = all(d.refuses for d in decisions) and len(decisions) == len(verdicts)
    if is_refused:
        return replace(answer, replies=tuple(verdict for verdict in verdicts if verdict))
    return replace(answer, delivery=delivery)


def _applied(rule: Rule, at: datetime) -> RuleApplied:
    return RuleApplied(at, b"", rule.name or rule.verb, described(rule))


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
