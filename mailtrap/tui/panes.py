"""The panes: how the lists and the detail share the screen."""

from textual.containers import Container
from textual.widget import Widget

_LAYOUTS = ("beside", "above")  # as somebody wants it; else as fits
_SPLITS = (20, 30, 40, 50, 60, 70, 80)  # per cent of the panes that the list gets
# Columns and rows from which on there is room for two panes, and for them side by side.
TWO_PANES, TWO_ROWS, SIDE_BY_SIDE = 60, 15, 100


class Panes(Container):
    """Lists and detail, side by side, one above the other, or one of them alone.

    The style sheet has a class of the screen for each of that; shares are set here.
    """

    def __init__(self, lists: Widget, detail: Widget, *, widget_id: str | None = None) -> None:
        super().__init__(lists, detail, id=widget_id)
        self._lists = lists
        self._split = 0  # per cent, 0 is the usual

    @property
    def is_zoomed(self) -> bool:
        """The pane in focus has the whole screen."""
        return self.screen.has_class("-zoomed")

    @property
    def has_room_for_two(self) -> bool:
        """Lists and detail can both be on the screen."""
        width, height = self.app.size
        return width >= TWO_PANES and height >= TWO_ROWS

    def zoom(self) -> None:
        """Give the whole screen to the pane in focus, or share it again."""
        self.screen.toggle_class("-zoomed")
        self.lay_out()

    def widen(self, direction: int) -> int:
        """Give the lists more room (1) or less (-1); how many per cent, 0 where that is no more."""
        usual = self._split or (40 if self._is_above else 50)
        further = [each for each in _SPLITS if (each - usual) * direction > 0]
        if not further:
            return 0
        self._split = min(further, key=lambda x: abs(x - usual))
        self.lay_out()
        return self._split

    def turn(self) -> str:
        """The other way round: side by side or one above the other; and back as fits.

        Says which layout that is.
        """
        fixed = "beside" if self._is_above else "above"
        layout = "auto" if self._has_layout else fixed
        self.lay_out_as(layout, self._split)
        return layout

    def lay_out_as(self, layout: str, split: int) -> None:
        """Lay them out so; ``split``: per cent for the lists, 0 as usual."""
        for name in _LAYOUTS:
            self.screen.set_class(name == layout, f"-{name}")
        self._split = split
        self.lay_out()

    def lay_out(self) -> None:
        """Set the sizes that somebody wants; else those of the style sheet hold."""
        styles = self._lists.styles
        for name in ("width", "height"):
            styles.clear_rule(name)
        if not self._split or self.is_zoomed or not self.has_room_for_two:
            return
        if self._is_above:
            styles.height = f"{self._split}%"
        else:
            styles.width = f"{self._split}%"

    @property
    def _has_layout(self) -> bool:
        return any(self.screen.has_class(f"-{name}") for name in _LAYOUTS)

    @property
    def _is_above(self) -> bool:
        screen = self.screen
        is_wide = self.app.size.width >= SIDE_BY_SIDE
        return screen.has_class("-above") or not (is_wide or screen.has_class("-beside"))
