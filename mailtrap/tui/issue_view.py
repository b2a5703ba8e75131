"""What a view of issues does beside that of items: stay at the one that is read."""

from mailtrap.tui.document import Document
from mailtrap.tui.issue_list import IssuesDocument
from mailtrap.tui.issues import Issue
from mailtrap.tui.line_view import LineView


def selected(view: LineView) -> Issue | None:
    """The issue that keys are about."""
    document = view.document
    return document.issues[document.selected] if isinstance(document, IssuesDocument) else None


def show_again(view: LineView, now: Document) -> None:
    """Show the issues as they are now; who reads stays at the issue that is read."""
    before, top = view.document, view.top_line
    view.show(now)
    if isinstance(before, IssuesDocument) and isinstance(now, IssuesDocument):
        rule = before.issues[before.selected].rule
        places = [number for number, each in enumerate(now.issues) if each.rule is rule]
        now.select(places[0] if places else 0)
        shift = now.lines_of(now.selected)[0] - before.lines_of(before.selected)[0]
        view.show_line(max(0, top + shift) if top else 0)
