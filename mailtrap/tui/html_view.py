"""The HTML of a message set in lines, what it would load, and where its links lead.

Nothing of it is fetched: the banner says what a mail program would have loaded.
"""

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len

from mailtrap.amounts import amount
from mailtrap.hypertext import Hypertext, Image
from mailtrap.links import Link
from mailtrap.parts import Part
from mailtrap.sanitize import sanitize
from mailtrap.tui.addresses import address, linked
from mailtrap.tui.document import Span
from mailtrap.wrapping import Line, Style

NARROWEST = 20  # cells the lines are set for
MOST = 1000  # links, images and hidden texts that are listed, of each
_LONGEST = 4000  # code points of one of them
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ROLES = (
    (Style.HEADING, "heading"),
    (Style.BOLD, "strong"),
    (Style.ITALIC, "italic"),
    (Style.STRUCK, "struck"),
    (Style.CODE, "code"),
    (Style.NOTE, "muted"),
)


class HtmlDocument:
    """HTML for reading, set for so many cells; ``notice`` comes before it."""

    wraps = True  # what cannot be broken is cut where the view ends
    gutter_width = 0
    hanging = 5
    width = 0

    def __init__(
        self,
        hypertext: Hypertext,
        room: int,
        notice: str = "",
        parts: Mapping[str, Part] | None = None,
    ) -> None:
        """``parts``: those of the message by their Content-ID, which images name."""
        self.room = room
        self._links = hypertext.links
        notes = [each for each in (notice, banner(hypertext)) if each]
        self._above: list[list[Span]] = [[(note, "note")] for note in notes]
        self._lines = hypertext.lines(max(NARROWEST, room), cell_len)
        if not self._lines:
            self._above.append([("The HTML shows no text.", "note")])
        if self._above and self._lines:
            self._above.append([])
        self._below = list(_appendix(hypertext, parts or {}))

    def __len__(self) -> int:
        """How many lines."""
        return len(self._above) + len(self._lines) + len(self._below)

    def line(self, index: int) -> Sequence[Span]:
        """That line."""
        if index < len(self._above):
            return self._above[index]
        index -= len(self._above)
        if index < len(self._lines):
            return self._painted(self._lines[index])
        return self._below[index - len(self._lines)]

    def gutter(self, index: int) -> Sequence[Span]:
        """Nothing stands before a line."""
        return []

    def _painted(self, line: Line) -> list[Span]:
        return [(text, self._role(style, link)) for text, style, link in line]

    def _role(self, style: Style, link: int | None) -> str:
        names = [name for each, name in _ROLES if each in style]
        if Style.BUTTON in style and Style.NOTE not in style:
            names.append("button")
        elif Style.LINK in style and Style.NOTE not in style:
            names.append("link")
        role = " ".join(names)
        return role if link is None else linked(role, self._links[link].href)


def banner(hypertext: Hypertext) -> str:
    """What was not loaded and what is not seen; "" where there is nothing of that."""
    images = [image for image in hypertext.images if image.is_remote]
    trackers = sum(image.is_tracker for image in images)
    counts = [
        _counted(len(images) - trackers, "remote image"),
        _counted(trackers, "tracker"),
    ]
    loads = ", ".join(filter(None, counts))
    told = [f"{loads} not loaded" if loads else "", _counted(len(hypertext.hidden), "hidden text")]
    limits = [f"{limit[:1].upper()}{limit[1:]}" for limit in hypertext.limits]
    return ". ".join(filter(None, ["; ".join(filter(None, told)), *limits]))


def _counted(number: int, what: str) -> str:
    return amount(number, what) if number else ""


def _appendix(hypertext: Hypertext, parts: Mapping[str, Part]) -> Iterator[list[Span]]:
    """Lists of links, images, trackers and hidden texts, each below its name."""
    images = hypertext.images
    seen = [image for image in images if not image.is_tracker]
    yield from _listed("Links", [_link(number, each) for number, each in _numbered(hypertext)])
    yield from _listed("Images", [_image(each, parts) for each in _once(seen)])
    trackers = [image for image in images if image.is_tracker]
    yield from _listed("Trackers", [_image(each, parts) for each in _once(trackers)])
    yield from _listed(
        "Hidden text", [[("  ", ""), (_safe(text), "quote")] for text in hypertext.hidden]
    )


def _listed(name: str, entries: Sequence[list[Span]]) -> Iterator[list[Span]]:
    if entries:
        yield []
        yield [(name, "heading"), (f" {len(entries):,}", "muted")]
        yield from entries[:MOST]
    if len(entries) > MOST:
        yield [(f"… and {len(entries) - MOST:,} more", "muted")]


def _numbered(hypertext: Hypertext) -> Iterator[tuple[str, Link]]:
    for number, link in enumerate(hypertext.links, 1):
        yield f"⁽{number}⁾".translate(_SUPERSCRIPTS), link


def _link(number: str, link: Link) -> list[Span]:
    where = _safe(link.href)
    number = f"{number:>4}"
    if address(link.href) or link.href.startswith("#"):
        return [(f"{number} ", "muted"), (where, linked("link", link.href))]
    return [(f"{number} ", "muted"), (where, "warning"), (" is no web or mail address", "muted")]


def _image(image: Image, parts: Mapping[str, Part]) -> list[Span]:
    text = f" [{_safe(image.alt)}]" if image.alt else ""
    return [("  ", ""), (_safe(image.src), ""), (text, "muted"), _source(image, parts)]


def _source(image: Image, parts: Mapping[str, Part]) -> Span:
    """Where an image that is no remote one comes from."""
    if image.cid is None:
        return ("", "")
    part = parts.get(image.cid)
    if part is None:
        return (" no part has this Content-ID", "warning")
    return (f" part {part.path}, {sanitize(part.content_type)}", "muted")


def _once(images: Sequence[Image]) -> list[Image]:
    return list(dict.fromkeys(images))


def _safe(text: str) -> str:
    shown = sanitize(text[:_LONGEST])
    return shown if len(text) <= _LONGEST else f"{shown}… ({len(text):,} characters)"
