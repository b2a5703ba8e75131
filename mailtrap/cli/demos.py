"""``mailtrap send --demo``: the gallery, as a list and as mail."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from mailtrap.cli.output import beside, coloured, say
from mailtrap.errors import UsageError
from mailtrap.gallery.catalogue import BROKEN, DEMOS, GOOD
from mailtrap.gallery.demo import Demo, Occasion
from mailtrap.gallery.playing import play
from mailtrap.sending.connection import Connection

LIST = "list"
_GROUPS = {"good": GOOD, "broken": BROKEN, "all": DEMOS}
_WIDTH = max(map(len, DEMOS))


def run_demos(
    names: Sequence[str], greeted: Callable[[], AbstractContextManager[Connection]]
) -> int:
    """List them, or send each in a session of its own; returns the exit code."""
    if not names or LIST in names:
        _list()
        return 0
    for demo in _chosen(names):
        with greeted() as connection:
            told = play(connection, demo.steps(_occasion()))
        say(f"{coloured(f'{demo.name:<{_WIDTH}}', 'strong')}  {told}")
    return 0


def _list() -> None:
    indent = 2 + _WIDTH + 2
    for title in ("good", "broken"):
        say(coloured(f"{title}:", "strong"))
        for demo in _GROUPS[title].values():
            rules = f" ({', '.join(demo.shows)})" if demo.shows else ""
            first, *others = beside(f"{demo.about}{rules}", indent)
            say(f"  {demo.name:<{_WIDTH}}  {first}")
            for line in others:
                say(" " * indent + line)
    say("Send one with mailtrap send --demo NAME, many with good, broken or all.")


def _chosen(names: Sequence[str]) -> list[Demo]:
    found: list[Demo] = []
    for name in names:
        if name not in DEMOS and name not in _GROUPS:
            raise UsageError(_unknown(name, [*DEMOS, *_GROUPS]))
        found += _GROUPS[name].values() if name in _GROUPS else [DEMOS[name]]
    return found


def _unknown(name: str, known: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {close[0]}?" if close else "mailtrap send --demo lists them"
    return f"--demo: there is no {name!r}; {hint}"


def _occasion() -> Occasion:
    at = datetime.now().astimezone()
    return Occasion(at, f"{at:%Y%m%d%H%M%S}.{secrets.token_hex(6)}")
