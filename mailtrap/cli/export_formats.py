"""Messages written in formats that other programs read.  Every octet of mail data is kept.

mbox quotes as mboxrd does (one more ">" before "From " at the start of a line, whatever many are
there), so that it can be undone; line ends stay what they were.
"""

import json
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from typing import IO

from mailtrap.cli import views
from mailtrap.errors import ReadError
from mailtrap.message import Message
from mailtrap.sanitize import sanitize

Read = Callable[[str], bool]  # the message of that id is marked as read

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
_UNSAFE = re.compile(r"[^0-9A-Za-z._+,=@-]")
_LONGEST = 120  # characters of a file name
_EARLIEST, _LATEST = 1980, 2107  # years of files in a zip


def octets_of(message: Message) -> bytes:
    """Its mail data.  Raises ReadError: an empty file would pass for the message."""
    data = message.data
    if not data and message.size:
        raise ReadError(f"cannot read the message {sanitize(message.id)}")
    return data


def file_names(messages: Iterable[Message]) -> Iterator[tuple[Message, str]]:
    """Each message with a file name that is safe on every system and of no other message."""
    taken: set[str] = set()
    for message in messages:
        # Some file systems do not tell A from a.
        stem = name = _UNSAFE.sub("_", message.id)[:_LONGEST].lstrip(".") or "message"
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name.lower())
        yield message, f"{name}.eml"


def write_mbox(messages: Iterable[Message], file: IO[bytes], _is_read: Read) -> None:
    """One after the other, each behind its From_ line (RFC 4155)."""
    for message in messages:
        data = _FROM.sub(rb">\1", octets_of(message))
        end = b"" if data.endswith(b"\n") or not data else b"\n"
        file.write(_from_line(message) + data + end + b"\n")


def _from_line(message: Message) -> bytes:
    path = (message.envelope.reverse_path or "").encode("utf-8", "surrogateescape")
    sender = b"".join(path.split()) or b"MAILER-DAEMON"
    at = time.asctime(message.received.astimezone(UTC).timetuple())
    return b"From %s %s\n" % (sender, at.encode())


def write_zip(messages: Iterable[Message], file: IO[bytes], _is_read: Read) -> None:
    """A file for each."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for message, name in file_names(messages):
            at = message.received.astimezone(UTC)
            date = (
                min(max(at.year, _EARLIEST), _LATEST),
                at.month,
                at.day,
                at.hour,
                at.minute,
                at.second,
            )
            info = zipfile.ZipInfo(name, date)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, octets_of(message))


def write_json(messages: Iterable[Message], file: IO[bytes], is_read: Read) -> None:
    """One array, an object on each line: the keys of ``show --json`` and the octets."""
    file.write(b"[")
    for number, message in enumerate(messages):
        keys = views.keys(message, read=is_read(message.id)) | views.raw_keys(octets_of(message))
        file.write((b",\n" if number else b"\n") + json.dumps(keys).encode())
    file.write(b"\n]\n")


def write_eml(messages: Iterable[Message], file: IO[bytes], _is_read: Read) -> None:
    """The mail data, nothing else."""
    for message in messages:
        file.write(octets_of(message))
