"""The header fields of a message as a person reads them: decoded, folded where it helps, and
below each what is wrong with it.  The exact octets are the affair of ``source``.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

from mailtrap.content import Content
from mailtrap.fields import MAX_HEADER, Field
from mailtrap.sanitize import sanitize
from mailtrap.tui.document import LinesDocument, Span, with_links
from mailtrap.tui.severities import MARKS, ROLES

# Severity, what is wrong, and the octet it is about; None where it is about no field there is.
Remark = tuple[str, str, int | None]

_WIDEST = 20  # cells of a name that has its field beside it; behind a longer one it is below
_LONG = 60  # code points of a field that is shown on one line
# RFC 5322 section 3.6, RFC 2045 section 3
_ALLOWED_ONCE = """
    date from sender reply-to to cc bcc message-id in-reply-to references subject mime-version
    content-type content-transfer-encoding content-disposition content-id content-description
"""
_ONCE = frozenset(_ALLOWED_ONCE.split())
_OF_ADDRESSES = """
    from sender reply-to to cc bcc resent-from resent-to resent-cc resent-bcc delivered-to
"""
_ADDRESSES = frozenset(_OF_ADDRESSES.split())
_TAGGED = re.compile(
    r"content-|.*-signature$|authentication-results$|arc-|autocrypt$|received-spf$|x-.*-results$"
)
_BEHIND_COMMA = re.compile(r'((?:[^,"]|"(?:[^"\\]|\\.)*+"?)*+,)\s*+')
_BEHIND_TAG = re.compile(r'((?:[^;"]|"(?:[^"\\]|\\.)*+"?)*+;)\s*+')
_BEFORE_STEP = re.compile(r"\s+(?=by )|(?<=;)\s+")
_BEHIND_ID = re.compile(r"(?<=>)\s+(?=<)")


class HeadersDocument(LinesDocument):
    """The fields in order, the name before each; names are searched and copied, too."""

    def __init__(self, content: Content, remarks: Iterable[Remark] = ()) -> None:
        self._fields = content.fields
        self._is_cut = content.header_end >= MAX_HEADER
        names = [len(field.name) for field in self._fields]
        beside = [length for length in names if length <= _WIDEST]
        self.hanging = max(beside, default=0) + 2
        self._lines: list[Sequence[Span]] = []
        super().__init__(self._lines)
        self._heads: list[int] = []  # the first line of each field
        self._fill(remarks)

    def remark(self, remarks: Iterable[Remark], top: int) -> int:
        """Say that these are wrong instead; where line ``top`` is then."""
        number = bisect_right(self._heads, top) - 1
        within = top - self._heads[number] if number >= 0 else 0
        self._lines, self._heads = [], []  # not cleared: a copy goes on with those of before
        self._fill(remarks)
        head = self._heads[number] if number >= 0 else 0
        return min(head + within, max(0, len(self._lines) - 1))

    def _fill(self, remarks: Iterable[Remark]) -> None:
        if not self._fields:
            self._lines.append([("There are no header fields.", "note")])
        wrong = sorted(remarks, key=lambda remark: -1 if remark[2] is None else remark[2])
        times = Counter(field.name.lower() for field in self._fields)
        seen: Counter[str] = Counter()
        for field in self._fields:
            name = field.name.lower()
            seen[name] += 1
            self._heads.append(len(self._lines))
            self._add(field, seen[name], times[name])
            here = [each for each in wrong if each[2] in range(field.start, field.end)]
            self._lines += map(self._remarked, here)
        if self._is_cut:
            told = f"Only {MAX_HEADER:,} octets of the header section are read; Source has all."
            self._lines.append([(told, "note")])
        if elsewhere := [each for each in wrong if each[2] is None]:
            self._lines += [[], *map(self._remarked, elsewhere)]

    def _add(self, field: Field, number: int, times: int) -> None:
        lines: list[list[Span]] = [with_links(line) for line in folded(field)]
        if times > 1:
            is_wrong = field.name.lower() in _ONCE
            what = f"  ({number} of {times}{', one is allowed' if is_wrong else ''})"
            lines[-1].append((what, "warning" if is_wrong else "muted"))
        blank = (" " * self.hanging, "")
        if len(field.name) > _WIDEST:
            self._lines.append([(field.name, "server")])
            first = blank
        else:
            first = (f"{field.name:<{self.hanging}}", "server")
        self._lines.append([first, *lines[0]])
        self._lines += [[blank, *line] for line in lines[1:]]

    def _remarked(self, remark: Remark) -> list[Span]:
        severity, text, _ = remark
        rule, _, what = text.partition(" ")
        mark = f"{MARKS[severity]} {rule} "
        return [(" " * self.hanging, ""), (mark, ROLES[severity]), (what, "")]


def folded(field: Field) -> list[str]:
    """The decoded body in lines that belong together, at least one; safe to show."""
    text, name = sanitize(field.text), field.name.lower()
    if len(text) <= _LONG:
        return [text]
    if name == "received":
        return _BEFORE_STEP.split(text)
    if name == "references":
        return _BEHIND_ID.split(text)
    if name in _ADDRESSES:
        return _pieces(_BEHIND_COMMA, text)
    if _TAGGED.match(name):
        return _packed(_pieces(_BEHIND_TAG, text))
    return [text]


def _pieces(separated: re.Pattern[str], text: str) -> list[str]:
    pieces, position = [], 0
    while found := separated.match(text, position):
        pieces.append(found[1])
        position = found.end()
    return [*pieces, text[position:]] if text[position:] else pieces


def _packed(pieces: Iterable[str]) -> list[str]:
    """As many pieces to a line as are easily read."""
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + 1 + len(piece) <= _LONG:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return lines
