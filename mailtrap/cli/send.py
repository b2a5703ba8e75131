"""``mailtrap send``: send a mail, a file as it is, or mails of the gallery."""

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailtrap.cli import EX_REFUSED, tell
from mailtrap.cli.output import coloured, say
from mailtrap.errors import UsageError
from mailtrap.parsers import Parser, bare_parser

if TYPE_CHECKING:
    import ssl

    from mailtrap.sending.address import ServerAddress
    from mailtrap.sending.connection import Connection
    from mailtrap.sending.replies import Reply
    from mailtrap.sending.transaction import Mail

    Connected = tuple[Connection, ServerAddress, ssl.SSLContext | None]

SENDER, RECIPIENT = "mailtrap@example.org", "you@example.org"
DESCRIPTION = """\
Send a mail by SMTP, to the catcher on localhost:1025 unless told otherwise.  What
the server answered is printed.  The exit code is 1 where it refused anything, 69
where nothing answers.  MAILTRAP_URL, or MAILTRAP_HOST and MAILTRAP_PORT, name
another server, and so do host and port of your settings (mailtrap settings)."""
EXAMPLES = """\
mailtrap send
mailtrap send --to bob@example.org --subject Hi --text 'It works.'
echo '<h1>Hi</h1>' | mailtrap send --html - --attach report.pdf --transcript
mailtrap send --raw broken.eml         # octet for octet
mailtrap send --demo                   # mails to look at, good and broken"""
_MOST_LINES, _LONGEST = 100, 500  # shown of what is said at once; octets of a line
_COLOURS = {"C:": "strong", "S:": "info"}
_PIECES = ("from", "to", "cc", "bcc", "subject", "text", "html", "attach", "header")
_ONE = ("from", "subject", "text", "html")  # the others may be given more than once
_MESSAGE = {  # option: metavar, help
    "from": ("ADDRESS", f"author, and sender in the envelope (default {SENDER})"),
    "to": ("ADDRESS", f"recipient (default {RECIPIENT}); also a list, with commas"),
    "cc": ("ADDRESS", "recipient of a copy"),
    "bcc": ("ADDRESS", "recipient whom no field names"),
    "subject": ("TEXT", "subject (default Hello)"),
    "text": ("TEXT", "the text; - is stdin, @FILE a file"),
    "html": ("HTML", "the same as HTML; - is stdin, @FILE a file"),
    "attach": ("FILE", "a file to attach"),
    "header": ("'NAME: VALUE'", "a field; it takes the place of one of that name"),
}


def run(words: Sequence[str]) -> int:
    """Send; returns the exit code."""
    arguments = command_line().parse_args(words)
    if arguments.demo is not None:
        from mailtrap.cli.demos import run_demos

        _refuse_together("--demo", arguments, (*_PIECES, "raw"))
        return run_demos(arguments.demo, lambda: _greeted(arguments))
    mail = _raw(arguments) if arguments.raw else _composed(arguments)
    return _send(arguments, mail)


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap send", DESCRIPTION, EXAMPLES)
    parser.usage = "mailtrap send [OPTIONS]"
    message = parser.add_argument_group("the message")
    for name, (metavar, text) in _MESSAGE.items():
        many: dict[str, Any] = {} if name in _ONE else {"action": "append", "default": []}
        message.add_argument(f"--{name}", metavar=metavar, help=text, **many)
    message.add_argument(
        "--raw",
        metavar="FILE",
        help="this message, octet for octet, - is stdin; the envelope is told by --from, --to,"
        " --cc and --bcc, else by its fields",
    )
    message.add_argument(
        "--demo",
        metavar="NAME",
        nargs="*",
        help="mails of the gallery: names, or good, broken or all; without a name a list of them",
    )
    server = parser.add_argument_group("the server")
    server.add_argument("--host", metavar="HOST", default="", help="default localhost")
    server.add_argument("--port", metavar="PORT", default="", help="default 1025")
    server.add_argument(
        "--url",
        metavar="URL",
        default="",
        help="all in one: smtp://user:password@host:port; also smtps:// and smtp+starttls://",
    )
    server.add_argument("--tls", choices=("starttls", "smtps"), help="encrypt; or fail")
    server.add_argument("--ca", metavar="FILE", type=Path, help="trust this CA")
    server.add_argument("--insecure", action="store_true", help="trust any certificate")
    server.add_argument("--auth", metavar="USER:PASSWORD", default="", help="log in")
    server.add_argument("--transcript", action="store_true", help="show what is said")
    return parser


def _refuse_together(option: str, arguments: Namespace, others: Sequence[str]) -> None:
    given = [name for name in others if getattr(arguments, name) not in (None, [])]
    if given:
        raise UsageError(f"{option} sends mail as it is; leave out --{given[0]}")


# Messages


def _raw(arguments: Namespace) -> "Mail":
    from mailtrap.cli.mail_files import read_mail
    from mailtrap.sending.header import divided
    from mailtrap.sending.recipients import named
    from mailtrap.sending.transaction import Mail

    _refuse_together("--raw", arguments, ("subject", "text", "html", "attach", "header"))
    data = read_mail(arguments.raw)
    found = named(divided(data).fields)
    # Addresses as they are: whoever sends raw messages may want to send raw addresses.
    given = tuple(map(os.fsencode, (*arguments.to, *arguments.cc, *arguments.bcc)))
    recipients = given or found.recipients
    if not recipients:
        raise UsageError(f"there is no recipient in {arguments.raw!r}; name one with --to")
    if b"\r\n" not in data and b"\n" in data:
        tell(f"the lines of {arguments.raw!r} end in LF; they are sent so")
    author = getattr(arguments, "from")
    sender = b"".join(found.senders[:1]) if author is None else os.fsencode(author)
    return Mail(sender, recipients, data)


def _composed(arguments: Namespace) -> "Mail":
    from datetime import datetime
    from email.utils import make_msgid

    from mailtrap.sending.composing import Pieces, composed

    text, html = (_text(name, getattr(arguments, name)) for name in ("text", "html"))
    if text is html is None and not arguments.attach:
        from mailtrap.gallery.texts import HELLO, HELLO_HTML

        text, html = HELLO, HELLO_HTML
    pieces = Pieces(
        getattr(arguments, "from") or f"mailtrap <{SENDER}>",
        arguments.to or ([] if arguments.cc or arguments.bcc else [RECIPIENT]),
        arguments.cc,
        arguments.bcc,
        "Hello" if arguments.subject is None else arguments.subject,
        text,
        html,
        [Path(name) for name in arguments.attach],
        arguments.header,
    )
    return composed(pieces, datetime.now().astimezone(), make_msgid(domain="example.org"))


def _text(name: str, value: str | None) -> str | None:
    if value is None or (value != "-" and not value.startswith("@")):
        return value
    from mailtrap.cli.mail_files import read_mail

    file = value.removeprefix("@")
    try:
        return read_mail(file).decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"--{name}: {file!r} is not in UTF-8; --raw sends any octets") from error


# The server


def _send(arguments: Namespace, mail: "Mail") -> int:
    from mailtrap.sending.transaction import begin, hand_over, leave

    with _connected(arguments) as (connection, server, context):
        outcome = hand_over(connection, mail, begin(connection, server, context))
        leave(connection)
    for refusal in outcome.refusals:
        tell(f"the server refused {refusal.command}: {refusal.reply}{_hint(refusal.reply)}")
    if outcome.kept is not None:
        say(str(outcome.kept))
    return EX_REFUSED if outcome.refusals else 0


def _hint(reply: "Reply") -> str:
    if reply.code != 530:
        return ""
    is_about_tls = "STARTTLS" in str(reply)
    return f"; try again with {'--tls starttls' if is_about_tls else '--auth USER:PASSWORD'}"


@contextmanager
def _greeted(arguments: Namespace) -> "Iterator[Connection]":
    """A session whose next words are those of a demo."""
    from mailtrap.sending.transaction import begin

    with _connected(arguments) as (connection, server, context):
        if server.tls == "starttls" or server.user:
            begin(connection, server, context)
        yield connection


@contextmanager
def _connected(arguments: Namespace) -> "Iterator[Connected]":
    """A connection that has been greeted."""
    from mailtrap.sending.connection import Connection
    from mailtrap.sending.transaction import greet

    server = _server(arguments)
    context = None
    if server.tls:
        from mailtrap.sending.tls import client_context

        context = client_context(arguments.ca, is_insecure=arguments.insecure)
    elif arguments.ca or arguments.insecure:
        raise UsageError("--ca and --insecure are for TLS; add --tls starttls or --tls smtps")
    tell_all = _show if arguments.transcript else None
    with closing(Connection(server.host, server.port, tell=tell_all)) as connection:
        greet(connection, server, context)
        yield connection, server, context


def _server(arguments: Namespace) -> "ServerAddress":
    from mailtrap.sending.address import read_address
    from mailtrap.setting_files import surroundings

    if arguments.url and (arguments.host or arguments.port):
        raise UsageError("--url has host and port; leave out --host and --port")
    is_named = arguments.url or (arguments.host and arguments.port)
    environ = os.environ if is_named else surroundings()
    server = read_address(environ, url=arguments.url, host=arguments.host, port=arguments.port)
    if arguments.tls:
        server = server._replace(tls=arguments.tls)
    if arguments.auth:
        user, colon, password = arguments.auth.partition(":")
        if not colon or not user:
            raise UsageError("--auth: there is no user or no colon; give USER:PASSWORD")
        server = server._replace(user=user, password=password)
    return server


def _show(who: str, octets: bytes) -> None:
    from mailtrap.sanitize import shown

    lines = octets.removesuffix(b"\r\n").split(b"\r\n")
    mark = coloured(who, _COLOURS.get(who, "mark"))
    for line in lines[:_MOST_LINES]:
        more = len(line) - _LONGEST
        say(f"{mark} {shown(line[:_LONGEST])}{f' ... {more:,} more octets' if more > 0 else ''}")
    if len(lines) > _MOST_LINES:
        say(f"{mark} ... {len(lines) - _MOST_LINES:,} more lines")
