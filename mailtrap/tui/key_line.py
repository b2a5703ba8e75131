"""The last line: keys that do something now; a click presses one.

One widget, where textual's footer makes one for each key again and again as the focus moves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Shown:
    """A key on the line."""

    key: str  # textual's name
    display: str
    label: str
    tooltip: str

    @property
    def width(self) -> int:
        """Cells it takes, with the blank behind it."""
        return cell_len(self.display) + cell_len(self.label) + 2


class KeyLine(Widget):
    """As many of the keys that have a label as fit."""

    ALLOW_SELECT = False
    is_held = reactive(default=False)  # keys are letters of what is being typed: none is shown

    def __init__(self, label: Callable[[Binding], str], *, widget_id: str | None = None) -> None:
        """``label`` is asked what a key does now, in a word."""
        super().__init__(id=widget_id)
        self._label = label

    def on_mount(self) -> None:
        """Hear when other keys are of use."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _: Screen[object]) -> None:
        self.refresh()

    @property
    def keys(self) -> list[Shown]:
        """The keys there are now, one for each action."""
        if self.is_held:
            return []
        shown: dict[str, Shown] = {}
        for _, binding, _, tooltip in self.screen.active_bindings.values():
            # An action that has lost its keys shows none.
            if binding.show and (display := self.app.get_key_display(binding)):
                key = Shown(binding.key, display, self._label(binding), tooltip)
                shown.setdefault(binding.action.removeprefix("app."), key)
        return list(shown.values())

    def render(self) -> RenderResult:
        """The line."""
        pieces = [
            piece
            for key in self._fitting
            for piece in ((f"{key.display} ", "bold $key"), (f"{key.label} ", "$plain"))
        ]
        return Content.assemble(*pieces)

    @property
    def _fitting(self) -> Iterator[Shown]:
        """No key is cut off: half a word is hard to read."""
        room = self.size.width + 1  # the last blank may be beyond the edge
        for key in self.keys:
            room -= key.width
            if room >= 0:
                yield key

    def _at(self, x: int) -> Shown | None:
        """The key at that cell."""
        for key in self._fitting:
            if x < key.width:
                return key
            x -= key.width
        return None

    def on_click(self, event: events.Click) -> None:
        """Press the key that was hit."""
        if key := self._at(event.x):
            self.app.simulate_key(key.key)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say more of what the key under the pointer does."""
        key = self._at(event.x)
        self.tooltip = key.tooltip if key else None
