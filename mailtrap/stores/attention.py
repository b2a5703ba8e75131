"""What changed in a maildir that other processes write: waits for it, however it is told.

Events come from the system where the file system has them.  Whether they do is tried out with a
file of our own; where they do not, the times of the directories are looked at instead.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from mailtrap.stores import files
from mailtrap.watching import DirectoryWatch

POLL = 0.1  # seconds from one look at the times to the next, where no events come
DEAF = 2.0  # seconds without the event of the file that tries it out
SETTLE = 2.5  # seconds after a change in which a time need not change with what it is of
GATHER = 0.01  # seconds from one answer to the next: who nudges, nudges often
WATCHED = ("new", "cur", files.SESSIONS)

Stamp = tuple[int, int, int] | None  # device, inode, time of the last change; None: not there


@dataclass(slots=True)
class Changed:
    """What may be different."""

    paths: set[str] = field(default_factory=set)
    all: bool = False  # whatever there is
    polled: bool = False  # all, and where that is cheap even what has no event to tell of it


class Attention:
    """One thread waits for changes; ``nudge`` may be called in any."""

    def __init__(
        self, directory: Path, watch: Callable[..., DirectoryWatch] = DirectoryWatch
    ) -> None:
        self._directory = directory
        self._make_watch = watch
        self._watch: DirectoryWatch | None = None
        self._watched: list[Stamp] = []  # which directories those are, without their times
        self._trial: str | None = None
        self._tried = 0.0  # when the trial began
        self._next_try = 0.0
        self.hears = False  # events are known to come
        self._is_deaf = False  # events are known not to come
        self._stamps: list[Stamp] = []
        self._changed_last = 0.0
        self._polled = 0.0
        self._told = 0.0
        self._condition = threading.Condition()
        self._paths: set[str] = set()
        self._is_nudged = False
        self._over = threading.Event()

    def start(self) -> None:
        """Begin to watch."""
        self._stamps = self._look_at_times()
        self._set_up()

    def stop(self) -> None:
        """Watch no more.  In the thread that waits."""
        if self._watch is not None:
            self._watch.stop()
        self._end_trial()

    def end(self) -> None:
        """Whoever waits need not wait any longer."""
        self._over.set()
        self.nudge(())

    def nudge(self, paths: Collection[str]) -> None:
        """Those may have changed; costs next to nothing."""
        with self._condition:
            self._paths.update(paths)
            self._is_nudged = True
            self._condition.notify()

    def wait(self, seconds: float) -> Changed:
        """What changed, as soon as something did; nothing when nothing has for so long."""
        if not self.hears:
            self._try()
            seconds = min(seconds, POLL if self._is_deaf else 0.02)
        with self._condition:
            if not self._is_nudged and not self._over.is_set():
                self._condition.wait(seconds)
        if (rest := self._told + GATHER - time.monotonic()) > 0:
            self._over.wait(rest)
        with self._condition:
            paths, self._paths = self._paths, set()
            self._is_nudged = False
        self._told = time.monotonic()
        changed = Changed(paths)
        if self._trial is not None and self._is_among(paths):
            self._hear()
            changed.all = True  # what came before the watch was set up
        elif self._trial is not None and paths:
            changed.all = True  # the same: it may have come before what is told here
        if not self.hears and self._told - self._polled >= POLL:
            self._poll(changed)
        return changed

    def renew(self) -> bool:
        """See that what is watched is what is there now; whether it was not."""
        if self._identities() != self._watched:
            self._set_up()
            return True
        if self._watch is not None and not self._watch.is_alive and not self._is_deaf:
            self.hears, self._is_deaf = False, True
            self._end_trial()
            return True
        return False

    def try_again(self) -> None:
        """Where no events came, they may come now."""
        if self._is_deaf:
            self._set_up()

    # Events

    def _set_up(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        self._end_trial()
        self.hears = self._is_deaf = False
        self._watched = self._identities()
        there = [path for path in [*self._places(), self._trial_room()] if path.is_dir()]
        self._watch = self._make_watch(there, self.nudge)
        self._watch.start()
        self._trial = str(self._trial_room() / f".trial-{os.getpid()}-{id(self)}")
        # What changed before this is only found by looking.
        self._tried = self._next_try = self._polled = self._changed_last = time.monotonic()

    def _trial_room(self) -> Path:
        """A directory in which nobody looks for mail."""
        ours = self._directory / files.OURS
        return ours if ours.is_dir() else self._directory / "tmp"

    def _try(self) -> None:
        """Make an event: the watch may not have been set up at the one before."""
        now = time.monotonic()
        if self._is_deaf or self._trial is None or now < self._next_try:
            return
        if now - self._tried > DEAF:
            self._is_deaf = True
            self._end_trial()
            return
        self._next_try = now + min(0.2, max(0.02, now - self._tried))
        try:
            Path(self._trial).write_bytes(b"")
        except OSError:  # read-only: then nobody knows, so look yourself, too
            self._is_deaf = True

    def _is_among(self, paths: Collection[str]) -> bool:
        # Its name: some systems tell of a path without the symbolic links it was given with.
        name = Path(self._trial or "").name
        return any(path.endswith(name) for path in paths)

    def _hear(self) -> None:
        self.hears = True
        self._end_trial()

    def _end_trial(self) -> None:
        if self._trial is not None:
            with contextlib.suppress(OSError):
                Path(self._trial).unlink(missing_ok=True)
        self._trial = None

    # Times

    def _poll(self, changed: Changed) -> None:
        self._polled = self._told
        stamps = self._look_at_times()
        if stamps != self._stamps:
            self._stamps = stamps
            self._changed_last = self._told
        changed.polled = True
        changed.all = changed.all or self._told - self._changed_last < SETTLE

    def _places(self) -> list[Path]:
        return [self._directory / name for name in WATCHED]

    def _look_at_times(self) -> list[Stamp]:
        return [_stamp(path) for path in self._places()]

    def _identities(self) -> list[Stamp]:
        stamps = [_stamp(path) for path in [*self._places(), self._trial_room()]]
        return [None if stamp is None else (*stamp[:2], 0) for stamp in stamps]


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns
