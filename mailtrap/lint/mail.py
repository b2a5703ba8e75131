"""A message as rules read it."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from mailtrap.content import Content
from mailtrap.envelope import Envelope
from mailtrap.fields import MAX_HEADER, Field
from mailtrap.lint.address_list import AddressList, read_address_list

ADDRESS_FIELDS = ("from", "sender", "reply-to", "to", "cc", "bcc")
_NO_FIELD = re.compile(
    rb"\A[ \t][^\n]*+|^(?![ \t]|\r?$)(?![!-9;-~]++[ \t]*+:)[^\n]++", re.MULTILINE
)
_UNFOLDED = re.compile(rb"\r?\n(?![ \t])")


@dataclass(frozen=True, slots=True)
class Addresses:
    """One address field: where its body is in the mail data, and what was read."""

    field: Field
    start: int  # offset of the body
    list: AddressList


@dataclass(frozen=True)  # without slots: what rules share is read once
class Mail:
    """Its content, and what is known of how it came."""

    content: Content  # of the part of it that is looked at
    size: int  # octets of all of it
    envelope: Envelope | None = None  # None: a file, nobody knows
    received: datetime | None = None  # aware, UTC

    @property
    def is_whole(self) -> bool:
        """All of it is looked at: what is missing is missing indeed."""
        return len(self.content.data) == self.size

    @property
    def is_internationalized(self) -> bool:
        """MAIL had SMTPUTF8 (RFC 6531 section 3.4)."""
        sender = self.envelope.sender if self.envelope else None
        return sender is not None and sender.parameter("SMTPUTF8") is not None

    @property
    def is_header_whole(self) -> bool:
        """All of the header section is looked at: a field that is not there is missing."""
        is_all = self.content.header_end == self.size or self._runs_into_body
        return self.has_separator or (self.is_whole and is_all)

    @property
    def has_separator(self) -> bool:
        """A blank line ends the header section."""
        return self.content.body_start > self.content.header_end

    @property
    def _runs_into_body(self) -> bool:
        """Prose follows the last field, with no blank line between them."""
        return self.content.header_end < min(len(self.content.data), MAX_HEADER)

    @cached_property
    def no_field(self) -> tuple[int, int] | None:
        """Where the first line before the blank line is that is no field, nor part of one."""
        data, header_end = self.content.data, self.content.header_end
        found = _NO_FIELD.search(data[:header_end])
        if found:
            return found.span()
        if self.has_separator or not self._runs_into_body:
            return None
        end = data.find(b"\n", header_end) + 1
        return header_end, len(data[header_end : end or None].rstrip(b"\r\n")) + header_end

    @cached_property
    def section(self) -> bytes:
        """The header section: up to the blank line, without one up to what is no field."""
        end = self.content.header_end
        if not self.has_separator and self.no_field is not None:
            end = self.no_field[0]
        return self.content.data[:end]

    @cached_property
    def named(self) -> dict[str, list[Field]]:
        """The header fields by name in lower case, each name's in order."""
        named: dict[str, list[Field]] = {}
        for field in self.content.fields:
            named.setdefault(field.name.lower(), []).append(field)
        return named

    @cached_property
    def address_lists(self) -> dict[str, list[Addresses]]:
        """The fields that hold addresses by name in lower case, each name's in order."""
        return {
            name: [self._addresses(field) for field in self.named[name]]
            for name in ADDRESS_FIELDS
            if name in self.named
        }

    def body_of(self, field: Field) -> int:
        """The offset of a field's body in the mail data."""
        body = self.content.data[field.start + len(field.name) : field.end].partition(b":")[2]
        return field.end - len(body.lstrip(b" \t\r\n"))

    def addresses(self, *names: str) -> list[str]:
        """The addresses in the fields of those names (lower case), in order."""
        return [
            mailbox.address
            for name in names
            for each in self.address_lists.get(name, ())
            for mailbox in each.list.mailboxes
        ]

    def _addresses(self, field: Field) -> Addresses:
        # Lines that are neither a field nor folded are a rule's matter, and no addresses.
        end = _UNFOLDED.search(field.raw)
        raw = field.raw[: end.start()] if end else field.raw
        return Addresses(field, self.body_of(field), read_address_list(raw))
