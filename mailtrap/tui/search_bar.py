"""The line below a document while it is searched: what for, and how much was found."""

from collections.abc import Mapping

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from mailtrap.sanitize import sanitize
from mailtrap.tui import hints
from mailtrap.tui.hints import USUAL


class SearchBar(Widget):
    """One row, where a search is going on."""

    ALLOW_SELECT = False

    def __init__(
        self, remapped: Mapping[str, str] = USUAL, *, widget_id: str | None = None
    ) -> None:
        """``remapped``: keys of actions that the user has set."""
        super().__init__(id=widget_id)
        self._remapped = remapped
        self._query = ""
        self._found = ""
        self._is_typing = False

    def show(self, query: str, found: str, *, is_typing: bool) -> None:
        """Show what is searched and what was found, in words."""
        self._query, self._found, self._is_typing = sanitize(query), found, is_typing
        self.display = True
        self.screen.add_class("-searching")
        self.refresh()

    def hide(self) -> None:
        """Give the row back."""
        self.display = False
        self.screen.remove_class("-searching")

    def render(self) -> Content:
        """The line; of a long query the end."""
        typing = "enter keeps it, esc ends it"
        keys = typing if self._is_typing else hints.search(self._remapped)
        room = self.size.width - cell_len(self._found) - 6
        query = self._query
        while query and cell_len(query) > max(8, room):
            query = query[1:]
        parts: list[tuple[str, str]] = [("/", "bold $key"), (query, "bold")]
        parts.append(("▏" if self._is_typing else "", "$key"))
        parts.append((f"  {self._found}", "$warn" if self._found == NOTHING else ""))
        content = Content.assemble(*parts)
        if content.cell_length + 2 + len(keys) <= self.size.width:
            content += Content.assemble((f"  {keys}", "$quiet"))
        return content


NOTHING = "no match"
