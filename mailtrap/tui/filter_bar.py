"""The line of the filter: what is asked for, where it is wrong, how many rows match."""

from collections.abc import Mapping

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from mailtrap.errors import QueryError
from mailtrap.sanitize import sanitize
from mailtrap.tui import hints
from mailtrap.tui.hints import USUAL


class FilterBar(Widget):
    """One row in Mail, while there is a filter."""

    ALLOW_SELECT = False

    def __init__(
        self, remapped: Mapping[str, str] = USUAL, *, widget_id: str | None = None
    ) -> None:
        """``remapped``: keys of actions that the user has set."""
        super().__init__(id=widget_id)
        self._clears = hints.key("app.back", "  ", remapped, " clears")
        self._text = ""
        self._found = ""
        self._error: QueryError | None = None
        self._is_typing = False

    def show(self, text: str, found: str, error: QueryError | None, *, is_typing: bool) -> None:
        """Show that filter and what was found, in words; ``error``: why it cannot be read."""
        shown = (text, found, error, is_typing)
        if shown != (self._text, self._found, self._error, self._is_typing):
            self._text, self._found, self._error, self._is_typing = shown
            self.refresh()
        self.screen.add_class("-filtering")

    def hide(self) -> None:
        """Give the row back."""
        self.screen.remove_class("-filtering")

    def render(self) -> Content:
        """The line; of a long filter the end."""
        found = f"  {self._found}"
        room = max(8, self.size.width - cell_len(found) - 3)
        parts: list[tuple[str, str]] = [("/", "bold $key")]
        parts += _cut(self._pieces(), room)
        parts.append(("▏" if self._is_typing else "", "$key"))
        parts.append((found, "$quiet"))
        keys = "  enter keeps it, esc clears" if self._is_typing else self._clears
        content = Content.assemble(*parts)
        if content.cell_length + len(keys) <= self.size.width:
            content += Content.assemble((keys, "$quiet"))
        return content

    def _pieces(self) -> list[tuple[str, str]]:
        text, error = self._text, self._error
        if error is None:
            return [(sanitize(text), "bold")]
        start, end = error.position, max(error.end, error.position + 1)
        wrong = text[start:end] or " "
        return [
            (sanitize(text[:start]), "bold"),
            (sanitize(wrong), "bold underline $bad"),
            (sanitize(text[end:]), "bold"),
        ]


def _cut(pieces: list[tuple[str, str]], room: int) -> list[tuple[str, str]]:
    """The end of the pieces, where not all of them fit."""
    surplus = sum(cell_len(text) for text, _ in pieces) - room
    kept = []
    for text, style in pieces:
        left = text
        while surplus > 0 and left:
            surplus -= cell_len(left[0])
            left = left[1:]
        kept.append((left, style))
    return kept
