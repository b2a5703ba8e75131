"""A message as tests read it: everything derives from envelope and octets.  Reading never raises.

Assertions do: ``link`` and ``code`` want exactly one, and say what there is instead.
"""

import email
import email.policy
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from os import PathLike
from pathlib import Path

from mailtrap import message as kept
from mailtrap.cached import cached_property
from mailtrap.content import Content
from mailtrap.defects import Defect
from mailtrap.envelope import Envelope
from mailtrap.errors import MailtrapError
from mailtrap.links import Link
from mailtrap.sanitize import sanitize, sanitize_lines
from mailtrap.session import Session
from mailtrap.testing import reading
from mailtrap.testing.html import Html
from mailtrap.testing.reading import Address, Attachment, Headers
from mailtrap.testing.snapshot import snapshot
from mailtrap.testing.texts import Text, fits_text, spoken


class Message:
    """One message that a client was told is kept."""

    def __init__(
        self,
        message: kept.Message,
        session: Callable[[str], Session],
        *,
        tls: bool = False,
        auth_user: str | None = None,
    ) -> None:
        """``session``: reads one by its id."""
        self.kept = message
        self.tls = tls  # it came encrypted
        self.auth_user = auth_user  # who had logged in; None: nobody
        self._read_session = session

    @property
    def id(self) -> str:
        """As the server told the client: ``250 2.0.0 kept as ID``."""
        return self.kept.id

    @property
    def received(self) -> datetime:
        """When the end of data arrived; aware, UTC."""
        return self.kept.received

    @property
    def session(self) -> Session:
        """The connection that brought it, as far as it has come."""
        return self._read_session(self.kept.session)

    def keep_session(self) -> None:
        """Read the session now, because it may be let go."""
        with suppress(MailtrapError):
            session = self.session
            self._read_session = lambda _id: session

    # The envelope

    @property
    def envelope(self) -> Envelope:
        """What the client said with MAIL and RCPT, with its parameters."""
        return self.kept.envelope

    @property
    def mail_from(self) -> str:
        """The sender of the envelope; "" for the null reverse-path, too."""
        return self.kept.envelope.reverse_path or ""

    @property
    def rcpt_to(self) -> tuple[str, ...]:
        """The recipients of the envelope, in the order of RCPT."""
        return self.kept.envelope.forward_paths

    # The mail data

    @property
    def raw(self) -> bytes:
        """The octets as they were sent (dot-stuffing undone)."""
        return self.kept.data

    @property
    def size(self) -> int:
        """Octets of mail data."""
        return self.kept.size

    @cached_property
    def content(self) -> Content:
        """The mail data as the rest of mailtrap reads it: fields, parts, places."""
        return Content(self.kept.data)

    @cached_property
    def email(self) -> EmailMessage:
        """The same as the standard library reads it.  Its own accessors may raise."""
        try:
            made = email.message_from_bytes(self.raw, policy=email.policy.default)
        except (MessageError, ValueError, LookupError, AttributeError, TypeError):
            made = EmailMessage()
            made.set_content(self.raw, "application", "octet-stream")
        assert isinstance(made, EmailMessage)
        return made

    @property
    def headers(self) -> Headers:
        """The header fields decoded, by name in any case."""
        return Headers(self.content)

    @property
    def subject(self) -> str:
        """Decoded; "" without one."""
        return self.content.subject

    @property
    def from_(self) -> Address:
        """The first mailbox in From; "" without one."""
        return next(iter(reading.addresses(self.content, "from")), Address(""))

    @property
    def to(self) -> tuple[Address, ...]:
        """The mailboxes in To."""
        return reading.addresses(self.content, "to")

    @property
    def cc(self) -> tuple[Address, ...]:
        """The mailboxes in Cc."""
        return reading.addresses(self.content, "cc")

    @property
    def bcc(self) -> tuple[Address, ...]:
        """The recipients of the envelope that neither To nor Cc name."""
        named = {each.lower() for each in (*self.to, *self.cc)}
        return tuple(Address(each) for each in self.rcpt_to if each.lower() not in named)

    @property
    def reply_to(self) -> tuple[Address, ...]:
        """The mailboxes in Reply-To."""
        return reading.addresses(self.content, "reply-to")

    @property
    def date(self) -> datetime | None:
        """What Date says; None where it is missing or no date."""
        try:
            return parsedate_to_datetime(self.content.field("date"))
        except (TypeError, ValueError, IndexError, OverflowError):
            return None

    @property
    def message_id(self) -> str:
        """Message-ID with its brackets; "" without one."""
        return self.content.field("message-id")

    @property
    def text(self) -> str:
        """The plain text; "" without one."""
        return self.content.text or ""

    @cached_property
    def html(self) -> Html:
        """The HTML, with ``find`` and ``text``; "" without one."""
        return Html(self.content.html or "")

    @property
    def body(self) -> str:
        """The plain text, and what a person sees of the HTML."""
        return "\n".join(filter(None, (self.text, self.content.hypertext.text)))

    @cached_property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files, in order."""
        return reading.attachments(self.content)

    @cached_property
    def inline(self) -> tuple[Attachment, ...]:
        """The images and the like that the HTML shows, in order."""
        return reading.inline(self.content)

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What could not be read as it was meant."""
        return self.content.defects

    @property
    def links(self) -> tuple[Link, ...]:
        """Those of the HTML in order, then those that only the text has."""
        return self.content.links

    def link(self, *, text: Text | None = None, url: Text | None = None) -> str:
        """Where the only link leads whose text and address contain that.

        AssertionError, which lists all links, unless exactly one does.
        """
        __tracebackhide__ = True
        found = [each for each in self.links if _is_link(each, text, url)]
        if len({each.href for each in found}) == 1:
            return found[0].href
        wanted = {"text": text, "url": url}
        named = ", ".join(f"{key} {spoken(x)}" for key, x in wanted.items() if x is not None)
        with_ = f" with {named}" if named else ""
        raise AssertionError(
            f"{len(found) or 'no'} links{with_} in {self}; it has{_listed(self.links)}"
        )

    def codes(self) -> tuple[str, ...]:
        """One-time codes that a person sees in it, each once."""
        return self.content.codes

    def code(self) -> str:
        """The only one-time code; AssertionError unless there is exactly one."""
        __tracebackhide__ = True
        found = self.codes()
        if len(found) == 1:
            return found[0]
        has = f"{len(found)} codes ({', '.join(found)})" if found else "no one-time code"
        raise AssertionError(f"{self} has {has}; its text is:\n{sanitize_lines(self.body[:500])}")

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the octets to a file, or as ``ID.eml`` into a directory; returns the file."""
        target = Path(path)
        if target.is_dir():
            target /= f"{self.id}.eml"
        target.write_bytes(self.raw)
        return target

    def snapshot(self, *, replace: Mapping[str | re.Pattern[str], str] | None = None) -> str:
        """The message as a text that is the same for each sending, for snapshot tests.

        Date, Received, boundaries, Content-IDs and the Message-IDs that it has or refers to are
        replaced; so are the texts and patterns in ``replace``.
        """
        return snapshot(self.content, replace or {})

    @property
    def recipients(self) -> tuple[str, ...]:
        """All of them: of the envelope, then those that only To and Cc name."""
        every: dict[str, str] = {}
        for each in (*self.rcpt_to, *self.to, *self.cc):
            every.setdefault(each.lower(), each)
        return tuple(every.values())

    def __repr__(self) -> str:
        to = ", ".join(self.rcpt_to[:3]) + (" …" if len(self.rcpt_to) > 3 else "")
        return f"<Message {sanitize(self.subject)!r} to {sanitize(to) or 'nobody'}>"


def _is_link(link: Link, text: Text | None, url: Text | None) -> bool:
    return (text is None or fits_text(text, link.text)) and (
        url is None or fits_text(url, link.href)
    )


def _listed(links: tuple[Link, ...]) -> str:
    if not links:
        return " none at all"
    return ":" + "".join(f"\n  {sanitize(each.text)!r} -> {sanitize(each.href)}" for each in links)
