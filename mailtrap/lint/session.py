"""The rules of sessions, as a fold: each entry yields its diagnostics as soon as it is there.

The server waits for it, so it is made for what nearly all sessions are: lines that were read
before, in a situation in which no rule has anything to ask.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import _lru_cache_wrapper, lru_cache
from typing import TypeVar

from mailtrap.envelope import Path, read_path
from mailtrap.lint.catalogue import COMMANDS, DATA, ENDS, ENTRIES, LINES, REPLIES
from mailtrap.lint.checks import GATES, OPEN, Check
from mailtrap.lint.diagnostic import Diagnostic, Found, Rule, diagnosed
from mailtrap.lint.esmtp import words
from mailtrap.lint.seen import (
    Seen,
    Transaction,
    ends_message,
    has_odd_frame,
    has_odd_lines,
    line_ends,
    mailbox_of,
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
from mailtrap.lint.syntax import GREETINGS, MAIL_VERBS, VERBS
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
)

Read = TypeVar("Read")

_LONGEST_REMEMBERED = 1024  # octets of a line
# A header field, a blank line, or the end of it: what may come first where a command is due.
_OF_MESSAGE = re.compile(rb"[!-9;-~]++[ \t]*+:|\.?\r?\n")
_MOST_VERBS = 64  # twice those that are known: a client may make up new ones without end
_NOTHING_OPEN = NO_TRANSACTION | NO_MAIL | NO_RECIPIENTS
_NEVER = datetime.min.replace(tzinfo=UTC)


class SessionLint:
    """The fold over one session."""

    def __init__(self) -> None:
        self.seen = Seen()
        self._verb = ""  # of the command in ``seen.asked``: asking it again and again costs much

    def step(self, entry: Entry, data: bytes = b"") -> list[Diagnostic]:
        """What is wrong with the next entry.

        ``data``: the octets of a MailData or Chunk whose ``raw`` a message holds instead.
        """
        kind = type(entry)
        if kind is Reply:
            assert isinstance(entry, Reply)
            return self._reply(entry)
        if kind is Command:
            assert isinstance(entry, Command)
            return self._command(entry)
        if isinstance(entry, (MailData, Chunk)):
            return self._data(entry, entry.raw or data)
        offset = entry.offset if isinstance(entry, ClientEntry) else None
        found = _run(_of_entry(entry.kind, ALWAYS), offset, self.seen, entry)
        self._note(entry)
        return found

    def end(self, reason: str) -> list[Diagnostic]:
        """What is wrong with how the session ended."""
        checks = ENDS.get(reason)
        return _run(checks, None, self.seen, reason) if checks else []

    def _command(self, command: Command) -> list[Diagnostic]:
        seen, raw = self.seen, command.raw
        if not command.is_complete:
            # Nobody acts upon it, and what is missing may have been on its way.
            self._note(command)
            return []
        seen.is_stray = seen.last_code_of.get("DATA", 0) >= 400 and _is_stray(seen, command)
        now = self._situation(command)
        if command.truncated:
            now |= TRUNCATED
        of_line = _of_line if len(raw) <= _LONGEST_REMEMBERED else _of_line.__wrapped__
        self._verb, of_octets, checks = of_line(raw, now)
        found: list[Diagnostic] = []
        if of_octets or checks:
            found = [diagnosed(rule, each, command.offset) for rule, each in of_octets]
            found += _run(checks, command.offset, seen, command)
        seen.was_asked_early, seen.asked = bool(now & EARLY), command
        seen.commands += 1
        seen.commands_since_tls += 1
        if self._verb == "AUTH":
            words = command.argument.split(None, 1)
            seen.auth = words[0].decode("ascii", "replace").upper() if words else ""
        return found

    def _data(self, entry: MailData | Chunk, data: bytes) -> list[Diagnostic]:
        seen = self.seen
        now = self._situation(entry)
        is_chunk = isinstance(entry, Chunk)
        if is_chunk:
            now |= CHUNK
        if has_odd_frame(entry, data):
            now |= ODD_FRAME
        if has_odd_lines(data):
            now |= ODD_LINES
            seen.line_ends = line_ends(
                data, is_start=not is_chunk or not now & CHUNKS, is_end=ends_message(entry)
            )
        if not data.isascii():
            now |= EIGHT_BIT
        found: list[Diagnostic] = []
        if checks := _of_data(now):
            found = _run(checks, entry.offset, seen, entry, data)
        if checks := _of_entry(entry.kind, now):
            found += _run(checks, entry.offset, seen, entry)
        # The octets are those of a message, which may be gone long before a session that idles.
        seen.asked = without_octets(entry, entry.message) if entry.raw else entry
        seen.was_asked_early = bool(now & EARLY)
        if isinstance(entry, Chunk):
            transaction = seen.transaction = seen.transaction or Transaction()
            transaction.chunks += 1
            transaction.size += entry.size
        return found

    def _reply(self, reply: Reply) -> list[Diagnostic]:
        seen = self.seen
        asked, code = seen.asked, reply.code
        found: list[Diagnostic] = []
        if isinstance(asked, Command) and (checks := REPLIES.get(self._verb)):
            found = _run(checks, asked.offset, seen, asked, reply)
        if not seen.replies or code >= 500:
            now = (0 if seen.replies else FIRST) | (REFUSAL if code >= 500 else 0)
            found += _run(_of_entry(Reply.kind, now), None, seen, reply)
        seen.reply = reply
        seen.replies += 1
        if code >= 500:
            seen.refusals += 1
        if isinstance(asked, Command):
            verb = self._verb
            if verb in seen.last_code_of or len(seen.last_code_of) < _MOST_VERBS:
                seen.last_code_of[verb] = code
            act = (_AFTER_SUCCESS if 200 <= code < 400 else _AFTER_REFUSAL).get(verb)
            if act is not None:
                act(seen, asked, reply)
        elif isinstance(asked, MailData) or (isinstance(asked, Chunk) and asked.is_last):
            seen.messages += 200 <= code < 400
            seen.transaction = None
        return found

    def _situation(self, entry: ClientEntry) -> int:
        """The ``situations`` that hold before the entry has changed ``seen``."""
        seen = self.seen
        reply, transaction = seen.reply, seen.transaction
        now = ALWAYS if seen.greeting is not None else ALWAYS | UNGREETED
        if reply is not None and entry.offset < reply.received:
            now |= EARLY
        if seen.is_stray:
            now |= STRAY
        if seen.tls is not None and not seen.commands_since_tls:
            now |= FRESH_TLS
        if seen.authenticated is not None:
            now |= AUTHENTICATED
        if type(seen.asked) is Chunk:
            now |= BEHIND_CHUNK
        if transaction is None:
            return now | _NOTHING_OPEN
        now |= NO_MAIL if transaction.mail is None else MAIL
        now |= RECIPIENTS if transaction.recipients else NO_RECIPIENTS
        if transaction.chunks:
            now |= CHUNKS
        if transaction.has_parameters:
            now |= PARAMETERS
        return now

    def _note(self, entry: Entry) -> None:
        """What an entry changes that nobody answers."""
        seen = self.seen
        if isinstance(entry, ClientEntry):
            seen.was_asked_early = seen.was_sent_early(entry)
            seen.asked = entry
        elif isinstance(entry, TlsStarted):
            # RFC 3207 section 4.2: both sides forget what was said in clear text.
            seen.tls, seen.commands_since_tls = entry, 0
            seen.greeting, seen.keywords, seen.transaction = None, {}, None
            seen.authenticated = None
        elif isinstance(entry, Authenticated):
            seen.authenticated = entry.identity


class KeptLint:
    """The fold over a session of which messages may hold the mail data."""

    def __init__(self, data_of: Callable[[str], bytes | None]) -> None:
        """``data_of``: the mail data of a message by its id, None where it is gone."""
        self._data_of = data_of
        self._lint = SessionLint()
        self._taken: dict[str, int] = {}  # octets of a message that earlier chunks brought

    def step(self, entry: Entry) -> list[Diagnostic]:
        """What is wrong with the next entry."""
        data = b""
        if isinstance(entry, (MailData, Chunk)) and entry.message is not None:
            start = self._taken.get(entry.message, 0)
            self._taken[entry.message] = start + entry.size
            whole = self._data_of(entry.message) or b""
            data = whole[start : start + entry.size] if isinstance(entry, Chunk) else whole
        return self._lint.step(entry, data)

    def end(self, reason: str) -> list[Diagnostic]:
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


Checks = tuple[tuple[Rule, Check], ...]


@lru_cache(maxsize=4096)
def _of_line(line: bytes, now: int) -> tuple[str, tuple[tuple[Rule, Found], ...], Checks]:
    """The verb of a line, what its octets alone yield, and what else is to be asked of it."""
    verb = Command(_NEVER, line).verb
    found: tuple[tuple[Rule, Found], ...] = ()
    if not now & (STRAY | TRUNCATED):
        checks = (*LINES.get("", ()), *LINES.get(verb or None, ()))
        found = tuple((rule, each) for rule, check in checks for each in check(line))
    to_ask = (*COMMANDS.get("", ()), *COMMANDS.get(verb or None, ()))
    open_ones = (each for each in _open(to_ask, now) if _is_about(each[1], line))
    return verb, found, tuple(open_ones)


@lru_cache(maxsize=1024)
def _of_data(now: int) -> Checks:
    return _open(DATA[""], now)


@lru_cache(maxsize=1024)
def _of_entry(kind: str, now: int) -> Checks:
    return _open(ENTRIES.get(kind, ()), now)


def _open(checks: Iterable[tuple[Rule, Check]], now: int) -> Checks:
    """Those that find anything in such a situation."""
    return tuple(each for each in checks if GATES.get(each[1], OPEN).when & now)


def _is_about(check: Check, line: bytes) -> bool:
    about = GATES.get(check, OPEN).about
    return about is None or bool(about(line))


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


# What the reply to a command makes of ``seen``


def _greeted(seen: Seen, command: Command, reply: Reply) -> None:
    seen.transaction = None
    seen.greeting = command
    seen.keywords = _keywords(reply.raw)


def _cleared(seen: Seen, _command: Command, _reply: Reply) -> None:
    seen.transaction = None


def _mailed(seen: Seen, command: Command, _reply: Reply) -> None:
    sender, has_parameters = _remembered(_sender, command.raw)
    seen.transaction = Transaction(command, sender, has_parameters=has_parameters)


def _recipient(seen: Seen, command: Command, _reply: Reply) -> None:
    transaction = seen.transaction = seen.transaction or Transaction()
    path, mailbox = _remembered(_forward_path, command.raw)
    transaction.recipients.append(path)
    transaction.mailboxes.add(mailbox)


def _refused_recipient(seen: Seen, _command: Command, _reply: Reply) -> None:
    transaction = seen.transaction = seen.transaction or Transaction()
    transaction.refused += 1


def _data(seen: Seen, _command: Command, _reply: Reply) -> None:
    seen.transaction = seen.transaction or Transaction()


def _quit(seen: Seen, _command: Command, _reply: Reply) -> None:
    seen.has_quit = True


_After = dict[str, Callable[[Seen, Command, Reply], None]]

_AFTER_SUCCESS: _After = {
    **dict.fromkeys(GREETINGS, _greeted),
    **dict.fromkeys(MAIL_VERBS, _mailed),
    "RCPT": _recipient,
    "DATA": _data,
    "RSET": _cleared,
    "QUIT": _quit,
}
_AFTER_REFUSAL: _After = {
    **dict.fromkeys(GREETINGS, _cleared),
    "RCPT": _refused_recipient,
    "DATA": _data,
}


@lru_cache(maxsize=64)
def _keywords(raw: bytes) -> dict[str, str]:
    """What a reply to EHLO offers.  Many sessions get the same: it must not be changed."""
    lines = raw.decode("utf-8", "replace").splitlines()
    offered = (line[4:].partition(" ") for line in lines[1:])
    return {keyword.upper(): rest for keyword, _, rest in offered}


@lru_cache(maxsize=1024)
def _sender(line: bytes) -> tuple[Path, bool]:
    """The path of MAIL, and whether it has parameters."""
    return read_path(Command(_NEVER, line).argument, b"FROM"), bool(words(line))


@lru_cache(maxsize=1024)
def _forward_path(line: bytes) -> tuple[Path, bytes]:
    """The path of RCPT, and the mailbox it stands for."""
    argument = Command(_NEVER, line).argument
    return read_path(argument, b"TO"), mailbox_of(argument)


def _remembered(read: "_lru_cache_wrapper[Read]", line: bytes) -> Read:
    """What is read from a line; of long ones it is not remembered, which takes memory."""
    return read(line) if len(line) <= _LONGEST_REMEMBERED else read.__wrapped__(line)
