"""The words on sendmail's command line, as Postfix reads them.  Pure.

Flags come in clusters (``-ti``), with their value attached or in the next word; the first word that
is none begins the recipients.  What nobody knows is passed over.
"""

from collections.abc import Sequence
from typing import NamedTuple

_WITH_VALUE = frozenset("ABCDFLNORVXbefhopr")
_ATTACHED = frozenset("dqM")  # a value, where there is one, has no blank before it
_OURS = ("host", "port")
DELIVER, SPEAK, QUEUE, REBUILD, NOTHING = "deliver", "speak", "queue", "rebuild", "nothing"
_MODES = {"s": SPEAK, "a": SPEAK, "p": QUEUE, "i": REBUILD, "m": DELIVER}


Parameter = tuple[bytes, bytes]  # what a server has to offer for it, and how it is written


class Flags(NamedTuple):
    """What was asked for."""

    recipients: tuple[str, ...] = ()
    takes_fields: bool = False  # -t: recipients are in the fields, too
    dot_ends: bool = True  # a line with a dot alone is the end of the message
    sender: str | None = None  # "" is the null reverse-path
    name: str | None = None  # of the author
    notify: str = ""
    ret: str = ""
    envid: str = ""
    mode: str = DELIVER
    is_verbose: bool = False
    wants_help: bool = False
    host: str = ""
    port: str = ""

    @property
    def notifications(self) -> tuple[tuple[Parameter, ...], tuple[Parameter, ...]]:
        """The parameters of MAIL and of each RCPT that ask for them (RFC 3461)."""
        return (
            _parameters(RET=self.ret.upper(), ENVID=self.envid),
            _parameters(NOTIFY=self.notify.upper()),
        )


def read_flags(words: Sequence[str]) -> Flags:
    """The flags in ``words``.  A value that is missing is empty."""
    flags = Flags()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            break
        if word.startswith("--"):
            flags = _long(flags, word[2:], rest)
        elif word.startswith("-") and word != "-":
            flags = _cluster(flags, word[1:], rest)
        else:
            rest.insert(0, word)
            break
    return flags._replace(recipients=tuple(rest))


def _parameters(**values: str) -> tuple[Parameter, ...]:
    return tuple(
        (b"DSN", f"{name}={value}".encode("utf-8", "surrogateescape"))
        for name, value in values.items()
        if value
    )


def _long(flags: Flags, word: str, rest: list[str]) -> Flags:
    name, equals, value = word.partition("=")
    if name in _OURS:
        value = value if equals else _next(rest)
        return flags._replace(host=value) if name == "host" else flags._replace(port=value)
    return flags._replace(wants_help=True) if name == "help" else flags


def _cluster(flags: Flags, letters: str, rest: list[str]) -> Flags:
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in _ATTACHED:
            return _flag(flags, letter, letters)
        if letter in _WITH_VALUE:
            return _flag(flags, letter, letters or _next(rest))
        flags = _flag(flags, letter, "")
    return flags


def _next(rest: list[str]) -> str:
    return rest.pop(0) if rest else ""


def _flag(flags: Flags, letter: str, value: str) -> Flags:
    match letter, value:
        case "t", _:
            return flags._replace(takes_fields=True)
        case ("i", _) | ("o", "i"):
            return flags._replace(dot_ends=False)
        case (("f" | "r"), _):
            return flags._replace(sender=value)
        case "F", _:
            return flags._replace(name=value)
        case "N", _:
            return flags._replace(notify=value)
        case "R", _:
            return flags._replace(ret=value)
        case "V", _:
            return flags._replace(envid=value)
        case "b", _:
            return flags._replace(mode=_MODES.get(value[:1], NOTHING))
        case "I", _:
            return flags._replace(mode=REBUILD)
        case "q", _:
            return flags._replace(mode=NOTHING)  # the queue, which is always empty
        case "v", _:
            return flags._replace(is_verbose=True)
    return flags
