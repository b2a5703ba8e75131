"""The parts of a message as a tree: what each says of itself, and what could not be read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from rich.cells import cell_len

from mailtrap.content import Content
from mailtrap.defects import Defect
from mailtrap.parts import Part
from mailtrap.sanitize import sanitize
from mailtrap.tui import hints
from mailtrap.tui.document import Span, wrapped
from mailtrap.tui.hints import USUAL
from mailtrap.tui.items import Items

_LONGEST = 200  # code points of a name
_NARROWEST = 8  # cells of a piece of it
_DOT = " · "
_MOST = 10  # defects of a part that are told


class MimeDocument(Items):
    """The tree, depth first; one part is selected."""

    def __init__(self, content: Content, room: int, remapped: Mapping[str, str] = USUAL) -> None:
        super().__init__()
        self.room = room
        self.parts: list[Part] = []
        self._defects: dict[str, list[Defect]] = defaultdict(list)
        for defect in content.defects:
            self._defects[defect.path].append(defect)
        self._add(content.root, "", "")
        limits = content.limits_of_parts
        self._lines += [[(f"Too much to read: {limit}.", "note")] for limit in limits]
        self._lines += [[], [(hints.parts(remapped), "note")]]

    @property
    def part(self) -> Part:
        """The one that is selected."""
        return self.parts[self.selected]

    def _add(self, part: Part, before: str, below: str) -> None:
        """A part and those within it; the lines of the tree are before it and below it."""
        self._heads.append(len(self._lines))
        self.parts.append(part)
        branch = f"{below}{'│' if part.children else ' '} "
        path = f"{part.path} " if part.path else ""
        head = [(before, "muted"), (path, ""), (sanitize(part.content_type), "strong")]
        self._lines += self._filled(head, (f"{branch}  ", "muted"), _described(part))
        told = self._defects.get(part.path, [])
        for defect in told[:_MOST]:
            self._lines.append([(branch, "muted"), ("! ", "warning"), (_told(defect), "")])
        if len(told) > _MOST:
            more = f"… and {len(told) - _MOST:,} more"
            self._lines.append([(branch, "muted"), (more, "muted")])
        for child in part.children:
            is_last = child is part.children[-1]
            self._add(
                child,
                f"{below}{'└' if is_last else '├'}─ ",
                below + (" " if is_last else "│") + "  ",
            )

    def _filled(
        self, head: list[Span], indent: Span, pieces: Iterator[Span]
    ) -> Iterator[list[Span]]:
        """As many pieces to a line as fit, behind the head or below it."""
        line = head
        used = sum(cell_len(text) for text, _ in line)
        for text, role in pieces:
            width = len(_DOT) + cell_len(text)
            if used + width <= self.room - self.gutter_width:
                line += [(_DOT, "muted"), (text, role)]
                used += width
            else:
                yield line
                *full, rest = self._cut(text, cell_len(indent[0]))
                yield from ([indent, (each, role)] for each in full)
                line = [indent, (rest, role)]
                used = cell_len(indent[0] + rest)
        yield line

    def _cut(self, text: str, indent: int) -> list[str]:
        """What is too long for a line, in pieces that leave the lines of the tree in sight."""
        room = max(_NARROWEST, self.room - self.gutter_width - indent)
        return [text[start:end].rstrip() for start, end in wrapped(text, room)]


def _described(part: Part) -> Iterator[Span]:
    """What a part says of itself, or what is assumed where it says nothing."""
    if not part.type_is_declared:
        yield ("not declared", "muted")
    if part.charset:
        yield (f"{_safe(part.charset)}", "")
    if not part.children:
        yield (f"{_safe(part.encoding)}", "")
    yield (f"{octets(part.end - part.body_start)}", "")
    if part.disposition:
        yield (f"{_safe(part.disposition)}", "")
    if part.filename:
        yield (f"{_safe(part.filename)}", "strong")
    if part.content_id:
        yield (f"<{_safe(part.content_id)}>", "muted")


def octets(number: int) -> str:
    """An amount of octets in words."""
    return f"{number:,} octet{'' if number == 1 else 's'}"


def _told(defect: Defect) -> str:
    return sanitize(f"{defect.kind}: {defect.detail}" if defect.detail else defect.kind)


def _safe(text: str) -> str:
    return sanitize(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
