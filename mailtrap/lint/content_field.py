"""Content-Type and Content-Disposition by the grammar (RFC 2045, 2183).  Pure, never raises.

How they are read tolerantly is the affair of ``parameters``; here is what was tolerated.
"""

import re
from dataclasses import dataclass

from mailtrap.lint.comments import comment_end
from mailtrap.lint.diagnostic import Severity

_LONGEST_READ = 2**14  # octets of a body
_MOST_SHOWN = 40  # octets of it

_BLANKS = re.compile(rb"[ \t\r\n]++")
# Octets that are not ASCII are a matter of their own.
_TOKEN = re.compile(rb"[^\x00-\x20\x7f()<>@,;:\\\"/\[\]?=]++")
_QUOTED = re.compile(rb'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_UNQUOTED = re.compile(rb'[^;"\r\n]*+')
# Up to the semicolon; one in quotes does not end it.
_PIECE = re.compile(rb'(?:"(?:[^"\\]++|\\.)*+"?+|[^";]++)*+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A parameter as it is written; ``start`` and ``end`` count the octets of the body."""

    name: str  # lower case
    value: bytes  # quotes undone
    start: int
    end: int
    is_quoted: bool
    is_token: bool  # or would have needed quotes


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is not by the grammar; ``start`` and ``end`` count the octets of the body."""

    text: str
    start: int
    end: int
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body has, in order."""

    parameters: tuple[Written, ...]
    flaws: tuple[Flaw, ...]


def read_content_field(body: bytes, *, is_type: bool) -> Reading:
    """The parameters of a field body, and its flaws; ``is_type``: it is a Content-Type."""
    return _Reader(body[:_LONGEST_READ]).read(is_type=is_type)


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0
        self._parameters: list[Written] = []
        self._flaws: list[Flaw] = []
        self._first: dict[str, bytes] = {}  # value of each name

    def read(self, *, is_type: bool) -> Reading:
        self._skip()
        if is_type:
            self._media_type()
        elif not self._token():
            end = self._piece_end()
            self._flaw("no disposition", self._at, end)
            self._at = end
        while not self._is_at_end():
            self._parameter()
        return Reading(tuple(self._parameters), tuple(self._flaws))

    def _media_type(self) -> None:
        start = self._at
        has_type = self._token()
        before = self._at
        self._skip()
        if not has_type or self._next() != b"/":
            what = "is no type/subtype" if self._body else "empty"
            end = self._piece_end(start)
            shown = _shown(self._body[start:end].strip())
            self._flaw(f"{shown} {what}" if self._body else what, start, end)
            self._at = end
            return
        self._at += 1
        behind = self._at
        self._skip()
        is_spaced = before != behind - 1 or behind != self._at
        if not self._token():
            end = self._piece_end(start)
            self._flaw(f"{_shown(self._body[start:end].strip())} has no subtype", start, end)
            self._at = end
        elif is_spaced:
            shown = _shown(self._body[start : self._at])
            self._flaw(f"{shown} has blanks", start, self._at, Severity.WARNING)

    def _is_at_end(self) -> bool:
        """Nothing is left; else a semicolon, and what follows it, is next."""
        self._skip()
        size = len(self._body)
        if self._at < size and self._next() != b";":
            start, end = self._at, self._piece_end()
            shown = _shown(self._body[start:end].strip())
            self._flaw(f"{shown} where a semicolon belongs", start, end)
            self._at = end
        return self._at >= size

    def _parameter(self) -> None:
        semicolon = self._at
        self._at += 1
        self._skip()
        if self._next() in (b";", b""):
            told = "semicolon at the end" if self._next() == b"" else "semicolon without parameter"
            self._flaw(told, semicolon, semicolon + 1, Severity.INFO)
            return
        start = self._at
        is_named = self._token()
        name = self._body[start : self._at].decode("latin-1").lower()
        self._skip()
        if not is_named or self._next() != b"=":
            end = self._piece_end(start)
            shown = _shown(self._body[start:end].strip())
            self._flaw(f"{shown} is no parameter", start, end)
            self._at = end
            return
        self._at += 1
        self._skip()
        self._value(name, start)

    def _value(self, name: str, start: int) -> None:
        body, at = self._body, self._at
        quoted = _QUOTED.match(body, at)
        if quoted:
            self._at = quoted.end()
            value = _ESCAPED.sub(rb"\1", quoted[1])
            self._add(name, value, start, is_quoted=True, is_token=True)
            return
        if self._next() == b'"':
            self._flaw(f"quote of {_named(name)} is not closed", at, len(body))
            self._at = len(body)
            return
        if not self._token() and self._next() in (b";", b""):
            self._flaw(f"{_named(name)} is empty", start, at, Severity.WARNING)
            self._add(name, b"", start, is_quoted=False, is_token=True)
            return
        end = self._at
        self._skip()
        is_token = end > at and self._next() in (b";", b"")
        # What is no line of the value, no comment and no blank behind it goes with it.
        if not is_token:
            unquoted = _UNQUOTED.match(body, at)
            end = at + len(body[at : unquoted.end() if unquoted else at].rstrip())
            self._at = max(end, at)
        value = body[at:end]
        # A boundary is a matter of its own.
        if not is_token and value and name != "boundary":
            # Some cut it at the first blank; most take other octets as they are.
            severity = Severity.ERROR if b" " in value else Severity.WARNING
            self._flaw(f"{_named(name)} has no quotes around {_shown(value)}", start, end, severity)
        self._add(name, value, start, end, is_quoted=False, is_token=is_token)

    def _add(
        self, name: str, value: bytes, start: int, end: int = 0, *, is_quoted: bool, is_token: bool
    ) -> None:
        end = end or self._at
        if self._first.setdefault(name, value) != value:
            self._flaw(f"{_named(name)} is there twice", start, end)
        self._parameters.append(Written(name, value, start, end, is_quoted, is_token))

    def _token(self) -> bool:
        found = _TOKEN.match(self._body, self._at)
        self._at = found.end() if found else self._at
        return found is not None

    def _next(self) -> bytes:
        return self._body[self._at : self._at + 1]

    def _skip(self) -> None:
        """Go behind blanks and comments."""
        while (octet := self._next()) and octet in b" \t\r\n(":
            if octet == b"(":
                end = comment_end(self._body, self._at)
                if end is None:
                    # To try each that follows would take time that grows with the square.
                    end = len(self._body)
                    self._flaw("comment is not closed", self._at, end)
            else:
                blanks = _BLANKS.match(self._body, self._at)
                end = blanks.end() if blanks else self._at
            self._at = end

    def _piece_end(self, start: int | None = None) -> int:
        """Where the semicolon is that ends what is at hand, or the end."""
        found = _PIECE.match(self._body, self._at if start is None else start)
        return found.end() if found else len(self._body)

    def _flaw(self, text: str, start: int, end: int, severity: Severity = Severity.ERROR) -> None:
        self._flaws.append(Flaw(text, start, max(start, end), severity))


def _named(name: str) -> str:
    return name[:_MOST_SHOWN]


def _shown(octets: bytes) -> str:
    return repr(octets if len(octets) <= _MOST_SHOWN else octets[:_MOST_SHOWN] + b"...")[1:]
