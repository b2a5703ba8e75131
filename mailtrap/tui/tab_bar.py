"""The names of the tabs with a line below the active one.  A click on a name chooses it."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from mailtrap.tui.tabs import Tab, labels


class TabBar(Widget):
    """One row of names, and where there is room a row with the line."""

    ALLOW_SELECT = False

    class Chosen(Message):
        """The user clicked a name."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._tabs: Sequence[Tab] = ()
        self._active = ""

    @property
    def active(self) -> str:
        """The tab with the line below."""
        return self._active

    def show(self, tabs: Sequence[Tab], active: str) -> None:
        """Show these tabs."""
        if (tuple(tabs), active) != (tuple(self._tabs), self._active):
            self._tabs, self._active = tuple(tabs), active
            self.refresh()

    def render(self) -> Content:
        """The names, and the line."""
        names: list[tuple[str, str]] = []
        line: list[tuple[str, str]] = []
        is_flat = self.size.height < 2
        texts, gap = labels(self._tabs, self._active, self.size.width)
        for tab, text in zip(self._tabs, texts, strict=True):
            is_active = tab.id == self._active
            width = cell_len(text)
            if names:  # and none behind the last: what is too long is cut
                names.append((" " * gap, ""))
                line.append(_rule(gap))
            names.append((text, _style(is_active=is_active, is_flat=is_flat)))
            line.append(("━" * width, "$primary") if is_active else _rule(width))
        line.append(_rule(max(0, self.size.width - sum(len(text) for text, _ in line))))
        if is_flat:
            return Content.assemble(*names)
        return Content.assemble(*names, "\n", *line)

    def on_click(self, event: events.Click) -> None:
        """Choose the tab whose name was hit."""
        start = 0
        texts, gap = labels(self._tabs, self._active, self.size.width)
        for tab, text in zip(self._tabs, texts, strict=True):
            if start <= event.x < start + cell_len(text):
                self.post_message(self.Chosen(tab.id))
            start += cell_len(text) + gap


def _style(*, is_active: bool, is_flat: bool) -> str:
    if not is_active:
        return "$quiet"
    return "bold underline" if is_flat else "bold"


def _rule(width: int) -> tuple[str, str]:
    return ("─" * width, "$rule")
