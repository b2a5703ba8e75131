"""Other keys than usual: read as people write them, and refused where they cannot work."""

from collections.abc import Iterable, Mapping, Sequence

from mailtrap.errors import UsageError
from mailtrap.tui.key_names import key_name, meant, shown_key
from mailtrap.tui.registry import ACTIONS, APP, BY_ID, LISTS, VIEW, Action

_MODIFIERS = ("ctrl", "alt", "shift", "meta", "super", "hyper")
# In a terminal they are another key, or never arrive.
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
_OURS = {"ctrl+c": "copies what is selected, and quits", "ctrl+z": "stops programs"}


class KeysError(UsageError):
    """Keys of an action cannot be used as written."""

    def __init__(self, action: str, sentence: str) -> None:
        """``action``: its id, as it was written."""
        super().__init__(sentence)
        self.action = action


def checked(remapped: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """The keys, by the ids of actions, as Textual has them; "" is none at all.

    Raises KeysError where there is no such action, no such key, or two actions of one pane have
    the same.
    """
    for action in remapped:
        if action not in BY_ID:
            raise KeysError(action, f"there is no action {action!r}; {_meant(action)}")
    table = {
        action: ",".join(dict.fromkeys(_key(action, key) for key in _split(keys)))
        for action, keys in remapped.items()
    }
    for context in (LISTS, VIEW):
        _check_unique(context, table)
    return table


def _split(keys: str | Sequence[str]) -> Iterable[str]:
    if not isinstance(keys, str):
        return keys
    return [keys] if keys == "," else [key.strip() for key in keys.split(",") if key.strip()]


def _meant(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name[:64], BY_ID, 3)
    within = [known for known in BY_ID if name and name in known]
    meant = list(dict.fromkeys([*close, *within]))[:3]
    if meant:
        return f"did you mean {' or '.join(meant)}? mailtrap settings --keys lists all"
    return f"there are {', '.join(BY_ID)}"


def _key(action: str, written: str) -> str:
    """The key as Textual calls it.  Raises KeysError."""
    *modifiers, name = _parts(written)
    lowered = [modifier.lower() for modifier in modifiers]
    order = [modifier for modifier in _MODIFIERS if modifier in lowered]
    known = key_name(name)
    if not known or len(order) != len(modifiers):
        raise KeysError(action, f"{action}: {written!r} is no key; {_remedy(written)}")
    if order == ["shift"] and len(known) == 1:  # as terminals send it
        return known.upper()
    key = "+".join([*order, known])
    if key in _SAME:
        raise KeysError(action, f"{action}: to a terminal {key} is {_SAME[key]}; take another key")
    if key in _OURS:
        raise KeysError(action, f"{action}: {key} {_OURS[key]}; take another key")
    return key


def _parts(written: str) -> list[str]:
    if written.endswith("++"):
        return [*written[:-2].split("+"), "+"]
    return [written] if written == "+" else written.split("+")


def _remedy(written: str) -> str:
    if close := meant(written):
        return f"did you mean {close!r}?"
    return (
        "write a character such as '?', or a name such as f5, pageup or enter, with ctrl+, alt+"
        " or shift+ before it"
    )


def _check_unique(context: str, remapped: Mapping[str, str]) -> None:
    owners: dict[str, Action] = {}
    for action in ACTIONS:
        if action.context not in (context, APP):
            continue
        for key in remapped.get(action.id, action.keys).split(","):
            other = owners.setdefault(key, action)
            if not key or other is action or _is_usual(key, other, action):
                continue
            raise KeysError(
                action.id if action.id in remapped else other.id,
                f"{shown_key(key)!r} is for {other.id} ({other.help}) and for {action.id}"
                f" ({action.help}); give one of them another key",
            )


def _is_usual(key: str, one: Action, other: Action) -> bool:
    """Both have it anyway: the widget in focus gets it, and else the app."""
    return all(key in each.keys.split(",") for each in (one, other))
