"""Mail data as it is: every octet on the screen stands for what crossed the wire.

Line numbers, line ends that are not CRLF, control characters and octets that are not UTF-8
are made visible.  Lines are decoded when they are shown, so ten megabytes open at once.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby
from operator import sub

from mailtrap.sanitize import sanitize
from mailtrap.tui.document import Span
from mailtrap.tui.severities import MARKS, ROLES

PIECE = 998  # octets; a longer line, which RFC 5322 section 2.1.1 forbids, is shown in pieces
GOES_ON = "↳"  # in place of the number of a line

# Octets that are not UTF-8, once decoded with "surrogateescape".
_NOT_UTF8 = re.compile("([\udc80-\udcff]+)")
_TAB = "␉"
_IS_CONTINUATION = range(0x80, 0xC0)  # octets inside a UTF-8 sequence


class SourceDocument:
    """The lines of mail data, exactly."""

    wraps = False
    hanging = 0

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._continued: list[int] = []  # rows that go on with the line before them
        self._marked: dict[int, str] = {}  # rows with something wrong, and its severity
        self._starts = self._index()
        self._last_number = len(self) - len(self._continued)
        self.gutter_width = max(3, len(str(self._last_number))) + 2
        self.width = max(map(sub, self._starts[1:], self._starts), default=0)

    def __len__(self) -> int:
        """How many rows: lines, and the pieces of long ones."""
        return len(self._starts) - 1

    @property
    def size(self) -> int:
        """How many octets."""
        return len(self._data)

    def octets(self, index: int) -> bytes:
        """The octets of that row, line end included."""
        return self._data[self._starts[index] : self._starts[index + 1]]

    def line(self, index: int) -> Sequence[Span]:
        """That row, decoded."""
        octets = self.octets(index)
        spans = _decoded(_body(octets))
        if octets.endswith(b"\n") and not octets.endswith(b"\r\n"):
            spans.append(("␊", "warning"))
        elif index == len(self) - 1 and not octets.endswith(b"\n"):
            spans.append((" [no line end]", "note"))
        if self._continued and self._is_continued(index) and not self._is_continued(index + 1):
            spans.append((f" [{self._length(index):,} octets, {PIECE} are allowed]", "warning"))
        return spans

    def _is_continued(self, index: int) -> bool:
        """That row goes on with the line of the row before."""
        before = bisect_left(self._continued, index)
        return before < len(self._continued) and self._continued[before] == index

    def _length(self, index: int) -> int:
        """The octets of the line that row is the last of, its end apart."""
        first = index
        while self._is_continued(first):
            first -= 1
        return len(_body(self._data[self._starts[first] : self._starts[index + 1]]))

    def mark(self, found: Iterable[tuple[int, str]]) -> None:
        """Mark the rows of those octets with a severity each; of several the first counts."""
        self._marked = {}
        for offset, severity in found:
            self._marked.setdefault(self.row_of(offset), severity)

    def row_of(self, offset: int) -> int:
        """The row that octet is in, or the last one."""
        return max(0, min(bisect_right(self._starts, offset), len(self)) - 1)

    def gutter(self, index: int) -> Sequence[Span]:
        """The number of the line, blank where a line goes on, and a mark where one is."""
        severity = self._marked.get(index)
        mark = (" ", "muted") if severity is None else (MARKS[severity], ROLES[severity])
        room = self.gutter_width - 2
        if self._is_continued(index):
            return [(f"{GOES_ON:>{room}}", "warning"), mark, (" ", "muted")]
        number = index + 1 - bisect_left(self._continued, index)
        return [(f"{number:>{room}}", "muted"), mark, (" ", "muted")]

    def _index(self) -> list[int]:
        """Where each row starts, and where the last one ends."""
        lengths = [len(line) + 1 for line in self._data.split(b"\n")]
        lengths[-1] -= 1  # nothing ends it
        if not lengths[-1]:
            lengths.pop()
        if max(lengths, default=0) <= PIECE + 2:
            return list(accumulate(lengths, initial=0))
        return self._index_of_pieces()

    def _index_of_pieces(self) -> list[int]:
        """The same where lines are cut."""
        starts, start, find = [0], 0, self._data.find
        while start < len(self._data):
            end = find(b"\n", start) + 1 or len(self._data)
            while end - start > PIECE + 2:
                start = self._boundary(start + PIECE)
                self._continued.append(len(starts))
                starts.append(start)
            starts.append(end)
            start = end
        return starts

    def _boundary(self, position: int) -> int:
        """That position or up to three octets before it: not inside a UTF-8 sequence."""
        for candidate in range(position, position - 4, -1):
            if self._data[candidate] not in _IS_CONTINUATION:
                return candidate
        return position


def _body(octets: bytes) -> bytes:
    """Without the line end; a CR that is not part of CRLF stays."""
    if octets.endswith(b"\r\n"):
        return octets[:-2]
    return octets[:-1] if octets.endswith(b"\n") else octets


def _decoded(octets: bytes) -> list[Span]:
    """UTF-8 as text, other octets as escapes."""
    text = octets.decode("utf-8", "surrogateescape")
    if text.isascii() and text.isprintable():  # nearly always
        return [(text, "")] if text else []
    spans: list[Span] = []
    for part in _NOT_UTF8.split(text):
        if _NOT_UTF8.match(part):
            escapes = "".join(f"\\x{ord(character) - 0xDC00:02x}" for character in part)
            spans.append((escapes, "warning"))
        else:
            spans += _visible(part)
    return spans


def _visible(text: str) -> list[Span]:
    """Text with what a terminal would obey replaced and marked."""
    safe = sanitize(text)
    if safe == text:
        return [(text, "")] if text else []
    spans: list[Span] = []
    for is_usual, pairs in groupby(
        zip(text, safe, strict=True), key=lambda pair: pair[0] == pair[1]
    ):
        shown = "".join(_picture(*pair) for pair in pairs)
        role = "muted" if shown.strip(_TAB) == "" else "warning"
        spans.append((shown, "" if is_usual else role))
    return spans


def _picture(character: str, safe: str) -> str:
    """What stands for it: itself, a control picture, or its number where there is no picture."""
    if safe == character or safe != "\ufffd":
        return safe
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
