"""Rules: what separates the parts of a multipart (RFC 2046 section 5.1)."""

import re
from collections.abc import Iterator

from mailtrap.defects import Defect
from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import LETTER

_LONGEST = 70
_BCHARS = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]*+")  # RFC 2046 section 5.1.1
_HEADER = LETTER.partition(b"Content-Type")[0]
_PARTS = (
    b"--=_1\r\nContent-Type: text/plain\r\n\r\nHello Bob\r\n"
    b"--=_1\r\nContent-Type: text/plain\r\n\r\nHello again\r\n--=_1--\r\n"
)
_TYPE = _HEADER + b'Content-Type: multipart/mixed; boundary="=_1"\r\n\r\n'
_NESTED = (
    _TYPE
    + b'--=_1\r\nContent-Type: multipart/alternative; boundary="=_2"\r\n\r\n'
    + b"--=_2\r\n\r\nHello Bob\r\n--=_2--\r\n--=_1--\r\n"
)

BOUNDARY_MISSING = Rule(
    "boundary-missing",
    "A multipart without a boundary",
    Severity.ERROR,
    "RFC 2046 §5.1.1",
    quote='The only mandatory global parameter for the "multipart" media type is the boundary'
    " parameter",
    why="Nobody can tell the parts apart: readers show all of it as text, or nothing.",
    mend='Let a library make the Content-Type; where it is written by hand, add boundary="..." as'
    " in the lines that separate the parts.",
    bad=_HEADER + b"Content-Type: multipart/mixed\r\n\r\n" + _PARTS,
    good=_TYPE + _PARTS,
)


@on_message(BOUNDARY_MISSING)
def boundary_missing(mail: Mail) -> Iterator[Found]:
    for defect in mail.defects.get("boundary-missing", ()):
        yield _of_type(defect, "")


BOUNDARY_INVALID = Rule(
    "boundary-invalid",
    "A boundary that not all readers take",
    Severity.WARNING,
    "RFC 2046 §5.1.1",
    quote="Boundary delimiters must not appear within the encapsulated material, and must be no"
    " longer than 70 characters, not counting the two leading hyphens.",
    why="Readers differ in where they end it, so one shows parts where another shows text; filters"
    " that look for attachments are led past them so.",
    mend="Up to 70 letters, digits and =_.- in quotes, without a blank at the end.",
    bad=_TYPE.replace(b"=_1", b"b" * 71) + _PARTS.replace(b"=_1", b"b" * 71),
    good=_TYPE.replace(b"=_1", b"b" * 70) + _PARTS.replace(b"=_1", b"b" * 70),
)


@on_message(BOUNDARY_INVALID)
def boundary_invalid(mail: Mail) -> Iterator[Found]:
    for each in mail.content_fields:
        if each.field.name.lower() != "content-type" or not each.part.is_multipart:
            continue
        for written in each.reading.parameters:
            if written.name == "boundary" and written.value:
                place = (each.start + written.start, each.start + written.end)
                for flaw in _flaws(written.value, is_token=written.is_token):
                    yield Found(flaw, *place, each.field.name, each.part.path)


def _flaws(boundary: bytes, *, is_token: bool) -> Iterator[str]:
    if len(boundary) > _LONGEST:
        yield f"{len(boundary)} characters"
    allowed = _BCHARS.match(boundary)
    end = allowed.end() if allowed else 0
    if end < len(boundary):
        yield f"{repr(boundary[end : end + 1])[1:]} is not allowed in it"
    elif not is_token:
        yield f"{_shown(boundary)} has no quotes"
    if boundary.endswith((b" ", b"\t")):
        yield "ends with a blank"


BOUNDARY_NOT_FOUND = Rule(
    "boundary-not-found",
    "The boundary of a multipart never appears",
    Severity.ERROR,
    "RFC 2046 §5.1",
    quote="The body must then contain one or more body parts, each preceded by a boundary delimiter"
    " line, and the last one followed by a closing boundary delimiter line.",
    why="Readers show an empty message: what is before the first boundary is no part.",
    mend="Write the lines that separate the parts with the very boundary of the Content-Type, after"
    " two hyphens. A text without parts is no multipart.",
    bad=_TYPE + _PARTS.replace(b"=_1", b"=_2"),
    good=_TYPE + _PARTS,
)


@on_message(BOUNDARY_NOT_FOUND)
def boundary_not_found(mail: Mail) -> Iterator[Found]:
    for defect in mail.defects.get("boundary-not-found", ()):
        yield _of_type(defect, defect.detail)


BOUNDARY_NOT_CLOSED = Rule(
    "boundary-not-closed",
    "A multipart without its last boundary",
    Severity.WARNING,
    "RFC 2046 §5.1",
    quote="The body must then contain one or more body parts, each preceded by a boundary delimiter"
    " line, and the last one followed by a closing boundary delimiter line.",
    why="Readers forgive it; filters take it for a message that was cut.",
    mend="End the last part with a line of two hyphens, the boundary and two hyphens. Where that"
    " was written, the end of the message got lost.",
    bad=_TYPE + _PARTS.removesuffix(b"--=_1--\r\n"),
    good=_TYPE + _PARTS,
)


@on_message(BOUNDARY_NOT_CLOSED)
def boundary_not_closed(mail: Mail) -> Iterator[Found]:
    for defect in mail.defects.get("boundary-not-closed", ()):
        yield Found(defect.detail, defect.start, defect.end, part=defect.path)


BOUNDARY_COLLISION = Rule(
    "boundary-collision",
    "A boundary appears within what it separates",
    Severity.ERROR,
    "RFC 2046 §5.1",
    quote="The boundary delimiter MUST NOT appear inside any of the encapsulated parts, on a line"
    " by itself or as the prefix of any line.",
    why="Readers that look for how a line begins split the parts there: text is cut, attachments"
    " break, and what is behind may be read as another part.",
    mend="Give each multipart a random boundary of its own, none of which begins with another.",
    bad=_NESTED.replace(b"=_2", b"=_1-2"),
    good=_NESTED,
)


@on_message(BOUNDARY_COLLISION)
def boundary_collision(mail: Mail) -> Iterator[Found]:
    # That of a message within breaks the one it is in.
    for defect in mail.content.defects:
        if defect.kind == "boundary-collision":
            yield Found(defect.detail, defect.start, defect.end, part=defect.path)


def _of_type(defect: Defect, detail: str) -> Found:
    return Found(detail, defect.start, defect.end, "Content-Type", defect.path)


def _shown(octets: bytes) -> str:
    return repr(octets if len(octets) <= 60 else octets[:60] + b"...")[1:]
