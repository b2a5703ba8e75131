"""A MIME part: its place in the mail data, what it says of itself, and its content decoded.

Never raises.  How mail data is cut into parts is the affair of ``structure``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from mailtrap import transfer_encodings
from mailtrap.cached import cached_property
from mailtrap.charsets import codec, decoded, fits
from mailtrap.defects import Defect, Kind
from mailtrap.fields import Field, fields, no_fields, words
from mailtrap.parameters import Value, value

MAX_FAULTS = 100  # of one field that are told

_BRACKETED = re.compile(r"<([^<>]*+)>")


@dataclass(frozen=True, eq=False)
class Part:
    """One part, or the message as a whole, which is the part at the root.

    ``path`` is the part specifier of IMAP (RFC 3501 section 6.4.5): "1", "2.1".  A message that
    is not multipart has the one part "1"; one that is has the path "", and a message in part 4
    that is has "4.TEXT", so that their parts are "1" and "4.1".
    """

    data: bytes = field(repr=False)  # all of the mail data
    path: str
    start: int
    header_end: int
    body_start: int
    end: int
    declared: Value = field(repr=False)  # Content-Type as it says itself; "" without one
    default_type: str = "text/plain"
    children: tuple["Part", ...] = field(default=(), repr=False)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The header fields in order."""
        return tuple(fields(self.data, self.start, self.header_end))

    def field(self, name: str) -> str:
        """The decoded body of the first field of that name (any case); "" where there is none."""
        return next((each.text for each in self.fields_named(name)), "")

    def fields_named(self, name: str) -> Iterator[Field]:
        """The fields of that name (any case), in order."""
        return fields(self.data, self.start, self.header_end, name)

    @property
    def content_type(self) -> str:
        """Lower case; what RFC 2045 section 5.2 says where none, or none that can be, is given."""
        return self.declared.media_type(self.default_type)

    @property
    def type_is_declared(self) -> bool:
        """There is a Content-Type, and it can be one."""
        return bool(self.declared.text) and self.declared.text == self.content_type

    @property
    def parameters(self) -> Mapping[str, str]:
        """Of Content-Type, decoded (RFC 2231), names in lower case."""
        return self.declared.parameters

    @property
    def raw_parameters(self) -> tuple[tuple[str, bytes], ...]:
        """Of Content-Type as sent, in order; names in lower case, quotes undone."""
        return self.declared.raw

    @property
    def boundary(self) -> bytes | None:
        """What separates the parts, as declared; None without one."""
        return self.declared.boundary

    @property
    def charset(self) -> str | None:
        """As declared, in lower case; None without one."""
        return self.parameters.get("charset", "").strip().lower() or None

    @cached_property
    def encoding(self) -> str:
        """The transfer encoding as declared, in lower case; "7bit" without one."""
        return self.field("content-transfer-encoding").lower() or "7bit"

    @cached_property
    def declared_disposition(self) -> Value:
        """Content-Disposition as it says itself; "" without one (RFC 2183)."""
        named = self.fields_named("content-disposition")
        return next((value(each.raw) for each in named), Value(""))

    @property
    def disposition(self) -> str | None:
        """``inline``, ``attachment`` or another word in lower case; None without one."""
        return self.declared_disposition.text or None

    @cached_property
    def filename(self) -> str | None:
        """As the sender calls it, decoded in every way senders encode it; None without one.

        Nothing is made safe: it may be a path, and hold any code point.
        """
        name = self.declared_disposition.parameters.get("filename") or self.parameters.get("name")
        return words(name) if name else None

    @cached_property
    def content_id(self) -> str | None:
        """Content-ID without brackets and comments (RFC 2392 section 2); None without one."""
        text = self.field("content-id")
        found = _BRACKETED.search(text)
        return (found[1] if found else text).strip("<> \t") or None

    @property
    def is_multipart(self) -> bool:
        """It says that it consists of parts; whether it does is seen in ``children``."""
        return self.content_type.startswith("multipart/")

    @property
    def is_attachment(self) -> bool:
        """By its disposition or file name (RFC 2183)."""
        return self.disposition == "attachment" or bool(self.filename)

    @property
    def raw(self) -> bytes:
        """The octets of the body as sent."""
        return self.data[self.body_start : self.end]

    @property
    def payload(self) -> bytes:
        """The octets of the body, transfer encoding undone."""
        return self.raw if self.children else transfer_encodings.undone(self.raw, self.encoding)

    @property
    def text(self) -> str:
        """The payload in its charset, or what it seems to be, lines ended by line feeds."""
        return self.text_of(self.end - self.body_start)

    def text_of(self, octets: int) -> str:
        """The text of no more than so many octets of the body as sent."""
        raw = self.data[self.body_start : min(self.end, self.body_start + octets)]
        payload = transfer_encodings.undone(raw, self.encoding)
        return decoded(payload, self.charset).replace("\r\n", "\n")

    def walk(self) -> Iterator["Part"]:
        """Itself and all parts within it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()

    @cached_property
    def defects(self) -> tuple[Defect, ...]:
        """What could not be read as it was meant in its header and body, children apart."""
        return tuple(self._defects())

    def _defects(self) -> Iterator[Defect]:
        yield from self._header_defects()
        for declared, name in (
            (self.declared, "content-type"),
            (self.declared_disposition, "content-disposition"),
        ):
            # One look at the fields for all: both may be many.
            if declared.faults:
                first = self._defect_of(name, "parameter", "")
                for fault in declared.faults[:MAX_FAULTS]:
                    yield replace(first, detail=fault)
        if not self.is_multipart and not self.children:
            yield from self._body_defects()

    def _header_defects(self) -> Iterator[Defect]:
        for start, end in no_fields(self.data, self.start, self.header_end):
            yield self._defect("no-field", start, end, "within the fields")
        if self.body_start == self.header_end and self.start < self.end:
            is_end = self.header_end >= self.end
            what = "the header section is all there is" if is_end else "the body begins at once"
            yield self._defect("no-blank-line", self.header_end, self.header_end, what)

    def _body_defects(self) -> Iterator[Defect]:
        raw = self.raw
        for kind, start, end, detail in transfer_encodings.faults(raw, self.encoding):
            yield self._defect(kind, self.body_start + start, self.body_start + end, detail)
        if transfer_encodings.name(self.encoding) not in transfer_encodings.KNOWN:
            named = f"{self.encoding[:40]!a} is no transfer encoding"
            yield self._defect_of("content-transfer-encoding", "transfer-encoding-unknown", named)
        if self.content_type.startswith("text/"):
            yield from self._charset_defects()

    def _charset_defects(self) -> Iterator[Defect]:
        charset = self.charset or "us-ascii"
        name = codec(charset)
        if name is None:
            yield self._defect_of("content-type", "charset-unknown", f"{charset[:40]!a}")
        elif not fits(self.payload, name):
            detail = f"the text is not in {charset[:40]!a}"
            yield self._defect("charset-mismatch", self.body_start, self.end, detail)

    def _defect(self, kind: Kind, start: int, end: int, detail: str) -> Defect:
        return Defect(kind, start, end, self.path, detail)

    def _defect_of(self, field_name: str, kind: Kind, detail: str) -> Defect:
        """At the first field of that name."""
        named = next(self.fields_named(field_name), None)
        start, end = (named.start, named.end) if named else (self.start, self.header_end)
        return self._defect(kind, start, end, detail)
