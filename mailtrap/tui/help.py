"""The help screen: every key there is, made from the bindings themselves."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mailtrap.sanitize import sanitize
from mailtrap.tui.endpoints import Endpoints, shown_address
from mailtrap.tui.keys import GROUPS

_KEYS = 18  # cells
TWO_COLUMNS = 138  # cells that two columns take
_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "vertical_line": "|",
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
    ("T", "came over TLS"),
    ("@", "needs SMTPUTF8"),
    ("!", "something is wrong, see Issues; or cut off"),
    ("✗", "mail that was refused or never finished"),
    ("·", "a session that never began to send mail"),
    ("○", "an open session that has brought no mail yet"),
)


class HelpScreen(ModalScreen[None]):
    """Keys and marks, and where mail can be sent to."""

    AUTO_FOCUS = "#help"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter,ctrl+q", "dismiss", "Close"),
        Binding("ctrl+c", "copy"),
        Binding("j", "scroll_by(1)"),
        Binding("k", "scroll_by(-1)"),
        Binding("g", "edge('top')"),
        Binding("G", "edge('bottom')"),
        Binding("space", "page"),
    ]

    def __init__(self, endpoints: Endpoints) -> None:
        super().__init__()
        self._endpoints = endpoints

    def compose(self) -> ComposeResult:
        """One text in a frame."""
        with VerticalScroll(id="help") as frame:
            frame.border_title = "Keys"
            frame.border_subtitle = "esc closes"
            for text in help_texts(self._endpoints):
                yield Static(text, markup=False)

    def on_resize(self) -> None:
        """Two columns where there is room."""
        self.set_class(self.size.width >= TWO_COLUMNS, "-two-columns")

    @property
    def _frame(self) -> VerticalScroll:
        return self.query_one("#help", VerticalScroll)

    def action_copy(self) -> None:
        """Copy what is selected; without a selection this closes."""
        if selected := self.get_selected_text():
            self.app.copy_to_clipboard(selected)
        else:
            self.dismiss()

    def action_scroll_by(self, rows: int) -> None:
        """Scroll so many rows down."""
        self._frame.scroll_relative(y=rows, animate=False)

    def action_page(self) -> None:
        """Scroll a page down."""
        self._frame.scroll_page_down(animate=False)

    def action_edge(self, edge: str) -> None:
        """Go to the first or the last row."""
        if edge == "top":
            self._frame.scroll_home(animate=False)
        else:
            self._frame.scroll_end(animate=False)


def help_texts(endpoints: Endpoints) -> tuple[Content, Content]:
    """All keys by where they work, and what the marks mean; for two columns."""
    keys = [_section(title, [(_names(b.key), b.tooltip) for b in bs]) for title, bs in GROUPS]
    marks = _section("Marks", _MARKS)
    places = [_section("Where to send mail", _places(endpoints))] if endpoints.has_tls else []
    left, right = [*keys[:2], marks], keys[2:]
    return Content("\n").join([*places, *left]), Content("\n").join(right)


def _places(endpoints: Endpoints) -> Iterable[tuple[str, str]]:
    for scheme, addresses in (("smtp", endpoints.smtp), ("smtps", endpoints.smtps)):
        for address in addresses:
            yield scheme, shown_address(address)
    if endpoints.ca is not None:
        path = sanitize(str(endpoints.ca))
        yield "CA to trust", path
        yield "such as with", f"SSL_CERT_FILE={path}"


def _section(title: str, lines: Iterable[tuple[str, str]]) -> Content:
    heading = Content.assemble((title, "bold $server"))
    return Content("\n").join([heading, *(_line(*line) for line in lines), Content()])


def _line(keys: str, description: str) -> Content:
    return Content.assemble((f"  {keys:<{_KEYS}}", "bold"), description)


def _names(keys: str) -> str:
    return ", ".join(_NAMES.get(key, key) for key in keys.split(","))
