"""What keys are called: by Textual, and by people."""

import string
import unicodedata

# Names of characters that Textual has shorter than Unicode.
_SHORTER = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SHOWN = {
    "escape": "esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
_NAMED = frozenset(
    {"escape", "enter", "tab", "space", "backspace", "delete", "insert", "home", "end"}
    | {"pageup", "pagedown", "up", "down", "left", "right"}
    | {f"f{number}" for number in range(1, 25)}
)
_ALIASES = {
    **{shown.lower(): name for name, shown in _SHOWN.items()},
    " ": "space",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgdown": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
}


def _of_character(character: str) -> str:
    """Textual's name of a character, "" for one that is no key."""
    if character.isalnum():
        return character
    try:
        name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    except ValueError:  # a control character
        return ""
    return _SHORTER.get(name, name)


_PUNCTUATION = {_of_character(character): character for character in string.punctuation}


def key_name(written: str) -> str:
    """Textual's name of a key without ctrl and the like; "" where there is no such key."""
    if len(written) == 1 and written not in _ALIASES:
        return _of_character(written)
    name = _ALIASES.get(written.lower(), written.lower())
    return name if name in _NAMED or name in _PUNCTUATION else ""


def shown_key(key: str) -> str:
    """A key as people write it."""
    *modifiers, name = key.split("+")
    return "+".join([*modifiers, _SHOWN.get(name, _PUNCTUATION.get(name, name))])


def meant(written: str) -> str:
    """A key that may have been meant, or ""."""
    import difflib

    *modifiers, name = written.split("+")
    close = difflib.get_close_matches(name.lower()[:32], [*_NAMED, *_ALIASES], 1)
    return "+".join([*modifiers, close[0]]) if close else ""
