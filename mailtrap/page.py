"""A message as a page for a browser: its HTML with nothing that loads or runs.  Pure.

The policy that goes with the page is what protects; what is taken out of the page is what browsers
do in spite of the policy (connect ahead, look up names), or what would be in its way.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from urllib.parse import unquote

from mailtrap.content import Content
from mailtrap.parts import Part
from mailtrap.sanitize import sanitize_lines

MAX_EMBEDDED = 20 * 2**20  # octets of images that are put into a page

_POLICY = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; font-src data:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
    # A link that is clicked opens a page as it would from any mail program.
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
# Renamed, not taken out: what is around a tag must not become a tag.
# For a frame a browser connects even before it looks at the policy.
_EMPTY = re.compile(r"<(/?)(?:link|meta|base|frame|embed)(?=[\s/>]|\Z)", re.IGNORECASE)
_UNSEEN = re.compile(r"<(/?)(?:script|iframe)(?=[\s/>]|\Z)", re.IGNORECASE)
_CID = re.compile(r"([\"'(=]\s*)cid:([^\s\"'<>()]+)", re.IGNORECASE)
_IMAGE = re.compile(r"image/[a-z0-9.+-]+\Z")
_HEAD = '<!doctype html><meta charset="utf-8"><title>{title}</title>\n'
_PLAIN = '{head}<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{text}</pre>\n'


def policy(*, with_remote: bool = False) -> str:
    """The Content-Security-Policy of the page; ``with_remote``: images of others may be loaded."""
    return _POLICY.format(images="data: http: https:" if with_remote else "data:")


def page(content: Content) -> bytes:
    """The page in UTF-8: the HTML, or where there is none the text as it is."""
    title = escape(content.subject or "(no subject)")
    html = content.html
    if html is None:
        text = escape(sanitize_lines(content.text or "There is no text in this message."))
        return _encoded(_PLAIN.format(head=_HEAD.format(title=title), text=text))
    # In front of it, so that what the HTML says of its charset comes too late.
    is_document = re.match(r"\s*<(?:!doctype|html)\b", html, re.IGNORECASE)
    head = "" if is_document else _HEAD.format(title=title)
    return _encoded(head + inert(html, content.content_ids))


def inert(html: str, parts: Mapping[str, Part]) -> str:
    """HTML whose images are within it, and which neither runs nor connects."""
    # <wbr> is empty and shows nothing, what is in <template> is not part of the page.
    html = _EMPTY.sub(r"<\1wbr", html)
    html = _UNSEEN.sub(r"<\1template", html)
    return _embedded(html, parts)


def _embedded(html: str, parts: Mapping[str, Part]) -> str:
    """With the images that come in the message in place of their ``cid:`` (RFC 2392)."""
    left = MAX_EMBEDDED
    encoded: dict[str, str] = {}

    def embed(found: re.Match[str]) -> str:
        nonlocal left
        name = unquote(found[2])
        part = parts.get(name)
        if part is None or not _IMAGE.match(part.content_type):
            return found[0]
        if name not in encoded:
            encoded[name] = f"data:{part.content_type};base64,{b64encode(part.payload).decode()}"
        left -= len(encoded[name])
        return found[1] + encoded[name] if left >= 0 else found[0]

    return _CID.sub(embed, html)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
