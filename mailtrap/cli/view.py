"""``mailtrap view``: show a maildir on a screen, whoever writes it."""

import gc
from collections.abc import Sequence

from mailtrap.cli.maildir import path_of
from mailtrap.cli.progress import Progress
from mailtrap.cli.screen import why_no_screen
from mailtrap.errors import UsageError
from mailtrap.parsers import Parser, bare_parser
from mailtrap.setting_files import sources
from mailtrap.setting_groups import ScreenSettings, Settings
from mailtrap.settings import MAILDIR, add_options, option

DESCRIPTION = f"""\
Show the mail of a maildir on the same screen as mailtrap does, and follow it live: mail
and sessions of every mailtrap that writes there (serve --maildir DIR), and mail that any
other program delivers.  Read marks and deletions are made in DIR, for all to see.  DIR is
that of {MAILDIR.variable} where it is left out."""
EXAMPLES = "mailtrap view mails    # beside mailtrap serve --maildir mails, or alone"


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap view", DESCRIPTION, EXAMPLES)
    parser.add_argument("maildir", nargs="?", metavar="DIR", help="the maildir")
    add_options(parser, Settings, only=("show_secrets",))
    add_options(parser.add_argument_group("how it looks"), ScreenSettings)
    return parser


def run(words: Sequence[str]) -> int:
    """Show it until it is quit; returns the exit code."""
    arguments = command_line().parse_args(list(words))
    path = path_of(arguments, "name it")
    if why := why_no_screen():
        raise UsageError(f"view: {why}; list, show and tail do without one")
    # Only now: --help and mistakes are answered without these imports.
    from mailtrap.cli.screen_settings import look_of

    given = sources(arguments)
    look = look_of(given)
    show_secrets = given.given(option(Settings, "show_secrets")).value
    from mailtrap import tui
    from mailtrap.stores.attached import AttachedMaildir

    maildir = AttachedMaildir(path)
    gc.disable()  # as the screen does: what is found lives on
    with Progress(f"opening {maildir.path}"):
        maildir.start()
    gc.freeze()
    gc.enable()
    try:
        status = tui.run(
            maildir,
            (),
            show_secrets=show_secrets,
            maildir=maildir.path,
            trouble=lambda: maildir.trouble,
            look=look,
        )
    finally:
        maildir.stop()
    from mailtrap.tui.leftovers import end_despite_them

    end_despite_them(status)
    return status
