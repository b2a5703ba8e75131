"""An index that remembers what it found to be different, whoever had it look."""

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from mailtrap.stores.index import Changes, Index


class WatchedIndex(Index):
    """An index that keeps what it found to be different until somebody takes it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._found: deque[Changes] = deque()

    @property
    def has_changes(self) -> bool:
        """There is something to take."""
        return bool(self._found)

    def take_changes(self) -> list[Changes]:
        """What was found since this was asked last."""
        return [self._found.popleft() for _ in range(len(self._found))]

    def look(self) -> Changes:
        """Look at everything, whoever asked for it."""
        return self._kept(super().look())

    def look_at(self, paths: Iterable[str]) -> Changes:
        """Look at these files alone."""
        return self._kept(super().look_at(paths))

    def _kept(self, changes: Changes) -> Changes:
        if changes:
            self._found.append(changes)
        return changes
