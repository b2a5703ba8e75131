"""Rules: what readers choose to show of the parts, and the images in it (RFC 2046, 2387, 2392)."""

import re
from collections.abc import Iterator

from mailtrap.lint import cid_references
from mailtrap.lint.checks import on_message
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import LETTER
from mailtrap.parts import Part

_MOST_IMAGES = 200  # that are looked for in the HTML
_MOST_BLANK = 2**12  # octets of a part that may be nothing but blanks
_CID_BEGIN = re.compile(rb"cid:", re.IGNORECASE)
_HEADER = LETTER.partition(b"Content-Type")[0]
_PLAIN = b"--b\r\nContent-Type: text/plain\r\n\r\nHello Bob\r\n"
_HTML = b"--b\r\nContent-Type: text/html\r\n\r\n<p>Hello Bob</p>\r\n"
_IMAGE = (
    b"--b\r\nContent-Type: image/gif\r\nContent-ID: <logo@example.org>\r\n"
    b"Content-Disposition: inline\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nR0lGODlhAQABAAAAACw=\r\n"
)
_END = b"--b--\r\n"
_ALTERNATIVE = _HEADER + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
_RELATED = _HEADER + b"Content-Type: multipart/related; boundary=b\r\n\r\n"
_WITH_IMAGE = _HTML.replace(b"Hello", b'<img src="cid:logo@example.org"> Hello')

HTML_NO_TEXT = Rule(
    "html-no-text",
    "HTML without a plain text",
    Severity.INFO,
    "RFC 2046 §5.1.4",
    why="Readers on a terminal or a watch show source or nothing; spam filters count it.",
    mend="Send both in a multipart/alternative: add_alternative() in Python, html and text in"
    " nodemailer, AltBody in PHPMailer.",
    bad=LETTER.replace(b"text/plain", b"text/html"),
    good=_ALTERNATIVE + _PLAIN + _HTML + _END,
    elsewhere=(("SpamAssassin", "MIME_HTML_ONLY"),),
)


@on_message(HTML_NO_TEXT)
def html_no_text(mail: Mail) -> Iterator[Found]:
    texts = {part.content_type for part in mail.own_parts if not part.is_attachment}
    if "text/html" in texts and "text/plain" not in texts and mail.are_parts_whole:
        first = next(part for part in mail.own_parts if part.content_type == "text/html")
        yield Found("", part=first.path)


ALTERNATIVE_ORDER = Rule(
    "alternative-order",
    "HTML before the plain text",
    Severity.WARNING,
    "RFC 2046 §5.1.4",
    quote='In general, user agents that compose "multipart/alternative" entities must place the'
    " body parts in increasing order of preference, that is, with the preferred format last.",
    why="Readers take the last one they can show, so people see the plain text and never the HTML.",
    mend="Add the text first: set_content() and then add_alternative() in Python.",
    bad=_ALTERNATIVE + _HTML + _PLAIN + _END,
    good=_ALTERNATIVE + _PLAIN + _HTML + _END,
)


@on_message(ALTERNATIVE_ORDER)
def alternative_order(mail: Mail) -> Iterator[Found]:
    for part in _alternatives(mail):
        rich = None
        for child in part.children:
            rich = rich or (child if _is_rich(child) else None)
            if rich is not None and child.content_type == "text/plain" and not child.is_attachment:
                place = (child.start, child.body_start)
                yield Found(f"{rich.content_type} is part {rich.path}", *place, part=child.path)
                break


EMPTY_ALTERNATIVE = Rule(
    "empty-alternative",
    "The plain text of an alternative is empty",
    Severity.WARNING,
    "RFC 2046 §5.1.4",
    why="Readers that show text show nothing, and previews and notifications stay blank; spam"
    " filters count it.",
    mend="Write the same in plain text, or leave the part out.",
    bad=_ALTERNATIVE + _PLAIN.replace(b"Hello Bob", b"") + _HTML + _END,
    good=_ALTERNATIVE + _PLAIN + _HTML + _END,
)


@on_message(EMPTY_ALTERNATIVE)
def empty_alternative(mail: Mail) -> Iterator[Found]:
    for part in _alternatives(mail):
        if len(part.children) < 2:
            continue
        for child in part.children:
            if child.content_type == "text/plain" and _is_blank(child) and not mail.is_cut(child):
                # The last of the others is what readers show who can.
                other = [each for each in part.children if each is not child][-1]
                detail = f"beside {other.content_type[:60]}"
                yield Found(detail, child.body_start, child.end, part=child.path)


CID_MISSING = Rule(
    "cid-missing",
    "HTML that shows a part that is not there",
    Severity.WARNING,
    "RFC 2392 §2",
    why="People see a broken image.",
    mend="Give the part the Content-ID that the HTML has after cid:, in angle brackets:"
    " add_related(..., cid=) in Python, cid of an attachment in nodemailer, addEmbeddedImage() in"
    " PHPMailer.",
    bad=_RELATED + _WITH_IMAGE + _IMAGE.replace(b"<logo@", b"<photo@") + _END,
    good=_RELATED + _WITH_IMAGE + _IMAGE + _END,
)


@on_message(CID_MISSING)
def cid_missing(mail: Mail) -> Iterator[Found]:
    if not mail.are_parts_whole:
        return
    known: set[str] | None = None
    for part, text in _hypertexts(mail):
        for reference in dict.fromkeys(cid_references.loaded(text)):
            known = _content_ids(mail) if known is None else known
            if known.isdisjoint(cid_references.meant(reference)):
                yield Found(f"cid:{reference[:80]}", part.body_start, part.end, part=part.path)


CONTENT_ID_UNUSED = Rule(
    "content-id-unused",
    "An image for the HTML that the HTML does not show",
    Severity.INFO,
    "RFC 2392 §2",
    why="Readers list it as a file, or hide it.",
    mend='Write <img src="cid:..."> with its Content-ID without the brackets, or attach it in a'
    " multipart/mixed.",
    bad=_RELATED + _HTML + _IMAGE + _END,
    good=_RELATED + _WITH_IMAGE + _IMAGE + _END,
)


@on_message(CONTENT_ID_UNUSED)
def content_id_unused(mail: Mail) -> Iterator[Found]:
    images = [
        child
        for part in mail.own_parts
        if part.content_type == "multipart/related"
        for child in part.children
        if child.content_type.startswith("image/") and child.disposition != "attachment"
    ]
    if not images or not mail.are_parts_whole:
        return
    named = {each for _, text in _hypertexts(mail) for each in cid_references.mentioned(text)}
    for child in images[:_MOST_IMAGES]:
        content_id = child.content_id
        # RFC 2557: its Content-Location may be what the HTML has.
        if content_id and not child.field("content-location") and content_id not in named:
            field = next(child.fields_named("content-id"))
            yield Found(content_id[:80], field.start, field.end, field.name, child.path)


def _alternatives(mail: Mail) -> Iterator[Part]:
    return (part for part in mail.own_parts if part.content_type == "multipart/alternative")


def _is_rich(part: Part) -> bool:
    """HTML, or that with its images."""
    if part.content_type == "multipart/related":
        return any(child.content_type == "text/html" for child in part.children)
    return part.content_type == "text/html"


def _is_blank(part: Part) -> bool:
    return part.end - part.body_start <= _MOST_BLANK and not part.text.strip()


def _hypertexts(mail: Mail) -> Iterator[tuple[Part, str]]:
    """The HTML parts that may name others, with their text."""
    for part in mail.own_parts:
        if part.content_type == "text/html" and not part.is_attachment:
            is_encoded = part.encoding not in ("7bit", "8bit", "binary")
            if is_encoded or _CID_BEGIN.search(mail.content.data, part.body_start, part.end):
                yield part, part.text


def _content_ids(mail: Mail) -> set[str]:
    return {part.content_id for part in mail.content.parts if part.content_id}
