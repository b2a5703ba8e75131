"""``mailtrap tail``: what happened in a maildir, and with ``-f`` what happens."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from mailtrap.cli.maildir import Snapshot, add_maildir, attached, opened
from mailtrap.cli.output import check_reader, flush, say
from mailtrap.parsers import Parser, bare_parser
from mailtrap.setting_files import sources
from mailtrap.setting_groups import Settings, TailSettings
from mailtrap.settings import add_options, option

if TYPE_CHECKING:
    from mailtrap.events import Event

ATTENTION = 1.0  # seconds until it is noticed that nobody reads any more
SETTLE = 0.05  # seconds in which all is found that happened together, to be told in order
DESCRIPTION = """\
Write the last events of a maildir as mailtrap serve writes them, whatever server it
was that took the mail; with -f those to come, too, until Ctrl+C."""
EXAMPLES = """\
mailtrap tail -n 20 --transcript
mailtrap tail -f --json"""


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap tail", DESCRIPTION, EXAMPLES)
    add_maildir(parser)
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what happens")
    add_options(parser, TailSettings)
    add_options(parser, Settings, only=("json", "transcript"))
    return parser


def run(words: Sequence[str]) -> int:
    """Write them; returns the exit code."""
    arguments = command_line().parse_args(words)
    given = sources(arguments)
    as_json, transcript = (given.given(option(Settings, x)).value for x in ("json", "transcript"))
    settings: TailSettings = given.of(TailSettings)
    from mailtrap.cli.past import Told
    from mailtrap.console import Console

    lines: list[str] = []
    console = Console(lines.append, as_json=as_json, transcript=transcript)
    told = Told(console, transcript=transcript)
    if not arguments.follow:
        _, snapshot = opened(arguments)
        told.past(snapshot, settings.lines)
        _say(lines, settings.lines)
        return 0
    happening: SimpleQueue[Event] = SimpleQueue()
    with attached(arguments) as maildir:
        maildir.subscribe(happening.put)
        maildir.start()
        # Only now: what happens while this is read is in the queue, and told once.
        told.past(Snapshot(maildir.path), settings.lines)
        _say(lines, settings.lines)
        while True:
            flush()
            first = _next(happening)
            time.sleep(SETTLE)
            told.live([first, *_all(happening)])
            _say(lines)


def _next(events: "SimpleQueue[Event]") -> "Event":
    """What happens next.  Raises UnreadError where nobody waits for it any more."""
    while True:
        try:
            return events.get(timeout=ATTENTION)
        except Empty:
            check_reader()


def _all(events: "SimpleQueue[Event]") -> Iterator["Event"]:
    """What is in the queue by now."""
    with suppress(Empty):
        while True:
            yield events.get_nowait()


def _say(lines: list[str], most: int = 0) -> None:
    """Write the last lines, or all, and forget them."""
    for line in "".join(lines).splitlines()[-most:]:
        say(line)
    lines.clear()
