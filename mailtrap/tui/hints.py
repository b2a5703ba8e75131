"""Sentences that name keys, made from the registry: they say what the user has set."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mailtrap.tui.key_names import shown_key
from mailtrap.tui.registry import BY_ID, first_key

USUAL: Mapping[str, str] = MappingProxyType({})  # keys as they are where nobody set any

_ATTACHMENTS = (
    ("{} and {} select one", "view.next", "view.previous"),
    ("{} opens it", "view.open"),
    ("{} saves it", "message.save-attachments"),
    ("{} comes back", "app.back"),
)
_PARTS = (
    ("{} and {} select a part", "view.next", "view.previous"),
    ("{} shows it in Source", "view.open"),
)
_SEARCH = (("{} next", "view.next"), ("{} previous", "view.previous"), ("{} ends it", "app.back"))


def attachments(remapped: Mapping[str, str]) -> str:
    """What can be done in a list of attachments."""
    return _sentence(remapped, _ATTACHMENTS)


def parts(remapped: Mapping[str, str]) -> str:
    """What can be done in a tree of parts."""
    return _sentence(remapped, _PARTS)


def search(remapped: Mapping[str, str]) -> str:
    """What can be done while there is a search."""
    return _told(remapped, _SEARCH)


def key(action: str, before: str, remapped: Mapping[str, str], after: str = "") -> str:
    """The key of an action between these; "" where it has none."""
    found = first_key(action, remapped)
    return f"{before}{found}{after}" if found else ""


def again(
    action: str, remapped: Mapping[str, str], others: Sequence[str] = ()
) -> tuple[str, Sequence[str]]:
    """The key that says yes where that action asks first, for people, and all that do."""
    own = [key for key in remapped.get(action, BY_ID[action].keys).split(",") if key]
    keys = [*own, *others] or ["y"]
    return f" {shown_key(keys[0])}{' again' if own else ''}", keys


def _sentence(remapped: Mapping[str, str], clauses: tuple[tuple[str, ...], ...]) -> str:
    told = _told(remapped, clauses)
    return f"{told}." if told else ""


def _told(remapped: Mapping[str, str], clauses: tuple[tuple[str, ...], ...]) -> str:
    """Those of the clauses whose actions have keys."""
    told = []
    for clause, *actions in clauses:
        keys = [first_key(action, remapped) for action in actions]
        if all(keys):
            told.append(clause.format(*keys))
    return ", ".join(told)
