"""Documents made of items, one below the other, of which one is selected: keys are about it."""

from bisect import bisect_right
from collections.abc import Sequence

from mailtrap.tui.document import Span

SELECTED = "▸"


class Items:
    """Lines, and where in them each item begins."""

    wraps = True
    gutter_width = 2
    hanging = 2
    width = 0
    has_blanks = False  # one line between two items is that of neither

    def __init__(self) -> None:
        self.selected = 0
        self._heads: list[int] = []  # the first line of each item, in order
        self._lines: list[Sequence[Span]] = []

    def __len__(self) -> int:
        """How many lines."""
        return len(self._lines)

    def line(self, index: int) -> Sequence[Span]:
        """That line."""
        return self._lines[index]

    def gutter(self, index: int) -> Sequence[Span]:
        """The marker before the selected item."""
        is_marked = self.item_at(index) == self.selected
        return [(f"{SELECTED} ", "strong") if is_marked else ("  ", "")]

    @property
    def count(self) -> int:
        """How many items."""
        return len(self._heads)

    def item_at(self, index: int) -> int | None:
        """The item that begins at that line; None where none does."""
        number = bisect_right(self._heads, index) - 1
        return number if number >= 0 and self._heads[number] == index else None

    def lines_of(self, number: int) -> range:
        """The lines of that item."""
        heads = [*self._heads[number : number + 2], len(self._lines)]
        return range(heads[0], max(heads[0] + 1, heads[1] - self.has_blanks))

    def select(self, number: int) -> bool:
        """Select that item or the nearest there is; whether it is another one."""
        before, self.selected = self.selected, max(0, min(number, len(self._heads) - 1))
        return self.selected != before

    def select_in(self, sight: range) -> bool:
        """Select an item that is in sight, if the selected one is not; whether that changed."""
        if not self._heads or self.lines_of(self.selected)[0] in sight:
            return False
        begun = [number for number, head in enumerate(self._heads) if head in sight]
        above = [number for number, head in enumerate(self._heads) if head < sight.start]
        return self.select((begun or above[-1:] or [0])[0])
