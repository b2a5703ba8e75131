"""What a line view shows: lines made when they are asked for.  Pure, no terminal.

A line is spans of safe text with the role each has; how a role looks is the view's affair.
A role is one or more of ``keys.ROLES``, and may name the address the text leads to; or colours
as Rich writes them: "#ff0000 on #000000".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from rich.cells import cell_len

from mailtrap.links import urls
from mailtrap.sanitize import sanitize_lines
from mailtrap.tui.addresses import linked

Span = tuple[str, str]  # text, role
Piece = tuple[int, int, int]  # line, and the code points where a row of it starts and ends

TAB = 8  # cells
_LONG = 10_000  # code points of a line that is searched for addresses


class Document(Protocol):
    """Lines to look at.  Only lines that are on the screen are asked for, unless it wraps.

    One whose lines change takes other values for them and leaves the old ones alone: a copy
    (``copy.copy``) stays as it is, and can be read in another thread.
    """

    wraps: bool  # long lines are continued below, else cut off at the edge
    gutter_width: int  # cells before each line
    hanging: int  # blank cells before what is continued below
    width: int  # about the cells of the longest line; 0 where it wraps

    def __len__(self) -> int:
        """How many lines."""

    def line(self, index: int) -> Sequence[Span]:
        """That line without its gutter."""

    def gutter(self, index: int) -> Sequence[Span]:
        """What stands before that line, ``gutter_width`` cells."""


@runtime_checkable
class Fitted(Document, Protocol):
    """A document whose lines were made for so many cells; for others they have to be made anew."""

    room: int


class TextDocument:
    """Text for reading; ``notice`` comes before it in a style of its own."""

    wraps = True
    gutter_width = 0
    hanging = 0
    width = 0

    def __init__(self, text: str, notice: str = "") -> None:
        self._notices = [*notice.split("\n"), ""] if notice else []
        safe = sanitize_lines(text).expandtabs(TAB).rstrip("\n")
        self._lines = safe.split("\n") if safe else []

    def __len__(self) -> int:
        """How many lines."""
        return len(self._notices) + len(self._lines)

    def line(self, index: int) -> Sequence[Span]:
        """That line."""
        if index < len(self._notices):
            return [(self._notices[index], "note")]
        text = self._lines[index - len(self._notices)]
        return with_links(text, "quote" if text.startswith(">") else "")

    def gutter(self, index: int) -> Sequence[Span]:
        """Nothing stands before a line of text."""
        return []


class LinesDocument:
    """Lines that are there already."""

    wraps = True
    gutter_width = 0
    hanging = 0
    width = 0

    def __init__(self, lines: Sequence[Sequence[Span]]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        """How many lines."""
        return len(self._lines)

    def line(self, index: int) -> Sequence[Span]:
        """That line."""
        return self._lines[index]

    def gutter(self, index: int) -> Sequence[Span]:
        """Nothing stands before a line."""
        return []


class Joined:
    """Documents that wrap and have no gutter, one below the other; made for so many cells."""

    wraps = True
    gutter_width = 0
    hanging = 0
    width = 0

    def __init__(self, documents: Sequence[Document], room: int) -> None:
        self.room = room
        self.documents = documents

    def __len__(self) -> int:
        """How many lines."""
        return sum(map(len, self.documents))

    def line(self, index: int) -> Sequence[Span]:
        """That line."""
        for document in self.documents:
            if index < len(document):
                return document.line(index)
            index -= len(document)
        return []

    def gutter(self, index: int) -> Sequence[Span]:
        """Nothing stands before a line."""
        return []


@dataclass(frozen=True, slots=True)
class Layout:
    """The rows a document takes in so many cells; no pieces where it does not wrap."""

    room: int
    pieces: list[Piece] | None


def lay_out(document: Document, room: int) -> Layout:
    """Cut the lines of a document that wraps.  Asks for each of them: slow when it is large."""
    if not document.wraps:
        return Layout(room, None)
    width = max(8, room - document.gutter_width)
    rest = max(8, width - document.hanging)
    return Layout(
        room,
        [
            (index, start, end)
            for index in range(len(document))
            for start, end in wrapped(plain(document.line(index)), width, rest)
        ],
    )


def same_place(line: int, before: Document, now: Document) -> int:
    """The line where one goes on to read that line, where only blanks and line ends changed."""
    wanted = sum(_ink(before, index) for index in range(min(line, len(before))))
    seen = 0
    for index in range(len(now)):
        seen += _ink(now, index)
        if seen > wanted:
            return index
    return max(0, len(now) - 1)


def _ink(document: Document, index: int) -> int:
    """How much of a line is not blank."""
    return len("".join(plain(document.line(index)).split()))


def with_links(text: str, role: str = "") -> list[Span]:
    """A line of safe text whose URLs lead where they say."""
    if ":" not in text or len(text) > _LONG:
        return [(text, role)]
    spans, position = [], 0
    for start, end in urls(text):
        spans += [
            (text[position:start], role),
            (text[start:end], linked(f"{role} link", text[start:end])),
        ]
        position = end
    spans.append((text[position:], role))
    return [span for span in spans if span[0]] or [("", role)]


def plain(spans: Sequence[Span]) -> str:
    """The text of spans without their roles."""
    return spans[0][0] if len(spans) == 1 else "".join(text for text, _ in spans)


def cut(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """The spans between two code points."""
    pieces, position = [], 0
    for text, role in spans:
        piece = text[max(0, start - position) : max(0, end - position)]
        position += len(text)
        if piece:
            pieces.append((piece, role))
    return pieces


def overlaid(spans: Sequence[Span], start: int, end: int, role: str) -> list[Span]:
    """The spans with another role between two code points."""
    before, chosen = cut(spans, 0, start), cut(spans, start, end)
    length = sum(len(text) for text, _ in spans)
    return [*before, *((text, role) for text, _ in chosen), *cut(spans, end, length)]


def wrapped(text: str, width: int, rest: int | None = None) -> list[tuple[int, int]]:
    """Where to cut a line so that each piece fits in so many cells: (start, end) of each.

    ``rest``: the cells of all pieces but the first, where those are fewer.  Pieces end behind a
    blank where there is one; nothing is left out.
    """
    is_ascii = text.isascii()  # then a code point is a cell, and nothing has to be measured
    if (len(text) if is_ascii else cell_len(text)) <= width:
        return [(0, len(text))]
    pieces, start = [], 0
    while start < len(text):
        end = start + width if is_ascii else _fitting(text, start, max(2, width))
        end = min(end, len(text))
        if end < len(text):
            blank = text.rfind(" ", start, end + 1)
            end = blank + 1 if blank > start + width // 3 else end
        pieces.append((start, end))
        start = end
        width = rest or width
    return pieces


def _fitting(text: str, start: int, width: int) -> int:
    """Where the longest piece from there ends that fits."""
    end = min(len(text), start + width)
    while (surplus := cell_len(text[start:end]) - width) > 0:
        end -= (surplus + 1) // 2
    while start + 1 < end < len(text) and not cell_len(text[end]):
        end -= 1  # a combining mark stays with what it combines with
    return max(end, start + 1)
