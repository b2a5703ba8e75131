"""What a view of items does: select one, and keep the selected one in sight."""

from mailtrap.tui.items import Items
from mailtrap.tui.line_view import LineView


def select(view: LineView, direction: int) -> None:
    """Select the next (1) or previous (-1) item and show all of it, as far as it fits."""
    document = view.document
    if isinstance(document, Items) and document.count:
        document.select(document.selected + direction)
        lines, sight = document.lines_of(document.selected), view.lines_in_sight
        if lines[0] not in sight or lines[-1] not in sight:
            view.show_line(lines[0])
        view.refresh()


def scrolled(view: LineView) -> None:
    """Select an item that is in sight, where the selected one is not any more."""
    document = view.document
    if isinstance(document, Items) and document.select_in(view.lines_in_sight):
        view.refresh()
