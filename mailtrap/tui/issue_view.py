"""What a view of issues does: select one, stay at the one that is read, say where it is."""

from mailtrap.tui.document import TextDocument
from mailtrap.tui.issue_list import IssuesDocument
from mailtrap.tui.issues import Issue
from mailtrap.tui.line_view import LineView


def selected(view: LineView) -> Issue | None:
    """The issue that keys are about."""
    document = view.document
    return document.issues[document.selected] if isinstance(document, IssuesDocument) else None


def select(view: LineView, direction: int) -> None:
    """Select the next (1) or previous (-1) issue and show all of it, as far as it fits."""
    document = view.document
    if isinstance(document, IssuesDocument):
        document.select(document.selected + direction)
        lines, sight = document.lines_of(document.selected), view.lines_in_sight
        if lines[0] not in sight or lines[-1] not in sight:
            view.show_line(lines[0])
        view.refresh()


def scrolled(view: LineView) -> None:
    """Select an issue that is in sight, where the selected one is not any more."""
    document = view.document
    if isinstance(document, IssuesDocument) and document.select_in(view.lines_in_sight):
        view.refresh()


def show_again(view: LineView, now: IssuesDocument | TextDocument) -> None:
    """Show the issues as they are now; who reads stays at the issue that is read."""
    before, top = view.document, view.top_line
    view.show(now)
    if isinstance(before, IssuesDocument) and isinstance(now, IssuesDocument):
        rule = before.issues[before.selected].rule
        places = [number for number, each in enumerate(now.issues) if each.rule is rule]
        now.select(places[0] if places else 0)
        shift = now.lines_of(now.selected)[0] - before.lines_of(before.selected)[0]
        view.show_line(max(0, top + shift) if top else 0)
