"""Styled text in lines of so many cells.  Pure; takes time like the length."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from enum import Flag, auto
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

UNLIMITED = 10**9  # a width at which nothing is wrapped
Measure = Callable[[str], int]  # how many cells a text takes
_PIECES = re.compile(r" |[^ ]+")


class Style(Flag):
    """How text of a span looks; NOTE is what stands for something that is not shown."""

    PLAIN = 0
    BOLD = auto()
    ITALIC = auto()
    STRUCK = auto()
    CODE = auto()
    HEADING = auto()
    LINK = auto()
    BUTTON = auto()
    NOTE = auto()


class Span(NamedTuple):
    """Text of one look; ``link`` is the index of the link it is."""

    text: str
    style: Style = Style.PLAIN
    link: int | None = None


Line = tuple[Span, ...]
BREAK = Span("\n")  # ends a line


def plain(lines: Iterable[Line]) -> str:
    """The text of lines."""
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


def is_unlimited(room: int) -> bool:
    """There is room for anything, also where lists and quotes take some of it."""
    return room > UNLIMITED // 2


@lru_cache(4096)
def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cells(text: str) -> int:
    """How many cells of a terminal a text takes, by Unicode."""
    return len(text) if text.isascii() else sum(map(_width, text))


def wrapped(run: Iterable[Span], room: int, align: str, measure: Measure) -> list[Line]:
    """Text in lines broken at blanks, none at the start or end; longer words are cut."""
    paragraph = _Paragraph(room, align, measure)
    for span in run:
        paragraph.add(span)
    lines = paragraph.finish()
    while lines and not lines[-1]:
        lines.pop()
    return lines[next((index for index, line in enumerate(lines) if line), len(lines)) :]


def cut(line: Sequence[Span], room: int, measure: Measure) -> list[Line]:
    """A line in pieces that fit, wherever that cuts it."""
    pieces: list[list[Span]] = [[]]
    used = 0
    for span in line:
        start = 0
        if used + (width := measure(span.text)) > room:
            for index, character in enumerate(span.text):
                width = measure(character)
                if used and used + width > room:
                    if index > start:
                        pieces[-1].append(span._replace(text=span.text[start:index]))
                    pieces.append([])
                    start, used = index, 0
                used += width
        else:
            used += width
        pieces[-1].append(span._replace(text=span.text[start:]))
    return [tuple(piece) for piece in pieces]


class _Paragraph:
    """Lines that are being filled."""

    def __init__(self, room: int, align: str, measure: Measure) -> None:
        self._room, self._align, self._measure = room, align, measure
        self._lines: list[Line] = []
        self._line: list[Span] = []
        self._word: list[Span] = []  # may be of several styles
        self._used = self._length = 0  # cells of the line, and of the word
        self._blank: Span | None = None  # between them

    def add(self, span: Span) -> None:
        if span is BREAK:
            self._place()
            self._end_line()
            return
        for piece in _PIECES.findall(span.text):
            if piece == " ":
                self._place()
                self._blank = span._replace(text=" ") if self._used else None
            else:
                self._word.append(span._replace(text=piece))
                self._length += self._measure(piece)

    def finish(self) -> list[Line]:
        self._place()
        if self._line:
            self._end_line()
        return self._lines

    def _place(self) -> None:
        """Put the word into the line, or into the next one."""
        if not self._word:
            return
        if self._used and self._used + (self._blank is not None) + self._length > self._room:
            self._end_line()
        if self._blank:
            self._line.append(self._blank)
            self._used += 1
        if self._length > self._room:
            *full, rest = cut(self._word, self._room, self._measure)
            self._lines += full
            self._line += rest
            self._used = sum(self._measure(span.text) for span in rest)
        else:
            self._line += self._word
            self._used += self._length
        self._word.clear()
        self._length, self._blank = 0, None

    def _end_line(self) -> None:
        line = _joined(self._line)
        free = self._room - self._used
        is_aligned = self._align in ("center", "right") and not is_unlimited(self._room)
        if line and free > 0 and is_aligned:
            line = (Span(" " * (free // 2 if self._align == "center" else free)), *line)
        self._lines.append(line if any(span.text.strip() for span in line) else ())
        self._line.clear()
        self._used, self._blank = 0, None


def _joined(line: Iterable[Span]) -> Line:
    """The line with spans of one look in one; blanks that must not break look like others now."""
    looks = groupby(line, key=lambda span: (span.style, span.link))
    return tuple(
        Span("".join(span.text for span in spans).replace("\xa0", " "), *look)
        for look, spans in looks
    )
