"""Mail data as a person reads it: header fields and text.  Never raises, whatever the octets.

The stdlib ``email`` parser raises on small broken things (a header ``To: "`` is enough for some
policies), so every use of it here is guarded, and the octets themselves are the fallback.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Part
from email.parser import BytesParser
from email.policy import compat32
from functools import cached_property

MAX_HEADER = 2**18  # octets of header section that are read
MAX_ENCODED = 4096  # code points of a field that are searched for encoded words
MAX_BODY = 2**21  # octets of mail data that are parsed for text
_HEADER_END = re.compile(rb"(?P<line>\r?\n)\r?\n")
_FIELD = re.compile(rb"^([!-9;-~]++)[ \t]*+:", re.MULTILINE)  # RFC 5322 section 3.6.8
_FOLD = re.compile(r"[\r\n]+[ \t]*")
# Broken mail makes the parser raise more than MessageError: RecursionError for nesting,
# ValueError, LookupError and UnicodeError for charsets, others for broken headers.
_PARSER_ERRORS = (
    MessageError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One header field; ``raw`` is its body as sent, folding and all, without blanks around it.

    ``start`` and ``end`` are offsets in the mail data: from the first octet of the name to behind
    the last line end.
    """

    name: str
    raw: bytes
    start: int = 0
    end: int = 0

    @property
    def text(self) -> str:
        """The body on one line with its encoded words decoded (RFC 2047)."""
        unfolded = _FOLD.sub(" ", _decoded(self.raw, "utf-8")).strip()
        if "=?" not in unfolded:
            return unfolded
        # The stdlib takes time that grows with the square of the length.
        head, rest = unfolded[:MAX_ENCODED], unfolded[MAX_ENCODED:]
        try:
            words = decode_header(head)
        except _PARSER_ERRORS:
            return unfolded
        decoded = (w if isinstance(w, str) else _decoded(w, charset) for w, charset in words)
        return "".join([*decoded, rest])


class Content:
    """Mail data, read when asked."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def header_end(self) -> int:
        """Where the header section ends: the offset of the blank line, or of the end of it all.

        Only ``MAX_HEADER`` octets are looked at.
        """
        head = self.data[:MAX_HEADER]
        if head.startswith((b"\r\n", b"\n")):
            return 0
        found = _HEADER_END.search(head)
        return found.start() + len(found["line"]) if found else len(head)

    @cached_property
    def body_start(self) -> int:
        """The offset of the first octet of the body; that of the end where there is none."""
        blank = self.data[self.header_end : self.header_end + 2]
        return self.header_end + (2 if blank == b"\r\n" else 1 if blank[:1] == b"\n" else 0)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Header fields in order.  The section ends at the first blank line.

        What is before the first field and is none is left out.
        """
        return tuple(self._fields())

    def field(self, name: str) -> str:
        """The decoded body of the first field of that name (any case); "" where there is none."""
        return next((field.text for field in self.fields_named(name)), "")

    def fields_named(self, name: str) -> Iterator[Field]:
        """The fields of that name (any case), in order."""
        # Rows of a list ask for one or two of many fields, for every message that comes.
        return self._fields(name.lower().encode("utf-8", "replace"))

    def _fields(self, wanted: bytes | None = None) -> Iterator[Field]:
        """The fields in order, or those of a name in lower case."""
        found = list(_FIELD.finditer(self.data, 0, self.header_end))
        ends = [each.start() for each in found[1:]] + [self.header_end]
        for each, end in zip(found, ends, strict=False):
            if wanted is None or each[1].lower() == wanted:
                body = self.data[each.end() : end].strip(b" \t\r\n")
                yield Field(each[1].decode("ascii"), body, each.start(), end)

    @property
    def subject(self) -> str:
        """The decoded Subject; "" where there is none."""
        return self.field("subject")

    @cached_property
    def text(self) -> str | None:
        """The first text/plain part that is not an attachment, decoded; None without one."""
        return self._first("text/plain")

    @cached_property
    def html(self) -> str | None:
        """The first text/html part that is not an attachment, decoded; None without one."""
        return self._first("text/html")

    @cached_property
    def attachments(self) -> int:
        """How many parts are attachments by their disposition or file name (RFC 2183)."""
        return sum(_is_attachment(part) for part in self._parts)

    def _first(self, content_type: str) -> str | None:
        for part in self._parts:
            if _type(part) == content_type and not _is_attachment(part):
                return _text(part)
        return None

    @cached_property
    def _parts(self) -> list[Part]:
        try:
            message = BytesParser(policy=compat32).parsebytes(self.data[:MAX_BODY])
            return [part for part in message.walk() if not part.is_multipart()]
        except _PARSER_ERRORS:
            return []


def _type(part: Part) -> str:
    try:
        return part.get_content_type()
    except _PARSER_ERRORS:
        return "text/plain"


def _is_attachment(part: Part) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except _PARSER_ERRORS:
        return False


def _text(part: Part) -> str:
    try:
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except _PARSER_ERRORS:
        payload, charset = part.get_payload(), None
    octets = payload if isinstance(payload, bytes) else str(payload).encode("utf-8", "replace")
    return _decoded(octets, charset).replace("\r\n", "\n")


def _decoded(octets: bytes, charset: str | None) -> str:
    """Text in that charset; where it does not fit, in UTF-8, else each octet as a code point."""
    for name in (charset, "utf-8"):
        try:
            return octets.decode(name) if name else octets.decode("ascii")
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")
