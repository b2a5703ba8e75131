"""DKIM signatures as they are in a message, and the hash of its body (RFC 6376).

Nothing is asked of DNS: whether a signature is right is not told, only what needs no key.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailtrap.fields import Field

_LONGEST, _MOST_TAGS = 2**14, 64  # octets of a field, and what it has
_REQUIRED = ("v", "a", "b", "bh", "d", "h", "s")  # RFC 6376 section 3.5
_ALGORITHMS = {"rsa-sha256": "sha256", "rsa-sha1": "sha1", "ed25519-sha256": "sha256"}
FORMS = ("simple", "relaxed")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BLANKS = re.compile(r"[ \t\r\n]+")
_WSP = re.compile(rb"[ \t]+")


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM-Signature; tags that may be folded anywhere have no blanks."""

    field: Field
    tags: Mapping[str, str]
    faults: tuple[str, ...]

    @property
    def domain(self) -> str:
        """Of the signer, in lower case."""
        return self.tags.get("d", "").lower()

    @property
    def hash_name(self) -> str | None:
        """As hashlib calls it; None for an algorithm nobody knows."""
        return _ALGORITHMS.get(self.tags.get("a", "").lower())

    @property
    def body_form(self) -> str:
        """How the body is written for the hash: ``simple`` or ``relaxed``."""
        return self.tags.get("c", "").lower().partition("/")[2] or "simple"

    @property
    def signed(self) -> tuple[str, ...]:
        """The names of the fields that are signed, in lower case."""
        return tuple(name.lower() for name in self.tags.get("h", "").split(":") if name)

    @property
    def body_length(self) -> int | None:
        """How much of the body is signed; None: all of it."""
        return number(self.tags.get("l"))


def number(text: str | None) -> int | None:
    """A decimal number of a tag; None where it is none."""
    return int(text) if text and len(text) <= 76 and text.isascii() and text.isdigit() else None


def octets(text: str) -> bytes | None:
    """Base64 decoded; None where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def canonical_body(body: bytes, form: str) -> bytes:
    """What is hashed of a body, ``simple`` or ``relaxed`` (RFC 6376 section 3.4.3, 3.4.4).

    LF counts as CRLF: files have it.
    """
    body = body.replace(b"\r\n", b"\n")
    if form == "relaxed":
        body = _WSP.sub(b" ", body).replace(b" \n", b"\n").removesuffix(b" ")
    body = body.rstrip(b"\n")
    if not body and form == "relaxed":
        return b""
    return body.replace(b"\n", b"\r\n") + b"\r\n"


def digest(octets: bytes, hash_name: str) -> bytes:
    """The hash of octets, by the name hashlib has for it."""
    return hashlib.new(hash_name, octets, usedforsecurity=False).digest()


def read_signature(field: Field) -> Signature:
    """What a DKIM-Signature says."""
    tags: dict[str, str] = {}
    faults: list[str] = []
    text = field.raw[:_LONGEST].decode("utf-8", "backslashreplace")
    pieces = text.split(";", _MOST_TAGS)
    # Only what is behind the last semicolon may be empty.
    for piece in pieces[:-1] if not pieces[-1].strip() else pieces:
        name, equals, value = (each.strip() for each in piece.partition("="))
        if not equals or not _TAG.fullmatch(name):
            faults.append(f"{' '.join(piece.split())[:40]!r} is no tag")
        elif name in tags:
            faults.append(f"{name}= is there twice")
        else:
            tags[name] = _BLANKS.sub("", value) if name in ("b", "bh", "h") else value
    return Signature(field, tags, (*faults, *_faults(tags)))


def _faults(tags: Mapping[str, str]) -> list[str]:
    faults = [f"no {name}=" for name in _REQUIRED if not tags.get(name)]
    if tags.get("v", "1") != "1":
        faults.append(f"v={tags['v'][:20]}, not 1")
    algorithm = tags.get("a", "").lower()
    hash_name = _ALGORITHMS.get(algorithm)
    if algorithm and hash_name is None:
        faults.append(f"a={algorithm[:40]} is no algorithm")
    faults += [
        f"{name}= is not base64"
        for name in ("b", "bh")
        if tags.get(name) and octets(tags[name]) is None
    ]
    for form in tags.get("c", "simple").lower().split("/"):
        if form not in FORMS:
            faults.append(f"c={tags['c'][:40]} is no canonicalization")
            break
    faults += [
        f"{name}={tags[name][:40]} is no number"
        for name in ("l", "t", "x")
        if name in tags and number(tags[name]) is None
    ]
    domain = tags.get("d", "").lower()
    agent = tags.get("i", f"@{domain}").lower().rpartition("@")[2]
    if domain and agent != domain and not agent.endswith(f".{domain}"):
        faults.append(f"i= is not below d={domain[:60]}")
    return faults
