"""Rules: text and the charset it says it is in (RFC 2046 section 4.1.2)."""

from collections.abc import Iterator

from mailtrap.charsets import codec
from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.known_charsets import REGISTERED, taken_for
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import LETTER
from mailtrap.parts import Part

_QP = LETTER.replace(
    b"\r\n\r\nHello Bob",
    b"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe",
)
# Not registered, and taken by most for what is.
_MEANT = {
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1252": "windows-1252",
    "iso8859-1": "iso-8859-1",
    "iso8859-15": "iso-8859-15",
    "latin-1": "iso-8859-1",
    "utf8": "utf-8",
    "utf_8": "utf-8",
}
# These have a default of their own, UTF-8 mostly, or say it inside (RFC 6657, 5545, 6350, 7111).
_OTHER_DEFAULT = frozenset(
    {
        "text/calendar",
        "text/css",
        "text/csv",
        "text/directory",
        "text/javascript",
        "text/rtf",
        "text/vcard",
        "text/x-vcard",
        "text/xml",
    }
)

CHARSET_UNKNOWN = Rule(
    "charset-unknown",
    "A charset that nobody knows",
    Severity.ERROR,
    "RFC 2046 §4.1.2",
    why="Readers guess, or show the text as a file to be saved.",
    mend="Use utf-8, and convert the text to it; utf8mb4 and ansi are no charsets of mail.",
    bad=_QP.replace(b"us-ascii", b"utf8mb4"),
    good=_QP.replace(b"us-ascii", b"utf-8"),
)


@on_message(CHARSET_UNKNOWN)
def charset_unknown(mail: Mail) -> Iterator[Found]:
    for part in mail.own_parts:
        charset = part.charset
        if charset is None or not part.content_type.startswith("text/"):
            continue
        meant = _MEANT.get(charset)
        if meant is not None:
            yield _of_type(part, f"{charset}: registered is {meant}", Severity.INFO)
        elif codec(charset) is None and charset not in REGISTERED:
            yield _of_type(part, repr(charset[:40]), None)


CHARSET_MISMATCH = Rule(
    "charset-mismatch",
    "Text that is not in its charset",
    Severity.ERROR,
    "RFC 2046 §4.1.2",
    why="Readers show other letters or boxes instead of what was written.",
    mend="Encode the text in the charset that is named: in Python set_content() with a str does"
    " both. Windows-1252 is not iso-8859-1: it has quotes, dashes and the euro sign.",
    bad=_QP,
    good=_QP.replace(b"us-ascii", b"utf-8"),
)


@on_message(CHARSET_MISMATCH)
def charset_mismatch(mail: Mail) -> Iterator[Found]:
    for part in _misfits(mail):
        charset = part.charset
        if charset is None:
            continue
        taken = taken_for(part.payload, codec(charset) or "")
        if taken is None:
            severity = Severity.INFO if part.is_attachment else None
            yield _of_body(part, f"not {charset[:40]}", severity)
        else:
            superset, severity = taken
            yield _of_body(part, f"not {charset[:40]}, but {superset}", severity)


CHARSET_MISSING = Rule(
    "charset-missing",
    "Text that is not ASCII, without a charset",
    Severity.WARNING,
    "RFC 2046 §4.1.2",
    quote="The default character set, which must be assumed in the absence of a charset parameter,"
    " is US-ASCII.",
    why="Readers guess: what one shows as written comes out as other letters in the next.",
    mend="Say it: Content-Type: text/plain; charset=utf-8.",
    bad=_QP.replace(b"; charset=us-ascii", b""),
    good=_QP.replace(b"us-ascii", b"utf-8"),
)


@on_message(CHARSET_MISSING)
def charset_missing(mail: Mail) -> Iterator[Found]:
    for part in _misfits(mail):
        if part.charset is None and part.content_type not in _OTHER_DEFAULT:
            severity = Severity.INFO if part.is_attachment else None
            yield _of_body(part, part.content_type, severity)


def _misfits(mail: Mail) -> Iterator[Part]:
    """The texts that are not in their charset, US-ASCII where they do not say."""
    defects = mail.defects.get("charset-mismatch", ())
    if defects:
        parts = {part.path: part for part in mail.own_parts}
        for defect in defects:
            yield parts[defect.path]


def _of_type(part: Part, detail: str, severity: Severity | None) -> Found:
    field = next(part.fields_named("content-type"))
    return Found(detail, field.start, field.end, field.name, part.path, severity=severity)


def _of_body(part: Part, detail: str, severity: Severity | None) -> Found:
    return Found(detail, part.body_start, part.end, part=part.path, severity=severity)
