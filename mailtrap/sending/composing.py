"""A message from its pieces: fields, text, HTML, attachments."""

import mimetypes
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

from mailtrap.errors import ReadError, UsageError
from mailtrap.sending.recipients import addresses
from mailtrap.sending.transaction import Mail

# By default it writes lines of quoted-printable of 78 characters; RFC 2045 section 6.7 has 76.
POLICY = SMTP.clone(max_line_length=76, cte_type="7bit")
UTF8 = POLICY.clone(utf8=True)
_MAILBOX = re.compile(rb'(?:[^@\s"]+|"[^\r\n]*")@[^@\s]+')


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
    sender, *others = _addresses("--from", [pieces.sender])
    if others:
        raise UsageError(f"--from: {pieces.sender!r} is more than one address; name one")
    recipients = (
        *_addresses("--to", pieces.to),
        *_addresses("--cc", pieces.cc),
        *_addresses("--bcc", pieces.bcc),
    )
    # Raw UTF-8 where an address needs it (RFC 6532); a name alone does not.
    message = EmailMessage(POLICY if b"".join((sender, *recipients)).isascii() else UTF8)
    message["Date"] = format_datetime(at)
    _add(message, "--from", "From", pieces.sender)
    if pieces.to:
        _add(message, "--to", "To", ", ".join(pieces.to))
    if pieces.cc:
        _add(message, "--cc", "Cc", ", ".join(pieces.cc))
    _add(message, "--subject", "Subject", pieces.subject)
    message["Message-ID"] = message_id
    message["MIME-Version"] = "1.0"
    _set_body(message, pieces)
    for path in pieces.attachments:
        _attach(message, path)
    given = [_field(text) for text in pieces.fields]
    for name, _ in given:
        del message[name]
    for name, value in given:
        _add(message, "--header", name, value)
    return Mail(sender, recipients, message.as_bytes())


def _addresses(option: str, lists: Sequence[str]) -> list[bytes]:
    found = []
    for text in lists:
        each = addresses(_encoded(option, text))
        if not each or not all(map(_MAILBOX.fullmatch, each)):
            raise UsageError(
                f"{option}: {text!r} is no address; write ann@example.org, or"
                " 'Ann <ann@example.org>' (--raw takes any)"
            )
        found += each
    return found


def _encoded(option: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{option}: {text!r} is not in UTF-8; --raw sends any octets") from error


def _set_body(message: EmailMessage, pieces: Pieces) -> None:
    for option, text in (("--text", pieces.text), ("--html", pieces.html)):
        _encoded(option, text or "")
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
    try:
        path.name.encode()
        message.add_attachment(octets, main, sub, filename=path.name)
    except ValueError as error:
        raise UsageError(
            f"--attach: {path.name!r} cannot be the name of an attachment ({error}); rename it"
        ) from error


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name or not name.isascii() or any(c <= " " for c in name):
        raise UsageError(f"--header: {text!r} is no field; write 'Name: value'")
    return name, value.strip(" ")


def _add(message: EmailMessage, option: str, name: str, value: str) -> None:
    _encoded(option, value)
    try:
        message[name] = value
    except Exception as error:  # the parser trips over some broken addresses in many ways
        raise UsageError(
            f"{option}: {value!r} cannot be a field ({error}); --raw sends what is broken"
        ) from error
