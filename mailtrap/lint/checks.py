"""The registers of checks: which function is asked when, and for which rule.

A check yields a ``Found`` for each thing it finds.  It sees only what it is given; what
it may ask of the session is in ``Seen``, of those before in ``Past``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mailtrap.lint.diagnostic import Found, Rule
from mailtrap.lint.situations import ALWAYS
from mailtrap.session import Entry

Check = Callable[..., Iterable[Found]]
Register = dict[Any, list[tuple[Rule, Check]]]
About = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a check finds anything at all: asked behind a shut gate it would yield nothing."""

    when: int = ALWAYS  # in one of those ``situations``
    about: About | None = None  # of lines of which this is true; it is remembered of a line


OPEN = Gate()
GATES: dict[Check, Gate] = {}  # of checks whose gate is not always open

LINES: Register = {}  # by verb, "" for every line: check(line: bytes)
COMMANDS: Register = {}  # by verb, "" for every verb: check(seen, command)
REPLIES: Register = {}  # by verb of the command: check(seen, command, reply)
ENTRIES: Register = {}  # by kind of entry: check(seen, entry)
DATA: Register = {"": []}  # check(seen, entry, data): mail data that came whole, or a chunk
ENDS: Register = {}  # by reason: check(seen, reason)
MESSAGES: Register = {"": []}  # check(mail)
ARRIVALS: Register = {"": []}  # check(past, mail)
SESSIONS: Register = {"": []}  # check(past, session)


def on_line(rule: Rule, *verbs: str) -> Callable[[Check], Check]:
    """``check(line)`` for each command line of those verbs, line end and all.

    It depends on the octets of the line and on nothing else: what it finds is remembered.
    """
    return _into(LINES, rule, verbs or ("",))


def on_command(
    rule: Rule, *verbs: str, when: int = ALWAYS, about: About | None = None
) -> Callable[[Check], Check]:
    """``check(seen, command)``, before the command has changed ``seen``."""
    return _into(COMMANDS, rule, verbs or ("",), Gate(when, about))


def on_reply(rule: Rule, *verbs: str) -> Callable[[Check], Check]:
    """``check(seen, command, reply)``, before the reply has changed ``seen``."""
    return _into(REPLIES, rule, verbs)


def on_entry(rule: Rule, *types: type[Entry], when: int = ALWAYS) -> Callable[[Check], Check]:
    """``check(seen, entry)`` for each entry of exactly those types."""
    return _into(ENTRIES, rule, (each.kind for each in types), Gate(when))


def on_data(rule: Rule, *, when: int = ALWAYS) -> Callable[[Check], Check]:
    """``check(seen, entry, data)`` for each MailData and Chunk; ``data`` are its octets."""
    return _into(DATA, rule, ("",), Gate(when))


def on_end(rule: Rule, *reasons: str) -> Callable[[Check], Check]:
    """``check(seen, reason)`` once the session has ended for one of those reasons.

    Reasons are keys of ``transcript.ENDINGS``.
    """
    return _into(ENDS, rule, reasons)


def on_message(rule: Rule) -> Callable[[Check], Check]:
    """``check(mail)`` for each message that is read."""
    return _into(MESSAGES, rule, ("",))


def on_arrival(rule: Rule) -> Callable[[Check], Check]:
    """``check(past, mail)`` for each message in the order they came, before ``past`` has it."""
    return _into(ARRIVALS, rule, ("",))


def on_session(rule: Rule) -> Callable[[Check], Check]:
    """``check(past, session)`` for each session that ended, before ``past`` has it."""
    return _into(SESSIONS, rule, ("",))


def _into(
    register: Register, rule: Rule, keys: Iterable[Any], gate: Gate = OPEN
) -> Callable[[Check], Check]:
    def add(check: Check) -> Check:
        for key in keys:
            register.setdefault(key, []).append((rule, check))
        if gate != OPEN:
            GATES[check] = gate
        return check

    return add
