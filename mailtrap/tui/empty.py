"""What is on the screen before the first row: where to send mail, and how."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from mailtrap.tui.document import wrapped
from mailtrap.tui.snippets import filled, shown_address

_LABEL = 12  # cells


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
        lines: list[Content] = [Content.assemble(("Waiting for mail", "bold"), *self._where())]
        lines.append(
            Content.assemble(("any sender, recipient, user and password; no TLS", "$quiet"))
        )
        if self._addresses:
            lines += [
                Content(),
                Content("Point your application here, then send something:"),
                Content(),
            ]
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
    lines = []
    for start, end in wrapped(what, max(10, width - _LABEL)):
        label = f"{who if not start else '':<{_LABEL}}"
        lines.append(Content.assemble((label, "$quiet"), what[start:end]))
    return lines
