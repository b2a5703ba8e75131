"""The attachments of a message, and what else in it is no text to read: images, calls, reports."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from rich.cells import cell_len

from mailtrap.content import Content
from mailtrap.parts import Part
from mailtrap.sanitize import sanitize
from mailtrap.structure import MESSAGE_TYPES
from mailtrap.tui import hints
from mailtrap.tui.document import Span
from mailtrap.tui.hints import USUAL
from mailtrap.tui.items import Items
from mailtrap.tui.mime_tree import octets

_WIDEST = 32  # cells of a column; a longer name is shown in full when it is opened
_LONGEST = 300  # code points of a name
_GAP = 2


def attached(content: Content) -> tuple[Part, ...]:
    """The parts beside the text, in order; a message in the message is one."""
    return tuple(part for part in _own(content.root) if _is_attached(part))


def _own(part: Part) -> Iterator[Part]:
    yield part
    if part.content_type not in MESSAGE_TYPES:
        for child in part.children:
            yield from _own(child)


def _is_attached(part: Part) -> bool:
    if part.is_multipart:
        return False
    return part.is_attachment or part.content_type not in ("text/plain", "text/html")


class AttachmentsDocument(Items):
    """A table of them; one is selected."""

    def __init__(
        self,
        parts: Sequence[Part],
        remapped: Mapping[str, str] = USUAL,
        selected: Part | None = None,
    ) -> None:
        """``selected``: one of them; None is the first."""
        super().__init__()
        self.parts = parts
        rows = [_row(part) for part in parts]
        widths = [
            min(_WIDEST, max((cell_len(row[column]) for row in rows), default=0))
            for column in range(len(_COLUMNS))
        ]
        for number, row in enumerate(rows):
            self._heads.append(number)
            self._lines.append(list(_cells(row, widths)))
        self._lines += [[], [(hints.attachments(remapped), "note")]]
        if selected in parts:
            self.select(parts.index(selected))

    @property
    def part(self) -> Part | None:
        """The one that is selected; None where there is none."""
        return self.parts[self.selected] if self.parts else None


_COLUMNS = ("strong", "", "", "", "muted", "muted")  # how each looks
_SIZE = 2  # the column of it


def _row(part: Part) -> tuple[str, ...]:
    payload = part.payload
    return (
        name(part),
        sanitize(part.content_type[:_LONGEST]),
        octets(len(payload)),
        sanitize((part.disposition or "")[:_LONGEST]),
        digest(payload),
        f"<{sanitize(part.content_id[:_LONGEST])}>" if part.content_id else "",
    )


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterator[Span]:
    last = max(column for column, text in enumerate(row) if text)
    for column, (text, role, width) in enumerate(zip(row, _COLUMNS, widths, strict=True)):
        shown = text if column == last else shortened(text, width)
        free = " " * (width - cell_len(shown))
        if column == _SIZE:
            yield (free + shown, role)
        else:
            yield (shown, role)
            yield (free, "")
        if width and column < last:
            yield (" " * _GAP, "")
        if column == last:
            return


def name(part: Part) -> str:
    """What an attachment is called, or the subject of a message; safe to show."""
    subject = part.children[0].field("subject") if part.children else ""
    return sanitize((part.filename or subject)[:_LONGEST]) or "(no name)"


def digest(payload: bytes) -> str:
    """The beginning of the SHA-256 of an attachment: to tell whether two are the same."""
    return sha256(payload).hexdigest()[:8]


def shortened(text: str, width: int) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if cell_len(text) <= width:
        return text
    while cell_len(text) >= width:
        text = text[: -max(1, (cell_len(text) - width) // 2)]
    return f"{text}…"
