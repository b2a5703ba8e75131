"""What each command takes, as shells complete it: read off the parsers of the commands."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module

from mailtrap.cli import COMMANDS
from mailtrap.parsers import Parser

SCREEN = "screen"  # what runs where no command is named


class Kind(StrEnum):
    """What a value is one of."""

    ANY = "any"  # nothing a shell could know
    FILE = "file"
    DIRECTORY = "directory"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Value:
    """What an option or an argument can be."""

    kind: Kind
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """An option and its value, None where it has none."""

    flags: tuple[str, ...]
    what: str
    value: Value | None
    is_repeatable: bool


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its options, and what its arguments are."""

    name: str
    what: str
    options: tuple[Option, ...]
    operand: Value | None


def commands() -> tuple[Command, ...]:
    """All of them, in the order of help; the first is the one without a name."""
    named = {SCREEN: "", **COMMANDS}
    return tuple(_command(name, what) for name, what in named.items())


def _command(name: str, what: str) -> Command:
    command_line: Callable[[], Parser] = import_module(f"mailtrap.cli.{name}").command_line
    options, operand = [], None
    for action in command_line()._actions:  # noqa: SLF001 - argparse has no other way to ask
        if action.help == argparse.SUPPRESS:
            continue
        if action.option_strings:
            options.append(_option(action))
        elif operand is None or operand.kind == Kind.WORDS:
            operand = _either(operand, _value(action))
    return Command("" if name == SCREEN else name, what, tuple(options), operand)


def _either(one: Value | None, other: Value) -> Value:
    """Both words and files: the arguments of ``faults`` are a word, then a file."""
    if one is None:
        return other
    return Value(other.kind, (*one.words, *other.words))


def _option(action: argparse.Action) -> Option:
    return Option(
        tuple(action.option_strings),
        (action.help or "").replace("%%", "%"),
        None if action.nargs == 0 else _value(action),
        isinstance(action.default, list) or action.__class__.__name__ == "_AppendAction",
    )


def _value(action: argparse.Action) -> Value:
    if action.choices is not None:
        return Value(Kind.WORDS, tuple(map(str, action.choices)))
    known = _BY_METAVAR.get(str(action.metavar))
    return known() if known else Value(Kind.ANY)


def _levels() -> Iterable[str]:
    from mailtrap.setting_groups import LEVELS

    return LEVELS


def _rules() -> Iterable[str]:
    from mailtrap.lint.catalogue import RULES

    return RULES


def _words(words: Callable[[], Iterable[str]]) -> Callable[[], Value]:
    return lambda: Value(Kind.WORDS, tuple(words()))


# What help calls a value says what it is.
_BY_METAVAR: Mapping[str, Callable[[], Value]] = {
    "DIR": lambda: Value(Kind.DIRECTORY),
    "FILE": lambda: Value(Kind.FILE),
    "DEST": lambda: Value(Kind.FILE),
    "HOST": _words(lambda: ("localhost", "127.0.0.1", "0.0.0.0", "::1", "::")),  # noqa: S104 words
    "LEVEL": _words(_levels),
    "ID": _words(_rules),
    "ID|latest, FILTER": _words(lambda: ("latest",)),
    "ID|now": _words(lambda: ("now",)),
}
