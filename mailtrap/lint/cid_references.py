"""The parts that HTML loads or mentions by their Content-ID (RFC 2392).  Pure, never raises.

How the HTML is read is the affair of ``markup``: the time it takes is like the size.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from mailtrap.markup import Element, resolved, tree

_LOADING = ("src", "background", "data")  # attributes whose part readers load
_CID = re.compile(r"\s*+cid:(\S++)", re.IGNORECASE)
_CID_OF_STYLE = re.compile(r"\burl\(\s*+[\"']?+cid:([^\"'\s)]++)", re.IGNORECASE)
_MENTIONED = re.compile(r"cid:([^\s\"'<>(),]++)", re.IGNORECASE)
# Outlook reads what is between them; for other readers the first begins a comment.
_CONDITIONS = re.compile(r"<!--\[if[^<>]*+>|(?:<!--\s*+)?+<!\[endif\]-->", re.IGNORECASE)


def loaded(html: str) -> Iterator[str]:
    """What follows ``cid:`` wherever the HTML loads something from there, in order."""
    if not _MENTIONED.search(html):
        return
    root, _ = tree(_CONDITIONS.sub("", html))
    for element in root.elements():
        for name in _LOADING:
            if found := _CID.match(element.attributes.get(name, "")):
                yield found[1]
        for style in _styles(element):
            yield from _CID_OF_STYLE.findall(style)


def mentioned(html: str) -> set[str]:
    """The Content-IDs that may be meant by any ``cid:``, in what nobody is shown, too."""
    return {
        content_id for found in _MENTIONED.findall(resolved(html)) for content_id in meant(found)
    }


def meant(reference: str) -> set[str]:
    """The Content-IDs that may be meant (RFC 2392 section 2: it is percent-encoded)."""
    return {reference, unquote(reference)}


def _styles(element: Element) -> Iterator[str]:
    if element.name == "style":
        yield element.raw
    if "style" in element.attributes:
        yield element.attributes["style"]
