"""A message as rules read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mailtrap import transfer_encodings
from mailtrap.cached import cached_property
from mailtrap.content import Content
from mailtrap.defects import Defect, Kind
from mailtrap.envelope import Envelope
from mailtrap.fields import Field
from mailtrap.lint.address_list import AddressList, read_address_list
from mailtrap.lint.content_field import Reading, read_content_field
from mailtrap.lint.header_section import HeaderSection, folded
from mailtrap.lint.signatures import Signature, read_signature
from mailtrap.parts import Part
from mailtrap.structure import MAX_PARTS, MESSAGE_TYPES

_OF_ADDRESSES = ("from", "sender", "reply-to", "to", "cc", "bcc")
ADDRESS_FIELDS = (*_OF_ADDRESSES, *(f"resent-{name}" for name in _OF_ADDRESSES))
_MOST_SIGNATURES = 10
# Of newsletters and lists; Feedback-ID is what Gmail reports complaints by.
_BULK_FIELDS = ("list-unsubscribe", "list-id", "list-post", "list-help", "feedback-id")
_BULK = (b"bulk", b"list")
_CONTENT_FIELDS = ("content-type", "content-disposition")
# What the end of a part tells, so that nothing is known of a part that was not read to its end.
_AT_THE_END: tuple[Kind, ...] = (
    "base64-padding",
    "boundary-not-closed",
    "boundary-not-found",
    "charset-mismatch",
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """One address field: where its body is in the mail data, and what was read."""

    field: Field
    start: int  # offset of the body
    list: AddressList


@dataclass(frozen=True, slots=True)
class ContentField:
    """Content-Type or Content-Disposition of a part, and what was read."""

    part: Part
    field: Field
    start: int  # offset of the body
    reading: Reading


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
        is_all = self.content.header_end == self.size or self.header_section.runs_into_body
        return self.has_separator or (self.is_whole and is_all)

    @property
    def has_separator(self) -> bool:
        """A blank line ends the header section."""
        return self.header_section.has_separator

    @cached_property
    def header_section(self) -> HeaderSection:
        """That of the message."""
        content = self.content
        size = len(content.data)
        return HeaderSection(content.data, "", 0, content.header_end, content.body_start, size)

    @cached_property
    def header_sections(self) -> tuple[HeaderSection, ...]:
        """That of the message, and those of its own parts that are looked at to their ends."""
        of_parts = (_header_section(part) for part in self.own_parts[1:])
        whole = (each for each in of_parts if each.has_separator or not self._is_cut(each.end))
        return (self.header_section, *whole)

    @property
    def section(self) -> bytes:
        """The header section: up to the blank line, without one up to what is no field."""
        return self.header_section.octets

    @property
    def named(self) -> dict[str, list[Field]]:
        """The header fields by name in lower case, each name's in order."""
        return self.header_section.named

    @cached_property
    def address_lists(self) -> dict[str, list[Addresses]]:
        """The fields that hold addresses by name in lower case, each name's in order."""
        return {
            name: [self._addresses(field) for field in self.named[name]]
            for name in ADDRESS_FIELDS
            if name in self.named
        }

    @cached_property
    def signatures(self) -> tuple[Signature, ...]:
        """The first DKIM signatures, in order."""
        fields = self.named.get("dkim-signature", ())
        return tuple(read_signature(field) for field in fields[:_MOST_SIGNATURES])

    @cached_property
    def bulk_field(self) -> Field | None:
        """By what it looks like bulk mail: a guess."""
        for name in _BULK_FIELDS:
            if name in self.named:
                return self.named[name][0]
        # Precedence alone is on what cron and monitors send, too.
        is_automatic = "auto-submitted" in self.named
        precedences = () if is_automatic else self.named.get("precedence", ())
        return next((field for field in precedences if field.raw.lower() in _BULK), None)

    @property
    def are_parts_whole(self) -> bool:
        """All parts are looked at: a part that is not there is missing."""
        return self.is_whole and len(self.content.parts) < MAX_PARTS

    @cached_property
    def own_parts(self) -> tuple[Part, ...]:
        """The parts in order, without those of messages in it: somebody else wrote them."""
        return tuple(_own(self.content.root))

    @cached_property
    def bodies(self) -> dict[str, list[Part]]:
        """Own parts that consist of no others by their transfer encoding, in order."""
        bodies: dict[str, list[Part]] = {}
        for part in self.own_parts:
            if not part.children and not part.is_multipart:
                bodies.setdefault(transfer_encodings.name(part.encoding), []).append(part)
        return bodies

    @cached_property
    def content_fields(self) -> tuple[ContentField, ...]:
        """Each Content-Type and Content-Disposition of own parts, in order."""
        return tuple(
            ContentField(part, field, self.body_of(field), _read(field))
            for part in self.own_parts
            for field in part.fields
            if field.name.lower() in _CONTENT_FIELDS
        )

    @cached_property
    def defects(self) -> dict[Kind, list[Defect]]:
        """What could not be read in own parts by its kind, each kind's in order."""
        parts = {part.path: part for part in self.own_parts}
        defects: dict[Kind, list[Defect]] = {}
        for defect in self.content.defects:
            if defect.path in parts and not self._may_be_cut(defect, parts[defect.path]):
                defects.setdefault(defect.kind, []).append(defect)
        return defects

    def is_cut(self, part: Part) -> bool:
        """The end of it is not looked at."""
        return self._is_cut(part.end)

    def _is_cut(self, end: int) -> bool:
        return end == len(self.content.data) and not self.are_parts_whole

    def _may_be_cut(self, defect: Defect, part: Part) -> bool:
        """It may be one only as the end of the part is not looked at."""
        is_at_the_end = defect.kind in _AT_THE_END or defect.end == part.end
        return is_at_the_end and self.is_cut(part)

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
        return Addresses(field, self.body_of(field), read_address_list(field.raw))


def _header_section(part: Part) -> HeaderSection:
    return HeaderSection(
        part.data, part.path, part.start, part.header_end, part.body_start, part.end
    )


def _read(field: Field) -> Reading:
    return read_content_field(folded(field.raw), is_type=field.name.lower() == "content-type")


def _own(root: Part) -> Iterator[Part]:
    waiting = [root]
    while waiting:
        part = waiting.pop()
        yield part
        if part.content_type not in MESSAGE_TYPES:
            waiting += reversed(part.children)
