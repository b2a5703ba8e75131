"""Notices above the status: one that is told again takes the place of the one that is there."""

import contextlib
import zlib

from textual.app import App
from textual.notifications import Notification, Notify, SeverityLevel

from mailtrap.sanitize import sanitize

_SECONDS, _SECONDS_OF_TROUBLE = 8.0, 20.0


class Notices(App[int]):
    """An app that shows them."""

    def notice(self, text: str, *, is_trouble: bool = False) -> None:
        """Show a text above the status for some seconds; see ``mailtrap.tui.Notice``."""
        safe = sanitize(text)
        severity: SeverityLevel = "warning" if is_trouble else "information"
        seconds = _SECONDS_OF_TROUBLE if is_trouble else _SECONDS
        same = f"{severity}-{zlib.crc32(safe.encode())}"
        told = Notification(safe, severity=severity, timeout=seconds, identity=same)
        with contextlib.suppress(RuntimeError):  # the loop ended before the caller did
            self.post_message(Notify(told))

    async def on_notify(self, event: Notify) -> None:
        """Take away the same notice, or it would go when its own time is over."""
        for screen in self.screen_stack:
            await screen.query(f"#--textual-toast-{event.notification.identity}").remove()
