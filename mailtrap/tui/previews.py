"""Messages as pages for a browser; what serves them is imported when the first is asked for."""

import threading
from typing import TYPE_CHECKING

from mailtrap.content import Content

if TYPE_CHECKING:
    from mailtrap.preview import Preview


class Previews:
    """The pages of the screen, until it is gone."""

    def __init__(self) -> None:
        self._preview: Preview | None = None
        self._lock = threading.Lock()

    def add(self, content: Content, *, with_remote: bool = False) -> str:
        """The URL of that message, in a thread.  Raises OSError."""
        from mailtrap.page import page, policy
        from mailtrap.preview import Preview

        with self._lock:  # the first two pages may be asked for at once
            self._preview = self._preview or Preview()
        return self._preview.add(page(content), policy(with_remote=with_remote))

    def close(self) -> None:
        """Serve them no longer."""
        if self._preview is not None:
            self._preview.close()
