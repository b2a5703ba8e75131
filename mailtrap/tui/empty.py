"""What is on the screen before the first row: where to send mail, and how."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from mailtrap.tui.document import wrapped
from mailtrap.tui.snippets import filled, shown_address

_LABEL = 12  # cells
_FEW = 12  # rows; a screen that has no more leaves out what is not needed to send mail


class EmptyState(VerticalScroll):
    """Says where the listener listens and what to write in an application's settings."""

    def __init__(
        self, addresses: Sequence[tuple[str, int]], *, widget_id: str | None = None
    ) -> None:
        super().__init__(id=widget_id)
        self._addresses = addresses
        self._text = Static(markup=False)

    def compose(self) -> ComposeResult:
        """One text; it scrolls where the terminal is small."""
        yield self._text

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._text.update(self._content(max(20, self.scrollable_content_region.width)))

    def _content(self, width: int) -> Content:
        is_low = self.size.height <= _FEW
        lines: list[Content] = [] if is_low else [Content()]
        lines.append(Content.assemble(("Waiting for mail", "bold"), *self._where()))
        lines.append(
            Content.assemble(("any sender, recipient, user and password; no TLS", "$quiet"))
        )
        if self._addresses:
            if not is_low:
                introduction = "Point your application here, then send something:"
                lines += [Content(), Content(introduction), Content()]
            for who, what in filled(self._addresses[0]):
                lines += _snippet(who, what, width)
        return Content("\n").join(lines)

    def _where(self) -> list[tuple[str, str]]:
        parts = [(" on ", "")]
        for address in self._addresses:
            parts.append((f"smtp://{shown_address(address)}", "bold $server"))
            parts.append((", ", ""))
        return parts[:-1]


def _snippet(who: str, what: str, width: int) -> list[Content]:
    """Behind its label where it fits, else below it from the left edge, to be copied as it is."""
    pieces = what.split("\n")
    if len(pieces) == 1 and cell_len(what) <= width - _LABEL:
        return [Content.assemble((f"{who:<{_LABEL}}", "$quiet"), what)]
    lines = [Content.assemble((who, "$quiet"))]
    for piece in pieces:
        lines += [Content(piece[start:end]) for start, end in wrapped(piece, width)]
    return lines
