"""What a view of issues does beside that of items: stay at the one that is read."""

from mailtrap.tui import item_view
from mailtrap.tui.document import Document
from mailtrap.tui.issue_list import IssuesDocument
from mailtrap.tui.issues import Issue
from mailtrap.tui.line_view import LineView


def selected(view: LineView) -> Issue | None:
    """The issue that keys are about."""
    document = view.document
    return document.issues[document.selected] if isinstance(document, IssuesDocument) else None


def go_to(view: LineView, rule: str) -> None:
    """Select the issue of the rule of that id, if there is one, and show it."""
    document = view.document
    if isinstance(document, IssuesDocument):
        for number, issue in enumerate(document.issues):
            if issue.rule.id == rule:
                item_view.select(view, number - document.selected)


def show_again(view: LineView, now: Document) -> bool:
    """Show the issues as they are now; who reads stays at the issue that is read.  False where
    there was none.
    """
    before, top = view.document, view.top_line
    view.show(now)
    if not isinstance(before, IssuesDocument) or not isinstance(now, IssuesDocument):
        return False
    read = before.issues[before.selected].rule
    places = [number for number, each in enumerate(now.issues) if each.rule is read]
    now.select(places[0] if places else 0)
    shift = now.lines_of(now.selected)[0] - before.lines_of(before.selected)[0]
    view.show_line(max(0, top + shift) if top else 0)
    return True
