"""The bindings of each widget, made from the registry; and the roles a span can have."""

from textual.binding import Binding

from mailtrap.tui import registry
from mailtrap.tui.registry import ACTIONS, Action

# How a span can look; each role is a component class of the widgets that paint.
ROLES = (
    "muted",
    "strong",
    "note",
    "quote",
    "client",
    "server",
    "success",
    "warning",
    "error",
    "selected",
    "italic",
    "struck",
    "code",
    "heading",
    "link",
    "button",
    "match",
    "current",
)


def _binding(action: Action) -> Binding:
    """A binding; the footer has its first key where the action has a label."""
    return Binding(
        action.keys,
        action.does,
        action.label or action.help,
        id=action.id,
        show=bool(action.label),
        # Others wait in the queue of one widget after the other, and meanwhile the next key is
        # sent to the widget that was in focus before.
        priority=True,
        tooltip=action.help,
    )


def _within(context: str) -> list[Binding]:
    return [_binding(action) for action in ACTIONS if action.context == context]


LIST, VIEW, APP = (_within(each) for each in (registry.LISTS, registry.VIEW, registry.APP))

# What terminals turn into signals elsewhere: habits of the user, not keys one has to know.
HABITS = [
    Binding("ctrl+c", "interrupt", show=False, priority=True),
    Binding("ctrl+z", "explain_suspend", show=False, priority=True),
]
