"""An index that remembers what it found to be different, whoever had it look."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from mailtrap.stores.filed import FiledMessage
from mailtrap.stores.index import Changes, Index, Place


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

    def _changes(self, found: dict[str, Place], left: Sequence[FiledMessage]) -> Changes:
        # Here, where nobody else looks: two threads could remember in another order.
        changes = super()._changes(found, left)
        if changes:
            self._found.append(changes)
        return changes
