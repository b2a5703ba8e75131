"""File names of what a stranger sent: a name and nothing else, on every system.  Pure."""

import mimetypes
import re
import unicodedata
from pathlib import PurePath

from mailtrap.parts import Part

LONGEST = 120  # octets in UTF-8; file systems take 255, and a number may follow
_LONGEST_SUFFIX = 16
_TYPES = mimetypes.MimeTypes()  # not those of this machine
_TYPES.add_type("text/calendar", ".ics")
_TYPES.add_type("text/vcard", ".vcf")
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # on Windows
# Devices there, whatever follows behind a dot.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\Z", re.I)


def safe_name(name: str, fallback: str) -> str:
    """What is left of that name as one component of a path, or the fallback.

    No directories, no control, format or bidirectional characters, nothing that a command takes
    for an option, no hidden file, no device of Windows, and not too long.
    """
    last = re.split(r"[/\\]", name.strip())[-1]
    shown = (c if c.isprintable() else "" for c in unicodedata.normalize("NFC", last))
    clean = _FORBIDDEN.sub("_", " ".join("".join(shown).split()))
    clean = _shortened(clean.lstrip(".-~ ").rstrip(". "))
    if _RESERVED.match(clean.partition(".")[0].strip()):
        clean = f"_{clean}"
    return clean or fallback


def part_name(part: Part) -> str:
    """The name for a part: its own, or one by its place and type."""
    guess = _TYPES.guess_extension(part.content_type) or ".bin"
    suffix = ".eml" if part.content_type.startswith("message/") else guess
    return safe_name(part.filename or "", f"part-{part.path or 'all'}{suffix}")


def message_name(subject: str, message_id: str) -> str:
    """The name for a message: its subject, or its id."""
    stem = safe_name(subject.replace("/", " ").replace("\\", " ")[:80], "")
    return f"{stem or safe_name(message_id, 'message')}.eml"


def numbered(path: PurePath, number: int) -> str:
    """That path with a number in its name: ``a-1.pdf``."""
    return str(path.with_name(f"{path.stem}-{number}{path.suffix}"))


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or len(suffix.encode()) > _LONGEST_SUFFIX:
        stem, suffix = name, ""
    suffix = dot + suffix if suffix else ""
    room = LONGEST - len(suffix.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + suffix
