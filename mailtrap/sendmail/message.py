"""A message as sendmail passes it on: what it adds and takes away, as measured at Postfix 3.7.

Line ends become CRLF, Bcc goes, and Message-Id, Date and From are added behind the other fields
where they are missing; so are those of Resent where there is one.  A leading line "From " of an
mbox goes.  All else stays as it is, also what Postfix would mend: there is no Received, Return-Path
is not removed, names without a domain in fields get none.  Pure.
"""

import re
from typing import NamedTuple

from mailtrap.sending.header import Field, divided
from mailtrap.sending.recipients import addresses, named

_LINE_END = re.compile(rb"\r?\n")
_MBOX = re.compile(rb"(?:>?From (?![ \t]*:)[^\n]*\n)+")
_DROPPED = (b"bcc", b"resent-bcc")
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')


class Author(NamedTuple):
    """Who calls sendmail, and when."""

    sender: bytes  # the reverse-path
    name: str
    host: str
    date: str  # as in a Date field
    token: str  # makes the Message-ID its own


class Passed(NamedTuple):
    """What goes on the wire."""

    data: bytes
    recipients: tuple[bytes, ...]


def passed(
    octets: bytes, author: Author, *, recipients: tuple[str, ...], takes_fields: bool
) -> Passed:
    """The message that came on stdin as it goes on."""
    data = _LINE_END.sub(
        b"\r\n", _MBOX.sub(b"", octets, count=1) if octets[:1] in b">F" else octets
    )
    if data and not data.endswith(b"\r\n"):
        data += b"\r\n"
    fields, rest = divided(data)
    to = [each for text in recipients for each in addresses(text.encode(*_RAW))]
    if takes_fields:
        to += named(fields).recipients
    unique = dict.fromkeys(qualified(each, author.host) for each in to)
    kept = [field.raw for field in fields if field.name not in _DROPPED]
    added = _missing(fields, author)
    if added and not rest.startswith(b"\r\n"):
        rest = b"\r\n" + rest
    return Passed(b"".join([*kept, *added, rest]), tuple(unique))


_RAW = ("utf-8", "surrogateescape")


def qualified(address: bytes, host: str) -> bytes:
    """With a domain: a name alone is somebody on this machine."""
    return address if not address or b"@" in address else address + b"@" + host.encode()


def _missing(fields: tuple[Field, ...], author: Author) -> list[bytes]:
    names = {field.name for field in fields}
    prefix = "Resent-" if any(name.startswith(b"resent-") for name in names) else ""
    wanted = {
        "Message-Id": f"<{author.token}@{author.host}>",
        "Date": author.date,
        "From": _mailbox(author),
    }
    return [
        f"{prefix}{name}: {value}\r\n".encode(*_RAW)
        for name, value in wanted.items()
        if f"{prefix}{name}".lower().encode() not in names
    ]


def _mailbox(author: Author) -> str:
    if not author.sender:
        return f"Mail Delivery System <MAILER-DAEMON@{author.host}>"
    address = author.sender.decode(*_RAW)
    if not author.name:
        return address
    return f"{_phrase(author.name)} <{address}>"


def _phrase(name: str) -> str:
    if not name.isascii():
        from email.header import Header

        return Header(name.encode(*_RAW).decode("utf-8", "replace"), "utf-8").encode(linesep="\r\n")
    name = " ".join(name.split())
    if _SPECIALS.search(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return name
