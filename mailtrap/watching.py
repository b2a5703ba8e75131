"""Hear when a file's content changes, however it is saved.  The one room for watchfiles."""

import threading
from collections.abc import Callable
from pathlib import Path

DEBOUNCE = 100  # milliseconds that changes are gathered at most
STEP = 25  # milliseconds of quiet after which a change is told; less costs more when idle
# Events do not come from every file system (network, containers), and none come from before
# the watch was set up; so the file is looked at as often as this, too.
LOOK = 500  # milliseconds


class Watch:
    """Calls back, in a thread of its own, with each new content of a file.

    Written in place, replaced by a rename or deleted and created: all is the same.  As long as
    the file cannot be read, is gone or is no regular file nothing is told.
    """

    def __init__(self, path: Path, content: bytes, on_change: Callable[[bytes], None]) -> None:
        """``content``: what is known already."""
        self._path = path
        self._content = content
        self._on_change = on_change
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailtrap-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """No more calls once this returns.  Not from within a call."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        import watchfiles  # here: its import takes long, and nobody has to wait for it

        # The directory, not the file: a rename puts another file in its place.  And that of
        # the file a symbolic link leads to, where writing in place happens.
        directories = {self._path.absolute().parent, self._path.resolve().parent}
        try:
            for _ in watchfiles.watch(
                *directories,
                watch_filter=None,
                debounce=DEBOUNCE,
                step=STEP,
                stop_event=self._stop,
                rust_timeout=LOOK,
                yield_on_timeout=True,
                recursive=False,
            ):
                self._look()
        except (OSError, RuntimeError):  # a directory is gone, or the system has no watches left
            while not self._stop.wait(LOOK / 1000):
                self._look()

    def _look(self) -> None:
        try:
            # Anything else, such as the pipe of a shell's <(...), can be read only once.
            content = self._path.read_bytes() if self._path.is_file() else None
        except OSError:
            return
        if content is not None and content != self._content and not self._stop.is_set():
            self._content = content
            self._on_change(content)
