"""A message to oneself: well-made, with a link and a code, by real SMTP to the own listener."""

import secrets
import ssl
from contextlib import closing
from datetime import datetime

from mailtrap.errors import RefusedError, SendError
from mailtrap.gallery.demo import Occasion
from mailtrap.gallery.letters import both, letter, octets
from mailtrap.sending.address import ServerAddress
from mailtrap.sending.connection import Connection
from mailtrap.sending.replies import Reply
from mailtrap.sending.tls import client_context
from mailtrap.sending.transaction import Mail, Outcome, begin, greet, hand_over, leave
from mailtrap.tui.endpoints import WILDCARDS, Endpoints

TIMEOUT = 10.0  # seconds
SENDER, RECIPIENT = "mailtrap@example.org", "you@example.org"

_TEXT = """\
Hello,

this message came to you by SMTP, from mailtrap to itself.

Your one-time code is {code}.

A link to try things with: https://example.org/confirm?token=sample

Look at its tabs, copy from it with y, open it in a browser with o.
"""
_HTML = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>A test message</title></head>
<body>
<p>Hello,</p>
<p>this message came to you by SMTP, from mailtrap to itself.</p>
<p>Your one-time code is <strong>{code}</strong>.</p>
<p><a href="https://example.org/confirm?token=sample">A link to try things with</a></p>
<p>Look at its tabs, copy from it with y, open it in a browser with o.</p>
</body>
</html>
"""


class SampleError(Exception):
    """It was not taken; says why in a sentence."""


def sample(code: str) -> Mail:
    """The message, with that code in it."""
    occasion = Occasion(datetime.now().astimezone(), secrets.token_hex(12))
    subject = f"A test message: your code is {code}"
    message = letter(occasion, f"mailtrap <{SENDER}>", RECIPIENT, subject)
    both(message, _TEXT.format(code=code), _HTML.format(code=code))
    return Mail(SENDER.encode(), (RECIPIENT.encode(),), octets(message, occasion))


def send_sample(endpoints: Endpoints) -> None:
    """Send one, in a thread.  Raises SampleError."""
    mail = sample(f"{secrets.randbelow(900_000) + 100_000}")
    try:
        outcome = _sent(mail, _server(endpoints), _context(endpoints))
    except RefusedError as error:
        reply = Reply(error.reply)
        raise SampleError(f"the test message was refused: {reply}") from error
    except SendError as error:
        raise SampleError(f"the test message could not be sent: {error}") from error
    for refusal in outcome.refusals:
        raise SampleError(f"the test message was refused: {refusal.reply}")


def _sent(mail: Mail, server: ServerAddress, context: ssl.SSLContext) -> Outcome:
    with closing(Connection(server.host, server.port, timeout=TIMEOUT)) as connection:
        greet(connection, server, context)
        outcome = hand_over(connection, mail, begin(connection, server, context))
        leave(connection)
    return outcome


def _server(endpoints: Endpoints) -> ServerAddress:
    """The own listener, encrypted where that is offered."""
    if endpoints.smtp:
        (host, port), tls = endpoints.smtp[0], "starttls" if endpoints.starttls else ""
    else:
        (host, port), tls = endpoints.smtps[0], "smtps"
    return ServerAddress(WILDCARDS.get(host, host), port, tls)


def _context(endpoints: Endpoints) -> ssl.SSLContext:
    """Trusts our CA; a certificate of the user is for another name, and this is ourselves."""
    context = client_context(endpoints.ca, is_insecure=endpoints.ca is None)
    context.check_hostname = False
    return context
