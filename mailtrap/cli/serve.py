"""``mailtrap serve``: take mail without a screen."""

from collections.abc import Sequence

from mailtrap.settings import parse, parser

DESCRIPTION = """\
Take mail on localhost:1025 without a screen, and write one line for each event.
Ctrl+C stops it.  Every option can be set as MAILTRAP_OPTION in the environment and in
pyproject.toml, too: see mailtrap settings --help."""


def run(words: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code."""
    arguments = parse(parser("mailtrap serve", DESCRIPTION), words)
    # Only now: --help and mistakes are answered without the server's imports.
    from mailtrap.cli import headless
    from mailtrap.cli.listening import listening

    with listening(arguments) as bound:
        return headless.serve(bound)
