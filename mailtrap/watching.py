"""Hear when a file's content changes, however it is saved, and which files of directories do.

The one room for watchfiles.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

DEBOUNCE = 100  # milliseconds that changes are gathered at most
STEP = 25  # milliseconds of quiet after which a change is told; less costs more when idle
# Events do not come from every file system (network, containers), and none come from before
# the watch was set up; so the file is looked at as often as this, too.
LOOK = 500  # milliseconds


# Of directories; a shorter wait would cost more when idle than it gains.
GATHER, PAUSE = 20, 10  # milliseconds, as DEBOUNCE and STEP


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
        # The directory, not the file: a rename puts another file in its place.  And that of
        # the file a symbolic link leads to, where writing in place happens.
        directories = {self._path.absolute().parent, self._path.resolve().parent}
        try:
            for _ in _changes(directories, self._stop, gather=DEBOUNCE, pause=STEP, look=LOOK):
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


class DirectoryWatch:
    """Calls back, in a thread of its own, with the paths of files that changed in directories.

    Not with those below them, nor with what changed before the watch is set up; on some file
    systems with none at all.  Whoever depends on it tests whether it hears.
    """

    def __init__(
        self, directories: Iterable[Path], on_change: Callable[[Collection[str]], None]
    ) -> None:
        self._directories = list(directories)
        self._on_change = on_change
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailtrap-watch", daemon=True)

    @property
    def is_alive(self) -> bool:
        """It has started, and still hears as far as it knows."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """No more calls once this returns.  Not from within a call."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            for changes in _changes(
                self._directories, self._stop, gather=GATHER, pause=PAUSE, look=LOOK
            ):
                if changes:
                    self._on_change(changes)
        except (OSError, RuntimeError):  # a directory is gone, or the system has no watches left
            return


def _changes(
    directories: Iterable[Path],
    stop: threading.Event,
    *,
    gather: int,
    pause: int,
    look: int,
) -> Iterator[set[str]]:
    """The paths that changed in the directories, each time; none when nothing did for so long."""
    import watchfiles  # here: its import takes long, and nobody has to wait for it

    for changes in watchfiles.watch(
        *directories,
        watch_filter=None,
        debounce=gather,
        step=pause,
        stop_event=stop,
        rust_timeout=look,
        yield_on_timeout=True,
        recursive=False,
    ):
        yield {path for _, path in changes}
