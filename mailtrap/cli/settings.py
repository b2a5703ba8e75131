"""``mailtrap settings``: what is set, and by whom."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailtrap.cli import tell
from mailtrap.cli.output import coloured, is_terminal, say
from mailtrap.parsers import Parser, bare_parser

if TYPE_CHECKING:
    from mailtrap.cli.setting_rows import Row

DESCRIPTION = """\
Print every setting: its name, its value, and where that is from.  What counts is an
option, else a variable of the environment, else [tool.mailtrap] in the nearest
pyproject.toml that has it, else your own mailtrap.toml, else the default.
MAILTRAP_CONFIG=FILE reads that file instead of both.  In a pipe there are tabs between
columns.  Exit code 2 where something is wrong in a file, with its line."""
EXAMPLES = """\
mailtrap settings
mailtrap settings --keys     # for [keys] of a file
mailtrap settings --path     # which files are read"""
GAP = 2  # cells


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap settings", DESCRIPTION, EXAMPLES)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--keys", action="store_true", help="actions of the screen, and their keys")
    what.add_argument("--path", action="store_true", help="which files are read")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    return parser


HEADINGS = {
    "settings": ("setting", "value", "from"),
    "keys": ("action", "usual", "keys", "what it does"),
    "files": ("", "file", ""),
}


def run(words: Sequence[str]) -> int:
    """Print them; returns the exit code."""
    arguments = command_line().parse_args(words)
    # Only now: to read files takes more than to say what is wrong with the options.
    from mailtrap.cli import setting_rows as rows

    wanted = "keys" if arguments.keys else "files" if arguments.path else "settings"
    found: list[Row] = {"keys": rows.keys, "files": rows.files, "settings": rows.settings}[wanted]()
    if arguments.json:
        say(json.dumps([row.json for row in found]))
    elif is_terminal():
        _print(HEADINGS[wanted], found)
    else:
        for row in found:
            say("\t".join(row.cells))
    for sentence in rows.unknown_variables():
        tell(sentence)
    return 0


def _print(heading: Sequence[str], found: "Sequence[Row]") -> None:
    """In columns; what somebody has set stands out."""
    from mailtrap.wrapping import cells

    table = [heading, *(row.cells for row in found)]
    widths = [max(map(cells, column)) + GAP for column in zip(*table, strict=True)]
    for number, row in enumerate(table):
        padded = (
            cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True)
        )
        line = "".join(padded).rstrip()
        if not number:
            say(coloured(line, "info"))
        else:
            say(coloured(line, "strong") if found[number - 1].is_set else line)
