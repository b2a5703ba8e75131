"""Settings by the names they have: in a file, in the environment, on the command line.  Pure.

An option on the command line wins over its environment variable, that over the project's
``[tool.mailtrap]``, that over the user's file, that over the default: see ``setting_sources``.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import Field, dataclass, fields
from typing import Any

from mailtrap.parsers import Parser, bare_parser
from mailtrap.setting_groups import HEADLESS_ONLY, Group, Settings
from mailtrap.setting_values import Kind

__all__ = [
    "HEADLESS_ONLY",
    "Option",
    "Settings",
    "add_options",
    "option",
    "options_of",
    "parse",
    "parser",
    "readme_table",
]

KEYS = "keys"  # the section of the keys of the screen: see mailtrap.tui.registry
UNSET = object()  # an argument: as if nobody had said anything
SHORT = {"lines": "-n"}
ELSEWHERE = {"theme": ("TEXTUAL_THEME",)}  # variables of others that say the same


@dataclass(frozen=True, slots=True)
class Option:
    """A setting: its names, and what it may be."""

    section: str
    field: "Field[Any]"

    @property
    def attribute(self) -> str:
        """In the group, and among the arguments."""
        return self.field.name

    @property
    def name(self) -> str:
        """In its section of a file."""
        return self.field.name.replace("_", "-")

    @property
    def key(self) -> str:
        """In a file, section included."""
        return f"{self.section}.{self.name}" if self.section else self.name

    @property
    def flag(self) -> str:
        """On the command line."""
        return f"--no-{self.name}" if self.field.default is True else f"--{self.name}"

    @property
    def opposite(self) -> str:
        """What undoes on the command line what a file says, "" where there is nothing to undo."""
        if self.kind.is_flag or self.field.default in (None, ()):
            word = self.flag.removeprefix("--")
            return f"--{word.removeprefix('no-')}" if word.startswith("no-") else f"--no-{word}"
        return ""

    @property
    def variable(self) -> str:
        """In the environment."""
        return f"MAILTRAP_{self.key.upper().replace('-', '_').replace('.', '_')}"

    @property
    def variables(self) -> tuple[str, ...]:
        """The same, and those of others."""
        return (self.variable, *ELSEWHERE.get(self.key, ()))

    @property
    def kind(self) -> Kind:
        """What it may be."""
        kind: Kind = self.field.metadata["kind"]
        return kind

    @property
    def help(self) -> str:
        """What it does."""
        return str(self.field.metadata["help"])

    @property
    def usual(self) -> str:
        """What it is unless someone says."""
        return str(self.field.metadata["usual"]) or self.kind.shown(self.field.default) or "none"


def options_of(group: Group) -> Iterator[Option]:
    """The settings of that group."""
    return (Option(group.SECTION, each) for each in fields(group))


def option(group: Group, attribute: str) -> Option:
    """That setting."""
    return next(each for each in options_of(group) if each.attribute == attribute)


MAILDIR = option(Settings, "maildir")


# What help puts under one heading.
HEADINGS = {
    "where it listens": ("host", "port", "smtps_port", "sniff"),
    "what it keeps": ("maildir", "fsync", "max_age", "max_messages", "max_bytes"),
    "what it answers": (
        "hostname",
        "ehlo",
        "user",
        "max_size",
        "timeout",
        "strict_eod",
        "trust_xclient",
    ),
    "TLS": ("tls", "require_tls", "tls_cert", "tls_key", "tls_ca", "tls_client_ca"),
    "failing on purpose": ("faults", "no_magic"),
    "what it shows": ("show_secrets", "json", "transcript", "level"),
}


def parse(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """The arguments in ``words``.  ``--ehlo -CHUNKING`` works, which argparse alone refuses."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "--ehlo":
            joined[-1] = f"--ehlo={word}"
        else:
            joined.append(word)
    return parser.parse_args(joined)


def parser(
    prog: str, description: str, examples: str = "", *, without: Sequence[str] = ()
) -> Parser:
    """A parser for all options of a server but those named in ``without``; values stay text."""
    made = bare_parser(prog, description, examples)
    made.usage = f"{prog} [OPTIONS]"
    for heading, names in HEADINGS.items():
        group = made.add_argument_group(heading)
        for name in names:
            if name not in without:
                _add(group, option(Settings, name))
    return made


def add_options(
    made: argparse._ActionsContainer,
    group: Group,
    *,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
) -> None:
    """Options for the settings of a group, or some of them; None where they are not given."""
    for each in options_of(group):
        if each.attribute not in without and (not only or each.attribute in only):
            _add(made, each)


def _add(made: argparse._ActionsContainer, each: Option) -> None:
    flags = [SHORT[each.name], each.flag] if each.name in SHORT else [each.flag]
    is_off = each.field.default is True
    default = "" if each.usual == "none" else f" (default {each.usual})"
    if each.kind.is_flag:
        made.add_argument(
            *flags,
            dest=each.attribute,
            action="store_const",
            const="no" if is_off else "yes",
            help=each.help,
        )
    else:
        made.add_argument(
            *flags,
            dest=each.attribute,
            action="append" if each.kind.split else "store",
            metavar=each.field.metadata["metavar"],
            help=f"{each.help}{default}".replace("%", "%%"),
        )
    if each.opposite:
        made.add_argument(
            each.opposite,
            dest=each.attribute,
            action="store_const",
            const=("yes" if is_off else "no") if each.kind.is_flag else UNSET,
            help=argparse.SUPPRESS,
        )


def readme_table(groups: Iterable[Group]) -> str:
    """Every setting for the README."""
    lines = ["| in a file | environment | what it is | default |", "|---|---|---|---|"]
    for group in groups:
        for each in options_of(group):
            text = each.help.replace("<", "&lt;").replace(">", "&gt;").replace("|", "\\|")
            lines.append(f"| `{each.key}` | `{each.variable}` | {text} | {each.usual} |")
    return "\n".join(lines)
