"""``mailtrap wait``: until mail comes that matches a filter."""

import json
import re
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailtrap.cli import EX_NO_MATCH, tell
from mailtrap.cli.choice import NoChoiceError, named
from mailtrap.cli.filters import GRAMMAR, add_filter, count, parsed, query_of
from mailtrap.cli.maildir import Mail, add_maildir, attached, now
from mailtrap.cli.output import say
from mailtrap.parsers import Parser, bare_parser
from mailtrap.setting_files import sources
from mailtrap.setting_groups import WaitSettings
from mailtrap.settings import add_options

if TYPE_CHECKING:
    from mailtrap.message import Message

NOW = "now"
DESCRIPTION = f"""\
Wait until a message is there that matches, and print it as mailtrap list does; with
--count N the newest N.  Mail that is there already counts, unless there is --after.
Exit code 1 where the time is over; then it says what came instead.

{GRAMMAR}"""
EXAMPLES = """\
mailtrap wait --to bob@example.org --subject code --code
mailtrap wait 'has:link age:<1h' --link token= --timeout 30"""


def run(words: Sequence[str]) -> int:
    """Wait; returns the exit code."""
    arguments = parsed(command_line(), words)
    settings: WaitSettings = sources(arguments).of(WaitSettings)
    at = now()
    query = query_of(arguments, arguments.words, at)
    from mailtrap.cli.arrivals import Arrivals

    with attached(arguments) as maildir:
        mail = Mail(maildir)
        arrivals = Arrivals(mail, query)
        maildir.subscribe(arrivals)
        maildir.start()
        try:
            arrivals.ignore(_seen(arguments.after, maildir.messages))
        except NoChoiceError as error:
            tell(str(error))
            return EX_NO_MATCH
        found = arrivals.wait(arguments.count, settings.timeout)
        if len(found) < arguments.count:
            tell(arrivals.missing(arguments.count, settings.timeout))
            return EX_NO_MATCH
        return _print(found, mail, arguments)


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap wait", DESCRIPTION, EXAMPLES)
    add_maildir(parser)
    add_filter(parser)
    parser.add_argument(
        "--count", type=count, default=1, metavar="N", help="so many messages (default 1)"
    )
    add_options(parser, WaitSettings)
    parser.add_argument(
        "--after", metavar=f"ID|{NOW}", help="only mail that came after that message, or from now"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON array, as mailtrap list")
    form.add_argument("--code", action="store_true", help="only the one-time codes of the message")
    form.add_argument(
        "--link", type=_regex, metavar="REGEX", help="only the first link that has that"
    )
    form.add_argument("--id", action="store_true", help="only the id, for mailtrap show")
    return parser


def _regex(text: str) -> re.Pattern[str]:
    from mailtrap.query_patterns import PatternError, pattern

    try:
        return pattern(text)
    except PatternError as error:
        raise ArgumentTypeError(f"{text!r}: {error}; {error.remedy}") from error


def _seen(after: str | None, messages: Sequence["Message"]) -> frozenset[str]:
    """Ids of the messages that do not count.  Raises NoChoiceError."""
    if after is None:
        return frozenset()
    if after == NOW:
        return frozenset(each.id for each in messages)
    last = named(after, messages)
    ids = [each.id for each in messages]
    return frozenset(ids[: ids.index(last.id) + 1])


def _print(found: Sequence["Message"], mail: Mail, arguments: Namespace) -> int:
    from mailtrap.cli import table
    from mailtrap.content import Content
    from mailtrap.sanitize import sanitize

    if arguments.json:
        say(json.dumps([table.keys(each, read=mail.kept.is_read(each.id)) for each in found]))
        return 0
    if not (arguments.code or arguments.link or arguments.id):
        for line in table.lines(found, now()):
            say(line)
        return 0
    missing = False
    for each in found:
        content = Content(each.data)
        if arguments.id:
            texts = [each.id]
        elif arguments.code:
            texts = list(content.codes)
        else:
            hrefs = (link.href for link in content.links)
            texts = [href for href in hrefs if arguments.link.search(href[:2000])][:1]
        for text in texts:
            say(sanitize(text))
        if not texts:
            missing = True
            what = "one-time code" if arguments.code else f"link with {arguments.link.pattern!r}"
            links = list(dict.fromkeys(sanitize(link.href) for link in content.links))
            hint = f"; it has {', '.join(links[:5])}" if arguments.link and links else ""
            tell(f"{sanitize(each.id)} came, but has no {what}{hint}")
    return EX_NO_MATCH if missing else 0
