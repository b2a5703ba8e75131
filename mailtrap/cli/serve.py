"""``mailtrap serve``: take mail without a screen."""

from collections.abc import Sequence

from mailtrap.parsers import Parser
from mailtrap.settings import parse, parser

DESCRIPTION = """\
Take mail on localhost:1025 without a screen, and write one line for each event.
Ctrl+C stops it.  Every option can be set in the environment, too: --max-size 10M
is MAILTRAP_MAX_SIZE=10M.  So it can in pyproject.toml: see mailtrap settings --help."""
EXAMPLES = """\
mailtrap serve --transcript       # each command and reply as well
mailtrap serve --json --port 0    # for programs; the first line has the port
mailtrap serve --maildir mails    # mail is there after a restart, too"""


def command_line() -> Parser:
    """What it takes."""
    return parser("mailtrap serve", DESCRIPTION, EXAMPLES)


def run(words: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code."""
    arguments = parse(command_line(), words)
    # Only now: --help and mistakes are answered without the server's imports.
    from mailtrap.cli import headless
    from mailtrap.cli.listening import listening

    with listening(arguments) as bound:
        return headless.serve(bound)
