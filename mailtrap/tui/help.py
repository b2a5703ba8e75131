"""The help screen: every key there is, made from the bindings themselves."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mailtrap.tui.keys import GROUPS

_KEYS = 18  # cells
_NAMES = {
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
_MARKS = (
    ("●", "unread"),
    ("A", "has an attachment"),
    ("@", "needs SMTPUTF8"),
    ("!", "cut off at the size limit, or its envelope is not complete"),
    ("✗", "a session that was refused, aborted or left without its mail"),
    ("·", "a session that never began to send mail"),
    ("○", "a session that is open and has brought no mail yet"),
)


class HelpScreen(ModalScreen[None]):
    """Keys and marks."""

    AUTO_FOCUS = "#help"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,ctrl+c,ctrl+q", "dismiss", "Close"),
    ]

    def compose(self) -> ComposeResult:
        """One text in a frame."""
        with VerticalScroll(id="help") as frame:
            frame.border_title = "Keys"
            frame.border_subtitle = "esc closes"
            yield Static(help_text(), markup=False)


def help_text() -> Content:
    """All keys by where they work, and what the marks mean."""
    lines: list[Content] = []
    for title, bindings in GROUPS:
        lines.append(Content.assemble((title, "bold $server")))
        lines += [_line(_names(binding.key), binding.tooltip) for binding in bindings]
        lines.append(Content())
    lines.append(Content.assemble(("Marks", "bold $server")))
    lines += [_line(mark, meaning) for mark, meaning in _MARKS]
    return Content("\n").join(lines)


def _line(keys: str, description: str) -> Content:
    return Content.assemble((f"  {keys:<{_KEYS}}", "bold"), description)


def _names(keys: str) -> str:
    return " ".join(_NAMES.get(key, key) for key in keys.split(","))
