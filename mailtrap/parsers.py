"""Parsers of command lines: help that fits a terminal, mistakes told with what was meant."""

import argparse
from collections.abc import Mapping
from typing import Any, NoReturn

from mailtrap.errors import HelpAsked, UsageError

WIDEST = 100  # columns; longer lines are hard to read
_UNKNOWN = "unrecognized arguments: "  # how argparse begins what it says of them


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes are UsageErrors, and which leaves help and version to its caller.

    ``hints``: what to say of words that are right elsewhere.
    """

    hints: Mapping[str, str] = {}

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        raise UsageError(f"{message}; {self._meant(message)}see {self.prog} --help")

    def _print_message(self, message: str, _: object = None) -> NoReturn:
        """Raises HelpAsked: argparse would write it, and pass over what cannot be written."""
        raise HelpAsked(message)

    def _meant(self, message: str) -> str:
        """What else was meant, with a blank behind it; "" where nothing is like it."""
        import difflib

        if not message.startswith(_UNKNOWN):
            return ""
        known = [flag.lstrip("-") for flag in self._option_string_actions if len(flag) > 2]
        for word in message.removeprefix(_UNKNOWN).split():
            if hint := self.hints.get(word.partition("=")[0]):
                return f"{hint}; "
            name = word.partition("=")[0].lstrip("-")
            close = difflib.get_close_matches(name, known, 1) if word.startswith("-") else []
            if close:
                return f"did you mean --{close[0]}? "
        return ""


class HelpFormatter(argparse.HelpFormatter):
    """Paragraphs as wide as the terminal has it, what is indented as it is written."""

    def __init__(self, prog: str, **options: Any) -> None:
        import shutil

        width = min(shutil.get_terminal_size().columns, WIDEST) - 2  # as argparse leaves room
        super().__init__(prog, max_help_position=26, width=width, **options)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.split("\n\n")
        return "\n\n".join(
            paragraph if "\n " in paragraph else _filled(paragraph, width, indent)
            for paragraph in paragraphs
        )


def _filled(paragraph: str, width: int, indent: str) -> str:
    import textwrap

    return textwrap.fill(
        paragraph,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def bare_parser(prog: str, description: str, examples: str = "") -> Parser:
    """A parser without options.

    ``examples``: commands, one a line, each perhaps with a remark behind a ``#``.
    """
    indented = "\n".join(f"  {line}" for line in examples.splitlines())
    return Parser(
        prog=prog,
        description=description,
        epilog=f"examples:\n{indented}" if examples else None,
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
