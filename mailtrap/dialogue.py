"""What the server says: the answer to each thing a client sends.  No I/O.

mailtrap takes any session.  Nothing is refused because it is wrong: the few refusals below
say that something cannot be done at all (an unknown verb, a chunk with no transaction) or that
a user did not prove to be one, and the session goes on after each of them.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from mailtrap import proxy
from mailtrap.answers import (
    BATCHED,
    NO_TLS,
    Answer,
    Delivery,
    goodbye,
    reply,
    ruled,
    say,
    to_each,
    verdict,
)
from mailtrap.authentication import Authentication
from mailtrap.courtesies import COURTESIES
from mailtrap.envelope import Envelope, Path, read_path
from mailtrap.faults.magic import MARK
from mailtrap.faults.policy import MAX_RECIPIENTS, Decision, Occasion, Policy
from mailtrap.faults.verbs import ALIASES, VERBS
from mailtrap.open_transaction import OpenTransaction
from mailtrap.session import (
    Chunk,
    ClientEntry,
    Command,
    Credentials,
    MailData,
    Remark,
    TlsHello,
)
from mailtrap.terms import Terms
from mailtrap.transcriber import bdat_arguments

MAX_ENVELOPE = 2**24  # octets of the recipients of one transaction; no real client comes near
BEFORE_TLS = frozenset({"EHLO", "HELO", "LHLO", "NOOP", "QUIT", "STARTTLS"})  # RFC 3207 section 4
_HTTP = re.compile(rb"[A-Z]+ \S+ HTTP/\d", re.IGNORECASE)

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
        self._policy = policy or Policy(magic=False)
        self._peer = peer
        self._session = session
        self._transaction = OpenTransaction()
        self._per_recipient = False  # LMTP: one reply for each recipient (RFC 2033 section 4.2)
        # What fault rules say to mail data, one for each reply; None: what is usual.
        self._verdicts: tuple[bytes | None, ...] = (None,)
        self._is_over_tls = False
        self._authentication = Authentication(terms.users, nonce, terms.check)

    def greet(self, at: datetime) -> Answer:
        """What opens the session (RFC 5321 section 4.2)."""
        usual = Answer((self._greeting(),))
        decision = self._decide("CONNECT")
        return usual if decision is None else ruled(decision, at, lambda: usual)

    def begin_tls(self, at: datetime) -> Answer:
        """What is done where TLS comes before everything (RFC 8314 section 3): nothing is said."""
        usual = Answer(tls="")
        decision = self._decide("STARTTLS")
        if decision is None:
            return usual
        answer = replace(ruled(decision, at, lambda: usual), replies=())
        return answer if answer.tls is not None else replace(answer, close=True, reason="rule")

    def tls_started(self) -> None:
        """Forget what was said in clear text (RFC 3207 section 4.2)."""
        self._transaction = OpenTransaction()
        self._per_recipient = False
        self._is_over_tls = True
        self._authentication.is_done = False

    def no_tls(self) -> tuple[bytes, ...]:
        """The reply where TLS was asked for and cannot be had (RFC 3207 section 4)."""
        return (reply(NO_TLS),)

    def answer(self, entry: ClientEntry) -> Answer:
        """The answer to what the client sent last; entries that are not complete have none."""
        if isinstance(entry, Command):
            return self._command(entry)
        if isinstance(entry, Credentials):
            return self._authentication.go_on(entry, self._decide_login)
        if isinstance(entry, MailData):
            return self._end_of_data(
                entry.raw, (entry.offset,), entry.at, truncated=entry.truncated
            )
        if isinstance(entry, Chunk):
            return self._chunk(entry)
        if isinstance(entry, TlsHello):
            return goodbye(
                "this port speaks plain SMTP, but your client began with TLS;"
                " turn off implicit TLS (SSL, smtps) for it"
            )
        return Answer()

    def kept(self, message_id: str, *, truncated: bool = False) -> tuple[bytes, ...]:
        """The replies to mail data that was kept: one, or one a recipient in LMTP."""
        if truncated:
            return to_each(
                self._verdicts,
                f"552 5.3.4 larger than {self._terms.max_size} octets; its head is kept as"
                f" {message_id}",
            )
        return to_each(self._verdicts, f"250 2.0.0 kept as {message_id}", takes_other_words=True)

    def not_kept(self, why: str) -> tuple[bytes, ...]:
        """The replies to mail data that the store could not keep (RFC 3463: 4.3.1)."""
        return to_each(self._verdicts, f"452 4.3.1 not kept: {why}")

    def _command(self, command: Command) -> Answer:
        if command.truncated:
            return say("552 5.3.4 line longer than the size limit")
        verb = command.verb
        is_magic = verb == "RCPT" and MARK in command.raw.lower()
        if verb in _AT_COMMAND and self._policy.may_decide(verb, is_magic=is_magic):
            usual = ALIASES.get(verb, verb)
            recipient = read_path(command.argument, b"TO").address if verb == "RCPT" else None
            begun = None
            if usual == "MAIL":  # rules ask for the sender it brings, not for the one before
                begun = OpenTransaction(read_path(command.argument, b"FROM"))
            decision = self._decide(verb, begun, recipient, is_magic=is_magic)
            if decision is not None:
                if decision.refuses:
                    self._refused(usual)
                return ruled(decision, command.at, lambda: self._usual(command, verb))
        return self._usual(command, verb)

    def _refused(self, verb: str) -> None:
        """Note what makes commands vain that a client sent along (RFC 2920 section 3.1)."""
        if verb == "MAIL":
            self._transaction = OpenTransaction(refused=verb)
        elif verb == "RCPT":
            self._transaction.refused = self._transaction.refused or verb

    def _usual(self, command: Command, verb: str) -> Answer:
        if self._terms.require_tls and not self._is_over_tls and verb in _NEEDS_TLS:
            return say("530 5.7.0 say STARTTLS first", batched=verb in BATCHED)
        if verb in _NEEDS_AUTH and self._terms.require_auth and not self._authentication.is_done:
            return say("530 5.7.0 authentication required", batched=verb in BATCHED)
        handler = _HANDLERS.get(verb)
        if handler is not None:
            return handler(self, command)
        if verb in COURTESIES:
            return COURTESIES[verb]
        if _HTTP.match(command.raw):
            return goodbye("this is an SMTP server, not HTTP; point a mail client at this port")
        if not verb:
            return say("500 5.5.2 empty line, a command was expected")
        if not verb.replace("-", "").isalnum():
            return say("500 5.5.2 that is not a command")
        return say("500 5.5.1 unknown command")

    # Greetings

    @_answers("EHLO", "LHLO")
    def _ehlo(self, command: Command) -> Answer:
        self._transaction = OpenTransaction()
        self._per_recipient = command.verb == "LHLO"
        terms = self._terms
        return say(terms.ehlo_over_tls if self._is_over_tls else terms.ehlo)

    @_answers("HELO")
    def _helo(self, _command: Command) -> Answer:
        self._transaction = OpenTransaction()
        self._per_recipient = False
        return say(f"250 {self._terms.hostname}")

    # The envelope

    @_answers("MAIL", "SAML", "SEND", "SOML")
    def _mail(self, command: Command) -> Answer:
        self._transaction = OpenTransaction(sender=read_path(command.argument, b"FROM"))
        return say("250 2.1.0 sender ok", batched=True)

    @_answers("RCPT")
    def _rcpt(self, command: Command) -> Answer:
        transaction = self._transaction
        if transaction.refused == "MAIL":
            return say("503 5.5.1 MAIL was refused", batched=True)
        if transaction.envelope_size > MAX_ENVELOPE:
            return say("452 4.5.3 this envelope is too large", batched=True)
        path = read_path(command.argument, b"TO")
        transaction.recipients.append(path)
        transaction.envelope_size += len(command.raw)
        answer = say("250 2.1.5 recipient ok", batched=True)
        if MARK in command.raw.lower():
            transaction.has_magic = True
            no_magic = self._policy.unknown_magic(path.address)
            if no_magic is not None:
                answer = replace(answer, entries=(Remark(command.at, b"", no_magic),))
        return answer

    @_answers("RSET")
    def _rset(self, _command: Command) -> Answer:
        self._transaction = OpenTransaction()
        return say("250 2.0.0 reset", batched=True)

    # Mail data

    @_answers("DATA")
    def _data(self, _command: Command) -> Answer:
        transaction = self._transaction
        if transaction.chunks:
            return say("503 5.5.1 DATA and BDAT do not mix in one transaction")  # RFC 3030
        vain = transaction.vain(per_recipient=self._per_recipient)
        return vain or say("354 end data with <CR><LF>.<CR><LF>")

    def _end_of_data(
        self, data: bytes, sources: tuple[int, ...], at: datetime, *, truncated: bool
    ) -> Answer:
        transaction, self._transaction = self._transaction, OpenTransaction()
        recipients = tuple(transaction.recipients)
        envelope = Envelope(transaction.sender, recipients)
        # LMTP asks for each recipient, and a message is kept for those that are not refused.
        each: list[Path | None] = [*recipients] if self._per_recipient else []
        is_magic = transaction.has_magic
        decisions = [
            self._decide(
                "MESSAGE",
                transaction,
                path.address if path else None,
                data=data,
                is_magic=is_magic,
            )
            for path in each[:MAX_RECIPIENTS] or [None]
        ]
        decisions += [None] * (len(each) - len(decisions))
        self._verdicts = tuple(decision.reply if decision else None for decision in decisions)
        if not any(decisions):
            return Answer(delivery=Delivery(envelope, data, sources, truncated))
        if each:
            kept = (p for p, d in zip(recipients, decisions, strict=True) if not (d and d.refuses))
            envelope = Envelope(transaction.sender, tuple(kept))
        delivery = Delivery(envelope, data, sources, truncated)
        return verdict([d for d in decisions if d is not None], at, self._verdicts, delivery)

    @_answers("BDAT")
    def _bdat(self, command: Command) -> Answer:
        if bdat_arguments(command.argument) is None:
            return say("501 5.5.4 syntax: BDAT <size> [LAST]")
        return Answer()  # the chunk follows, and is what gets the reply

    def _chunk(self, chunk: Chunk) -> Answer:
        if self._transaction.sender is not None and not self._transaction.chunks:
            decision = self._decide("DATA")
            if decision is not None:
                return self._ruled_chunk(decision, chunk)
        return self._usual_chunk(chunk)

    def _ruled_chunk(self, decision: Decision, chunk: Chunk) -> Answer:
        """What a rule for DATA makes of the first chunk."""
        if decision.rule.after_bytes is not None:
            # Chunks come whole: the connection is closed when the first one has.
            answer = ruled(decision, chunk.at, Answer)
            return replace(
                answer, close=True, reason="rule", effect=replace(answer.effect, after_bytes=None)
            )
        if decision.refuses:
            self._transaction = OpenTransaction()  # RFC 3030 section 2: what follows it is refused
        elif decision.reply is not None:
            decision = replace(decision, reply=None)  # a text for DATA does not suit a chunk
        return ruled(decision, chunk.at, lambda: self._usual_chunk(chunk))

    def _usual_chunk(self, chunk: Chunk) -> Answer:
        transaction = self._transaction
        if transaction.refused and (vain := transaction.vain(per_recipient=self._per_recipient)):
            return vain
        if transaction.sender is None:
            # RFC 3030 section 2: the chunk is consumed all the same.
            return say("503 5.5.1 BDAT outside a transaction, the chunk was dropped")
        limit = self._terms.max_size
        transaction.add(chunk, limit)
        if chunk.is_last:
            truncated = limit is not None and transaction.size > limit
            data, sources = b"".join(transaction.chunks), tuple(transaction.offsets)
            return self._end_of_data(data, sources, chunk.at, truncated=truncated)
        return say(f"250 2.0.0 {chunk.size} octet{'' if chunk.size == 1 else 's'} received")

    @_answers("AUTH")
    def _auth(self, command: Command) -> Answer:
        return self._authentication.begin(command, self._decide_login)

    # The rest

    @_answers("QUIT")
    def _quit(self, _command: Command) -> Answer:
        return Answer((reply(f"221 2.0.0 {self._terms.hostname} closing"),), close=True)

    @_answers("STARTTLS")
    def _starttls(self, _command: Command) -> Answer:
        if self._is_over_tls:
            return say("503 5.5.1 TLS has started already")  # RFC 3207 section 4.2
        return Answer((reply("220 2.0.0 ready to start TLS"),), tls="")

    @_answers("XCLIENT", "XFORWARD")
    def _xclient(self, command: Command) -> Answer:
        if not self._terms.trust_xclient:
            return say(f"550 5.7.0 {command.verb} needs mailtrap --trust-xclient")
        noted = (proxy.forwarded(command),)
        if command.verb == "XFORWARD":
            return Answer((reply("250 2.0.0 ok"),), entries=noted)
        self._transaction = OpenTransaction()
        self._per_recipient = False
        return Answer((self._greeting(),), entries=noted)

    # Fault rules

    def _greeting(self) -> bytes:
        return reply(f"220 {self._terms.hostname} ESMTP mailtrap {self._terms.version}".rstrip())

    def _decide_login(self, user: str) -> Decision | None:
        return self._decide("AUTH", user=user)

    def _decide(
        self,
        verb: str,
        transaction: OpenTransaction | None = None,
        recipient: str | None = None,
        *,
        user: str = "",
        data: bytes = b"",
        is_magic: bool = False,
    ) -> Decision | None:
        """What fault rules say to that; None: behave as usual."""
        if not self._policy.may_decide(verb, is_magic=is_magic):
            return None
        transaction = transaction or self._transaction
        # Rules ask for all recipients where none is meant alone.
        is_about_all = verb in ("DATA", "MESSAGE") and recipient is None
        recipients = transaction.recipients if is_about_all else ()
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
_ANSWERED = frozenset(_HANDLERS) | COURTESIES.keys()
_NEEDS_TLS = _ANSWERED - BEFORE_TLS - {"BDAT"}  # its chunk gets the reply
_NEEDS_AUTH = _NEEDS_TLS - {"AUTH", "RSET", "HELP"}  # RFC 4954 section 6
