"""What is known of a command line, and what its reply makes of a session.

Clients send the same lines again and again: what does not depend on the session is worked out
once for a line in a situation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from mailtrap.envelope import Path, read_path
from mailtrap.lint.catalogue import COMMANDS, LINES, REPLIES
from mailtrap.lint.checks import GATES, OPEN, Check
from mailtrap.lint.diagnostic import Found, Rule
from mailtrap.lint.esmtp import words
from mailtrap.lint.seen import Seen, Transaction, mailbox_of
from mailtrap.lint.situations import STRAY, TRUNCATED
from mailtrap.lint.syntax import GREETINGS, MAIL_VERBS
from mailtrap.session import Command, Reply

_LONGEST_REMEMBERED = 1024  # octets of a line
_NEVER = datetime.min.replace(tzinfo=UTC)

Checks = tuple[tuple[Rule, Check], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a command line in a situation, whatever session it is in."""

    verb: str
    found: tuple[tuple[Rule, Found], ...]  # what its octets alone yield
    checks: Checks  # what else is to be asked of it
    reply_checks: Checks  # and of its reply
    path: Path | None  # of MAIL and RCPT
    mailbox: bytes  # that the path of RCPT stands for
    has_parameters: bool  # MAIL, behind its path
    keeps_code: bool  # rules ask for the code of its reply later on
    after_success: "Act | None"  # what the reply makes of ``Seen``
    after_refusal: "Act | None"
    is_usual: bool  # nothing is to be asked of it


Act = Callable[[Seen, Line, Command, Reply], None]


def line_of(raw: bytes, now: int) -> Line:
    """What is known of a line in such a situation; long ones are not remembered."""
    return (_known if len(raw) <= _LONGEST_REMEMBERED else _known.__wrapped__)(raw, now)


@lru_cache(maxsize=4096)
def _known(line: bytes, now: int) -> Line:
    command = Command(_NEVER, line)
    verb = command.verb
    found: tuple[tuple[Rule, Found], ...] = ()
    if not now & (STRAY | TRUNCATED):
        checks = (*LINES.get("", ()), *LINES.get(verb or None, ()))
        found = tuple((rule, each) for rule, check in checks for each in check(line))
    to_ask = (*COMMANDS.get("", ()), *COMMANDS.get(verb or None, ()))
    open_ones = tuple(each for each in open_checks(to_ask, now) if _is_about(each[1], line))
    keyword = b"FROM" if verb in MAIL_VERBS else b"TO" if verb == "RCPT" else b""
    return Line(
        verb,
        found,
        open_ones,
        tuple(REPLIES.get(verb, ())),
        read_path(command.argument, keyword) if keyword else None,
        mailbox_of(command.argument) if verb == "RCPT" else b"",
        verb in MAIL_VERBS and bool(words(line)),
        verb in _KEPT_CODES,
        _AFTER_SUCCESS.get(verb),
        _AFTER_REFUSAL.get(verb),
        not found and not open_ones and verb != "AUTH" and command.is_complete,
    )


def open_checks(checks: Iterable[tuple[Rule, Check]], now: int) -> Checks:
    """Those that find anything in such a situation."""
    return tuple(each for each in checks if GATES.get(each[1], OPEN).when & now)


def _is_about(check: Check, line: bytes) -> bool:
    about = GATES.get(check, OPEN).about
    return about is None or bool(about(line))


# What the reply to a command makes of ``seen``


def _greeted(seen: Seen, _line: Line, command: Command, reply: Reply) -> None:
    seen.transaction = None
    seen.greeting = command
    seen.keywords = _keywords(reply.raw)


def _cleared(seen: Seen, _line: Line, _command: Command, _reply: Reply) -> None:
    seen.transaction = None


def _mailed(seen: Seen, line: Line, command: Command, _reply: Reply) -> None:
    seen.transaction = Transaction(command, line.path, has_parameters=line.has_parameters)


def _recipient(seen: Seen, line: Line, _command: Command, _reply: Reply) -> None:
    assert line.path is not None
    transaction = seen.transaction = seen.transaction or Transaction()
    transaction.recipients.append(line.path)
    transaction.mailboxes.add(line.mailbox)


def _refused_recipient(seen: Seen, _line: Line, _command: Command, _reply: Reply) -> None:
    transaction = seen.transaction = seen.transaction or Transaction()
    transaction.refused += 1


def _data(seen: Seen, _line: Line, _command: Command, _reply: Reply) -> None:
    seen.transaction = seen.transaction or Transaction()


def _quit(seen: Seen, _line: Line, _command: Command, _reply: Reply) -> None:
    seen.has_quit = True


_After = dict[str, Act]

_KEPT_CODES = frozenset({*GREETINGS, "STARTTLS", "MAIL", "DATA"})
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
