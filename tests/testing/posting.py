"""Mail that tests of the catcher send, with smtplib."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, Protocol


class Where(Protocol):
    """What listens."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...


def written(
    subject: str = "Welcome",
    *,
    to: str = "bob@example.org",
    from_: str = "ann@example.org",
    text: str = "Hello Bob.\n",
    html: str = "",
    **headers: str,
) -> EmailMessage:
    """A message with all that a message has to have."""
    message = EmailMessage()
    message["From"] = from_
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Mon, 01 Jan 2024 12:00:00 +0000"
    message["Message-ID"] = "<1@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


@contextmanager
def connected(trap: Where) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(trap.host, trap.port, local_hostname="client.test", timeout=10) as client:
        yield client


def post(trap: Where, subject: str = "Welcome", **other: Any) -> EmailMessage:
    """Write a message and send it."""
    message = written(subject, **other)
    with connected(trap) as client:
        client.send_message(message)
    return message


def post_raw(
    trap: Where,
    data: bytes,
    *,
    sender: str = "ann@example.org",
    to: tuple[str, ...] = ("bob@example.org",),
) -> None:
    """Send octets."""
    with connected(trap) as client:
        client.sendmail(sender, to, data)
