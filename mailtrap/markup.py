"""HTML as a tree, the way browsers forgive it.  Never raises, and takes time like the size.

``html.parser`` of the stdlib does neither: an unclosed comment or quote makes it look through the
rest again and again, ``<![`` and long character references make it raise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

MAX_DEPTH = 150  # elements within elements; what is deeper is put at that depth
MAX_ELEMENTS = 60_000
_VOID = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(_VOID.split())
RAW = frozenset(["script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp"])
_MARKUP = re.compile("<(?=[A-Za-z/!?])")  # any other less-than sign is text
_TAG = re.compile(r"</?([A-Za-z][^\s/>]*+)")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+([^\s/>][^\s/>=]*+)"""
    r"""(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)?))?"""
)
_LONG_REFERENCE = re.compile(r"&#0*([0-9]{8})[0-9]*;?")  # Python refuses very long numbers
# An end that is left out is implied by what starts (HTML section 13.1.2.4).
_ENDS = {
    "a": {"a"},
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "tbody": {"td", "th", "tr", "tbody", "thead", "tfoot"},
    "tfoot": {"td", "th", "tr", "tbody", "thead", "tfoot"},
    "option": {"option"},
}
_LISTS = {"ul", "ol", "dl", "table"}  # beyond which nothing is implied
_BLOCKS = """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol option p pre section summary
    table tbody td tfoot th thead tr ul
"""
BLOCKS = frozenset(_BLOCKS.split())


@dataclass(slots=True, eq=False)
class Element:
    """An element; names in lower case, attribute values with their references resolved."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)
    raw: str = ""  # what a script or style sheet holds as sent: no text, so that it is no child
    holds_table: bool = False  # somewhere within it
    holds_block: bool = False

    def elements(self) -> "Iterator[Element]":
        """The elements within it, depth first."""
        waiting = [iter(self.children)]
        while waiting:
            child = next(waiting[-1], None)
            if child is None:
                waiting.pop()
            elif isinstance(child, Element):
                yield child
                waiting.append(iter(child.children))


def tree(html: str) -> tuple[Element, bool]:
    """The document, and whether it is all of it: of too many elements the rest is left out."""
    return _Builder(html).build()


class _Builder:
    def __init__(self, html: str) -> None:
        self._html = html
        self._root = Element("#document")
        self._stack = [self._root]
        self._count = 0

    def build(self) -> tuple[Element, bool]:
        html, position = self._html, 0
        while self._count < MAX_ELEMENTS:
            found = _MARKUP.search(html, position)
            self._text(html[position : found.start() if found else len(html)])
            if found is None:
                return self._root, True
            position = self._markup(found.start())
        return self._root, position >= len(html)

    def _markup(self, start: int) -> int:
        """Read what a ``<`` begins; where to go on."""
        html = self._html
        if html.startswith("<!--", start):
            # ``<!-->`` is a whole comment.
            return _behind(html, "-->", start + 2)
        if html.startswith(("<!", "<?"), start):
            return _behind(html, ">", start)
        found = _TAG.match(html, start)
        if not found:
            return _behind(html, ">", start)
        name = found[1].lower()
        if html.startswith("</", start):
            self._end(name)
            return _behind(html, ">", found.end())
        return self._start(name, found.end())

    def _start(self, name: str, position: int) -> int:
        html = self._html
        attributes: dict[str, str] = {}
        while found := _ATTRIBUTE.match(html, position):
            sent = found[2] or found[3] or found[4] or ""
            attributes.setdefault(found[1].lower(), resolved(sent))
            position = found.end()
        position = _behind(html, ">", position)
        is_empty = name in VOID or (html[position - 2 : position] == "/>" and ":" in name)
        element = Element(name, attributes)
        self._open(element, is_empty=is_empty)
        if name in RAW:
            found = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(html, position)
            end = found.start() if found else len(html)
            if name == "textarea":
                self._text(html[position:end])
            else:
                element.raw = html[position:end]
            return end
        return position

    def _open(self, element: Element, *, is_empty: bool) -> None:
        self._imply(element.name)
        self._count += 1
        parent = self._stack[-1]
        parent.children.append(element)
        if element.name == "table" and not parent.holds_table:
            for each in self._stack:
                each.holds_table = True
        if element.name in BLOCKS and not parent.holds_block:
            for each in self._stack:
                each.holds_block = True
        if not is_empty and len(self._stack) <= MAX_DEPTH:
            self._stack.append(element)

    def _imply(self, name: str) -> None:
        ends = _ENDS.get(name)
        if ends:
            for index in range(len(self._stack) - 1, 0, -1):
                open_name = self._stack[index].name
                if open_name in _LISTS:
                    break
                if open_name in ends:
                    del self._stack[index:]
        elif name in BLOCKS and self._stack[-1].name == "p":
            self._stack.pop()

    def _end(self, name: str) -> None:
        for index in range(len(self._stack) - 1, 0, -1):
            open_name = self._stack[index].name
            if open_name == name:
                del self._stack[index:]
                return
            if open_name == "table" and name not in ("html", "body"):
                return  # a stray end in a cell closes nothing outside

    def _text(self, text: str) -> None:
        if text:
            self._stack[-1].children.append(resolved(text))


def _behind(html: str, what: str, start: int) -> int:
    found = html.find(what, start)
    return found + len(what) if found >= 0 else len(html)


def resolved(text: str) -> str:
    """The text with its character references resolved."""
    if "&" not in text:
        return text
    return unescape(_LONG_REFERENCE.sub("\ufffd", text))
