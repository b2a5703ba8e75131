"""A message from its pieces: fields, text, HTML, attachments."""

import mimetypes
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NamedTuple

from mailtrap.errors import ReadError, UsageError
from mailtrap.sending.transaction import Mail

# By default it writes lines of quoted-printable of 78 characters; RFC 2045 section 6.7 has 76.
POLICY = SMTP.clone(max_line_length=76, cte_type="7bit")
UTF8 = POLICY.clone(utf8=True)


class Pieces(NamedTuple):
    """What a message is to be made of; each address may be a list with commas."""

    sender: str
    to: Sequence[str]
    cc: Sequence[str]
    bcc: Sequence[str]  # in the envelope alone
    subject: str
    text: str | None
    html: str | None
    attachments: Sequence[Path]
    fields: Sequence[str]  # "Name: value"; those of the message by that name go


def composed(pieces: Pieces, at: datetime, message_id: str) -> Mail:
    """The message and its envelope.  Raises UsageError and ReadError."""
    policy = _policy(pieces)
    [sender, *_] = _addresses("--from", [pieces.sender], policy)
    named = {"To": pieces.to, "Cc": pieces.cc}
    recipients = [
        each
        for option, lists in (("--to", pieces.to), ("--cc", pieces.cc), ("--bcc", pieces.bcc))
        for each in _addresses(option, lists, policy)
    ]
    message = EmailMessage(policy=policy)
    message["Date"] = format_datetime(at)
    message["From"] = pieces.sender
    for name, lists in named.items():
        if lists:
            message[name] = ", ".join(lists)
    _add(message, "--subject", "Subject", pieces.subject)
    message["Message-ID"] = message_id
    _set_body(message, pieces)
    for path in pieces.attachments:
        _attach(message, path)
    given = [_field(text) for text in pieces.fields]
    for name, _ in given:
        del message[name]
    for name, value in given:
        _add(message, "--header", name, value)
    return Mail(
        sender.addr_spec.encode(),
        tuple(each.addr_spec.encode() for each in recipients),
        message.as_bytes(),
    )


def _policy(pieces: Pieces) -> Any:
    """One with raw UTF-8 where an address needs it (RFC 6532); a name alone does not."""
    lists = (pieces.sender, *pieces.to, *pieces.cc, *pieces.bcc)
    is_ascii = all(
        each.addr_spec.isascii() for each in _addresses("an address", lists, UTF8, checked=False)
    )
    return POLICY if is_ascii else UTF8


def _addresses(
    option: str, lists: Sequence[str], policy: Any, *, checked: bool = True
) -> list[Address]:
    found: list[Address] = []
    for text in lists:
        try:
            header = policy.header_factory("To", text)
            addresses, defects = header.addresses, header.defects
        except Exception as error:  # the parser trips over some broken addresses
            raise UsageError(f"{option}: {text!r} is no address; write ann@example.org") from error
        bad = [each for each in addresses if not each.domain or not each.username]
        if checked and (bad or not addresses or (text.isascii() and defects)):
            raise UsageError(
                f"{option}: {text!r} is no address; write ann@example.org, or"
                " 'Ann <ann@example.org>'"
            )
        found += addresses
    return found


def _set_body(message: EmailMessage, pieces: Pieces) -> None:
    if pieces.text is not None:
        message.set_content(pieces.text)
        if pieces.html is not None:
            message.add_alternative(pieces.html, subtype="html")
    elif pieces.html is not None:
        message.set_content(pieces.html, subtype="html")


def _attach(message: EmailMessage, path: Path) -> None:
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise ReadError(f"cannot read {str(path)!r} to attach it: {error.strerror}") from error
    kind, encoding = mimetypes.guess_type(path.name)
    main, _, sub = ("application/octet-stream" if encoding or not kind else kind).partition("/")
    if main in ("message", "multipart"):  # these may not be encoded (RFC 2045 section 6.4)
        main, sub = "application", "octet-stream"
    message.add_attachment(octets, main, sub, filename=path.name)


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name or not name.isascii() or any(c <= " " for c in name):
        raise UsageError(f"--header: {text!r} is no field; write 'Name: value'")
    return name, value.strip(" ")


def _add(message: EmailMessage, option: str, name: str, value: str) -> None:
    try:
        message[name] = value
    except ValueError as error:
        raise UsageError(
            f"{option}: {value!r} cannot be a field ({error}); to send what is broken use --raw"
        ) from error
