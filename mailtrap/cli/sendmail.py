"""``mailtrap sendmail``: takes the place of sendmail, also where it is called by that name.

It is started for each mail, so it imports little.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import chain
from typing import TYPE_CHECKING

from mailtrap.cli.streams import complain
from mailtrap.errors import RefusedError, UnreachableError, UsageError
from mailtrap.sanitize import sanitize, shown
from mailtrap.sending.address import ServerAddress, read_address
from mailtrap.sending.connection import Connection
from mailtrap.sending.replies import Reply
from mailtrap.sending.transaction import Mail, begin, greet, hand_over, leave
from mailtrap.sendmail.caller import author_of
from mailtrap.sendmail.exit_codes import EX_IOERR, EX_OK, EX_UNAVAILABLE, EX_USAGE, exit_code
from mailtrap.sendmail.flags import DELIVER, QUEUE, SPEAK, Flags, read_flags
from mailtrap.sendmail.message import passed

if TYPE_CHECKING:
    import socket
    import ssl

    from mailtrap.parsers import Parser

_PIECE = 65536  # octets of stdin to read at once
HELP = """\
usage: mailtrap sendmail [FLAGS] [RECIPIENT ...]

Takes the place of sendmail: a message on stdin goes to the catcher.  Call it so
in php.ini, git, mutt and others, or through a link of the name sendmail.

-t               recipients are in To, Cc and Bcc, too
-i, -oi          a line with a dot alone does not end the message
-f ADDRESS       sender in the envelope; -f "" is the null reverse-path
-F NAME          name of the author, where there is no From
-N, -R, -V       delivery status notifications: NOTIFY, RET, ENVID
-v               show what is said
-bs              SMTP on stdin and stdout
-bp, -bi, -q     nothing to do: there is no queue
--host, --port   the catcher, else MAILTRAP_URL, or MAILTRAP_HOST and
                 MAILTRAP_PORT, else localhost:1025

All other flags are passed over.  Bcc is removed; Message-Id, Date and From are
added where they are missing; line ends become CRLF; all else goes on as it is.

Exit codes: 64 usage, 67 no such recipient, 69 unreachable or refused, 74 stdin
cannot be read, 75 refused for now, 77 not allowed.

examples:
  mailtrap sendmail -t < mail.eml
  mailtrap sendmail -i -f ann@example.org bob@example.org < mail.eml"""


def text() -> str:
    """What it says of itself."""
    return HELP


def command_line() -> "Parser":
    """What shells complete; flags are read as sendmail reads them, not by this."""
    # Only now: argparse takes longer to import than a mail to be passed on.
    from mailtrap.parsers import bare_parser

    parser = bare_parser("mailtrap sendmail", HELP)
    parser.add_argument("-t", action="store_true", help="recipients are in the fields, too")
    parser.add_argument("-i", "-oi", action="store_true", help="a dot alone ends nothing")
    parser.add_argument("-f", metavar="ADDRESS", help="sender in the envelope")
    parser.add_argument("-F", metavar="NAME", help="name of the author")
    parser.add_argument("-v", action="store_true", help="show what is said")
    parser.add_argument("-bs", action="store_true", help="SMTP on stdin and stdout")
    parser.add_argument("--host", metavar="HOST", help="the catcher")
    parser.add_argument("--port", metavar="PORT", help="its port")
    parser.add_argument("words", nargs="*", metavar="RECIPIENT")
    return parser


def run(words: Sequence[str]) -> int:
    """Pass a message on; returns the exit code."""
    flags = read_flags(words)
    if flags.wants_help:
        _say(HELP)
        return EX_OK
    if flags.mode == QUEUE:
        _say("Mail queue is empty")
    if flags.mode not in (DELIVER, SPEAK):
        return EX_OK
    try:
        server = _server(flags)
        return _speak(server) if flags.mode == SPEAK else _deliver(flags, server)
    except UsageError as error:
        return _fail(str(error), EX_USAGE)
    except UnreachableError as error:
        return _fail(str(error), EX_UNAVAILABLE)
    except RefusedError as error:
        return _fail(str(error), exit_code([(Reply(error.reply), False)]))


def _server(flags: Flags) -> ServerAddress:
    environ: Mapping[str, str] = os.environ
    is_named = "MAILTRAP_URL" in environ or "MAILTRAP_PORT" in environ
    if not (flags.host or flags.port or is_named):
        # Only now: most who call this name the server.
        from mailtrap.setting_files import surroundings

        environ = surroundings()
    return read_address(environ, host=flags.host, port=flags.port)


def _deliver(flags: Flags, server: ServerAddress) -> int:
    if not flags.takes_fields and not flags.recipients:
        return _fail(
            "there is no recipient; name one, or take those of the fields with -t", EX_USAGE
        )
    try:
        octets = _message(flags)
    except OSError as error:
        return _fail(f"the message cannot be read from stdin: {error.strerror}", EX_IOERR)
    author = author_of(flags, os.environ)
    message = passed(octets, author, recipients=flags.recipients, takes_fields=flags.takes_fields)
    if not message.recipients:
        return _fail("there is no recipient in To, Cc or Bcc of the message", EX_USAGE)
    mail = Mail(author.sender, message.recipients, message.data, *flags.notifications)
    with closing(_connected(server, flags)) as connection:
        context = _context(server)
        greet(connection, server, context)
        outcome = hand_over(connection, mail, begin(connection, server, context))
        leave(connection)
    for refusal in outcome.refusals:
        _tell(f"the server refused {refusal.command}: {refusal.reply}")
    return exit_code((each.reply, each.recipient is not None) for each in outcome.refusals)


def _message(flags: Flags) -> bytes:
    if sys.stdin is None:
        return b""
    if not flags.dot_ends:
        return sys.stdin.buffer.read()
    lines = []
    for line in sys.stdin.buffer:
        if line.rstrip(b"\r\n") == b".":
            break
        lines.append(line)
    return b"".join(lines)


def _connected(server: ServerAddress, flags: Flags) -> Connection:
    return Connection(server.host, server.port, tell=_show if flags.is_verbose else None)


def _context(server: ServerAddress) -> "ssl.SSLContext | None":
    if not server.tls:
        return None
    from mailtrap.sending.tls import client_context

    return client_context(None, is_insecure=False)


def _speak(server: ServerAddress) -> int:
    """Pass octets on between stdin, stdout and the server, until that ends."""
    from mailtrap.cli.output import flush, say_octets

    with closing(Connection(server.host, server.port)) as connection, closing(_caller()) as caller:
        for octets in chain(_introduced(connection, server), connection.pass_on(caller)):
            say_octets(octets)
            flush()
    return EX_OK


def _introduced(connection: Connection, server: ServerAddress) -> Iterator[bytes]:
    """Encrypt and log in as the address has it; the greeting that this took from the caller."""
    if server.tls or server.user:
        context = _context(server)
        greeting = greet(connection, server, context)
        if server.tls == "starttls" or server.user:
            begin(connection, server, context)
        yield greeting.raw


def _caller() -> "socket.socket":
    """What comes on stdin, as a socket: on Windows nothing else can be waited for with others."""
    import socket
    import threading

    ours, theirs = socket.socketpair()
    if sys.stdin is None:  # closed; its descriptor may be that of a socket by now
        theirs.close()
        return ours
    threading.Thread(target=_feed, args=(sys.stdin.fileno(), theirs), daemon=True).start()
    return ours


def _feed(descriptor: int, caller: "socket.socket") -> None:
    with suppress(OSError), caller:  # nobody listens any more, or stdin cannot be read
        while octets := os.read(descriptor, _PIECE):
            caller.sendall(octets)


def _show(who: str, octets: bytes) -> None:
    for line in octets.removesuffix(b"\r\n").split(b"\r\n"):
        _say(f"{who} {shown(line)}")


def _say(text: str) -> None:
    from mailtrap.cli.output import say

    say(text)


def _fail(sentence: str, code: int) -> int:
    _tell(sentence)
    return code


def _tell(sentence: str) -> None:
    complain(f"sendmail: {sanitize(sentence)}\n")
