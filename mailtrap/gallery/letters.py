"""Messages put together by the email package, the same octets for the same occasion."""

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from mailtrap.gallery.demo import Demo, Occasion, Steps, transaction
from mailtrap.sending.transaction import stuffed

Write = Callable[[Occasion], EmailMessage]
# By default it writes lines of quoted-printable of 78 characters; RFC 2045 section 6.7 has 76.
POLICY = SMTP.clone(max_line_length=76)
UTF8 = POLICY.clone(utf8=True)


def letter(
    occasion: Occasion, sender: str, to: str, subject: str, *, policy: Any = POLICY
) -> EmailMessage:
    """A message with the fields that each should have."""
    message = EmailMessage(policy=policy)
    message["Date"] = format_datetime(occasion.at)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{occasion.token}@example.org>"
    message["MIME-Version"] = "1.0"
    return message


def both(message: EmailMessage, text: str, html: str) -> EmailMessage:
    """Give it a text and the same as HTML."""
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def octets(message: EmailMessage, occasion: Occasion) -> bytes:
    """Its octets; boundaries are told by the occasion, not by chance."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{number}_{occasion.token}")
    return message.as_bytes()


def mailed(name: str, about: str, write: Write, *, sender: str = "", parameters: str = "") -> Demo:
    """A well-made message and its session; ``sender``: where it is not that of From."""

    def steps(occasion: Occasion) -> Steps:
        message = write(occasion)
        recipients = [each.addr_spec for each in message["To"].addresses]
        author = message["From"].addresses[0].addr_spec
        return transaction(
            stuffed(octets(message, occasion)),
            (sender or author).removeprefix("<>").encode(),
            *(recipient.encode() for recipient in recipients),
            parameters=parameters.encode(),
        )

    return Demo(name, about, steps)
