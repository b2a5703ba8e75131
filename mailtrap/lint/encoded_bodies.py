"""Rules: base64 and quoted-printable (RFC 2045 sections 6.7 and 6.8)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import LETTER
from mailtrap.parts import Part

_LONGEST_LINE = 76  # characters without the line end
# The email package of Python breaks some lines there, which no reader minds.
_FOLDED_LATE = 78
_8BIT = re.compile(rb"[\x80-\xff]")
_LOWERCASE = re.compile(rb"=(?:[a-f][0-9A-Fa-f]|[0-9A-F][a-f])")
_BLANK_ENDS = (b" \n", b" \r\n", b"\t\n", b"\t\r\n")
_BASE64_LINE = b"SGVsbG8gQm9i" * 6 + b"SGVs"  # 76 characters

_HEADER = LETTER.partition(b"\r\n\r\n")[0].replace(b"us-ascii", b"utf-8") + b"\r\n"
_BASE64 = _HEADER + b"Content-Transfer-Encoding: base64\r\n\r\n"
_QP = _HEADER + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"

BASE64_BAD_CHAR = Rule(
    "base64-bad-char",
    "Characters outside the alphabet of base64",
    Severity.WARNING,
    "RFC 2045 §6.8",
    quote="All line breaks or other characters not found in Table 1 must be ignored by decoding"
    " software.",
    why="Readers skip them, so a text that was added (a footer, a log line) becomes octets of the"
    " file; some stop there.",
    mend="Encode with a library, with + and / instead of the - and _ of URLs, and add nothing to a"
    " part that is encoded.",
    bad=_BASE64 + b"SGVsbG8*gQm9i\r\n",
    good=_BASE64 + b"SGVsbG8gQm9i\r\n",
)


@on_message(BASE64_BAD_CHAR)
def base64_bad_char(mail: Mail) -> Iterator[Found]:
    for defect in mail.defects.get("base64-character", ()):
        yield Found(defect.detail, defect.start, defect.end, part=defect.path)


BASE64_BAD_PADDING = Rule(
    "base64-bad-padding",
    "Base64 that does not come out even",
    Severity.ERROR,
    "RFC 2045 §6.8",
    quote="A full encoding quantum is always completed at the end of a body.",
    why="Some of it is missing, or it was encoded in pieces: readers cut the file there or refuse"
    " to decode it.",
    mend="Encode the file as a whole, or in pieces of a multiple of 3 octets, and keep the = at the"
    " end.",
    bad=_BASE64 + b"SGVsbG8gQm9iIQ\r\n",
    good=_BASE64 + b"SGVsbG8gQm9iIQ==\r\n",
)


@on_message(BASE64_BAD_PADDING)
def base64_bad_padding(mail: Mail) -> Iterator[Found]:
    for defect in mail.defects.get("base64-padding", ()):
        yield Found(defect.detail, defect.start, defect.end, part=defect.path)


BASE64_LONG_LINE = Rule(
    "base64-long-line",
    "A line of base64 with more than 76 characters",
    Severity.WARNING,
    "RFC 2045 §6.8",
    quote="The encoded output stream must be represented in lines of no more than 76 characters"
    " each.",
    why="Readers forgive it. A file in one line exceeds the 998 octets that servers have to take,"
    " and is cut or refused.",
    mend="Wrap it: base64.encodebytes() in Python, chunk_split() in PHP, base64 -w 76 in a shell.",
    bad=_BASE64 + _BASE64_LINE + b"bG8h\r\n",
    good=_BASE64 + _BASE64_LINE + b"\r\nbG8h\r\n",
)


@on_message(BASE64_LONG_LINE)
def base64_long_line(mail: Mail) -> Iterator[Found]:
    for part in mail.bodies.get("base64", ()):
        yield from _long_line(part)


QP_BAD_ESCAPE = Rule(
    "qp-bad-escape",
    "An = in quoted-printable that encodes nothing",
    Severity.ERROR,
    "RFC 2045 §6.7",
    why="The text was not encoded, or encoded in part: readers show the = or lose what is behind"
    " it, and links break at it.",
    mend="Encode all of the text with a library; an = by itself is written =3D.",
    bad=_QP + b"https://example.org/?id=xyz\r\n",
    good=_QP + b"https://example.org/?id=3Dxyz\r\n",
)


@on_message(QP_BAD_ESCAPE)
def qp_bad_escape(mail: Mail) -> Iterator[Found]:
    for defect in mail.defects.get("quoted-printable-escape", ()):
        yield Found(defect.detail, defect.start, defect.end, part=defect.path)


QP_LOWERCASE_HEX = Rule(
    "qp-lowercase-hex",
    "Lower case digits in quoted-printable",
    Severity.INFO,
    "RFC 2045 §6.7",
    quote="Uppercase letters must be used; lowercase letters are not allowed.",
    why="All readers take it; a signature breaks where a server on the way encodes it anew.",
    mend="Write =C3 instead of =c3.",
    bad=_QP + b"gr=c3=bc=c3=9fe\r\n",
    good=_QP + b"gr=C3=BC=C3=9Fe\r\n",
)


@on_message(QP_LOWERCASE_HEX)
def qp_lowercase_hex(mail: Mail) -> Iterator[Found]:
    for part in mail.bodies.get("quoted-printable", ()):
        found = _LOWERCASE.search(mail.content.data, part.body_start, part.end)
        if found:
            yield Found(found[0].decode("ascii"), *found.span(), part=part.path)


QP_LONG_LINE = Rule(
    "qp-long-line",
    "A line of quoted-printable with more than 76 characters",
    Severity.WARNING,
    "RFC 2045 §6.7",
    quote="The Quoted-Printable encoding REQUIRES that encoded lines be no more than 76 characters"
    " long.",
    why="Readers forgive it; mostly it shows that the text was labelled and not encoded.",
    mend="Encode the text with a library: it breaks long lines with an = at their end.",
    bad=_QP + b"x" * 77 + b"\r\n",
    good=_QP + b"x" * 75 + b"=\r\nxx\r\n",
)


@on_message(QP_LONG_LINE)
def qp_long_line(mail: Mail) -> Iterator[Found]:
    for part in mail.bodies.get("quoted-printable", ()):
        for found in _long_line(part):
            is_late = (found.end or 0) - (found.start or 0) <= _FOLDED_LATE
            yield replace(found, severity=Severity.INFO) if is_late else found


QP_TRAILING_SPACE = Rule(
    "qp-trailing-space",
    "A blank at the end of a line of quoted-printable",
    Severity.WARNING,
    "RFC 2045 §6.7",
    quote="MUST NOT be so represented at the end of an encoded line",
    why="Servers add and remove such blanks, so that readers have to drop them: a signature line"
    ' of "-- " and flowed text lose theirs.',
    mend="Write the blank as =20, or take it away before the text is encoded.",
    bad=_QP + b"-- \r\nAnn\r\n",
    good=_QP + b"--=20\r\nAnn\r\n",
)


@on_message(QP_TRAILING_SPACE)
def qp_trailing_space(mail: Mail) -> Iterator[Found]:
    data = mail.content.data
    for part in mail.bodies.get("quoted-printable", ()):
        ends = [data.find(end, part.body_start, part.end) for end in _BLANK_ENDS]
        if data.endswith((b" ", b"\t"), part.body_start, part.end) and not mail.is_cut(part):
            ends.append(part.end - 1)
        first = min((end for end in ends if end >= 0), default=None)
        if first is not None:
            yield Found("", first, first + 1, part=part.path)


QP_RAW_8BIT = Rule(
    "qp-raw-8bit",
    "8-bit octets in quoted-printable",
    Severity.ERROR,
    "RFC 2045 §6.7",
    why="The text was not encoded, or encoded in part. Readers drop such octets or show others, and"
    " a server may clear their eighth bit.",
    mend="Encode the text with a library, all of it and once.",
    bad=_QP + "grüße\r\n".encode(),
    good=_QP + b"gr=C3=BC=C3=9Fe\r\n",
)


@on_message(QP_RAW_8BIT)
def qp_raw_8bit(mail: Mail) -> Iterator[Found]:
    if mail.content.data.isascii():
        return
    for part in mail.bodies.get("quoted-printable", ()):
        found = None if part.raw.isascii() else _8BIT.search(part.raw)
        if found:
            start, end = (part.body_start + offset for offset in found.span())
            yield Found(f"0x{found[0][0]:02x}", start, end, part=part.path)


def _long_line(part: Part) -> Iterator[Found]:
    """The longest line of a body, where it is longer than an encoded line may be."""
    lines = part.raw.split(b"\n")
    if max(map(len, lines)) <= _LONGEST_LINE:
        return
    at, longest, place = part.body_start, 0, (0, 0)
    for line in lines:
        length = len(line.rstrip(b" \t\r")) if len(line) > _LONGEST_LINE else 0
        if length > longest:
            longest, place = length, (at, at + length)
        at += len(line) + 1
    if longest > _LONGEST_LINE:
        yield Found(f"the longest has {longest}", *place, part=part.path)
