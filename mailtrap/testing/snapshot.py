"""A message as a text that is the same for each sending.  Pure."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256

from mailtrap.amounts import amount
from mailtrap.content import Content
from mailtrap.parts import Part

# What a mailer or a relay makes anew for each message.
PER_SEND = {
    "date": "<date>",
    "message-id": "<message-id>",
    "received": "<received>",
    "dkim-signature": "<signature>",
    "thread-index": "<thread-index>",
}

_MESSAGE_ID = re.compile(r"<[^<>\s]+>")


def snapshot(content: Content, replace: Mapping[str | re.Pattern[str], str]) -> str:
    """Fields and parts, decoded, with what differs from sending to sending replaced."""
    text = "\n".join(_lines(content)).rstrip() + "\n"
    for old, new in (_per_send(content) | _message_ids(content)).items():
        text = text.replace(old, new)
    for wanted, new in replace.items():
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        text = pattern.sub(new, text)
    return text


def _lines(content: Content) -> Iterator[str]:
    for part in content.parts:
        if part is not content.root:
            yield f"--- part {part.path}"
        for field in part.fields:
            yield f"{field.name}: {PER_SEND.get(field.name.lower(), field.text)}".rstrip()
        yield ""
        if not part.is_multipart and not part.children:
            yield _body(part)


def _body(part: Part) -> str:
    if part.content_type.startswith("text/"):
        lines = part.text.splitlines()
        return "\n".join([*lines, ""])
    digest = sha256(part.payload).hexdigest()[:16]
    return f"[{amount(len(part.payload), 'octet')}, sha256 {digest}]\n"


def _message_ids(content: Content) -> dict[str, str]:
    """Its own, and those it refers to by number: what it answers may be as new as itself."""
    own = _MESSAGE_ID.findall(content.field("message-id"))
    found = dict.fromkeys(own, PER_SEND["message-id"])
    referred = f"{content.field('in-reply-to')} {content.field('references')}"
    others = dict.fromkeys(each for each in _MESSAGE_ID.findall(referred) if each not in found)
    return found | {each: f"<reference-{number}>" for number, each in enumerate(others, 1)}


def _per_send(content: Content) -> dict[str, str]:
    """Boundaries and Content-IDs by number; the longest first, as one may begin another."""
    found: dict[str, str] = {}
    for part in content.parts:
        if part.boundary:
            boundary = part.boundary.decode("utf-8", "replace")
            found.setdefault(boundary, f"boundary-{len(found) + 1}")
        if part.content_id:
            found.setdefault(part.content_id, f"content-id-{len(found) + 1}")
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))
