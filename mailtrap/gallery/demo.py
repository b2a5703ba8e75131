"""What a demo is: a name, a line about it, and what its client says.  Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

QUIT = b"QUIT\r\n"
MAIL_DATA = "the mail data"


@dataclass(frozen=True, slots=True)
class Occasion:
    """When it is sent, and what makes its Message-ID and boundaries its own."""

    at: datetime  # aware
    token: str


@dataclass(frozen=True, slots=True)
class Step:
    """Octets, and how many replies there will be to them.

    Behind a step that is ``needed`` the rest makes no sense to a server that refuses it.
    """

    octets: bytes
    replies: int = 1
    needed: bool = False
    what: str = ""  # for people, where it is no command


Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """One session."""

    name: str
    about: str
    steps: Callable[[Occasion], Steps]
    shows: tuple[str, ...] = ()  # the rules that find an error or a warning; none in a good one
    has_message: bool = True


def said(*lines: bytes) -> Steps:
    """A step for each of these commands."""
    return tuple(Step(line + b"\r\n", needed=line == b"DATA") for line in lines)


def opened(sender: bytes, *recipients: bytes, parameters: bytes = b"") -> Steps:
    """As far as mail data is due."""
    to = [b"RCPT TO:<" + recipient + b">" for recipient in recipients]
    mail = b"MAIL FROM:<" + sender + b">" + parameters
    return said(b"EHLO app.example.org", mail, *to, b"DATA")


def transaction(data: bytes, sender: bytes, *recipients: bytes, parameters: bytes = b"") -> Steps:
    """The whole session; no dot in ``data`` is stuffed."""
    end = Step(data + b".\r\n", what=MAIL_DATA)
    return (*opened(sender, *recipients, parameters=parameters), end, Step(QUIT))
