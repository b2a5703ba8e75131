"""Colours that can be read in every theme: the theme's own, moved apart until they differ enough.

Some themes give their text less contrast than WCAG 2.2 asks for (1.4.3: 4.5 to 1).
"""

from collections.abc import Mapping

from textual.color import BLACK, WHITE, Color

ENOUGH = 4.5
ENOUGH_FOR_LINES = 3.0  # 1.4.11
_GROUNDS = ("background", "surface", "panel")
_QUIET = 0.65  # how much of the text's colour is in that of what matters less
_STEPS = 20

# Our name for a colour, and the theme's.
_TEXTS = {
    "plain": "foreground",
    "good": "text-success",
    "warn": "text-warning",
    "bad": "text-error",
    "client": "text-accent",
    "server": "text-primary",
    "key": "accent",
}


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """Our variables for a theme's: ``$plain $quiet $good $warn $bad $client $server $key`` on all
    its grounds, ``$rule`` for lines on them, ``$on-cursor`` and ``$on-resting`` on the two colours
    a cursor has.
    """
    if "ansi" in variables["foreground"]:
        return _of_the_terminal(variables)
    grounds = [Color.parse(variables[name]) for name in _GROUNDS]
    plain = Color.parse(variables["foreground"])
    ours = {
        name: _apart(Color.parse(variables[theirs]), grounds) for name, theirs in _TEXTS.items()
    }
    ours["quiet"] = _apart(grounds[0].blend(plain, _QUIET), grounds)
    ours["rule"] = _apart(Color.parse(variables["panel"]), grounds, ENOUGH_FOR_LINES)
    cursor = Color.parse(variables["block-cursor-background"])
    resting = grounds[1] + Color.parse(variables["block-cursor-blurred-background"])
    ours["on-cursor"] = _apart(cursor.get_contrast_text(1.0), [cursor])
    ours["on-resting"] = _apart(plain, [resting])
    return {name: color.hex for name, color in ours.items()}


def _of_the_terminal(variables: Mapping[str, str]) -> dict[str, str]:
    """The terminal chooses these colours, so nothing is known about them."""
    return {
        **{name: variables[theirs] for name, theirs in _TEXTS.items()},
        "quiet": variables["foreground"],
        "rule": variables["foreground"],
        "on-cursor": variables["block-cursor-foreground"],
        "on-resting": variables["block-cursor-blurred-foreground"],
    }


def contrast(one: Color, other: Color) -> float:
    """The ratio of their luminances, 1 to 21 (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _apart(color: Color, grounds: list[Color], enough: float = ENOUGH) -> Color:
    """The colour, or as near to it as can be seen well enough on all these grounds."""

    def least(candidate: Color) -> float:
        return min(contrast(candidate, ground) for ground in grounds)

    target = max((BLACK, WHITE), key=least)
    candidates = (color.blend(target, step / _STEPS) for step in range(_STEPS + 1))
    return next((c for c in candidates if least(c) >= enough), target)


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(channel) for channel in color.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
