"""The line above the footer: where the listener listens, what came, whether we follow."""

from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from mailtrap.amounts import amount
from mailtrap.sanitize import sanitize
from mailtrap.tui.endpoints import Endpoints, shown_address

_GAP = "   "

Part = list[tuple[str, str]]  # text, style


@dataclass(frozen=True, slots=True)
class Status:
    """What the line says."""

    messages: int = 0
    unread: int = 0
    open: int = 0
    failed: int = 0
    following: bool = True
    newer: int = 0  # rows above the cursor's that came since
    deleted: int = 0  # rows that can be taken back
    undo: str = "Z"  # the key that does
    trouble: str = ""  # why the maildir cannot be read
    faults: tuple[str, ...] = ()  # presets that are on
    marked: int = 0
    only_marked: bool = False  # other rows are not shown
    reason: str = ""  # why the filter cannot be read


class StatusLine(Widget):
    """As much of the status as fits, or a question."""

    ALLOW_SELECT = False

    def __init__(self, endpoints: Endpoints, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._endpoints = endpoints
        self._status = Status()
        self._text = ""

    def show(self, status: Status) -> None:
        """Show this status."""
        if status != self._status:
            self._status = status
            self.refresh()

    def say(self, text: str) -> None:
        """Show this instead; "" ends that."""
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Content:
        """The text, or the parts that fit."""
        if self._text:
            return Content.assemble((f" {self._text}", "bold $warn"))
        parts = self._parts()
        shown = [part for _, part in parts]
        for _, part in sorted(parts, key=lambda pair: pair[0]):
            if _width(shown) <= self.size.width or len(shown) == 1:
                break
            shown.remove(part)
        return Content.assemble(*(piece for part in shown for piece in part))

    def _parts(self) -> list[tuple[int, Part]]:
        """What there is to say from left to right; the lowest numbers are left out first."""
        status = self._status
        parts: list[tuple[int, Part]] = []
        if status.deleted:
            many = f"{status.deleted:,} " if status.deleted > 1 else ""
            them = "them" if many else "it"
            how = f", {status.undo} brings {them} back" if status.undo else ""
            parts.append((9, [(f" {many}deleted{how}  ", "bold $warn")]))
        if status.reason:
            parts.append((10, [(f" ✗ {sanitize(status.reason)}  ", "bold $bad")]))
        maildir = self._endpoints.maildir
        where = "" if maildir is None else f" {shown_path(maildir)}"
        if status.trouble:
            parts.append((9, [(f" ✗{where}: {sanitize(status.trouble)}  ", "$bad")]))
        else:
            parts.append((7, [(" ●", "$good")]))
            if not self._endpoints.is_listening:
                parts.append((4, [(where, "")]))
        schemes = (("smtp", 4, self._endpoints.smtp), ("smtps", 3, self._endpoints.smtps))
        for scheme, rank, addresses in schemes:
            for number, address in enumerate(addresses):
                name = "" if number else f" {scheme}"
                parts.append((1 if number else rank, [(f"{name} {shown_address(address)}", "")]))
        parts.append((8, self._messages()))
        if status.failed:
            parts.append((6, [(f"{_GAP}✗ {status.failed:,} failed", "$bad")]))
        if status.newer and not status.following:
            parts.append((7, [(f"{_GAP}↑ {status.newer:,} newer", "bold $warn")]))
        else:
            following = "following" if status.following else "not following"
            parts.append((5, [(f"{_GAP}{following}", "$quiet")]))
        if status.faults:
            parts.append((9, [(f"{_GAP}failing on purpose: {', '.join(status.faults)}", "$warn")]))
        if status.marked:
            only = "only " if status.only_marked else ""
            rank = 9 if status.only_marked else 4
            parts.append((rank, [(f"{_GAP}{only}{status.marked:,} marked", "$warn")]))
        if status.open:
            parts.append((3, [(f"{_GAP}{amount(status.open, 'session')} open", "$quiet")]))
        if self._endpoints.is_listening and not status.trouble:
            parts.append((2, [(f"{_GAP}in{where or ' memory'}", "$quiet")]))
        if self._endpoints.ca is not None:
            parts.append((2, [(f"{_GAP}CA {sanitize(str(self._endpoints.ca))}", "$quiet")]))
        return parts

    def _messages(self) -> Part:
        status = self._status
        messages = [(f"{_GAP}{amount(status.messages, 'message')}", "")]
        if status.unread:
            messages += [(", ", ""), (f"{status.unread:,} new", "bold")]
        return messages


def shown_path(path: Path) -> str:
    """The path as a person would write it, safe to show."""
    home = Path.home()
    return sanitize(f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path))


def _width(parts: list[Part]) -> int:
    return sum(cell_len(text) for part in parts for text, _ in part)
