"""A menu above the status: each line has the key that chooses it.

While it is open every key is the menu's, from the moment it was opened: two keys may come in one
go.  Cursor keys, those of the lists too, and enter choose as well, and so does a click.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mailtrap.tui.row_cells import fit

_STEPS = {"up": -1, "down": 1, "k": -1, "j": 1}  # where no choice has that key
_CLOSING = frozenset(("escape", "q", "ctrl+c"))
_BELOW = 2  # rows: status and footer


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu.  ``key`` is a character, or a number where there are many."""

    key: str
    name: str
    then: Callable[[], object]
    detail: str = ""


class Menu(Widget):
    """At most one menu at a time."""

    ALLOW_SELECT = False
    is_open = reactive(default=False)  # keys go to the menu

    def __init__(self, *, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._title = ""
        self._choices: Sequence[Choice] = ()
        self._details: Mapping[str, str] = {}
        self._cursor = 0
        self._typed = ""  # digits of a number that may go on

    def open(self, title: str, choices: Sequence[Choice]) -> None:
        """Show these, in place of a menu that is open."""
        self._title, self._choices = title, choices
        self._details, self._cursor, self._typed = {}, 0, ""
        self.is_open = bool(choices)
        self._resize()

    def describe(self, title: str, details: Mapping[str, str]) -> None:
        """Say more, by key, if the menu of that title is still open."""
        if self.is_open and title == self._title:
            self._details = details
            self.refresh()

    def close(self) -> None:
        """Show nothing."""
        self._choices = ()
        self.is_open = False
        self.display = False

    def answer(self, key: str) -> bool:
        """Take a key; whether there was a menu to take it."""
        if not self.is_open:
            return False
        if key == "enter":
            self._choose(self._choices[self._cursor])
        elif any(choice.key == key for choice in self._choices) or key.isdecimal():
            self._type(key)
        elif key in _STEPS:
            self._cursor = (self._cursor + _STEPS[key]) % len(self._choices)
            self.refresh()
        elif key in _CLOSING:
            self.close()
        return True

    def _type(self, key: str) -> None:
        typed = self._typed + key if key.isdecimal() else key
        found = [n for n, choice in enumerate(self._choices) if choice.key.startswith(typed)]
        if not found:
            self._typed = ""
            return
        self._typed = typed
        self._cursor = found[0]
        if len(found) == 1 and self._choices[found[0]].key == typed:
            self._choose(self._choices[found[0]])
        else:  # 1 of 12: enter, or another digit
            self.refresh()

    def _choose(self, choice: Choice) -> None:
        self.close()
        choice.then()

    # Painting

    def _resize(self) -> None:
        rows = min(len(self._choices) + 1, max(2, self.screen.size.height - _BELOW))
        self.styles.height = rows
        self.display = True
        self.refresh(layout=True)

    @property
    def _top(self) -> int:
        """The first choice that is shown."""
        room = max(1, self.size.height - 1)
        return max(0, min(self._cursor - room // 2, len(self._choices) - room))

    def render(self) -> Content:
        """Title and as many choices as fit, the cursor among them."""
        width = self.size.width
        more = f" {self._typed}_" if self._typed else ""
        hint = "  esc closes" if cell_len(self._title) + 20 < width else ""
        lines = [Content.assemble((f" {self._title}{more}", "bold $server"), (hint, "$quiet"))]
        keys = max((len(choice.key) for choice in self._choices), default=1)
        names = min(24, max((cell_len(choice.name) for choice in self._choices), default=0))
        for number in range(self._top, len(self._choices)):
            choice = self._choices[number]
            detail = self._details.get(choice.key, choice.detail)
            room = max(0, width - keys - names - 7)
            style = "reverse" if number == self._cursor else ""
            lines.append(
                Content.assemble(
                    (f" {choice.key:>{keys}} ", f"bold {style}"),
                    (f" {fit(choice.name, names)}  ", style),
                    (fit(detail, room), style or "$quiet"),
                )
            )
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        """Choose the line that was hit."""
        number = self._top + event.y - 1
        if event.y and number < len(self._choices):
            self._choose(self._choices[number])
