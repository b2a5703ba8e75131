"""What tests read of header fields and parts: addresses, headers, attachments.  Never raises."""

from collections.abc import Iterator, Mapping
from email.utils import getaddresses
from os import PathLike
from pathlib import Path
from typing import Self

from mailtrap.charsets import field_text
from mailtrap.content import Content
from mailtrap.faults.rules import nearest
from mailtrap.fields import words
from mailtrap.parts import Part
from mailtrap.sanitize import sanitize


class Address(str):
    """A mailbox, ``ann@example.org``; ``name`` is the display name beside it, "" without one."""

    __slots__ = ("name",)

    name: str

    def __new__(cls, mailbox: str, name: str = "") -> Self:
        """The mailbox, with that name."""
        made = super().__new__(cls, mailbox)
        made.name = name
        return made


class Headers(Mapping[str, str]):
    """Header fields decoded, by name in any case; the first where a name comes twice."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def __getitem__(self, name: str) -> str:
        first = next(self._content.fields_named(name), None)
        if first is None:
            hint = sanitize(nearest(name, self)) if len(self) else "there is none at all"
            raise KeyError(f"there is no header {name!r}; {hint}")
        return first.text

    def __iter__(self) -> Iterator[str]:
        """Each name once, as it was written first, in order."""
        seen: dict[str, str] = {}
        for field in self._content.fields:
            seen.setdefault(field.name.lower(), field.name)
        return iter(seen.values())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"

    def get_all(self, name: str) -> tuple[str, ...]:
        """The decoded bodies of all fields of that name, in order."""
        return tuple(field.text for field in self._content.fields_named(name))


def addresses(content: Content, name: str) -> tuple[Address, ...]:
    """The mailboxes in the fields of that name, in order."""
    raw = [field_text(field.raw).replace("\r\n", "") for field in content.fields_named(name)]
    return tuple(Address(mailbox, words(name)) for name, mailbox in _pairs(raw) if mailbox)


def _pairs(raw: list[str]) -> list[tuple[str, str]]:
    # Strict reading answers an odd field with nothing at all; a test wants to see what is there.
    try:
        found = getaddresses(raw, strict=False)  # type: ignore[call-arg, unused-ignore]  # newer
    except TypeError:
        found = _lenient(raw)
    except (ValueError, IndexError, AttributeError):  # what the stdlib raises on broken fields
        found = []
    return found


def _lenient(raw: list[str]) -> list[tuple[str, str]]:
    try:
        return getaddresses(raw)
    except (ValueError, IndexError, AttributeError):
        return []


class Attachment:
    """A part with content of its own: a file, or an image that the HTML shows."""

    def __init__(self, part: Part) -> None:
        self.part = part

    @property
    def filename(self) -> str:
        """As the sender calls it; "" without one.  It may be a path: see ``save``."""
        return self.part.filename or ""

    @property
    def content_type(self) -> str:
        """Such as ``application/pdf``, in lower case."""
        return self.part.content_type

    @property
    def content(self) -> bytes:
        """The octets, transfer encoding undone."""
        return self.part.payload

    @property
    def text(self) -> str:
        """The content in its charset, lines ended by line feeds."""
        return self.part.text

    @property
    def size(self) -> int:
        """Octets of the content."""
        return len(self.content)

    @property
    def content_id(self) -> str:
        """What ``cid:`` in the HTML names it by; "" without one."""
        return self.part.content_id or ""

    @property
    def disposition(self) -> str:
        """``attachment``, ``inline`` or another word; "" where it says none."""
        return self.part.disposition or ""

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the content to a file, or under its own name into a directory; returns the file."""
        target = Path(path)
        if target.is_dir():
            # The name comes from the mail: nothing of it may lead out of the directory.
            name = self.filename.replace("\\", "/").rpartition("/")[2].replace("\0", "")
            target /= name if name.strip(". ") else "attachment"
        target.write_bytes(self.content)
        return target

    def __repr__(self) -> str:
        return f"<Attachment {sanitize(self.filename)!r} {self.content_type} {self.size:,} octets>"


def attachments(content: Content) -> tuple[Attachment, ...]:
    """The parts that are attachments by their disposition or file name, in order."""
    return tuple(
        Attachment(part) for part in content.parts if part.is_attachment and not _is_inline(part)
    )


def inline(content: Content) -> tuple[Attachment, ...]:
    """The parts that the HTML shows: those with a Content-ID, or inline and no text."""
    return tuple(Attachment(part) for part in content.parts if _is_inline(part))


def _is_inline(part: Part) -> bool:
    if part.disposition == "attachment" or part.is_multipart:
        return False
    is_text = part.content_type in ("text/plain", "text/html")
    return not is_text and (part.disposition == "inline" or part.content_id is not None)
