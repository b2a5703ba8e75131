"""The rules of sessions, as a fold: each entry yields its diagnostics as soon as it is there.

The server waits for it, so it is made for what nearly all sessions are: lines that were read
before, in a situation in which no rule has anything to ask.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from mailtrap.lint.catalogue import DATA, ENDS, ENTRIES
from mailtrap.lint.checks import Check
from mailtrap.lint.diagnostic import Diagnostic, Rule, diagnosed
from mailtrap.lint.known import Checks, line_of, open_checks
from mailtrap.lint.seen import (
    Seen,
    Transaction,
    ends_message,
    has_odd_frame,
    has_odd_lines,
    line_before,
    line_ends,
    octet_before,
)
from mailtrap.lint.situations import (
    ALWAYS,
    AUTHENTICATED,
    BEHIND_CHUNK,
    CHUNK,
    CHUNKS,
    EARLY,
    EIGHT_BIT,
    FIRST,
    FRESH_TLS,
    MAIL,
    NO_MAIL,
    NO_RECIPIENTS,
    NO_TRANSACTION,
    ODD_FRAME,
    ODD_LINES,
    PARAMETERS,
    RECIPIENTS,
    REFUSAL,
    STRAY,
    TRUNCATED,
    UNGREETED,
)
from mailtrap.lint.syntax import VERBS
from mailtrap.recording import without_octets
from mailtrap.session import (
    Authenticated,
    Chunk,
    ClientEntry,
    Command,
    Entry,
    MailData,
    Reply,
    Session,
    TlsStarted,
    code_of,
)

# A header field, a blank line, or the end of it: what may come first where a command is due.
_OF_MESSAGE = re.compile(rb"[!-9;-~]++[ \t]*+:|\.?\r?\n")
MOST_OF_A_RULE = 1000  # diagnostics up to the next mail
_NOTHING_OPEN = NO_TRANSACTION | NO_MAIL | NO_RECIPIENTS
_EXCITING = UNGREETED | STRAY | FRESH_TLS | BEHIND_CHUNK


class SessionLint:
    """The fold over one session."""

    def __init__(self) -> None:
        self.seen = Seen()
        self._line = line_of(b"", ALWAYS)  # of the command in ``seen.asked``
        self._standing = self._now = ALWAYS  # situations: of the session, with its transaction
        self._is_calm = False  # a command that is usual by itself is so in this session
        self._told: dict[str, int] = {}  # how often, by rule, since the latest mail data
        self._settle()

    def step(self, entry: Entry, data: bytes = b"") -> Sequence[Diagnostic]:
        """What is wrong with the next entry.

        ``data``: the octets of a MailData or Chunk whose ``raw`` a message holds instead.
        """
        if isinstance(entry, Reply):
            found = self._reply(entry)
        elif isinstance(entry, Command):
            found = self._command(entry)
        elif isinstance(entry, (MailData, Chunk)):
            found = self._data(entry, entry.raw or data)
        else:
            offset = entry.offset if isinstance(entry, ClientEntry) else None
            found = _run(_of_entry(entry.kind, ALWAYS), offset, self.seen, entry)
            self._note(entry)
        return self._limited(found) if found else found

    def end(self, reason: str) -> Sequence[Diagnostic]:
        """What is wrong with how the session ended."""
        checks = ENDS.get(reason)
        return _run(checks, None, self.seen, reason) if checks else ()

    def _limited(self, found: Sequence[Diagnostic]) -> list[Diagnostic]:
        """Without what was told very often: a client may be wrong in each of a million lines."""
        left = []
        for each in found:
            times = self._told[each.rule.id] = self._told.get(each.rule.id, 0) + 1
            if times == MOST_OF_A_RULE:
                left.append(replace(each, detail="and so on; up to the next mail no more is told"))
            elif times < MOST_OF_A_RULE:
                left.append(each)
        return left

    # Commands

    def _command(self, command: Command) -> Sequence[Diagnostic]:
        if self._is_calm and command.offset >= self.seen.heard and not command.truncated:
            line = line_of(command.raw, self._now)
            if line.is_usual:
                self._line = line
                self.seen.asked, self.seen.was_asked_early = command, False
                return ()
        return self._odd_command(command)

    def _odd_command(self, command: Command) -> Sequence[Diagnostic]:
        """A command of which more is to be asked than what its line says."""
        seen = self.seen
        if not command.is_complete:
            # Nobody acts upon it, and what is missing may have been on its way.
            self._note(command)
            return ()
        is_stray = seen.last_code_of.get("DATA", 0) >= 400 and _is_stray(seen, command)
        if is_stray != seen.is_stray:
            seen.is_stray = is_stray
            self._settle()
        now = self._now | self._earliness(command)
        if command.truncated:
            now |= TRUNCATED
        self._line = line = line_of(command.raw, now)
        found = [diagnosed(rule, each, command.offset) for rule, each in line.found]
        found += _run(line.checks, command.offset, seen, command)
        seen.was_asked_early, seen.asked = bool(now & EARLY), command
        seen.has_asked = seen.has_asked_since_tls = True
        if line.verb == "AUTH":
            mechanism = b"".join(command.argument.split(None, 1)[:1])
            seen.auth = mechanism.decode("ascii", "replace").upper()
        self._settle()
        return found

    # Mail data

    def _data(self, entry: MailData | Chunk, data: bytes) -> Sequence[Diagnostic]:
        seen = self.seen
        now = self._now | self._earliness(entry)
        is_chunk = isinstance(entry, Chunk)
        if is_chunk:
            now |= CHUNK
        if has_odd_frame(entry, data):
            now |= ODD_FRAME
        if has_odd_lines(data, line_before(seen, entry)):
            now |= ODD_LINES
            before = octet_before(seen, entry)
            seen.line_ends = line_ends(data, before=before, is_end=ends_message(entry))
        if not data.isascii():
            now |= EIGHT_BIT
        found: Sequence[Diagnostic] = ()
        of_data, of_entry = _of_mail_data(entry.kind, now)
        if of_data or of_entry:
            found = _run(of_data, entry.offset, seen, entry, data)
            found += _run(of_entry, entry.offset, seen, entry)
        # The octets are those of a message, which may be gone long before a session that idles.
        seen.asked = without_octets(entry, entry.message) if entry.raw else entry
        seen.was_asked_early = bool(now & EARLY)
        if ends_message(entry):
            self._told.clear()
        if isinstance(entry, Chunk):
            transaction = seen.transaction = seen.transaction or Transaction()
            transaction.add(entry.size, data)
            self._settle()
        return found

    # Replies

    def _reply(self, reply: Reply) -> Sequence[Diagnostic]:
        seen = self.seen
        asked, code = seen.asked, code_of(reply.raw)
        found: Sequence[Diagnostic] = ()
        if seen.reply is None or code >= 500:
            found = self._odd_reply(reply, code)
        elif self._line.reply_checks and isinstance(asked, Command):
            found = _run(self._line.reply_checks, asked.offset, seen, asked, reply)
        seen.reply, seen.heard = reply, reply.received
        if isinstance(asked, Command):
            line = self._line
            if line.keeps_code:
                seen.last_code_of[line.verb] = code
            act = line.after_success if 200 <= code < 400 else line.after_refusal
            if act is not None:
                act(seen, line, asked, reply)
                self._settle(is_lasting=code < 400)
        elif isinstance(asked, MailData) or (isinstance(asked, Chunk) and asked.is_last):
            seen.transaction = None
            self._settle(is_lasting=True)
        return found

    def _odd_reply(self, reply: Reply, code: int) -> Sequence[Diagnostic]:
        """The first reply, and one of 5yz."""
        seen, asked = self.seen, self.seen.asked
        found: list[Diagnostic] = []
        if isinstance(asked, Command):
            found = _run(self._line.reply_checks, asked.offset, seen, asked, reply)
        now = (FIRST if seen.reply is None else 0) | (REFUSAL if code >= 500 else 0)
        found += _run(_of_entry(Reply.kind, now), None, seen, reply)
        seen.refusals += code >= 500
        return found

    # What it has come to

    def _settle(self, *, is_lasting: bool = False) -> None:
        """Take in what has changed ``seen``; ``is_lasting``: of the transaction at most."""
        if not (is_lasting and self._is_calm):
            self._standing = self._of_session()
            refused = self.seen.last_code_of.get("DATA", 0) >= 400
            self._is_calm = not refused and not self._standing & _EXCITING
        transaction = self.seen.transaction
        if transaction is None:
            self._now = self._standing | _NOTHING_OPEN
        else:
            self._now = self._standing | _of_transaction(transaction)

    def _earliness(self, entry: ClientEntry) -> int:
        return EARLY if self.seen.was_sent_early(entry) else 0

    def _of_session(self) -> int:
        """The ``situations`` of the session."""
        seen = self.seen
        now = ALWAYS if seen.greeting is not None else ALWAYS | UNGREETED
        if seen.is_stray:
            now |= STRAY
        if seen.tls is not None and not seen.has_asked_since_tls:
            now |= FRESH_TLS
        if seen.authenticated is not None:
            now |= AUTHENTICATED
        if type(seen.asked) is Chunk:
            now |= BEHIND_CHUNK
        return now

    def _note(self, entry: Entry) -> None:
        """What an entry changes that nobody answers."""
        seen = self.seen
        if isinstance(entry, ClientEntry):
            seen.was_asked_early = seen.was_sent_early(entry)
            seen.asked = entry
        elif isinstance(entry, TlsStarted):
            # RFC 3207 section 4.2: both sides forget what was said in clear text.
            seen.tls, seen.has_asked_since_tls = entry, False
            seen.greeting, seen.keywords, seen.transaction = None, {}, None
            seen.authenticated = None
        elif isinstance(entry, Authenticated):
            seen.authenticated = entry.identity
        self._settle()


class KeptLint:
    """The fold over a session of which messages may hold the mail data."""

    def __init__(self, data_of: Callable[[str], bytes | None]) -> None:
        """``data_of``: the mail data of a message by its id, None where it is gone."""
        self._data_of = data_of
        self._lint = SessionLint()
        self._taken: dict[str, int] = {}  # octets of a message that earlier chunks brought

    def step(self, entry: Entry) -> Sequence[Diagnostic]:
        """What is wrong with the next entry."""
        data = b""
        if isinstance(entry, (MailData, Chunk)) and entry.message is not None:
            start = self._taken.get(entry.message, 0)
            self._taken[entry.message] = start + entry.size
            whole = self._data_of(entry.message) or b""
            data = whole[start : start + entry.size] if isinstance(entry, Chunk) else whole
        return self._lint.step(entry, data)

    def end(self, reason: str) -> Sequence[Diagnostic]:
        """What is wrong with how the session ended."""
        return self._lint.end(reason)


def diagnose(session: Session, data_of: Callable[[str], bytes | None]) -> list[Diagnostic]:
    """Everything wrong with a session, in the order it happened.

    ``data_of``: the mail data of a message by its id, None where it is gone.
    """
    lint = KeptLint(data_of)
    found = [each for entry in session.transcript for each in lint.step(entry)]
    if session.reason is not None:
        found += lint.end(session.reason)
    return found


@lru_cache(maxsize=1024)
def _of_mail_data(kind: str, now: int) -> tuple[Checks, Checks]:
    """Those that ask for the octets, and those that do not."""
    return open_checks(DATA[""], now), _of_entry(kind, now)


@lru_cache(maxsize=1024)
def _of_entry(kind: str, now: int) -> Checks:
    return open_checks(ENTRIES.get(kind, ()), now)


def _of_transaction(transaction: Transaction) -> int:
    """The ``situations`` that come with an open one."""
    now = NO_MAIL if transaction.mail is None else MAIL
    now |= RECIPIENTS if transaction.recipients else NO_RECIPIENTS
    if transaction.chunks:
        now |= CHUNKS
    if transaction.has_parameters:
        now |= PARAMETERS
    return now


def _is_stray(seen: Seen, command: Command) -> bool:
    """DATA was refused, and it is no command, but a line of the message."""
    if command.verb in VERBS:
        return False
    if seen.is_stray:
        return True
    is_first = isinstance(seen.asked, Command) and seen.asked.verb == "DATA"
    return is_first and _OF_MESSAGE.match(command.raw) is not None


def _run(
    checks: Iterable[tuple[Rule, Check]], offset: int | None, *given: object
) -> list[Diagnostic]:
    return [diagnosed(rule, found, offset) for rule, check in checks for found in check(*given)]
