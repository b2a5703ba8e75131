"""``mailtrap doctor``: whether this machine has what mailtrap needs."""

import json
import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from mailtrap.cli import EX_FOUND
from mailtrap.cli.output import coloured, say, width
from mailtrap.errors import UsageError
from mailtrap.parsers import Parser, bare_parser
from mailtrap.settings import MAILDIR, Settings

if TYPE_CHECKING:
    from mailtrap.cli.checkup.finding import Finding

DESCRIPTION = """\
Look at what mailtrap needs and say what is missing: port, names, terminal, clipboard,
programs, versions, maildir.  Exit code 1 where something has to be done."""
EXAMPLES = """\
mailtrap doctor
mailtrap doctor --maildir mails --json"""
_COLOURS = {"ok": "mark", "note": "info", "todo": "error"}


def command_line() -> Parser:
    """What it takes."""
    made = bare_parser("mailtrap doctor", DESCRIPTION, EXAMPLES)
    made.add_argument("--host", action="append", metavar="HOST", help="where it would listen")
    made.add_argument("--port", metavar="PORT", help="the port to try (default 1025)")
    made.add_argument(
        "--maildir", metavar="DIR", help=f"the maildir to look at (default ${MAILDIR.variable})"
    )
    made.add_argument("--json", action="store_true", help="one JSON array")
    return made


def run(words: Sequence[str]) -> int:
    """Look; returns the exit code."""
    arguments = command_line().parse_args(words)
    found = list(_findings(arguments))
    todo = sum(each.state == "todo" for each in found)
    if arguments.json:
        say(json.dumps([asdict(each) for each in found]))
    else:
        for each in found:
            _show(each)
        say(f"\n{_summary(todo)}")
    return EX_FOUND if todo else 0


def _findings(arguments: Namespace) -> "Iterator[Finding]":
    from mailtrap.cli.checkup import installation, maildirs, network
    from mailtrap.cli.checkup.finding import todo
    from mailtrap.setting_files import sources
    from mailtrap.setting_sources import resolve

    # --json is ours, not that of a server.
    wanted = Namespace(host=arguments.host, port=arguments.port, maildir=arguments.maildir)
    try:
        settings = resolve(sources(wanted))
    except UsageError as error:
        if any(each is not None for each in vars(wanted).values()):
            raise
        settings = Settings()
        remedy = "mend it: what listens or reads mail stops there, and the rest here is by defaults"
        yield todo("settings", str(error), remedy)
    yield installation.python()
    yield from installation.packages()
    yield installation.name_clash()
    yield network.port(settings.host, settings.port)
    yield network.ipv6()
    yield network.localhost(network.addresses_of_localhost)
    yield network.hostname()
    yield from _of_terminal()
    yield maildirs.watches()
    if settings.maildir is not None:
        yield from maildirs.maildir(settings.maildir)


def _of_terminal() -> "Iterator[Finding]":
    from mailtrap.cli.checkup import terminal

    environ = os.environ
    streams = (sys.stdin, sys.stdout, sys.stderr)
    is_terminal = all(each is not None and each.isatty() for each in streams)
    yield terminal.terminal(environ, is_terminal=is_terminal)
    if is_terminal:
        yield terminal.size(*shutil.get_terminal_size())
        yield terminal.colours(environ)
        yield terminal.letters(sys.stdout.encoding)
        yield from terminal.tmux(environ)
    yield terminal.clipboard(environ)
    yield terminal.browser(environ)
    yield terminal.program("pager", ("PAGER",), ("less", "more"), environ)
    editors = ("editor", "vi", "nano", "ed")
    yield terminal.program("editor", ("VISUAL", "EDITOR"), editors, environ)


def _summary(todo: int) -> str:
    if not todo:
        return "all that mailtrap needs is there"
    return "one thing has to be done" if todo == 1 else f"{todo} things have to be done"


def _show(finding: "Finding") -> None:
    import textwrap

    indent = " " * 18
    first = f"{finding.state:<4}  {finding.name:<12}"
    lines = textwrap.wrap(finding.text, max(width() - len(indent), 20)) or [""]
    say(coloured(first, _COLOURS[finding.state]) + lines[0])
    for line in lines[1:]:
        say(indent + line)
    if finding.remedy:
        for line in textwrap.wrap(
            f"-> {finding.remedy}", max(width() - len(indent), 20), break_long_words=False
        ):
            say(indent + line)
