"""Makes documents of large mail data in a thread of its own, so that keys need not wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from textual.widget import Widget
from textual.worker import Worker

from mailtrap.tui.document import Document, Layout, lay_out
from mailtrap.tui.pages import Make, Pages

Then = Callable[[Make, Document, Layout], None]


class Reader:
    """Reads for one widget, the last thing that was asked for."""

    def __init__(self, widget: Widget) -> None:
        """``widget`` shows what is read: where it goes, nothing is handed over any more."""
        self._widget = widget
        # One thread: what was chosen meanwhile waits, and what is no longer wanted never runs.
        self._thread = ThreadPoolExecutor(1, "mailtrap-read")

    def read(self, pages: Pages, make: Make, room: int, then: Then) -> None:
        """Make a document for so many cells, and hand it over in the thread of the screen."""
        made = partial(_made, pages, make, room)

        async def work() -> None:
            loop = asyncio.get_running_loop()
            then(make, *await loop.run_in_executor(self._thread, made))

        # Not work(): where it is no longer wanted before it began, nobody would await that.
        _: Worker[None] = self._widget.run_worker(work, exclusive=True, group="read")

    def stop(self) -> None:
        """Read nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _made(pages: Pages, make: Make, room: int) -> tuple[Document, Layout]:
    pages.survey()
    document = make(room)
    return document, lay_out(document, room)
