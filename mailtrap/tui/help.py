"""The help screen: every key there is, made from the bindings themselves."""

from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mailtrap.sanitize import sanitize
from mailtrap.tui.endpoints import Endpoints, shown_address
from mailtrap.tui.registry import ACTIONS, GROUPS, LIST_GROUP, LISTS, VIEW_GROUP, keys_of

_KEYS, _FEW_KEYS = 20, 15  # cells, and where there is little room
_LITTLE = 50  # cells
_ONE_COLUMN = 72  # cells that one column takes, with the frame
TWO_COLUMNS = 138  # cells that two columns take
_FRAME = 7  # cells: lines, blanks and the scrollbar
_MARKS = (
    ("●", "unread"),
    ("*", "marked, with m"),
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
        Binding("space,ctrl+f", "page(1)"),
        Binding("b,ctrl+b", "page(-1)"),
    ]

    def __init__(
        self, endpoints: Endpoints, context: str = LISTS, remapped: Mapping[str, str] | None = None
    ) -> None:
        """``context``: where keys work now; those are first."""
        super().__init__()
        self._endpoints = endpoints
        self._pane = context
        self._remapped = remapped

    def compose(self) -> ComposeResult:
        """One text in a frame."""
        with VerticalScroll(id="help") as frame:
            frame.border_title = "Keys"
            frame.border_subtitle = "esc closes"
            for text in self._texts:
                yield Static(text, markup=False)

    def on_key(self, event: events.Key) -> None:
        """The key that opened this closes it, whichever it is."""
        own = (self._remapped or {}).get("app.help", "")
        if event.key in own.split(","):
            event.stop()
            self.dismiss()

    def on_resize(self) -> None:
        """Two columns where there is room; lines as long as fit."""
        self.set_class(self.size.width >= TWO_COLUMNS, "-two-columns")
        for widget, text in zip(self.query(Static), self._texts, strict=True):
            widget.update(text)

    @property
    def _texts(self) -> tuple[Content, Content]:
        width = self.app.size.width
        is_wide = width >= TWO_COLUMNS
        room = (TWO_COLUMNS - _FRAME) // 2 if is_wide else min(width, _ONE_COLUMN) - _FRAME
        return help_texts(self._endpoints, self._pane, self._remapped, room)

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

    def action_page(self, direction: int) -> None:
        """Scroll a page down (1) or up (-1)."""
        frame = self._frame
        (frame.scroll_page_down if direction > 0 else frame.scroll_page_up)(animate=False)

    def action_edge(self, edge: str) -> None:
        """Go to the first or the last row."""
        if edge == "top":
            self._frame.scroll_home(animate=False)
        else:
            self._frame.scroll_end(animate=False)


def help_texts(
    endpoints: Endpoints,
    context: str = LISTS,
    remapped: Mapping[str, str] | None = None,
    room: int = _ONE_COLUMN,
) -> tuple[Content, Content]:
    """All keys, those of the pane in focus first, and what the marks mean; for two columns.

    ``room``: cells of a line.
    """
    here, there = (LIST_GROUP, VIEW_GROUP) if context == LISTS else (VIEW_GROUP, LIST_GROUP)
    order = [here, *(group for group in GROUPS if group not in (here, there)), there]
    keys = [_section(group, _keys_of(group, remapped), room) for group in order]
    marks = _section("Marks", _MARKS, room)
    places = [_section("Where to send mail", _places(endpoints), room)] if endpoints.has_tls else []
    left, right = [*keys[:3], marks], keys[3:]
    return Content("\n").join([*places, *left]), Content("\n").join(right)


def _places(endpoints: Endpoints) -> Iterable[tuple[str, str]]:
    for scheme, addresses in (("smtp", endpoints.smtp), ("smtps", endpoints.smtps)):
        for address in addresses:
            yield scheme, shown_address(address)
    if endpoints.ca is not None:
        path = sanitize(str(endpoints.ca))
        yield "CA to trust", path
        yield "such as with", f"SSL_CERT_FILE={path}"


def _section(title: str, lines: Iterable[tuple[str, str]], room: int) -> Content:
    heading = Content.assemble((title, "bold $server"))
    return Content("\n").join([heading, *(_line(*line, room) for line in lines), Content()])


def _line(keys: str, description: str, room: int) -> Content:
    """The keys, and beside them what they do."""
    column = _KEYS if room >= _LITTLE else _FEW_KEYS
    indent = f"\n{'':{column + 2}}"
    words = wrap(description, max(1, room - column - 2), break_long_words=False)
    before = f"  {keys:<{column}}" if len(keys) < column else f"  {keys}{indent}"
    return Content.assemble((before, "bold"), indent.join(words))


def _keys_of(group: str, remapped: Mapping[str, str] | None) -> Iterable[tuple[str, str]]:
    for action in ACTIONS:
        if action.group == group:
            yield ", ".join(keys_of(action, remapped)), action.help
