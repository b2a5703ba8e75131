"""Transfer encodings undone (RFC 2045 section 6), tolerantly, and what was wrong with them.

Never raises.  What receivers forgive is forgiven: characters that are no base64 are skipped,
decoding goes on behind padding, an escape that is none stays as it is.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Literal

Fault = Literal["base64-character", "base64-padding", "quoted-printable-escape"]

KNOWN = ("7bit", "8bit", "binary", "quoted-printable", "base64")  # RFC 2045 section 6.1
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_ALPHABET = bytes(set(range(256)) - set(_ALPHABET + b"="))
_MEANT = re.compile(r"[;(].*", re.DOTALL)
_BLANKS = b" \t\r\n"
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/= \t\r\n]")
_DIGITS = re.compile(rb"[^=]+")
_NO_PADDING = re.compile(rb"[^= \t\r\n]")
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_BAD_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*+(?:\r?\n|\r?\Z))")


def name(declared: str) -> str:
    """The encoding that is meant: ``base64;`` and ``base64 (of course)`` are base64."""
    return _MEANT.sub("", declared).strip()


def undone(octets: bytes, declared: str) -> bytes:
    """The octets that were encoded; as they are for an encoding nobody knows."""
    match name(declared):
        case "base64":
            return _base64(octets)
        case "quoted-printable":
            return _quoted_printable(octets)
        case _:
            return octets


def faults(octets: bytes, declared: str) -> Iterator[tuple[Fault, int, int, str]]:
    """What was wrong: kind, start and end of the first place in the octets, and words for it."""
    match name(declared):
        case "base64":
            yield from _base64_faults(octets)
        case "quoted-printable":
            bad = _BAD_ESCAPE.search(octets)
            if bad:
                shown = octets[bad.start() : bad.start() + 3].decode("ascii", "backslashreplace")
                yield (
                    "quoted-printable-escape",
                    bad.start(),
                    min(bad.start() + 3, len(octets)),
                    f"{shown!r} is no escape; {_times(_count(_BAD_ESCAPE, octets))}",
                )


def _base64(octets: bytes) -> bytes:
    wanted = octets.translate(None, _NOT_ALPHABET)
    # Python stops at the first padding; mail that was encoded piece by piece goes on behind it.
    payload = bytearray()
    for piece in _DIGITS.finditer(wanted):
        payload += _quanta(piece[0])
    return bytes(payload)


def _quanta(piece: bytes) -> bytes:
    surplus = len(piece) % 4
    if surplus == 1:  # six bits make no octet
        piece = piece[:-1]
    return binascii.a2b_base64(piece + b"==="[: -len(piece) % 4])


def _base64_faults(octets: bytes) -> Iterator[tuple[Fault, int, int, str]]:
    bad = _NOT_BASE64.search(octets)
    if bad:
        times = len(octets) - len(octets.translate(None, _NOT_BASE64_OCTETS))
        shown = bad[0].decode("ascii", "backslashreplace")
        yield (
            "base64-character",
            bad.start(),
            bad.end(),
            f"{shown!r} is not of the alphabet; {_times(times)}",
        )
    padding = octets.find(b"=")
    inner = _NO_PADDING.search(octets, padding) if padding >= 0 else None
    if inner:
        yield "base64-padding", padding, inner.end(), "data goes on behind the padding"
        return
    digits = len(octets.translate(None, _NOT_ALPHABET))
    if digits % 4:
        end = len(octets.rstrip(_BLANKS))
        yield (
            "base64-padding",
            max(0, end - 1),
            end,
            f"{digits} characters are not a multiple of 4",
        )


_NOT_BASE64_OCTETS = bytes(set(_NOT_ALPHABET) - set(_BLANKS))


def _quoted_printable(octets: bytes) -> bytes:
    return binascii.a2b_qp(_SOFT_BREAK.sub(b"=", octets))


def _count(pattern: re.Pattern[bytes], octets: bytes) -> int:
    return sum(1 for _ in pattern.finditer(octets))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
