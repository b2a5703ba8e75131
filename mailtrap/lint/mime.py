"""Rules: what MIME fields say, and how parts are nested (RFC 2045, 2047, 2231)."""

from collections.abc import Iterator

from mailtrap.lint.checks import on_message
from mailtrap.lint.comments import without_comments
from mailtrap.lint.content_field import Written
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.mail import ContentField, Mail
from mailtrap.lint.samples import LETTER
from mailtrap.structure import MAX_PARTS

_MOST_LEVELS, _MOST_PARTS = 10, 200  # what some servers and filters stop at
_MIME_FIELDS = ("content-type", "content-transfer-encoding", "content-disposition")
_NAMES = ("filename", "name")
_TEXT = b"Content-Type: text/plain; charset=us-ascii\r\n"
_NAMED = (
    b"Content-Type: text/plain; charset=us-ascii\r\nContent-Disposition: attachment;\r\n filename"
)

MIME_VERSION_MISSING = Rule(
    "mime-version-missing",
    "MIME fields without MIME-Version: 1.0",
    Severity.ERROR,
    "RFC 2045 §4",
    quote="Messages composed in accordance with this document MUST include such a header field,"
    " with the following verbatim text: MIME-Version: 1.0",
    why="Readers that keep to the RFC show the mail as plain text, boundaries and base64 and all;"
    " spam filters count it.",
    mend="Add MIME-Version: 1.0 to the header of the message; libraries do it, templates of whole"
    " messages forget it.",
    bad=LETTER.replace(b"MIME-Version: 1.0\r\n", b""),
    good=LETTER,
    elsewhere=(("SpamAssassin", "MIME_HEADER_CTYPE_ONLY"),),
)


@on_message(MIME_VERSION_MISSING)
def mime_version_missing(mail: Mail) -> Iterator[Found]:
    named = mail.named
    for version in named.get("mime-version", ()):
        said = without_comments(version.raw).translate(None, b" \t\r\n")
        if said != b"1.0":
            yield Found(repr(version.text[:60]), version.start, version.end, version.name)
        return
    if not mail.is_header_whole:
        return
    for name in _MIME_FIELDS:
        for field in named.get(name, ()):
            yield Found(f"there is {field.name}", field.start, field.end, field.name)
            return


CONTENT_TYPE_SYNTAX = Rule(
    "content-type-syntax",
    "Content-Type or Content-Disposition is not by the grammar",
    Severity.ERROR,
    "RFC 2045 §5.1",
    quote="Note also that a subtype specification is MANDATORY -- it may not be omitted from a"
    " Content-Type header field.",
    why="Readers take such a part for plain text, cut names of files at the first blank, or see"
    " another charset or boundary than others do.",
    mend="Let a library write the field: add_attachment() in Python, attachments in nodemailer,"
    " addAttachment() in PHPMailer. By hand: quotes around every value.",
    bad=LETTER.replace(_TEXT, b"Content-Type: text\r\n"),
    good=LETTER,
)


@on_message(CONTENT_TYPE_SYNTAX)
def content_type_syntax(mail: Mail) -> Iterator[Found]:
    for each in mail.content_fields:
        for flaw in each.reading.flaws:
            place = (each.start + flaw.start, each.start + flaw.end)
            yield Found(flaw.text, *place, each.field.name, each.part.path, severity=flaw.severity)


FILENAME_ENCODED_WORD = Rule(
    "filename-encoded-word",
    "An encoded word as the name of a file",
    Severity.WARNING,
    "RFC 2047 §5",
    quote="An 'encoded-word' MUST NOT be used in parameter of a MIME Content-Type or"
    " Content-Disposition field, or in any structured field body except within a 'comment' or"
    " 'phrase'.",
    why="Many readers decode it all the same; those that do not save a file called =?utf-8?...?=.",
    mend="Write it as RFC 2231 has it, filename*=utf-8''J%C3%B6rg.pdf: EmailMessage in Python"
    " does. A second name in the old form does no harm.",
    bad=LETTER.replace(_TEXT, _NAMED + b'="=?utf-8?q?J=C3=B6rg?="\r\n'),
    good=LETTER.replace(_TEXT, _NAMED + b"*=utf-8''J%C3%B6rg\r\n"),
    elsewhere=(("Gmail", "decodes it"), ("Exchange Online", "decodes it")),
)


@on_message(FILENAME_ENCODED_WORD)
def filename_encoded_word(mail: Mail) -> Iterator[Found]:
    for each in mail.content_fields:
        if b"=?" not in each.field.raw:
            continue
        # Common: name in the old form for old readers, filename in the new one beside it.
        has_other = any(
            name.startswith("filename*") for name, _ in each.part.declared_disposition.raw
        )
        for written in each.reading.parameters:
            if written.name in _NAMES and b"=?" in written.value and b"?=" in written.value:
                severity = Severity.INFO if has_other else None
                yield _of(each, written, f"{written.name}={_shown(written.value)}", severity)


PARAM_2231_BAD = Rule(
    "param-2231-bad",
    "An encoded or continued parameter cannot be read",
    Severity.WARNING,
    "RFC 2231 §3",
    quote="The count starts at 0 and increments by 1 for each subsequent section of the parameter"
    " value.",
    why="The name of the file is cut, unreadable or gone.",
    mend="Let a library write it: EmailMessage and MIMEPart in Python, attachments in nodemailer."
    " By hand: filename*=utf-8''J%C3%B6rg.pdf, in one piece and without quotes.",
    bad=LETTER.replace(_TEXT, _NAMED + b"*1=rg.pdf\r\n"),
    good=LETTER.replace(_TEXT, _NAMED + b"*0=joe;\r\n filename*1=rg.pdf\r\n"),
)


@on_message(PARAM_2231_BAD)
def param_2231_bad(mail: Mail) -> Iterator[Found]:
    for each in mail.content_fields:
        if any("*" in written.name for written in each.reading.parameters):
            yield from _flaws_of_sections(each)
            for written in each.reading.parameters:
                yield from _flaws_of_extended(each, written)


def _flaws_of_sections(each: ContentField) -> Iterator[Found]:
    is_type = each.field.name.lower() == "content-type"
    declared = each.part.declared if is_type else each.part.declared_disposition
    for fault in declared.faults:
        # Those are content-type-syntax.
        if not fault.endswith("is no parameter"):
            yield Found(fault, each.start, each.field.end, each.field.name, each.part.path)


def _flaws_of_extended(each: ContentField, written: Written) -> Iterator[Found]:
    if not written.name.endswith("*"):
        return
    if written.is_quoted:  # most readers take the quotes away
        yield _of(each, written, f"{written.name[:40]} has quotes", Severity.INFO)


def _of(
    each: ContentField, written: Written, detail: str, severity: Severity | None = None
) -> Found:
    place = (each.start + written.start, each.start + written.end)
    return Found(detail, *place, each.field.name, each.part.path, severity=severity)


MIME_DEPTH = Rule(
    "mime-depth",
    "Many parts, or parts nested deeply",
    Severity.INFO,
    "RFC 2046 §5.1",
    why="Filters and servers stop reading somewhere, so that nobody forges or floods them: what is"
    " beyond is not shown, or the mail is refused.",
    mend="Look for what wraps a message in another one again and again; send many files as one"
    " archive.",
    bad=LETTER.replace(_TEXT, b"Content-Type: multipart/mixed; boundary=b\r\n")
    + b"--b\r\n\r\na\r\n" * (_MOST_PARTS + 1)
    + b"--b--\r\n",
    good=LETTER.replace(_TEXT, b"Content-Type: multipart/mixed; boundary=b\r\n")
    + b"--b\r\n\r\na\r\n" * 2
    + b"--b--\r\n",
    elsewhere=(("Postfix", "treats more than 100 levels as text (mime_nesting_limit)"),),
)


@on_message(MIME_DEPTH)
def mime_depth(mail: Mail) -> Iterator[Found]:
    count = len(mail.content.parts)
    depth = _depth(mail) if count > _MOST_LEVELS else 0
    if depth > _MOST_LEVELS:
        yield Found(f"{depth} levels")
    if count > _MOST_PARTS:
        yield Found(f"{count} parts" if count < MAX_PARTS else f"{MAX_PARTS} parts or more")


def _depth(mail: Mail) -> int:
    """Levels below the message itself."""
    depth, level = 0, mail.content.root.children
    while level:
        depth += 1
        level = tuple(child for part in level for child in part.children)
    return depth


def _shown(octets: bytes) -> str:
    return repr(octets if len(octets) <= 60 else octets[:60] + b"...")[1:]
