"""The line above the footer: where the listener listens, what came, whether we follow."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from mailtrap.tui.snippets import shown_address

_GAP = "   "
_STAYING = (f"{_GAP}not following", "$quiet")


@dataclass(frozen=True, slots=True)
class Status:
    """What the line says."""

    messages: int = 0
    unread: int = 0
    open: int = 0
    failed: int = 0
    following: bool = True
    newer: int = 0  # rows above the cursor's that came since


class StatusLine(Widget):
    """As much of the status as fits, or a question."""

    ALLOW_SELECT = False

    def __init__(
        self, addresses: Sequence[tuple[str, int]], *, widget_id: str | None = None
    ) -> None:
        super().__init__(id=widget_id)
        self._addresses = addresses
        self._status = Status()
        self._question = ""

    def show(self, status: Status) -> None:
        """Show this status."""
        if status != self._status:
            self._status = status
            self.refresh()

    def ask(self, question: str) -> None:
        """Show a question instead; "" ends that."""
        if question != self._question:
            self._question = question
            self.refresh()

    def render(self) -> Content:
        """The question, or the parts that fit, the first ones before the later ones."""
        if self._question:
            return Content.assemble((f" {self._question}", "bold $warn"))
        parts = [(1, part) for part in self._parts()]
        while len(parts) > 1 and _width(parts) > self.size.width:
            parts.pop()
        return Content.assemble(*(piece for _, part in parts for piece in part))

    def _parts(self) -> list[list[tuple[str, str]]]:
        status = self._status
        where = " ".join(map(shown_address, self._addresses)) or "nowhere"
        parts = [[(" ● ", "$good"), (f"smtp {where}", "")]]
        messages = [(f"{_GAP}{_count(status.messages, 'message')}", "")]
        if status.unread:
            messages.append((f"  {status.unread} new", "bold"))
        parts.append(messages)
        if status.failed:
            parts.append([(f"{_GAP}✗ {status.failed} failed", "$bad")])
        if status.following:
            parts.append([(f"{_GAP}following", "$quiet")])
        else:
            newer = f"{_GAP}↑ {status.newer:,} newer"
            waiting = (newer, "bold $warn") if status.newer else _STAYING
            parts.append([waiting])
        if status.open:
            parts.append([(f"{_GAP}{_count(status.open, 'session')} open", "$quiet")])
        parts.append([(f"{_GAP}in memory", "$quiet")])
        return parts


def _width(parts: list[tuple[int, list[tuple[str, str]]]]) -> int:
    return sum(cell_len(text) for _, part in parts for text, _ in part)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
