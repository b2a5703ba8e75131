"""The themes that settings can name."""

import difflib

from textual.theme import BUILTIN_THEMES

from mailtrap.errors import UsageError


def known_theme(names: str, where: str) -> str:
    """The first of those themes that there is.  Raises UsageError, which names the setting."""
    for name in map(str.strip, names.split(",")):
        if name in BUILTIN_THEMES:
            return name
    close = difflib.get_close_matches(names, BUILTIN_THEMES, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(BUILTIN_THEMES)}"
    raise UsageError(f"{where}: {names!r} is no theme; {hint}")
