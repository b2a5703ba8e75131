"""Rules: Content-Transfer-Encoding (RFC 2045 section 6)."""

import re
from collections.abc import Iterator

from mailtrap import transfer_encodings
from mailtrap.fields import Field
from mailtrap.lint.checks import on_message
from mailtrap.lint.comments import without_comments
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.esmtp import says_binary
from mailtrap.lint.header_section import folded
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import ENVELOPE, LETTER
from mailtrap.parts import Part

_IDENTITY = ("7bit", "8bit", "binary")
# RFC 6532 and 6533 allow those that global mail brought to be encoded.
_MAY_BE_ENCODED = "message/global"
_8BIT = re.compile(rb"[\x80-\xff]")

_HEADER = LETTER.partition(b"\r\n\r\n")[0] + b"\r\n"
_UTF8 = _HEADER.replace(b"us-ascii", b"utf-8")
_MULTIPART = LETTER.partition(b"Content-Type")[0] + b"Content-Type: multipart/mixed; boundary=b\r\n"
_PARTS = b"\r\n--b\r\n\r\nHello Bob\r\n--b--\r\n"

CTE_ON_MULTIPART = Rule(
    "cte-on-multipart",
    "A multipart or message that is encoded as a whole",
    Severity.ERROR,
    "RFC 2045 §6.4",
    quote='it is EXPRESSLY FORBIDDEN to use any encodings other than "7bit", "8bit", or "binary"'
    " with any composite media type",
    why="Readers look for the parts in what is encoded and find none, or decode what was not"
    " encoded: they show an empty message, or boundaries as text.",
    mend="Take Content-Transfer-Encoding out of the multipart; each part has one of its own.",
    bad=_MULTIPART + b"Content-Transfer-Encoding: quoted-printable\r\n" + _PARTS,
    good=_MULTIPART + b"Content-Transfer-Encoding: 7bit\r\n" + _PARTS,
)


@on_message(CTE_ON_MULTIPART)
def cte_on_multipart(mail: Mail) -> Iterator[Found]:
    for part in mail.own_parts:
        content_type = part.content_type
        if not content_type.startswith(("multipart/", "message/")):
            continue
        name = transfer_encodings.name(part.encoding)
        if name in _IDENTITY or name not in transfer_encodings.KNOWN:
            continue
        if not content_type.startswith(_MAY_BE_ENCODED):
            field = next(part.fields_named("content-transfer-encoding"))
            # Reports in a multipart/report have no parts, so that readers can do it.
            is_report = not part.is_multipart and content_type != "message/rfc822"
            severity = Severity.WARNING if is_report else None
            yield _of(field, part, f"{name} on {content_type[:60]}", severity)


CTE_UNKNOWN = Rule(
    "cte-unknown",
    "An unknown transfer encoding",
    Severity.ERROR,
    "RFC 2045 §6.4",
    quote="Any entity with an unrecognized Content-Transfer-Encoding must be treated as if it has a"
    ' Content-Type of "application/octet-stream", regardless of what the Content-Type header field'
    " actually says.",
    why="Readers show the text as a file to be saved, or show it without decoding it.",
    mend="It is one of 7bit, 8bit, binary, quoted-printable and base64, and nothing else is in the"
    " field; the charset belongs into Content-Type.",
    bad=_UTF8 + b"Content-Transfer-Encoding: utf-8\r\n\r\nHello Bob\r\n",
    good=_UTF8 + b"Content-Transfer-Encoding: 7bit\r\n\r\nHello Bob\r\n",
)


@on_message(CTE_UNKNOWN)
def cte_unknown(mail: Mail) -> Iterator[Found]:
    for part in mail.own_parts:
        for field in part.fields:
            if field.name.lower() == "content-transfer-encoding":
                flaw, severity = _flaw(folded(field.raw))
                if flaw:
                    yield _of(field, part, flaw, severity)


def _flaw(body: bytes) -> tuple[str, Severity | None]:
    """Why it is none, "" where it is one."""
    word = without_comments(body).strip().lower()
    name = word.decode("ascii", "backslashreplace")
    if name in transfer_encodings.KNOWN:
        return "", None
    if transfer_encodings.name(name) in transfer_encodings.KNOWN:
        return f"{name[:60]!r}: only the word is allowed", Severity.WARNING
    # RFC 2045 section 6.3: private ones are allowed, and hardly anybody knows them.
    severity = Severity.WARNING if name.startswith("x-") else None
    return (repr(name[:60]) if name else "empty"), severity


CTE_7BIT_HAS_8BIT = Rule(
    "cte-7bit-has-8bit",
    "8-bit octets in a part that says it has none",
    Severity.ERROR,
    "RFC 2045 §6.2",
    quote='Labelling unencoded data containing 8bit characters as "7bit" is not allowed',
    why="A relay that goes by the label passes it on as it is to a server without 8BITMIME, which"
    " clears the eighth bit or refuses it.",
    mend="Encode the text as quoted-printable or base64, as libraries do when they know the"
    " charset, or say Content-Transfer-Encoding: 8bit, also of the multipart it is in. Without the"
    " field a part is 7bit.",
    bad=_UTF8 + "\r\ngrüße\r\n".encode(),
    good=_UTF8 + "Content-Transfer-Encoding: 8bit\r\n\r\ngrüße\r\n".encode(),
)


@on_message(CTE_7BIT_HAS_8BIT)
def cte_7bit_has_8bit(mail: Mail) -> Iterator[Found]:
    data, at = mail.content.data, -1
    for part in mail.own_parts:
        # No body begins before that of the part before, so no octet is looked at twice.
        if at < part.body_start:
            found = _8BIT.search(data, part.body_start)
            if found is None:
                return
            at = found.start()
        if at < part.end and transfer_encodings.name(part.encoding) == "7bit":
            is_said = any(part.fields_named("content-transfer-encoding"))
            # Most leave the field out of a multipart, whatever it holds.
            if is_said or not (part.children or part.is_multipart):
                label = "7bit" if is_said else "no Content-Transfer-Encoding"
                yield Found(f"0x{data[at]:02x}, {label}", at, at + 1, part=part.path)


CTE_BINARY_OVER_DATA = Rule(
    "cte-binary-over-data",
    "A binary part sent as lines",
    Severity.ERROR,
    "RFC 2045 §6.2",
    quote='Thus there are no circumstances in which the "binary" Content-Transfer-Encoding is'
    " actually valid in Internet mail.",
    why="Servers change line ends and wrap long lines in what DATA brings: a file does not survive"
    " that. Where the part is plain lines it is only the label that is wrong, a warning.",
    mend="Encode files as base64 (in Perl's MIME::Lite Encoding => 'base64'), or send them with"
    " BODY=BINARYMIME and BDAT to a server that has both.",
    bad=(ENVELOPE, _HEADER + b"Content-Transfer-Encoding: binary\r\n\r\nHe\0llo\r\n"),
    good=(ENVELOPE, _HEADER + b"Content-Transfer-Encoding: 7bit\r\n\r\nHello\r\n"),
)


@on_message(CTE_BINARY_OVER_DATA)
def cte_binary_over_data(mail: Mail) -> Iterator[Found]:
    # How a file came nobody knows.
    if mail.envelope is None or mail.envelope.sender is None or says_binary(mail):
        return
    for part in mail.bodies.get("binary", ()):
        field = next(part.fields_named("content-transfer-encoding"))
        severity = None if _is_binary(part.raw) else Severity.WARNING
        yield _of(field, part, field.text[:60], severity)


def _is_binary(octets: bytes) -> bool:
    """They are no lines of text."""
    is_long = max(map(len, octets.split(b"\n"))) > 999
    return is_long or b"\0" in octets or octets.count(b"\r") != octets.count(b"\r\n")


def _of(field: Field, part: Part, detail: str, severity: Severity | None) -> Found:
    return Found(detail, field.start, field.end, field.name, part.path, severity=severity)
