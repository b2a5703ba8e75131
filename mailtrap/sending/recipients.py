"""Addresses in header fields, as RFC 5322 section 3.4 has them, and as people write them.  Pure.

Read octet by octet: groups, comments, quoted strings, and what is not by the grammar.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from mailtrap.sending.header import Field

_TOKEN = re.compile(
    rb'"(?:[^"\\]|\\.)*"?|\[[^\]\r\n]*\]|\\.|[()<>,;:\[\\]|[^"\\()<>,;:\[]+', re.DOTALL
)
_BLANKS = re.compile(rb"[ \t\r\n]+")


def addresses(body: bytes) -> list[bytes]:
    """The addresses of a field body, in order, without brackets and comments."""
    found: list[bytes] = []
    plain, angle = b"", None  # what is outside, and inside of angle brackets
    depth = 0  # of comments
    for token in _TOKEN.findall(body):
        if token == b"(":
            depth += 1
        elif token == b")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif angle is not None:
            if token == b">":
                plain, angle = b"<" + angle + b">", None
            else:
                angle += token
        elif token == b"<":
            angle = b""
        elif token in (b",", b";"):
            found.append(plain)
            plain = b""
        elif token == b":":
            plain = b""  # the name of a group
        elif not plain.startswith(b"<"):
            plain += token
    found.append(plain if angle is None else b"<" + angle)
    return [address for address in map(_bare, found) if address]


def _bare(text: bytes) -> bytes:
    """Without brackets, blanks, and a source route (RFC 5322 section 4.4)."""
    text = text.strip(b" \t\r\n")
    if text.startswith(b"<"):
        text = text[1:].removesuffix(b">")
    if text.startswith(b"@"):
        text = text.partition(b":")[2]
    if b'"' not in text:
        text = _BLANKS.sub(b"", text)
    return text


class Named(NamedTuple):
    """Who is in the fields of a message."""

    senders: tuple[bytes, ...]
    recipients: tuple[bytes, ...]


def named(fields: Sequence[Field]) -> Named:
    """The authors and recipients; those of the Resent fields alone where there are any.

    Each recipient once (RFC 5322 section 3.6.6 for Resent).
    """
    prefix = b"resent-" if any(field.name.startswith(b"resent-") for field in fields) else b""
    by_name = {prefix + name: name for name in (b"from", b"to", b"cc", b"bcc")}
    senders: list[bytes] = []
    recipients: list[bytes] = []
    for field in fields:
        if name := by_name.get(field.name):
            (senders if name == b"from" else recipients).extend(addresses(field.body))
    return Named(tuple(senders), tuple(dict.fromkeys(recipients)))
