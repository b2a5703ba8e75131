"""The rules of sessions, as a fold: each entry yields its diagnostics as soon as it is there."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from mailtrap.envelope import read_path
from mailtrap.lint.catalogue import COMMANDS, DATA, ENDS, ENTRIES, LINES, REPLIES
from mailtrap.lint.diagnostic import Diagnostic, Found, Rule, diagnosed
from mailtrap.lint.seen import Seen, Transaction, ends_message, line_ends, mailbox_of
from mailtrap.lint.syntax import MAIL_VERBS, VERBS
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

_LONGEST_REMEMBERED = 1024  # octets of a line
# A header field, a blank line, or the end of it: what may come first where a command is due.
_OF_MESSAGE = re.compile(rb"[!-9;-~]++[ \t]*+:|\.?\r?\n")
_MOST_VERBS = 64  # twice those that are known: a client may make up new ones without end


class SessionLint:
    """The fold over one session."""

    def __init__(self) -> None:
        self.seen = Seen()
        self._verb = ""  # of the command in ``seen.asked``: asking it again and again costs much

    def step(self, entry: Entry, data: bytes = b"") -> list[Diagnostic]:
        """What is wrong with the next entry.

        ``data``: the octets of a MailData or Chunk whose ``raw`` a message holds instead.
        """
        if isinstance(entry, Reply):
            return self._reply(entry)
        found: list[Diagnostic] = []
        if isinstance(entry, Command):
            found = self._command(entry)
        elif isinstance(entry, (MailData, Chunk)):
            found = self._data(entry, entry.raw or data)
        for_type = ENTRIES.get(type(entry))
        if for_type:
            offset = entry.offset if isinstance(entry, ClientEntry) else None
            found += _run(for_type, offset, self.seen, entry)
        self._note(entry)
        return found

    def end(self, reason: str) -> list[Diagnostic]:
        """What is wrong with how the session ended."""
        return _run(ENDS[""], None, self.seen, reason)

    def _command(self, command: Command) -> list[Diagnostic]:
        if not command.is_complete:
            return []  # nobody acts upon it, and what is missing may have been on its way
        verb = self._verb = command.verb
        raw = command.raw
        self.seen.is_stray = self._is_stray(verb, raw)
        found: list[Diagnostic] = []
        if not command.truncated and not self.seen.is_stray:
            of_line = _of_line if len(raw) <= _LONGEST_REMEMBERED else _of_line.__wrapped__
            found = [diagnosed(rule, each, command.offset) for rule, each in of_line(verb, raw)]
        for checks in (COMMANDS.get(""), COMMANDS.get(verb or None)):
            if checks:
                found += _run(checks, command.offset, self.seen, command)
        return found

    def _is_stray(self, verb: str, line: bytes) -> bool:
        """It is no command, but a line of a message whose DATA was refused."""
        seen = self.seen
        if seen.last_code_of.get("DATA", 0) < 400 or verb in VERBS:
            return False
        if seen.is_stray:
            return True
        is_first = isinstance(seen.asked, Command) and seen.asked.verb == "DATA"
        return is_first and _OF_MESSAGE.match(line) is not None

    def _data(self, entry: MailData | Chunk, data: bytes) -> list[Diagnostic]:
        seen = self.seen
        is_chunk = isinstance(entry, Chunk)
        seen.line_ends = line_ends(
            data,
            is_start=not is_chunk or seen.transaction is None or not seen.transaction.chunks,
            is_end=ends_message(entry),
        )
        return _run(DATA[""], entry.offset, seen, entry, data)

    def _reply(self, reply: Reply) -> list[Diagnostic]:
        seen, found = self.seen, []
        asked = seen.asked
        if isinstance(asked, Command):
            for checks in (REPLIES.get(""), REPLIES.get(self._verb or None)):
                if checks:
                    found += _run(checks, asked.offset, seen, asked, reply)
        for_type = ENTRIES.get(Reply)
        if for_type:
            found += _run(for_type, None, seen, reply)
        self._answered(asked, reply)
        return found

    # What the entries make of ``seen``

    def _note(self, entry: Entry) -> None:
        seen = self.seen
        if isinstance(entry, (MailData, Chunk)) and entry.raw:
            # The octets are those of a message, which may be gone long before a session that idles.
            entry = without_octets(entry, entry.message)
        if isinstance(entry, ClientEntry):
            seen.was_asked_early = seen.was_sent_early(entry)
            seen.before, seen.asked = seen.asked, entry
            seen.heard = entry.at
        if isinstance(entry, Command) and entry.is_complete:
            seen.commands += 1
            seen.commands_since_tls += 1
            if self._verb == "AUTH":
                words = entry.argument.split(None, 1)
                seen.auth = words[0].decode("ascii", "replace").upper() if words else ""
        elif isinstance(entry, TlsStarted):
            # RFC 3207 section 4.2: both sides forget what was said in clear text.
            seen.tls, seen.commands_since_tls = entry, 0
            seen.greeting, seen.keywords, seen.transaction = None, {}, None
            seen.authenticated = None
        elif isinstance(entry, Authenticated):
            seen.authenticated = entry.identity
        elif isinstance(entry, Chunk):
            transaction = seen.transaction = seen.transaction or Transaction()
            transaction.chunks += 1
            transaction.size += entry.size
            transaction.has_last_chunk = entry.is_last

    def _answered(self, asked: ClientEntry | None, reply: Reply) -> None:
        seen = self.seen
        seen.reply = reply
        seen.replies += 1
        code = reply.code
        if code >= 500:
            seen.refusals += 1
        if isinstance(asked, Command):
            verb = self._verb
            if verb in seen.last_code_of or len(seen.last_code_of) < _MOST_VERBS:
                seen.last_code_of[verb] = code
            act = _AFTER.get(verb)
            if act is not None:
                act(seen, asked, reply)
        elif isinstance(asked, MailData) or (isinstance(asked, Chunk) and asked.is_last):
            seen.messages += reply.is_positive
            seen.transaction = None


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


@lru_cache(maxsize=4096)
def _of_line(verb: str, line: bytes) -> tuple[tuple[Rule, Found], ...]:
    checks = (*LINES.get("", ()), *LINES.get(verb or None, ()))
    return tuple((rule, found) for rule, check in checks for found in check(line))


def _run(
    checks: Iterable[tuple[Rule, Callable[..., Iterable[Found]]]],
    offset: int | None,
    *given: object,
) -> list[Diagnostic]:
    return [diagnosed(rule, found, offset) for rule, check in checks for found in check(*given)]


def _greeted(seen: Seen, command: Command, reply: Reply) -> None:
    seen.transaction = None
    if not reply.is_positive:
        return
    seen.greeting = command
    lines = reply.raw.decode("utf-8", "replace").splitlines()
    seen.server_name = lines[0][4:].split(" ")[0] if lines else ""
    offered = (line[4:].partition(" ") for line in lines[1:])
    seen.keywords = {keyword.upper(): rest for keyword, _, rest in offered}


def _mailed(seen: Seen, command: Command, reply: Reply) -> None:
    if reply.is_positive:
        seen.transaction = Transaction(command, read_path(command.argument, b"FROM"))


def _recipient(seen: Seen, command: Command, reply: Reply) -> None:
    transaction = seen.transaction = seen.transaction or Transaction()
    if reply.is_positive:
        transaction.recipients.append(read_path(command.argument, b"TO"))
        transaction.mailboxes.add(mailbox_of(command.argument))
    else:
        transaction.refused += 1


def _data(seen: Seen, _command: Command, reply: Reply) -> None:
    transaction = seen.transaction = seen.transaction or Transaction()
    transaction.is_data_accepted = reply.code == 354


def _cleared(seen: Seen, _command: Command, reply: Reply) -> None:
    if reply.is_positive:
        seen.transaction = None


def _quit(seen: Seen, _command: Command, reply: Reply) -> None:
    seen.has_quit = seen.has_quit or reply.is_positive


_AFTER: dict[str, Callable[[Seen, Command, Reply], None]] = {
    "HELO": _greeted,
    "EHLO": _greeted,
    "LHLO": _greeted,
    **dict.fromkeys(MAIL_VERBS, _mailed),
    "RCPT": _recipient,
    "DATA": _data,
    "RSET": _cleared,
    "QUIT": _quit,
}
