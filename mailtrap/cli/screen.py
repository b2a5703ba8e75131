"""``mailtrap``: take mail and show it on a screen."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from textwrap import indent
from typing import TYPE_CHECKING

from mailtrap.cli import COMMANDS, GROUPS, tell
from mailtrap.cli.letters import knows
from mailtrap.errors import FaultsError
from mailtrap.parsers import Parser
from mailtrap.setting_groups import ScreenSettings
from mailtrap.settings import HEADLESS_ONLY, add_options, parse, parser
from mailtrap.version import __version__

if TYPE_CHECKING:
    from mailtrap.cli.listening import Listening
    from mailtrap.trap import Catch
    from mailtrap.tui.look import Look

DESCRIPTION = """\
A local mail catcher: takes any SMTP session on localhost:1025, delivers nothing,
and shows mail and raw transcripts live."""
EXAMPLES = """\
mailtrap                               # a screen that shows mail as it comes
mailtrap --maildir mails --tls         # kept in a directory; offers STARTTLS
mailtrap serve --json --port 0         # no screen: lines for a program
mailtrap run -- pytest                 # a server for as long as that runs
mailtrap show latest --maildir mails   # what came last
mailtrap check mail.eml                # what is wrong with a message"""
CLOSING = """\
Options can be set in the environment, too: --max-size 10M is MAILTRAP_MAX_SIZE=10M,
and in pyproject.toml: see mailtrap settings --help.

mailtrap COMMAND --help says more; mailtrap help lists topics."""

_DRAWN = "─│●✗ü日"  # some of what the screen is made of, and of what mail is


def command_line() -> Parser:
    """What it takes where no command is named."""
    text = f"{DESCRIPTION}\n\nexamples:\n{indent(EXAMPLES, '  ')}\n\n{_commands()}"
    options = parser("mailtrap", text, without=HEADLESS_ONLY)
    options.usage = "mailtrap [COMMAND] [OPTIONS]"
    options.epilog = CLOSING
    options.hints = {
        **{name: f"a command comes first: mailtrap {name} ..." for name in COMMANDS},
        **{f"--{name}": f"mailtrap serve has --{name}" for name in HEADLESS_ONLY},
    }
    add_options(options.add_argument_group("how it looks"), ScreenSettings)
    options.add_argument("-V", "--version", action="version", version=f"mailtrap {__version__}")
    return options


def _commands() -> str:
    """The commands, group by group."""
    known = {
        heading: [f"  {name:<12}{COMMANDS[name]}" for name in names if name in COMMANDS]
        for heading, names in GROUPS.items()
    }
    return "\n\n".join(
        "\n".join([f"{heading}:", *lines]) for heading, lines in known.items() if lines
    )


def run(words: Sequence[str]) -> int:
    """Show the screen until it is quit; returns the exit code."""
    arguments = parse(command_line(), words)
    # Only now: --help and mistakes are answered without the server's imports.
    from mailtrap.cli.screen_settings import look_of
    from mailtrap.setting_files import sources

    look = look_of(sources(arguments))
    from mailtrap.cli.listening import listening

    with listening(arguments) as bound:
        if why := why_no_screen():
            from mailtrap.cli import headless

            tell(f"{why}, writing lines instead (as mailtrap serve does)")
            return headless.serve(bound)
        status = _show(bound, look)
    from mailtrap.tui.leftovers import end_despite_them

    end_despite_them(status)
    return status


def _show(bound: "Listening", look: "Look") -> int:
    from mailtrap.cli.listening import offers_starttls
    from mailtrap.smtp.server import ServerThread

    bound.publish_ca()
    server, settings = bound.server, bound.settings
    addresses, smtps = server.addresses, server.smtps_addresses
    thread = ServerThread(server)
    # The port is open before the screen is even imported: an app can send at once.
    thread.start()
    with ExitStack() as stack:
        stack.callback(thread.stop)
        shown = stack.enter_context(_shown(bound))
        from mailtrap import tui

        def follow(notice: tui.Notice) -> None:
            def tell(sentence: str, error: FaultsError | None) -> None:
                notice(sentence, is_trouble=error is not None)

            stack.enter_context(bound.following_faults(tell))

        return tui.run(
            shown.catch,
            addresses,
            show_secrets=settings.show_secrets,
            smtps=smtps,
            ca=bound.certificates.ca,
            starttls=offers_starttls(settings),
            maildir=settings.maildir,
            timeout=settings.timeout,
            trouble=shown.trouble,
            on_ready=follow,
            faults=bound.live_faults,
            look=look,
        )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the screen shows, and why that cannot be read, "" where it can."""

    catch: "Catch"
    trouble: Callable[[], str] = lambda: ""


@contextmanager
def _shown(bound: "Listening") -> Iterator[_Shown]:
    """The trap, or the maildir it writes: there is also what others write."""
    if bound.maildir is None:
        yield _Shown(bound.trap)
        return
    from mailtrap.stores.attached import AttachedMaildir

    attached = AttachedMaildir(bound.maildir.path)
    attached.start()
    # Who is told by the trap need not wait for the file system to tell.
    unsubscribe = bound.trap.subscribe(attached.nudge)
    try:
        yield _Shown(attached, lambda: attached.trouble)
    finally:
        unsubscribe()
        attached.stop()


def why_no_screen() -> str:
    """Why nothing can be drawn here, "" where it can."""
    # Textual paints on stderr and reads keys from stdin.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(s is not None and s.isatty() for s in streams) or os.environ.get("TERM") == "dumb":
        return "no terminal to draw on"
    encoding = sys.stderr.encoding
    if knows(encoding, _DRAWN):
        return ""
    variable = "PYTHONIOENCODING"
    remedy = f"unset {variable}" if os.environ.get(variable) else "set LC_ALL=C.UTF-8"
    return f"the screen needs UTF-8, and this terminal is set to {encoding} ({remedy})"
