"""An attachment opened: text, a message in the message, an image, or octets."""

from collections.abc import Sequence

from mailtrap.content import MAX_BODY, Content
from mailtrap.hypertext import Hypertext
from mailtrap.parts import Part
from mailtrap.sanitize import sanitize
from mailtrap.structure import MESSAGE_TYPES
from mailtrap.tui.attachments import attached, digest, name
from mailtrap.tui.document import Document, Joined, LinesDocument, Span, TextDocument, with_links
from mailtrap.tui.graphics import Graphics
from mailtrap.tui.hexdump import MOST, HexDocument
from mailtrap.tui.html_view import HtmlDocument
from mailtrap.tui.mime_tree import octets
from mailtrap.tui.pictures import NotShown, picture

# Beside text/*: what is read as text, too.
_READABLE = """
    application/ics application/javascript application/json application/pgp-encrypted
    application/pgp-keys application/pgp-signature application/xml application/yaml image/svg+xml
    message/delivery-status message/disposition-notification message/feedback-report
    message/global-delivery-status message/headers
"""
_TEXTS = frozenset(_READABLE.split())
_FIELDS = ("From", "To", "Cc", "Date", "Subject", "Message-ID")


def preview(
    part: Part, room: int, *, in_colour: bool = True, graphics: Graphics | None = None
) -> Joined:
    """What there is to see of an attachment in so many cells; ``graphics``: of the terminal."""
    payload = part.payload
    head = [
        [(name(part), "strong")],
        [(f"{_kind(part)} · {octets(len(payload))} · sha256 {digest(payload)}", "muted")],
        [],
    ]
    graphics = graphics or Graphics()
    content = _content(part, payload, room, graphics, in_colour=in_colour)
    return Joined([LinesDocument(head), *content], room)


def _kind(part: Part) -> str:
    return sanitize(part.content_type + (f" · {part.charset}" if part.charset else ""))


def _content(
    part: Part, payload: bytes, room: int, graphics: Graphics, *, in_colour: bool
) -> Sequence[Document]:
    kind = part.content_type
    if not payload.strip():
        return [_note("It is empty.")]
    if kind in MESSAGE_TYPES:
        return _message(payload, room)
    if kind == "text/rfc822-headers":
        return _message(payload, room)[:1]
    if kind == "text/html":
        return [HtmlDocument(Hypertext(part.text_of(MAX_BODY)), room)]
    if kind.startswith("text/") or kind in _TEXTS or kind.endswith(("+json", "+xml")):
        return _text(part)
    if kind.startswith("image/"):
        return _image(payload, room, graphics, in_colour=in_colour)
    return _octets(payload, room)


def _text(part: Part) -> Sequence[Document]:
    text = TextDocument(part.text_of(MAX_BODY))
    if part.end - part.body_start > MAX_BODY:
        return [_note(f"Only the first {MAX_BODY:,} octets, as sent, are shown.", ""), text]
    return [text]


def _message(payload: bytes, room: int) -> Sequence[Document]:
    """Its own headline, its text, and what is attached to it."""
    content = Content(payload)
    fields = [(wanted, content.field(wanted)) for wanted in _FIELDS]
    head: list[list[Span]] = [
        [(f"{field + ':':<12}", "server"), *with_links(sanitize(text))]
        for field, text in fields
        if text
    ]
    head = [*(head or [[("It has none of the usual header fields.", "note")]]), []]
    return [LinesDocument(head), _body(content, room), *_attachments(content)]


def _body(content: Content, room: int) -> Document:
    if content.text is not None:
        return TextDocument(content.text)
    if content.html is not None:
        return HtmlDocument(content.hypertext, room, parts=content.content_ids)
    return _note("There is no text in it.")


def _attachments(content: Content) -> Sequence[Document]:
    parts = attached(content)
    lines: list[list[Span]] = [
        [("  ", ""), (name(part), "strong"), (f"  {sanitize(part.content_type)}", "muted")]
        for part in parts[:100]
    ]
    title = [("Attached to it", "heading"), (f" {len(parts):,}", "muted")]
    return [LinesDocument([[], title, *lines])] if lines else []


def _image(payload: bytes, room: int, graphics: Graphics, *, in_colour: bool) -> Sequence[Document]:
    if graphics.kind == "none":
        return _octets(payload, room)
    if not in_colour:
        return [_note("Images need colours, and those are off.", ""), *_octets(payload, room)]
    try:
        what, image = picture(payload, room, graphics)
    except NotShown as reason:
        return [_note(f"The image is not shown; {reason}.", ""), *_octets(payload, room)]
    return [_note(what, ""), image]


def _octets(payload: bytes, room: int) -> Sequence[Document]:
    if len(payload) > MOST:
        note = f"The first {MOST:,} of {octets(len(payload))}:"
        return [_note(note), HexDocument(payload, room)]
    return [HexDocument(payload, room)]


def _note(*lines: str) -> LinesDocument:
    return LinesDocument([[(line, "note")] if line else [] for line in lines])
