"""``mailtrap show``: one message, or one thing about it."""

import json
from argparse import ArgumentParser
from collections.abc import Sequence

from mailtrap.cli import EX_NO_MATCH, tell
from mailtrap.cli.choice import LATEST, NoChoiceError, chosen
from mailtrap.cli.filters import GRAMMAR, add_filter, parsed, query_of
from mailtrap.cli.maildir import add_maildir, now, opened
from mailtrap.cli.output import say
from mailtrap.errors import ReadError, UsageError
from mailtrap.parsers import Parser, bare_parser
from mailtrap.sanitize import sanitize

DESCRIPTION = f"""\
Show a message: "latest", an id, or the beginning of one.  Without an option that is
its most telling header fields and its text.  At a terminal control characters are
made visible; in a pipe --raw, --html and --part are the octets or text as they came.

{GRAMMAR}

With "latest" a filter says which message."""
EXAMPLES = """\
mailtrap show latest
mailtrap show latest to:bob --code      # its one-time code
mailtrap show latest --raw > mail.eml   # every octet"""

VIEWS = {
    "text": "the text; the HTML as text where there is none",
    "html": "the source of the HTML",
    "raw": "the mail data, every octet of it",
    "headers": "every header field, decoded",
    "links": "where links lead, one a line",
    "code": "one-time codes, one a line",
    "transcript": "the SMTP session that brought it",
    "diagnostics": "what is wrong with it and with its session",
    "json": "one JSON object: fields, text, HTML, links, codes, parts",
}


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap show", DESCRIPTION, EXAMPLES)
    parser.usage = "mailtrap show [OPTIONS] ID|latest [FILTER ...]"
    add_maildir(parser)
    add_filter(parser, first=f"ID|{LATEST}")
    add_views(parser)
    return parser


def run(words: Sequence[str]) -> int:
    """Show it; returns the exit code."""
    arguments = parsed(command_line(), words)
    if not arguments.words:
        raise UsageError(f"which message? give its id, or {LATEST!r}; mailtrap list shows the ids")
    first, *rest = arguments.words
    query = query_of(arguments, rest, now())
    mail, _ = opened(arguments)
    try:
        message = chosen(first, query, mail)
    except NoChoiceError as error:
        tell(str(error))
        return EX_NO_MATCH
    if message.size and not message.data:
        raise ReadError(f"cannot read the message {sanitize(message.id)}")
    # Only now: to read a message takes more than to find it.
    from mailtrap.cli import views

    if arguments.json:
        say(json.dumps(views.keys(message, read=mail.kept.is_read(message.id))))
        return 0
    if arguments.part is not None:
        return views.part(message, arguments.part)
    view = next((each for each in VIEWS if getattr(arguments, each)), "")
    return views.show(message, view, mail)


def add_views(parser: ArgumentParser) -> None:
    """One option for each view."""
    group = parser.add_mutually_exclusive_group()
    for name, what in VIEWS.items():
        if name == "transcript":
            group.add_argument("--part", metavar="PART", help="a part: 2, 1.2, or its file name")
        group.add_argument(f"--{name}", action="store_true", help=what)
