"""The screen with the panes: what is hidden does not have it painted."""

from textual.messages import Update
from textual.screen import Screen


class MainScreen(Screen[object]):
    """The one below all others."""

    def on_update(self, message: Update) -> None:
        """Leave out what is hidden: it is painted when it is shown.

        Textual would forget where things were, and after that leave behind what goes away next.
        """
        if not all(node.display for node in message.widget.ancestors_with_self):
            message.prevent_default()
            message.stop()
