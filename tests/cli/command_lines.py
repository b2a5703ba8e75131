"""What the commands say they take."""

import argparse
import re
import shlex
from collections.abc import Callable
from importlib import import_module

from mailtrap.cli import COMMANDS
from mailtrap.parsers import Parser

NAMES = ("screen", *COMMANDS)


def parser_of(name: str) -> Parser:
    """The parser of a command; ``screen`` is the one without a name."""
    command_line: Callable[[], Parser] = import_module(f"mailtrap.cli.{name}").command_line
    return command_line()


def options_of(name: str) -> set[str]:
    """Its options that help shows, such as ``--json``."""
    shown = (each for each in parser_of(name)._actions if each.help != argparse.SUPPRESS)
    return {flag for action in shown for flag in action.option_strings}


def examples_of(name: str) -> list[str]:
    """The commands its help shows, without remarks."""
    shown = parser_of(name).format_help()
    _, found, examples = shown.partition("\nexamples:\n")
    lines = examples.partition("\n\n")[0].splitlines() if found else []
    return [re.sub(r"\s+#.*", "", line.strip()) for line in lines]


def accepts(command: str) -> None:
    """The command line can be read; pipes, redirections and ``&`` are the shell's.

    Raises UsageError where it cannot.
    """
    ours = command[command.index("mailtrap") :]  # what is before it feeds it
    _, *words = shlex.split(re.split(r"[|&]|\s[<>]\s", ours, maxsplit=1)[0], comments=True)
    if "--" in words:
        words = words[: words.index("--")]
    name = words.pop(0) if words and not words[0].startswith("-") else "screen"
    parser = parser_of(name)
    intermixed = any(action.dest == "words" for action in parser._actions)
    reads: Callable[[list[str]], argparse.Namespace] = (
        parser.parse_intermixed_args if intermixed else parser.parse_args
    )
    reads(words)
