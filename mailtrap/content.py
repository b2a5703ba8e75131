"""Mail data as a person reads it: header fields, parts and text.  Never raises.

Nothing is read before it is asked for: a list of messages asks for a subject only.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from mailtrap import fields as header
from mailtrap.cached import cached_property
from mailtrap.codes import codes
from mailtrap.defects import Defect
from mailtrap.fields import Field
from mailtrap.hypertext import Hypertext, Image
from mailtrap.links import Link, of_text
from mailtrap.parts import Part
from mailtrap.structure import MESSAGE_TYPES, Structure, structure

MAX_BODY = 2**21  # octets of a body that are read for text


class Content:
    """Mail data, read when asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def header_end(self) -> int:
        """Where the header section ends: the offset of the blank line, or of the end of it all.

        Prose instead of fields ends it too.  Only ``fields.MAX_HEADER`` octets are looked at.
        """
        return header.section_end(self.data)

    @cached_property
    def body_start(self) -> int:
        """The offset of the first octet of the body; that of the end where there is none."""
        return header.body_start(self.data, self.header_end)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Header fields in order.  What is before the first one and is none is left out."""
        return tuple(header.fields(self.data, 0, self.header_end))

    def field(self, name: str) -> str:
        """The decoded body of the first field of that name (any case); "" where there is none."""
        return next((field.text for field in self.fields_named(name)), "")

    def fields_named(self, name: str) -> Iterator[Field]:
        """The fields of that name (any case), in order."""
        # Rows of a list ask for one or two of many fields, for every message that comes.
        return header.fields(self.data, 0, self.header_end, name)

    @property
    def subject(self) -> str:
        """The decoded Subject; "" where there is none."""
        return self.field("subject")

    @property
    def root(self) -> Part:
        """The part that is the whole message."""
        return self._structure.root

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All parts, depth first, those that hold others before what they hold."""
        return tuple(self.root.walk())

    @cached_property
    def defects(self) -> tuple[Defect, ...]:
        """What could not be read as it was meant, in the order of its octets."""
        of_parts = chain.from_iterable(part.defects for part in self.parts)
        found = [*self._structure.defects, *of_parts]
        return tuple(sorted(found, key=lambda each: (each.start, each.kind)))

    @property
    def limits(self) -> tuple[str, ...]:
        """What was too much to be read, in words; nothing for usual mail."""
        return (*self.limits_of_parts, *self.hypertext.limits)

    @cached_property
    def limits_of_parts(self) -> tuple[str, ...]:
        """The same without what is within the HTML, which takes its time to be read."""
        long = (
            f"only {MAX_BODY:,} octets of part {part.path or 'TEXT'} are read as text"
            for part in self.parts
            if part.content_type.startswith("text/") and part.end - part.body_start > MAX_BODY
        )
        return (*self._structure.limits, *long)

    @cached_property
    def text(self) -> str | None:
        """The first text/plain part that is not an attachment, decoded; None without one.

        That of a message in the message only where the message itself has nothing to read.
        """
        return self._first("text/plain")

    @cached_property
    def html(self) -> str | None:
        """The first text/html part that is not an attachment, decoded; None without one.

        That of a message in the message only where the message itself has nothing to read.
        """
        return self._first("text/html")

    @property
    def has_html(self) -> bool:
        """Whether ``html`` is any, found without decoding it."""
        return any(part.content_type == "text/html" for part in self._readable)

    @cached_property
    def attachments(self) -> int:
        """How many parts are attachments by their disposition or file name (RFC 2183).

        A message that is attached counts as one, whatever it holds.
        """
        return sum(part.is_attachment for part in _own(self.root))

    @cached_property
    def hypertext(self) -> Hypertext:
        """The HTML as a person sees it; empty where there is none."""
        return Hypertext(self.html or "")

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Those of the HTML in order, then those that only the text has."""
        of_html = self.hypertext.links
        known = {link.href for link in of_html}
        only_of_text = dict.fromkeys(
            link for link in of_text(self.text or "") if link.href not in known
        )
        return (*of_html, *only_of_text)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """One-time codes that a person sees in the subject, the text or the HTML, each once."""
        seen = (self.subject, self.text or "", self.hypertext.text)
        return tuple(dict.fromkeys(chain.from_iterable(map(codes, seen))))

    @property
    def images(self) -> tuple[Image, ...]:
        """Those the HTML shows, in order, trackers among them."""
        return self.hypertext.images

    @cached_property
    def content_ids(self) -> Mapping[str, Part]:
        """The parts by Content-ID: what ``cid`` of an image leads to (RFC 2392)."""
        parts = ((part.content_id, part) for part in reversed(self.parts))
        return {content_id: part for content_id, part in parts if content_id}

    def _first(self, content_type: str) -> str | None:
        first = next((part for part in self._readable if part.content_type == content_type), None)
        return first.text_of(MAX_BODY) if first else None

    @cached_property
    def _readable(self) -> tuple[Part, ...]:
        """The parts that are text, other than attachments."""
        own = tuple(part for part in _own(self.root) if _is_readable(part))
        return own or tuple(part for part in self.parts if _is_readable(part))

    @cached_property
    def _structure(self) -> Structure:
        return structure(self.data)


def _is_readable(part: Part) -> bool:
    return part.content_type in ("text/plain", "text/html") and not part.is_attachment


def _own(part: Part) -> Iterator[Part]:
    """That part and those within it, but not what is in messages within it."""
    yield part
    if part.content_type not in MESSAGE_TYPES:
        for child in part.children:
            yield from _own(child)
