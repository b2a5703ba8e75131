"""HTML of a message: what a person sees of it, where its links lead, what it loads.  Never raises.

Nothing is fetched.  What is read does not depend on a terminal; ``typesetting`` makes lines of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from mailtrap.cached import cached_property
from mailtrap.links import Link
from mailtrap.markup import Element, tree
from mailtrap.typesetting import SKIPPED, Looks, typeset
from mailtrap.wrapping import UNLIMITED, Line, Measure, Span, Style, cells, plain

MAX_HTML = 2**21  # code points that are read
MAX_LINES = 20_000
_BLANKS = re.compile(r"\s+")
_URL_OF_STYLE = re.compile(r"url\(\s*+['\"]?+([^'\")\s]++)", re.IGNORECASE)
_SMALL = re.compile(r"\s*0*[01](?:\.0+)?\s*(?:px)?\s*", re.IGNORECASE)  # one pixel or none
_ZERO = re.compile(r"[+-]?0*\.?0*(?:px|pt|em|rem|%|ex|ch|vh|vw)?")
# Open tracking of well-known senders, and of nearly everyone else.
_TRACKING = re.compile(
    r"/(?:wf/)?open(?:\.(?:aspx|php|gif|png)|[/?])|/track(?:ing)?/(?:open|view)|[/.]pixel\b"
    r"|/e(?:mail)?/?o(?:pen)?/|/beacon\b|/(?:o|t|spacer|blank|transparent|1x1)\.(?:gif|png)\b"
    r"|google-analytics\.com|list-manage\.com/track/|/ss/o/|/imp\?",
    re.IGNORECASE,
)
_COLORS = {"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "gray": (128,) * 3}
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})")
_RGB = re.compile(
    r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]{1,6})%?\s*)?\)"
)
Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Image:
    """An image the HTML shows, as an element or as a background; ``alt`` is its text."""

    src: str
    alt: str = ""
    is_tracker: bool = False  # remote, and nobody sees it or its address says so

    @property
    def is_remote(self) -> bool:
        """Who opens the message tells a server so."""
        return self.src.lower().startswith(("http:", "https:", "//"))

    @property
    def cid(self) -> str | None:
        """The Content-ID of the part it is (RFC 2392); None where it is no part."""
        return unquote(self.src[4:]) if self.src[:4].lower() == "cid:" else None


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What holds for what is within an element."""

    is_tiny: bool = False  # font size 0
    is_invisible: bool = False
    color: Color = (0, 0, 0)
    background: Color = (255, 255, 255)

    @property
    def hides_text(self) -> bool:
        return self.is_tiny or self.is_invisible or self.color == self.background


class Hypertext:
    """HTML, read when asked."""

    def __init__(self, html: str) -> None:
        self.html = html

    @property
    def links(self) -> tuple[Link, ...]:
        """In order, with the text or the texts of the images that one would click on."""
        return tuple(self._facts.links)

    @property
    def images(self) -> tuple[Image, ...]:
        """In order, those nobody sees among them."""
        return tuple(self._facts.images)

    @property
    def hidden(self) -> tuple[str, ...]:
        """Texts that are there and not seen, in order: the preheader is one as a rule."""
        return tuple(self._facts.hidden)

    @property
    def limits(self) -> tuple[str, ...]:
        """What was too much to be read, in words."""
        return self._facts.limits

    @cached_property
    def text(self) -> str:
        """What a person sees, a line for each paragraph and row; safe to show."""
        lines = self.lines(UNLIMITED)
        # Numbers of links are mailtrap's.
        return plain(
            tuple(span for span in line if span.style != Style.NOTE or span.link is None)
            for line in lines
        )

    def lines(self, width: int, measure: Measure = cells) -> tuple[Line, ...]:
        """The lines for a terminal of so many cells; their text is safe to show, hrefs are raw.

        Spans of links have the index of the link in ``links``.
        """
        facts = self._facts
        lines = typeset(facts.root, facts.looks, width, measure)
        if len(lines) <= MAX_LINES:
            return lines
        rest = f"… {len(lines) - MAX_LINES} more lines are not shown"
        return (*lines[:MAX_LINES], (Span(rest, Style.NOTE),))

    @cached_property
    def _facts(self) -> "_Facts":
        return _Facts(self.html)


class _Facts:
    """What a walk over the tree finds, before any line is made."""

    def __init__(self, html: str) -> None:
        self.root, is_whole = tree(html[:MAX_HTML])
        self.looks = Looks()
        self.links: list[Link] = []
        self.images: list[Image] = []
        self.hidden: list[str] = []
        self.limits: tuple[str, ...] = ()
        if not is_whole or len(html) > MAX_HTML:
            self.limits = ("the HTML is too large: its end is not read",)
        self._read(self.root, _Inherited())

    def _read(self, element: Element, inherited: _Inherited) -> None:
        style = _declarations(element)
        is_gone = _is_gone(element, style)
        self._add_images(element, style, is_seen=not is_gone)
        if is_gone:
            self.looks.gone.add(element)
            self._hide(_text(element))
            for each in element.elements():
                self._add_images(each, _declarations(each), is_seen=False)
            return
        inherited = _inherit(inherited, element, style)
        if inherited.hides_text:
            self.looks.mute.add(element)
        if element.name == "a" and (href := element.attributes.get("href", "").strip()):
            self.looks.links[element] = len(self.links)
            self.links.append(Link(href, _text(element, of_images=True)))
        self.looks.note(element, style)
        for child in element.children:
            if isinstance(child, Element):
                if child.name not in SKIPPED:
                    self._read(child, inherited)
            elif inherited.hides_text:
                self._hide(child)

    def _hide(self, text: str) -> None:
        if text := _BLANKS.sub(" ", text).strip():
            self.hidden.append(text)

    def _add_images(self, element: Element, style: Mapping[str, str], *, is_seen: bool) -> None:
        attributes = element.attributes
        if element.name == "img" and (src := attributes.get("src", "").strip()):
            image = Image(src, attributes.get("alt", "").strip())
            is_unseen = not is_seen or _is_small(element, style)
            is_tracker = image.is_remote and (is_unseen or bool(_TRACKING.search(src[:2000])))
            self.images.append(replace(image, is_tracker=is_tracker))
            if is_unseen or is_tracker:
                self.looks.gone.add(element)
        backgrounds = [attributes.get("background", "").strip()]
        for name in ("background", "background-image"):
            backgrounds += _URL_OF_STYLE.findall(style.get(name, ""))
        self.images += [Image(src) for src in backgrounds if src]


def _declarations(element: Element) -> dict[str, str]:
    """The declarations of its style attribute, in lower case but for addresses."""
    found: dict[str, str] = {}
    if "style" not in element.attributes:  # most have none
        return found
    for declaration in element.attributes["style"].split(";"):
        name, colon, sent = declaration.partition(":")
        if colon:
            sent = sent.partition("!")[0].strip()
            found[name.strip().lower()] = sent if "url(" in sent.lower() else sent.lower()
    return found


def _is_gone(element: Element, style: Mapping[str, str]) -> bool:
    if not style:
        return "hidden" in element.attributes
    return (
        "hidden" in element.attributes
        or style.get("display") == "none"
        or style.get("mso-hide") == "all"
        or any(_is_zero(style.get(name)) for name in ("max-height", "max-width", "opacity"))
        or (_is_zero(style.get("height")) and style.get("overflow") == "hidden")
    )


def _is_zero(length: str | None) -> bool:
    return length is not None and bool(_ZERO.fullmatch(length[:20])) and "0" in length


def _is_small(element: Element, style: Mapping[str, str]) -> bool:
    sizes = [
        element.attributes.get("width", ""),
        element.attributes.get("height", ""),
        style.get("width", ""),
        style.get("height", ""),
    ]
    return any(_SMALL.fullmatch(size[:20]) for size in sizes if size)


def _inherit(inherited: _Inherited, element: Element, style: Mapping[str, str]) -> _Inherited:
    attributes = element.attributes
    size = style.get("font-size")
    visibility = style.get("visibility")
    color = _color(style.get("color", attributes.get("color", "")))
    background = _color(
        style.get("background-color", style.get("background", attributes.get("bgcolor", "")))
    )
    if "url(" in style.get("background", "") or "background-image" in style:
        background = (-1, -1, -1)  # nobody knows what is behind the text
    if size is None and visibility is None and color is None and background is None:
        return inherited
    return _Inherited(
        inherited.is_tiny if size is None else _is_zero(size),
        inherited.is_invisible if visibility is None else visibility in ("hidden", "collapse"),
        color or inherited.color,
        background or inherited.background,
    )


def _color(text: str) -> Color | None:
    """None for what is no color here: it inherits."""
    text = text.strip()[:40].lower()
    if text in _COLORS:
        return _COLORS[text]
    if found := _HEX.fullmatch(text):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if (found := _RGB.fullmatch(text)) and found[4] in (None, "1", "1.0", "100"):
        return int(found[1]), int(found[2]), int(found[3])
    return None


def _text(element: Element, *, of_images: bool = False) -> str:
    """The text within an element on one line."""
    pieces: list[str] = []
    waiting: list[Element | str] = [element]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            pieces.append(each)
        elif each.name not in SKIPPED:
            if each.name == "br" or each.name == "img":
                pieces.append(f" {each.attributes.get('alt', '') if of_images else ''} ")
            waiting += reversed(each.children)
    return _BLANKS.sub(" ", "".join(pieces)).strip()
