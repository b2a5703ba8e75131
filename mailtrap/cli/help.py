"""``mailtrap help``: topics that are longer than the help of a command."""

from collections.abc import Sequence
from importlib import import_module
from importlib.resources import files

from mailtrap.cli import COMMANDS, EX_USAGE, tell
from mailtrap.cli.output import say
from mailtrap.parsers import Parser, bare_parser

TOPICS = {
    "start": "an app, a port, a first message; what to look at",
    "filters": "which messages: the words that list, show, wait and / take",
    "scripts": "mail in shell scripts and CI: wait, codes, links, exit codes",
    "faults": "make the server fail on purpose",
    "maildir": "keep mail in a directory, share it, read it with other programs",
    "tls": "STARTTLS, certificates, and why a handshake fails",
    "fixture": "the pytest fixture, and the same without pytest",
    "containers": "the image, and CI services",
    "migration": "from MailHog, Mailpit, smtpdfix, pytest-localserver, aiosmtpd",
}
DESCRIPTION = """\
Show a topic, or what a command takes, in $PAGER where that is set.  Alone it lists the
topics."""
EXAMPLES = """\
mailtrap help filters
mailtrap help list       # as mailtrap list --help"""


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap help", DESCRIPTION, EXAMPLES)
    names = (*TOPICS, *COMMANDS)
    parser.add_argument("topic", nargs="?", choices=names, metavar="TOPIC", help="or a COMMAND")
    parser.usage = "mailtrap help [TOPIC|COMMAND]"
    return parser


def run(words: Sequence[str]) -> int:
    """Show it; returns the exit code."""
    asked = words[0] if words else ""
    if len(words) == 1 and not asked.startswith("-") and asked not in (*TOPICS, *COMMANDS):
        tell(_unknown(asked))
        return EX_USAGE
    topic = command_line().parse_args(words).topic
    if topic is None:
        _list()
        return 0
    # Only now: the list needs no pager.
    from mailtrap.cli.pager import page

    page(text_of(topic))
    return 0


def text_of(name: str) -> str:
    """The text of a topic; for the name of a command what it takes."""
    if name not in COMMANDS:
        return files("mailtrap").joinpath("topics", f"{name}.txt").read_text("utf-8").rstrip("\n")
    command = import_module(f"mailtrap.cli.{name}")
    # Some have more to say than a parser knows.
    text: str = command.text() if hasattr(command, "text") else command.command_line().format_help()
    return text.rstrip("\n")


def _list() -> None:
    say("topics, each as mailtrap help TOPIC:")
    for name, what in TOPICS.items():
        say(f"  {name:<12}{what}")
    say("\nmailtrap help COMMAND is mailtrap COMMAND --help; mailtrap --help lists commands")


def _unknown(word: str) -> str:
    import difflib

    close = difflib.get_close_matches(word, (*TOPICS, *COMMANDS), 1)
    hint = f"did you mean {close[0]!r}?" if close else "mailtrap help lists them"
    return f"there is no topic or command {word!r}; {hint}"
