"""A line to write in, where the status is: a path or a command."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from mailtrap.sanitize import sanitize
from mailtrap.tui.row_cells import fit

_ROOMY = 72  # columns of the screen
_MOST = 8  # names that are shown where a path can go on in several ways


_EDITING = [each for each in Input.BINDINGS if isinstance(each, Binding) and each.key != "enter"]


class Line(Input):
    """The line itself; the keys of the app do not work in it.

    Its keys and letters take effect at once and in order: in the queue of a widget they would
    come after the enter that was pressed behind them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(replace(each, priority=True) for each in _EDITING),
        Binding("enter", "submit", "OK", priority=True, key_display="enter"),
        Binding("tab", "complete", "Complete", priority=True, key_display="tab"),
        Binding("escape,ctrl+c,ctrl+g", "cancel", "Leave", priority=True, key_display="esc"),
    ]

    def validate_value(self, value: str) -> str:
        """Nothing in it that the terminal would obey, also where it was pasted."""
        return sanitize(value)

    def put(self, text: str) -> None:
        """Write that where the cursor is, or over what is selected."""
        self.replace(text, *self.selection)

    def on_blur(self) -> None:
        """A click elsewhere leaves; that the terminal is in the background does not."""
        if isinstance(self.parent, Prompt) and self.app.app_focus and not self.parent.has_keys:
            self.parent.hide()

    def action_complete(self) -> None:
        """Go on with the path as far as there is one way to."""
        if isinstance(self.parent, Prompt):
            self.parent.complete()

    def action_cancel(self) -> None:
        """Leave."""
        if isinstance(self.parent, Prompt):
            self.parent.close()


class Prompt(Horizontal):
    """At most one question at a time; what was in focus before is in focus after it."""

    def __init__(self, tell: Callable[[str], object], *, widget_id: str | None = None) -> None:
        """``tell`` hears in which ways a path can go on."""
        super().__init__(id=widget_id)
        self._tell = tell
        self._label = Static(markup=False)
        self._line = Line(compact=True, select_on_focus=False)
        self._then: Callable[[str], object] = lambda _: None
        self._is_path = False
        self._before: Widget | None = None
        self.is_open = False

    def compose(self) -> ComposeResult:
        """What is asked for, and the line."""
        yield self._label
        yield self._line

    def ask(
        self,
        label: str,
        value: str,
        then: Callable[[str], object],
        *,
        hint: str = "",
        is_path: bool = True,
    ) -> None:
        """Show the line with that in it; ``then`` gets what is there when enter is pressed.

        ``hint`` stands behind the label where there is room.
        """
        if not self.is_open:
            self._before = self.screen.focused
        self.is_open = True
        self._then, self._is_path = then, is_path
        has_room = hint and self.screen.size.width >= _ROOMY
        self._label.update(f" {label} ({hint}): " if has_room else f" {label}: ")
        self._line.value = value
        self._line.cursor_position = len(value)
        self.display = True
        # Not focus(): that waits its turn, and the next key would not find it done.
        self.screen.set_focus(self._line)

    @property
    def has_keys(self) -> bool:
        """Keys are letters in the line."""
        return self.is_open and self.screen.focused is self._line

    def write(self, text: str) -> bool:
        """Write the first line of that; False where it is not for this line."""
        if not self.has_keys:
            return False
        self._line.put(text.splitlines()[0] if text else "")
        return True

    def close(self) -> None:
        """Ask no more."""
        self.hide()
        self.screen.set_focus(self._before)

    def hide(self) -> None:
        """Ask no more; something else is in focus."""
        self.is_open = False
        self.display = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was written."""
        event.stop()
        if self.is_open:
            self.close()
            if event.value.strip():
                self._then(event.value)

    def complete(self) -> None:
        """Go on with the path as far as there is one way to, and say which ways there are."""
        if not self._is_path:
            return
        value, names = completed(self._line.value)
        self._line.value = value
        self._line.cursor_position = len(value)
        if len(names) > 1:
            more = f"  and {len(names) - _MOST} more" if len(names) > _MOST else ""
            self._tell("  ".join(fit(sanitize(n), min(len(n), 30)) for n in names[:_MOST]) + more)


def completed(value: str) -> tuple[str, list[str]]:
    """The path as far as there is one way to go on, and the names that can come next."""
    head, name = os.path.split(value)
    directory = Path(head).expanduser() if head else Path()
    try:
        with os.scandir(directory) as entries:
            found = sorted(
                entry.name + ("/" if entry.is_dir() else "")
                for entry in entries
                if entry.name.startswith(name) and (name or not entry.name.startswith("."))
            )
    except OSError:
        return value, []
    if not found:
        return value, []
    common = os.path.commonprefix(found)  # noqa: RUF071 - of names, character by character
    if sanitize(common) != common:
        return value, found  # what cannot be shown as it is cannot be typed either
    return value[: len(value) - len(name)] + common, found
