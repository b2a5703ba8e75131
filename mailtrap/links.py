"""Links of a message, and those a text has.  Never raises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_URL = re.compile(r"\b(?:https?://|mailto:)[^\s<>\"\u00ab\u00bb\u201c-\u201f]++", re.IGNORECASE)
_PUNCTUATION = ".,:;!?'*_~\u2026\u2019|"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Link:
    """Where it leads, as written, and what a person sees of it."""

    href: str
    text: str


def urls(text: str) -> Iterator[tuple[int, int]]:
    """The place of each URL in a text, without the punctuation of the sentence around it."""
    for found in _URL.finditer(text):
        url = found[0]
        excess = {end: url.count(end) - url.count(begin) for end, begin in _BRACKETS.items()}
        length = len(url)
        while length and (url[length - 1] in _PUNCTUATION or excess.get(url[length - 1], 0) > 0):
            if url[length - 1] in excess:
                excess[url[length - 1]] -= 1
            length -= 1
        if length > url.find(":") + 1 + 2 * url.lower().startswith("http"):
            yield found.start(), found.start() + length


def of_text(text: str) -> Iterator[Link]:
    """The URLs of a text, in order."""
    for start, end in urls(text):
        yield Link(text[start:end], text[start:end])
