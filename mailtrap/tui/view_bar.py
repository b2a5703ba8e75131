"""The names of the views with how much is in each.  A click on a name shows that view."""

from collections.abc import Mapping

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

VIEWS = ("mail", "sessions", "problems")
_NAMES = {"mail": "Mail", "sessions": "Sessions", "problems": "Problems"}


class ViewBar(Widget):
    """One row."""

    ALLOW_SELECT = False

    class Chosen(Message):
        """The user clicked a name."""

        def __init__(self, view: str) -> None:
            super().__init__()
            self.view = view

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._active = VIEWS[0]
        self._counts: dict[str, str] = {}

    def show(self, active: str, counts: Mapping[str, str]) -> None:
        """Show these counts, and which view is active."""
        if (active, dict(counts)) != (self._active, self._counts):
            self._active, self._counts = active, dict(counts)
            self.refresh()

    def render(self) -> Content:
        """The names."""
        return Content.assemble(*((f" {text} ", self._look(view)) for view, text in self._texts()))

    def _texts(self) -> list[tuple[str, str]]:
        return [
            (view, f"{number} {_NAMES[view]} {self._counts.get(view, '')}".rstrip())
            for number, view in enumerate(VIEWS, 1)
        ]

    def _look(self, view: str) -> str:
        return "bold reverse" if view == self._active else "$plain"

    def on_click(self, event: events.Click) -> None:
        """Show the view whose name was hit."""
        end = 0
        for view, text in self._texts():
            end += cell_len(text) + 2
            if event.x < end:
                self.post_message(self.Chosen(view))
                return
