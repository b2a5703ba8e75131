"""A message to oneself: well-made, with a link and a code, by real SMTP to the own listener."""

import secrets
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from mailtrap.tui.endpoints import WILDCARDS, Address, Endpoints

TIMEOUT = 10.0  # seconds
_NAME = "[127.0.0.1]"  # a domain literal (RFC 5321 section 4.1.3): this may have no name
SENDER = "mailtrap <mailtrap@example.org>"
RECIPIENT = "you@example.org"

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


def sample(code: str) -> EmailMessage:
    """The message, with that code in it."""
    message = EmailMessage()
    message["Date"] = formatdate(localtime=True)
    message["From"] = SENDER
    message["To"] = RECIPIENT
    message["Subject"] = f"A test message: your code is {code}"
    message["Message-ID"] = make_msgid(domain="example.org")
    message.set_content(_TEXT.format(code=code))
    message.add_alternative(_HTML.format(code=code), subtype="html")
    return message


def send_sample(endpoints: Endpoints) -> None:
    """Send one, in a thread.  Raises SampleError."""
    message = sample(f"{secrets.randbelow(900_000) + 100_000}")
    try:
        with _connected(endpoints) as smtp:
            smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        [(code, said)] = error.recipients.values()
        raise SampleError(f"the test message was refused: {code} {said.decode()}") from error
    except smtplib.SMTPResponseException as error:
        reply = error.smtp_error
        text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
        raise SampleError(f"the test message was refused: {error.smtp_code} {text}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise SampleError(f"the test message could not be sent: {error}") from error


def _connected(endpoints: Endpoints) -> smtplib.SMTP:
    """A session with the own listener, encrypted where that is offered."""
    if endpoints.smtp:
        smtp = smtplib.SMTP(*_reached(endpoints.smtp[0]), _NAME, timeout=TIMEOUT)
        if endpoints.starttls:
            smtp.starttls(context=_context(endpoints))
        return smtp
    host, port = _reached(endpoints.smtps[0])
    context = _context(endpoints)
    return smtplib.SMTP_SSL(host, port, _NAME, timeout=TIMEOUT, context=context)


def _context(endpoints: Endpoints) -> ssl.SSLContext:
    """Trusts our CA; a certificate of the user is for another name, and this is ourselves."""
    if endpoints.ca is not None:
        context = ssl.create_default_context(cafile=endpoints.ca)
        context.check_hostname = False
        return context
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _reached(address: Address) -> Address:
    host, port = address
    return WILDCARDS.get(host, host), port
