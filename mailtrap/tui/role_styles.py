"""How the roles of spans look in the theme there is."""

from rich.style import Style
from textual.widget import Widget

from mailtrap.tui.addresses import parted


class RoleStyles:
    """Styles of a widget that has a component class for every role, made when they are needed."""

    def __init__(self, widget: Widget, prefix: str) -> None:
        self._widget = widget
        self._prefix = prefix
        self._styles: dict[str, Style] = {}

    def forget(self) -> None:
        """The theme is another one, or the addresses and colours are."""
        self._styles.clear()

    def style(self, role: str) -> Style:
        """How that role looks."""
        if role not in self._styles:
            self._styles[role] = self._made(role)
        return self._styles[role]

    def _made(self, role: str) -> Style:
        style = self._widget.rich_style
        if role.startswith("#"):
            return style + Style.parse(role)
        names, address = parted(role)
        for name in names:
            class_name = f"{self._prefix}--{name}"
            style += self._widget.get_component_rich_style(class_name, partial=True)
        return style + Style(link=address) if address else style
