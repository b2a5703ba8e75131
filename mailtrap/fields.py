"""A header section: where it ends, and its fields with their places.  Never raises.

The same for a message and for each part of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header

from mailtrap.charsets import field_text

MAX_HEADER = 2**18  # octets of header section that are read
MAX_ENCODED = 4096  # code points of a field that are searched for encoded words
_FIELD = re.compile(rb"^([!-9;-~]++)[ \t]*+:", re.MULTILINE)  # RFC 5322 section 3.6.8
_NO_FIELD = rb"(?![!-9;-~]++[ \t]*+:)"
# The blank line; or a line that is no field and that no field follows.
_END = rb"(?=\r?\n|(?![ \t])" + _NO_FIELD + rb"[^\n]*+(?:\Z|\n" + _NO_FIELD + rb"))"
_FIRST_END = re.compile(_END)
_NEXT_END = re.compile(rb"\n" + _END)  # to begin with a literal makes the search fast
# A line between fields that is none and continues none.
_STRAY = re.compile(rb"(?:\A|\n)(?![ \t]|\r?\n)" + _NO_FIELD + rb"[^\n]++")
_FOLD = re.compile(r"[\r\n]+[ \t]*")
# Broken encoded words make the stdlib raise more than MessageError.
_STDLIB_ERRORS = (
    MessageError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
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
        return words(_FOLD.sub(" ", field_text(self.raw)).strip())


def words(text: str) -> str:
    """The text with its encoded words decoded; as it is where that fails."""
    if "=?" not in text:
        return text
    # The stdlib takes time that grows with the square of the length.
    head, rest = text[:MAX_ENCODED], text[MAX_ENCODED:]
    try:
        found = decode_header(head)
    except _STDLIB_ERRORS:
        return text
    decoded = (w if isinstance(w, str) else field_text(w, charset) for w, charset in found)
    return "".join([*decoded, rest])


def section_end(data: bytes, start: int = 0, end: int | None = None) -> int:
    """Where the header section ends that starts there: before the blank line, or at ``end``.

    A line that is no field ends it too, and begins the body, unless fields go on after it: a
    line that lost its blanks is part of the field before it, prose is not.
    """
    limit = min(len(data) if end is None else end, start + MAX_HEADER)
    if start >= limit or _FIRST_END.match(data, start, limit):
        return start
    found = _NEXT_END.search(data, start, limit)
    return found.end() if found else limit


def body_start(data: bytes, header_end: int, end: int | None = None) -> int:
    """Where the body starts: behind the blank line, if that is what ended the header section."""
    blank = data[header_end : header_end + 2 if end is None else min(header_end + 2, end)]
    return header_end + (2 if blank == b"\r\n" else 1 if blank[:1] == b"\n" else 0)


def fields(data: bytes, start: int, end: int, name: str | None = None) -> Iterator[Field]:
    """The fields of a header section in order, or those of a name (any case).

    What is before the first field and is none is left out.
    """
    wanted = None if name is None else name.lower().encode("utf-8", "replace")
    found = list(_FIELD.finditer(data, start, end))
    ends = [each.start() for each in found[1:]] + [end]
    for each, field_end in zip(found, ends, strict=False):
        if wanted is None or each[1].lower() == wanted:
            body = data[each.end() : field_end].strip(b" \t\r\n")
            yield Field(each[1].decode("ascii"), body, each.start(), field_end)


def no_fields(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the lines of a header section are that are no field and continue none, in order."""
    for line in _STRAY.finditer(data[start:end]):
        yield start + line.start() + (line[0][:1] == b"\n"), start + line.end()


def named(data: bytes, name: str) -> Iterator[Field]:
    """The fields of a message with that name (any case), in order."""
    return fields(data, 0, section_end(data), name)


def subject(data: bytes) -> str:
    """The decoded Subject of a message; "" where there is none."""
    return next((field.text for field in named(data, "subject")), "")
