"""The line above the footer: where the listener listens, what came, whether we follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from mailtrap.amounts import amount
from mailtrap.sanitize import sanitize
from mailtrap.tui.endpoints import Endpoints, shown_address

_GAP, _SHORT_GAP = "   ", "  "
_LONG = 20  # cells of a path

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
        parts = self._parts(_GAP)
        if _width([part for _, part in parts]) > self.size.width:
            parts = self._parts(_SHORT_GAP, is_short=True)
        shown = [part for _, part in parts]
        for _, part in sorted(parts, key=lambda pair: pair[0]):
            if _width(shown) <= self.size.width or len(shown) == 1:
                break
            shown.remove(part)
        return Content.assemble(*(piece for part in shown for piece in part))

    def _parts(self, gap: str, *, is_short: bool = False) -> list[tuple[int, Part]]:
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
        where = "" if maildir is None else f" {shown_path(maildir, is_short=is_short)}"
        if status.trouble:
            parts.append((9, [(f" ✗{where}: {sanitize(status.trouble)}  ", "$bad")]))
        else:
            parts.append((7, [(" ●", "$good")]))
            if not self._endpoints.is_listening:
                parts.append((5, [(where, "")]))
        parts += self._addresses(is_short=is_short)
        parts.append((8, self._messages(gap)))
        if status.failed:
            parts.append((6, [(f"{gap}✗ {status.failed:,} failed", "$bad")]))
        if status.newer and not status.following:
            parts.append((7, [(f"{gap}↑ {status.newer:,} newer", "bold $warn")]))
        elif status.following:
            parts.append((2, [(f"{gap}following", "$quiet")]))
        else:
            parts.append((4, [(f"{gap}not following", "$quiet")]))
        if status.faults:
            parts.append((9, [(f"{gap}failing on purpose: {', '.join(status.faults)}", "$warn")]))
        if status.marked:
            only = "only " if status.only_marked else ""
            rank = 9 if status.only_marked else 4
            parts.append((rank, [(f"{gap}{only}{status.marked:,} marked", "$warn")]))
        if status.open:
            parts.append((3, [(f"{gap}{amount(status.open, 'session')} open", "$quiet")]))
        if self._endpoints.is_listening and not status.trouble:
            parts.append((4, [(f"{gap}in{where or ' memory'}", "$quiet")]))
        if self._endpoints.ca is not None:
            parts.append((1, [(f"{gap}CA {sanitize(str(self._endpoints.ca))}", "$quiet")]))
        return parts

    def _addresses(self, *, is_short: bool) -> Iterator[tuple[int, Part]]:
        """Where mail can be sent; in short a host that was just named is not named again."""
        before = ""
        schemes = (("smtp", 5, self._endpoints.smtp), ("smtps", 3, self._endpoints.smtps))
        for scheme, rank, addresses in schemes:
            for number, (host, port) in enumerate(addresses):
                is_known = is_short and not number and host == before
                shown = f":{port}" if is_known else shown_address((host, port))
                yield (1 if number else rank), [(f"{'' if number else f' {scheme}'} {shown}", "")]
                before = before or host
            if scheme == "smtp" and addresses and self._endpoints.starttls:
                yield 4, [(" STARTTLS", "")]

    def _messages(self, gap: str) -> Part:
        status = self._status
        messages = [(f"{gap}{amount(status.messages, 'message')}", "")]
        if status.unread:
            messages += [(", ", ""), (f"{status.unread:,} new", "bold")]
        return messages


def shown_path(path: Path, *, is_short: bool = False) -> str:
    """The path as a person would write it, safe to show; in short the end of a long one."""
    home = Path.home()
    shown = sanitize(f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path))
    return f"…/{sanitize(path.name)}" if is_short and cell_len(shown) > _LONG else shown


def _width(parts: list[Part]) -> int:
    return sum(cell_len(text) for part in parts for text, _ in part)
