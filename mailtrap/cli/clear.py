"""``mailtrap clear``: remove messages from a maildir."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mailtrap.cli import EX_NO_MATCH, tell
from mailtrap.cli.filters import GRAMMAR, add_filter, add_since, parsed, query_of
from mailtrap.cli.maildir import Snapshot, add_maildir, nothing, now, opened
from mailtrap.cli.output import say
from mailtrap.errors import OutputError, StoreError, UsageError
from mailtrap.parsers import Parser, bare_parser

if TYPE_CHECKING:
    from mailtrap.message import Message

DESCRIPTION = f"""\
Remove the messages that match a filter, or --all of them, and list them as mailtrap
list does.  --all removes the transcripts of sessions that have ended, too.

{GRAMMAR}"""
EXAMPLES = """\
mailtrap clear 'age:>1d' --dry-run    # which would go?
mailtrap clear --all"""


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap clear", DESCRIPTION, EXAMPLES)
    add_maildir(parser)
    add_filter(parser)
    add_since(parser)
    parser.add_argument("--all", action="store_true", help="all messages and ended sessions")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    parser.add_argument("--json", action="store_true", help="one JSON array of what was removed")
    return parser


def run(words: Sequence[str]) -> int:
    """Remove them; returns the exit code."""
    arguments = parsed(command_line(), words)
    at = now()
    query = query_of(arguments, arguments.words, at)
    if query.is_empty != arguments.all:
        both = "a filter and --all exclude each other"
        raise UsageError(f"which messages? {'give a filter, or --all' if query.is_empty else both}")
    mail, snapshot = opened(arguments)
    found = mail.matching(query)
    # Before they are gone: then nothing of them can be read.
    told = _told(found, snapshot, at, as_json=arguments.json)
    removed, sessions = [each.id for each in found], 0
    if not arguments.dry_run:
        try:
            removed = [each.id for each in snapshot.remove(removed)]
        except StoreError as error:
            raise OutputError(str(error)) from error
        sessions = snapshot.remove_ended_sessions() if arguments.all else 0
    if arguments.json:
        say(f"[{', '.join(told[each] for each in removed)}]")
    else:
        for each in removed:
            say(told[each])
    if not found and not arguments.all:
        tell(nothing(query, mail))
        return EX_NO_MATCH
    verb = "would be removed" if arguments.dry_run else "removed"
    of_sessions = f", {_many(sessions, 'transcript')}" if sessions else ""
    tell(f"{_many(len(removed), 'message')}{of_sessions} {verb}")
    return 0


def _told(
    found: Sequence["Message"], snapshot: Snapshot, at: datetime, *, as_json: bool
) -> dict[str, str]:
    """What is said of each, by id."""
    from mailtrap.cli import table

    if as_json:
        texts: Iterable[str] = (
            json.dumps(table.keys(x, read=snapshot.is_read(x.id))) for x in found
        )
    else:
        texts = table.lines(found, at)
    return dict(zip((each.id for each in found), texts, strict=True))


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
