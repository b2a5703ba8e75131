"""``mailtrap tail``: what happened in a maildir, and with ``-f`` what happens."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from mailtrap.cli.filters import count
from mailtrap.cli.maildir import Snapshot, add_maildir, attached, opened
from mailtrap.cli.output import flush, say
from mailtrap.parsers import Parser, bare_parser

if TYPE_CHECKING:
    from mailtrap.events import Event

USUAL = 10  # lines
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
    parser.add_argument(
        "-n",
        "--lines",
        type=count,
        default=USUAL,
        metavar="N",
        help=f"how much of what was (default {USUAL})",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--transcript", action="store_true", help="each command and reply as well")
    return parser


def run(words: Sequence[str]) -> int:
    """Write them; returns the exit code."""
    arguments = command_line().parse_args(words)
    from mailtrap.cli.past import Told
    from mailtrap.console import Console

    lines: list[str] = []
    console = Console(lines.append, as_json=arguments.json, transcript=arguments.transcript)
    told = Told(console, transcript=arguments.transcript)
    if not arguments.follow:
        _, snapshot = opened(arguments)
        told.past(snapshot, arguments.lines)
        _say(lines, arguments.lines)
        return 0
    happening: SimpleQueue[Event] = SimpleQueue()
    with attached(arguments) as maildir:
        maildir.subscribe(happening.put)
        maildir.start()
        # Only now: what happens while this is read is in the queue, and told once.
        told.past(Snapshot(maildir.path), arguments.lines)
        _say(lines, arguments.lines)
        while True:
            flush()
            first = happening.get()
            time.sleep(SETTLE)
            told.live([first, *_all(happening)])
            _say(lines)


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
