"""The value and parameters of Content-Type and Content-Disposition (RFC 2045, 2231).

Never raises: what cannot be read is left out and named in ``faults``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from mailtrap.charsets import codec, decoded, field_text, fits

_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_BLANKS_AND_COMMENT = re.compile(rb"(?:[ \t\r\n]++|\((?:[^()\\]++|\\.)*+\)?+)*+", re.DOTALL)
# A value, the parts of which may be quoted: a semicolon in quotes does not end it.
_PIECE = re.compile(rb'(?:"(?:[^"\\]++|\\.)*+"?+|[^";]++)*+', re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_TOKEN_END = re.compile(rb"[ \t\r\n(]")
_SECTION = re.compile(r"([^*]+)(?:\*(0|[1-9][0-9]{0,5}))?(\*)?")  # name, number, is encoded
_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Value:
    """A field body: what it is, and its parameters.

    ``raw`` are the parameters as sent, in order, names in lower case, quotes undone.
    ``parameters`` are decoded; of two with one name the first counts, and one that is encoded
    counts more than one that is not.
    """

    text: str  # lower case, without comments
    raw: tuple[tuple[str, bytes], ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    @property
    def boundary(self) -> bytes | None:
        """What separates the parts of a multipart, as sent; None without one."""
        sent = next((value for name, value in self.raw if name == "boundary"), None)
        if sent is None:  # it may be in sections
            sent = self.parameters.get("boundary", "").encode("utf-8", "replace")
        return sent.rstrip(b" \t") or None

    def media_type(self, default: str) -> str:
        """As a Content-Type: what RFC 2045 section 5.2 says where it is missing or none."""
        if not self.text:
            return default
        return self.text if self.text.count("/") == 1 else "text/plain"


def value(body: bytes) -> Value:
    """What a field body says."""
    pieces = _pieces(_FOLD.sub(b"", body))
    raw, faults = [], []
    for piece in pieces[1:]:
        if not (piece := piece[_comment_end(piece) :].strip()):
            continue
        name, sign, rest = piece.partition(b"=")
        if not sign or not name.strip():
            faults.append(f"{piece[:40].decode('ascii', 'backslashreplace')!r} is no parameter")
            continue
        raw.append((name.strip().decode("latin-1").lower(), _unquoted(rest)))
    parameters, bad = _decoded(raw)
    text = field_text(_token(pieces[0])).lower()
    return Value(text, tuple(raw), parameters, (*faults, *bad))


def _pieces(body: bytes) -> list[bytes]:
    pieces, start = [], 0
    while True:
        found = _PIECE.match(body, start)
        end = found.end() if found else len(body)
        pieces.append(body[start:end])
        if end >= len(body):
            return pieces
        start = end + 1


def _comment_end(piece: bytes) -> int:
    found = _BLANKS_AND_COMMENT.match(piece)
    return found.end() if found else 0


def _token(piece: bytes) -> bytes:
    """Up to a blank or comment; a media type has blanks around its slash now and then."""
    piece = piece[_comment_end(piece) :].strip()
    found = _TOKEN_END.search(piece)
    return piece[: found.start()] if found else piece


def _unquoted(rest: bytes) -> bytes:
    rest = rest[_comment_end(rest) :].strip()
    if not rest.startswith(b'"'):
        # What is no line of the field is none of the value, either.
        rest = rest.partition(b"\n")[0].rstrip()
        # Blanks are not allowed unquoted; "my file.pdf" is common all the same.
        comment = rest.find(b" (")
        return rest[:comment].rstrip() if comment > 0 else rest
    found = _PIECE.match(rest)
    inside = rest[1 : found.end() if found else None]
    closing = re.match(rb'(?:[^"\\]++|\\.)*+', inside, re.DOTALL)
    return _ESCAPED.sub(rb"\1", inside[: closing.end()] if closing else inside)


def _decoded(raw: Sequence[tuple[str, bytes]]) -> tuple[dict[str, str], list[str]]:
    """The parameters by name, continuations joined and charsets decoded (RFC 2231)."""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    faults: list[str] = []
    for name, octets in raw:
        found = _SECTION.fullmatch(name)
        if not found or (found[2] is None and not found[3]):
            if "*" in name:
                faults.append(f"{name[:40]!r} is no name of a parameter")
            plain.setdefault(name, field_text(octets))
            continue
        sections.setdefault(found[1], {}).setdefault(int(found[2] or 0), (octets, bool(found[3])))
    extended = {name: _joined(name, pieces, faults) for name, pieces in sections.items()}
    return {**plain, **extended}, faults


def _joined(name: str, sections: dict[int, tuple[bytes, bool]], faults: list[str]) -> str:
    charset, octets = None, bytearray()
    for expected, number in enumerate(sorted(sections)):
        piece, is_encoded = sections[number]
        if number != expected:
            faults.append(f"section {expected} of {name[:40]!r} is missing")
            break
        if is_encoded and number == 0:
            charset, piece = _charset(name, piece, faults)
        if is_encoded and _ESCAPE.search(piece):
            faults.append(f"bad percent sign in {name[:40]!r}")
        octets += unquote_to_bytes(piece) if is_encoded else piece
    else:
        # Of a character some octets may be in one section and some in the next.
        known = codec(charset) if charset else None
        if known and not fits(bytes(octets), known):
            faults.append(f"{name[:40]!r} is not {charset}")
    return decoded(bytes(octets), charset) if charset else field_text(bytes(octets))


def _charset(name: str, piece: bytes, faults: list[str]) -> tuple[str | None, bytes]:
    parts = piece.split(b"'", 2)
    if len(parts) < 3:
        faults.append(f"{name[:40]!r} does not say its charset")
        return None, piece
    charset = parts[0].decode("latin-1").lower()
    if charset and codec(charset) is None:
        faults.append(f"unknown charset {charset[:40]!r} of {name[:40]!r}")
    return charset or None, parts[2]
