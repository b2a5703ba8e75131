"""The rules of messages: header, MIME, what receivers make of it.  Run when asked, not live."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

from mailtrap.content import Content
from mailtrap.envelope import Envelope
from mailtrap.lint.catalogue import MESSAGES
from mailtrap.lint.diagnostic import Diagnostic, diagnosed
from mailtrap.lint.mail import Mail
from mailtrap.message import Message

MAX_READ = 2**21  # octets of a message that are looked at
MAX_FOUND = 100  # findings of one rule in a message: more say nothing new


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a message, and how much of it was looked at."""

    diagnostics: tuple[Diagnostic, ...]
    read: int  # octets
    size: int  # octets

    @property
    def is_partial(self) -> bool:
        """The message was longer than what is looked at."""
        return self.read < self.size


def diagnose(
    data: bytes, envelope: Envelope | None = None, *, received: datetime | None = None
) -> Report:
    """What is wrong with mail data; rules that need more are silent where it is not known."""
    return report_on(_read(data, envelope, received))


def mail_of(message: Message) -> Mail:
    """A message that was kept, as rules read it."""
    if not message.session:
        # Another program put it into the maildir: nobody knows how it came, or when.
        return _read(message.data)
    return _read(message.data, message.envelope, message.received, is_head=message.truncated)


def report_on(mail: Mail) -> Report:
    """What is wrong with a message, in the order of its octets."""
    found = chain.from_iterable(
        (diagnosed(rule, each) for each in islice(check(mail), MAX_FOUND))
        for rule, check in MESSAGES[""]
    )
    in_order = sorted(found, key=lambda each: (each.place.start or 0, each.rule.id))
    return Report(tuple(in_order), len(mail.content.data), mail.size)


def _read(
    data: bytes,
    envelope: Envelope | None = None,
    received: datetime | None = None,
    *,
    is_head: bool = False,
) -> Mail:
    """``is_head``: more of it came, nobody knows how much."""
    return Mail(Content(data[:MAX_READ]), len(data) + is_head, envelope, received)
