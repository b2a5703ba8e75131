"""``mailtrap list``: the messages of a maildir, or those that match a filter."""

import json
from collections.abc import Sequence

from mailtrap.cli import EX_NO_MATCH, tell
from mailtrap.cli.filters import GRAMMAR, add_filter, add_since, count, parsed, query_of
from mailtrap.cli.maildir import add_maildir, nothing, now, opened
from mailtrap.cli.output import say
from mailtrap.parsers import Parser, bare_parser

DESCRIPTION = f"""\
List the messages of a maildir, oldest first: id, time, from, to, size, subject.
In a pipe nothing is cut.  Exit code 1 where nothing matches.

{GRAMMAR}"""
EXAMPLES = """\
mailtrap list from:shop has:attachment
mailtrap list 'size:>100k OR is:error' --limit 10
mailtrap list --since 1h --json"""


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap list", DESCRIPTION, EXAMPLES)
    add_maildir(parser)
    add_filter(parser)
    add_since(parser)
    parser.add_argument("--limit", type=count, metavar="N", help="only the newest so many")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    return parser


def run(words: Sequence[str]) -> int:
    """List them; returns the exit code."""
    arguments = parsed(command_line(), words)
    at = now()
    query = query_of(arguments, arguments.words, at)
    mail, _ = opened(arguments)
    found = mail.matching(query, arguments.limit)
    # Only now: what is wrong with a filter is said without reading mail.
    from mailtrap.cli import table

    if arguments.json:
        say(json.dumps([table.keys(each, read=mail.kept.is_read(each.id)) for each in found]))
    else:
        for line in table.lines(found, at):
            say(line)
    if not found:
        tell(nothing(query, mail))
    return 0 if found else EX_NO_MATCH
