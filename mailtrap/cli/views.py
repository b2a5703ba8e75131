"""What ``show`` shows of a message.

Text from the wire is safe to show at a terminal.  What is asked for as it is, such as the mail
data, goes to a pipe or a file as it is.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mailtrap.amounts import amount, in_octets
from mailtrap.cli import EX_NO_MATCH, table, tell
from mailtrap.cli.maildir import Mail
from mailtrap.cli.output import coloured, is_terminal, say, say_octets, width
from mailtrap.content import Content
from mailtrap.message import Message
from mailtrap.parts import Part
from mailtrap.sanitize import sanitize, sanitize_lines, without_surrogates
from mailtrap.transcript import lines as transcript_lines
from mailtrap.wrapping import Style, plain

TELLING = ("from", "to", "cc", "bcc", "reply-to", "subject", "date")
View = Callable[[Message, Mail], Iterable[str]]


def show(message: Message, view: str, mail: Mail) -> int:
    """Show it; returns the exit code."""
    if view == "raw":
        return _raw(message.data)
    found = False
    for line in _VIEWS[view](message, mail):
        found = True
        say(line)
    if not found:
        tell(f"{sanitize(message.id)} {_MISSING[view]}")
    return 0 if found else EX_NO_MATCH


# Views: lines, none where there is nothing


def _overview(message: Message, _mail: Mail) -> Iterator[str]:
    content = Content(message.data)
    for name in TELLING:
        for field in content.fields_named(name):
            yield f"{coloured(sanitize(field.name), 'strong')}: {sanitize(field.text)}"
    yield coloured("Envelope", "strong") + f": {_envelope(message)}"
    at = message.received.astimezone().isoformat(" ", "seconds")
    head = ", the head of a larger one" if message.truncated else ""
    yield (
        coloured("Message", "strong")
        + f": {sanitize(message.id)}, {amount(message.size, 'octet')}{head}, {at}"
    )
    for each in content.parts:
        if each.is_attachment:
            yield coloured("Attachment", "strong") + f": {_described(each)}"
    yield ""
    text = _text_of(content)
    yield from text or ["(no text)"]
    if content.links and not _own_text(content):
        yield ""
        for number, link in enumerate(content.hypertext.links, 1):
            yield sanitize(f"({number}) {link.href}")


def _envelope(message: Message) -> str:
    envelope = message.envelope
    reverse_path = envelope.reverse_path
    sender = "no MAIL" if reverse_path is None else f"<{reverse_path}>"
    recipients = ", ".join(f"<{path}>" for path in envelope.forward_paths) or "no RCPT"
    return sanitize(f"{sender} to {recipients}")


def _text(message: Message, _mail: Mail) -> Iterable[str]:
    return _text_of(Content(message.data), with_numbers=False)


def _text_of(content: Content, *, with_numbers: bool = True) -> list[str]:
    """The lines of the text; those of the HTML where there is none."""
    text = _own_text(content) or _seen(content, width(), with_numbers=with_numbers)
    lines = sanitize_lines(text).rstrip("\n").split("\n")
    return lines if any(lines) else []


def _own_text(content: Content) -> str:
    """The text that is no HTML; "" where there is none to speak of."""
    return content.text if content.text and content.text.strip() else ""


def _seen(content: Content, columns: int, *, with_numbers: bool) -> str:
    """The HTML as a person sees it, with the numbers of its links or without."""
    lines = content.hypertext.lines(columns)
    if not with_numbers:
        lines = tuple(
            tuple(span for span in line if span.style != Style.NOTE or span.link is None)
            for line in lines
        )
    return plain(lines)


def _html(message: Message, _mail: Mail) -> Iterable[str]:
    html = Content(message.data).html
    if html is None:
        return []
    return [(sanitize_lines(html) if is_terminal() else html).removesuffix("\n")]


def _headers(message: Message, _mail: Mail) -> Iterator[str]:
    for field in Content(message.data).fields:
        yield f"{coloured(sanitize(field.name), 'strong')}: {sanitize(field.text)}"


def _links(message: Message, _mail: Mail) -> Iterable[str]:
    return dict.fromkeys(sanitize(link.href) for link in Content(message.data).links)


def _code(message: Message, _mail: Mail) -> Iterable[str]:
    return Content(message.data).codes


def _transcript(message: Message, mail: Mail) -> Iterator[str]:
    session = mail.kept.session(message.session) if message.session else None
    if session is None:
        return
    for each in transcript_lines(session.transcript):
        at = each.at.astimezone()
        text = f"{at:%H:%M:%S}.{at.microsecond // 1000:03}  {each.mark} {each.text}"
        yield coloured(text, "info") if each.mark == "--" else text


def _diagnostics(message: Message, mail: Mail) -> Iterator[str]:
    from mailtrap.cli import findings

    data = message.data
    of_message, of_session = mail.diagnosed(message)
    checked = findings.Checked(message.id, data, min(len(data), 2**21), tuple(of_message))
    yield from findings.lines(checked, of_message)
    for each in of_session:
        severity = coloured(each.severity, each.severity)
        yield f"{coloured(message.session, 'strong')}: {severity} {each.rule.id}"
        yield sanitize(f"  {each.text} ({each.rule.source})")
        yield ""


_VIEWS: Mapping[str, View] = {
    "": _overview,
    "text": _text,
    "html": _html,
    "headers": _headers,
    "links": _links,
    "code": _code,
    "transcript": _transcript,
    "diagnostics": _diagnostics,
}
_MISSING = {
    "": "is empty",
    "text": "has no text",
    "html": "has no HTML",
    "headers": "has no header fields",
    "links": "has no links",
    "code": "has no one-time code",
    "transcript": "has no transcript: its session is not kept here",
    "diagnostics": "has nothing wrong with it",
}


# Octets


def _raw(data: bytes) -> int:
    if is_terminal():
        say(sanitize_lines(data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")))
    else:
        say_octets(data)
    return 0


def part(message: Message, name: str) -> int:
    """Show a part by its path or file name; returns the exit code."""
    parts = Content(message.data).parts
    found = [each for each in parts if name in (each.path or "TEXT", each.filename)]
    if not found:
        known = "; ".join(map(_described, parts))
        tell(f"{sanitize(message.id)} has no part {name!r}; there are {known}")
        return EX_NO_MATCH
    each = found[0]
    if not is_terminal():
        say_octets(each.payload)
    elif each.content_type.startswith(("text/", "message/", "multipart/")):
        say(sanitize_lines(each.text).removesuffix("\n"))
    else:
        tell(f"{_described(each)} is not for a terminal; give it a file: > FILE")
        return EX_NO_MATCH
    return 0


def _described(each: Part) -> str:
    """The part in words, safe to show."""
    name = f" {each.filename!r}" if each.filename else ""
    size = in_octets(len(each.payload))
    return sanitize(f"{each.path or 'TEXT'} {each.content_type}{name} ({size})")


# JSON


def keys(message: Message, *, read: bool) -> dict[str, Any]:
    """All there is to say of a message without its session."""
    content = Content(message.data)
    return {
        **table.keys(message, read=read),
        "headers": [[each.name, _safe(each.text)] for each in content.fields],
        "text": _safe(_own_text(content) or content.hypertext.text),
        "html": None if content.html is None else _safe(content.html),
        "links": [{"href": _safe(x.href), "text": _safe(x.text)} for x in content.links],
        "codes": list(content.codes),
        "parts": [_part_keys(each) for each in content.parts],
    }


def raw_keys(data: bytes) -> dict[str, str]:
    """The mail data: as text where it is UTF-8, else in base64 under another key."""
    try:
        return {"raw": data.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": b64encode(data).decode()}


def _part_keys(each: Part) -> dict[str, Any]:
    return {
        "part": each.path or "TEXT",
        "type": _safe(each.content_type),
        "name": None if each.filename is None else _safe(each.filename),
        "disposition": None if each.disposition is None else _safe(each.disposition),
        "content_id": None if each.content_id is None else _safe(each.content_id),
        "size": 0 if each.is_multipart else len(each.payload),
    }


def _safe(text: str) -> str:
    return without_surrogates(text)
