"""Mail data cut into MIME parts (RFC 2045, 2046).  Never raises.

Where a part starts and ends is decided here and nowhere else.  Every octet is looked at a bounded
number of times, so that mail made to take long does not.
"""

from dataclasses import dataclass, field

from mailtrap import transfer_encodings
from mailtrap.defects import Defect, Kind
from mailtrap.fields import MAX_HEADER, Field, body_start, fields, section_end
from mailtrap.parameters import Value, value
from mailtrap.parts import Part

MAX_DEPTH = 50  # parts within parts
MAX_PARTS = 10_000
MAX_DELIMITER = 2**12  # octets of a line that may be a delimiter; RFC 2046 allows 74
MESSAGE_TYPES = ("message/rfc822", "message/global", "message/news")  # that hold a message
_BLANKS = b" \t\r"


@dataclass(frozen=True, slots=True)
class Structure:
    """The tree of parts, what was wrong with it, and where it was too much to read."""

    root: Part
    defects: tuple[Defect, ...]  # of the tree only, in no order
    limits: tuple[str, ...]


def structure(data: bytes) -> Structure:
    """The parts of mail data."""
    return _Cutter(data).cut()


@dataclass(slots=True)
class _Open:
    """A part the end of which has not come."""

    path: str
    prefix: str  # of the paths of its parts
    start: int
    header_end: int
    body_start: int
    type_field: Field | None
    declared: Value
    default_type: str
    delimiter: bytes | None = None  # for which is looked
    has_begun: bool = False  # it was seen
    is_closed: bool = False  # so was the last one
    is_hinted: bool = False  # and a line that begins like it
    children: list[Part] = field(default_factory=list)

    @property
    def content_type(self) -> str:
        return self.declared.media_type(self.default_type)


@dataclass(frozen=True, slots=True)
class _Delimiter:
    start: int
    end: int  # behind its line end
    level: int  # whose it is
    is_last: bool


class _Cutter:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[_Open] = []  # from the root to the innermost
        self._levels: dict[bytes, int] = {}  # whose delimiter it is
        self._count = 0
        self._defects: list[Defect] = []
        self._limits: dict[str, None] = {}  # each once, in order

    def cut(self) -> Structure:
        position = self._begin(0, "text/plain", "")
        while found := self._delimiter(position, len(self._data)):
            position = found.end
            self._close(found.level + 1, self._before(found.start))
            container = self._open[found.level]
            container.has_begun = True
            if found.is_last:
                container.is_closed = True
                self._forget(container, found.level)
            elif self._is_nothing(position):
                continue
            elif self._count >= MAX_PARTS:
                self._limit(f"more than {MAX_PARTS} parts; octet {position} and on is not cut")
                break
            else:
                number = f"{container.prefix}.{len(container.children) + 1}".lstrip(".")
                is_digest = container.content_type == "multipart/digest"
                default = "message/rfc822" if is_digest else "text/plain"
                position = self._begin(position, default, number)
        self._close(1, len(self._data))
        root = self._closed(self._open[0], len(self._data))
        return Structure(root, tuple(self._defects), tuple(self._limits))

    def _begin(self, start: int, default_type: str, number: str) -> int:
        """Open the part that starts there and the messages in it; where to go on."""
        while True:
            opened = self._opened(start, default_type, number)
            self._open.append(opened)
            self._count += 1
            if opened.content_type.startswith("multipart/"):
                self._look_for_parts(opened)
            elif opened.content_type in MESSAGE_TYPES and self._holds_message(opened):
                start, default_type, number = opened.body_start, "text/plain", f"{opened.path}."
                continue
            return opened.body_start

    def _opened(self, start: int, default_type: str, number: str) -> _Open:
        within = min(len(self._data), start + MAX_HEADER)
        delimiter = self._delimiter(start, within)
        limit = delimiter.start if delimiter else within
        header_end = section_end(self._data, start, limit)
        if header_end == start + MAX_HEADER:
            self._limit(f"more than {MAX_HEADER} octets of header section at octet {start}")
        named = next(fields(self._data, start, header_end, "content-type"), None)
        declared = value(named.raw) if named else Value("")
        is_multipart = declared.media_type(default_type).startswith("multipart/")
        path, prefix = _paths(number, is_multipart=is_multipart)
        behind = body_start(self._data, header_end, limit)
        return _Open(path, prefix, start, header_end, behind, named, declared, default_type)

    def _look_for_parts(self, opened: _Open) -> None:
        boundary = opened.declared.boundary
        if boundary is None:
            self._note("boundary-missing", opened, "a multipart needs one")
        elif self._has_room():
            opened.delimiter = boundary
            for other in self._levels:
                if boundary.startswith(other) or other.startswith(boundary):
                    told = f"{_shown(boundary)} within parts separated by {_shown(other)}"
                    self._note("boundary-collision", opened, told)
            # Of two alike the outer one counts: who splits the outer parts knows no inner ones.
            self._levels.setdefault(boundary, len(self._open) - 1)

    def _holds_message(self, opened: _Open) -> bool:
        """Its body is a message as it is; encoded ones are forbidden (RFC 2046 section 5.2.1)."""
        name = "content-transfer-encoding"
        named = next(fields(self._data, opened.start, opened.header_end, name), None)
        encoding = transfer_encodings.name(named.text.lower()) if named else "7bit"
        return encoding not in ("base64", "quoted-printable") and self._has_room()

    def _has_room(self) -> bool:
        """Parts may be looked for in it."""
        if len(self._open) > MAX_DEPTH:
            self._limit(f"parts deeper than {MAX_DEPTH} levels are not cut")
            return False
        return True

    def _delimiter(self, position: int, end: int) -> _Delimiter | None:
        """The first delimiter of an open part that starts from there on and before ``end``."""
        if not self._levels:
            return None
        data, levels = self._data, self._levels
        start = _dashes(data, position, end)
        while start >= 0:
            line_end = data.find(b"\n", start, start + MAX_DELIMITER)
            if line_end < 0:
                if len(data) - start > MAX_DELIMITER:  # the line is too long to be one
                    start = _dashes(data, start + 2, end)
                    continue
                line_end = len(data)
            line = data[start + 2 : line_end].rstrip(_BLANKS)
            level = levels.get(line)
            last = levels.get(line[:-2]) if line.endswith(b"--") else None
            # Where it is both, it is that of the outer one.
            if last is not None and (level is None or last < level):
                return _Delimiter(start, min(line_end + 1, len(data)), last, is_last=True)
            if level is not None:
                return _Delimiter(start, min(line_end + 1, len(data)), level, is_last=False)
            self._hint(line, start, line_end)
            start = _dashes(data, start + 2, end)
        return None

    def _hint(self, line: bytes, start: int, end: int) -> None:
        """Note a line that begins like a delimiter and is none."""
        delimiter, level = max(self._levels.items(), key=lambda each: each[1])
        innermost = self._open[level]
        if not innermost.is_hinted and line.startswith(delimiter):
            innermost.is_hinted = True
            told = f"a line begins with {_shown(delimiter)} and goes on"
            self._defects.append(Defect("boundary-collision", start, end, innermost.path, told))

    def _is_nothing(self, position: int) -> bool:
        """Another delimiter follows at once, or the end: that is no part."""
        found = self._delimiter(position, position + 1)
        return found is not None or position >= len(self._data)

    def _before(self, start: int) -> int:
        """The end of what is before a delimiter, to which its line end belongs (section 5.1.1)."""
        if self._data.endswith(b"\r\n", 0, start):
            return start - 2
        return start - 1 if self._data.endswith(b"\n", 0, start) else start

    def _close(self, level: int, end: int) -> None:
        """Close the open parts from that level on, the innermost first."""
        while len(self._open) > level:
            opened = self._open.pop()
            part = self._closed(opened, end)
            self._forget(opened, len(self._open))
            self._open[-1].children.append(part)

    def _closed(self, opened: _Open, end: int) -> Part:
        if opened.delimiter and not opened.has_begun:
            self._note("boundary-not-found", opened, _shown(opened.delimiter))
        elif opened.delimiter and not opened.is_closed:
            told = f"--{_shown(opened.delimiter)[1:-1]}-- is missing"
            self._defects.append(Defect("boundary-not-closed", end, end, opened.path, told))
        # The line end of a delimiter may be that of the blank line before it.
        inner_end = opened.children[-1].end if opened.children else opened.body_start
        return Part(
            self._data,
            opened.path,
            opened.start,
            opened.header_end,
            opened.body_start,
            max(end, inner_end),
            opened.declared,
            opened.default_type,
            tuple(opened.children),
        )

    def _forget(self, opened: _Open, level: int) -> None:
        """Look for its delimiter no more."""
        if opened.delimiter is not None and self._levels.get(opened.delimiter) == level:
            del self._levels[opened.delimiter]

    def _note(self, kind: Kind, opened: _Open, detail: str) -> None:
        """A defect of its Content-Type."""
        place = opened.type_field
        start, end = (place.start, place.end) if place else (opened.start, opened.header_end)
        self._defects.append(Defect(kind, start, end, opened.path, detail))

    def _limit(self, text: str) -> None:
        self._limits[text] = None


def _paths(number: str, *, is_multipart: bool) -> tuple[str, str]:
    """The path of a part, and the prefix of its parts; a number that ends in a dot is a message."""
    if not number:
        return ("", "") if is_multipart else ("1", "1")
    if number.endswith("."):
        return (f"{number}TEXT", number[:-1]) if is_multipart else (f"{number}1", f"{number}1")
    return number, number


def _dashes(data: bytes, position: int, end: int) -> int:
    """The first line from there on that begins with two dashes, before ``end``; -1 without one."""
    is_line = position == 0 or data[position - 1 : position] == b"\n"
    if is_line and position < end and data.startswith(b"--", position):
        return position
    # To find what begins in front of the end takes looking at the two dashes behind it.
    found = data.find(b"\n--", position, end + 2)
    return found + 1 if 0 <= found < end - 1 else -1


def _shown(octets: bytes) -> str:
    return repr(octets[:80].decode("ascii", "backslashreplace"))
