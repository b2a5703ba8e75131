"""What ``mailtrap settings`` says, row by row: for people, and as JSON keys."""

import difflib
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mailtrap.cli.screen_settings import keys_of, memory
from mailtrap.sanitize import sanitize
from mailtrap.setting_files import URL, VARIABLE, places, sources
from mailtrap.setting_groups import GROUPS, ScreenSettings, Settings
from mailtrap.setting_sources import Given, Sources, resolve
from mailtrap.settings import Option, options_of
from mailtrap.tui.look import recalled
from mailtrap.tui.registry import ACTIONS
from mailtrap.tui.registry import keys_of as shown_keys
from mailtrap.user_directories import home_directory

CHOSEN = "screen"  # where the value is from that somebody chose with a key
_OF_TESTS = "MAILTRAP_TEST_"


@dataclass(frozen=True, slots=True)
class Row:
    """A line; ``is_set``: it is not as usual."""

    cells: Sequence[str]
    json: dict[str, Any]
    is_set: bool


def settings() -> list[Row]:
    """Every setting, then the keys that are not the usual ones.  Raises UsageError."""
    given = sources(Namespace())
    return [*_settings(given), *_keys(given)]


def _settings(given: Sources) -> Iterator[Row]:
    chosen = recalled(memory())
    for group in GROUPS:
        values = resolve(given) if group is Settings else given.of(group)
        for option in options_of(group):
            found = replace(given.given(option), value=getattr(values, option.attribute))
            before = getattr(chosen, option.attribute, None) if group is ScreenSettings else None
            if found.by == "default" and before is not None:
                yield _row(option, replace(found, value=before, file=memory()), CHOSEN)
            else:
                yield _row(option, found, found.by)


def _row(option: Option, given: Given, by: str) -> Row:
    kind, value = option.kind, given.value
    shown = kind.shown(value) or option.usual
    plain = [*map(kind.written, value)] if kind.split else value
    return Row(
        _cells(option.key, shown, given, by),
        {
            "name": option.key,
            "value": str(plain) if isinstance(plain, Path) else plain,
            **_origin(given, by),
            "option": option.flag,
            "variable": option.variable,
        },
        by != "default",
    )


def _keys(given: Sources) -> Iterator[Row]:
    keys = keys_of(given)
    for action, found in given.keys().items():
        names = [key for key in keys[action].split(",") if key]
        shown = " ".join(_shown(action, keys)) or "no key"
        origin = _origin(found, found.by)
        yield Row(
            _cells(f"keys.{action}", shown, found, found.by),
            {"name": f"keys.{action}", "value": names, **origin, "option": None, "variable": None},
            is_set=True,
        )


def keys() -> list[Row]:
    """Every action of the screen, with its keys and those it has usually.  Raises UsageError."""
    remapped = keys_of(sources(Namespace()))
    rows = []
    for action in ACTIONS:
        usual, now = shown_keys(action), shown_keys(action, remapped)
        rows.append(
            Row(
                (action.id, " ".join(usual), " ".join(now) or "no key", action.help),
                {
                    "action": action.id,
                    "usual": usual,
                    "keys": now,
                    "pane": action.context,
                    "help": action.help,
                },
                usual != now,
            )
        )
    return rows


def files() -> list[Row]:
    """Where settings may be, and whether they are.  Raises UsageError."""
    found = [(place.what, place.path, place.found) for place in places()]
    if (chosen := memory()) is not None:
        found.append((CHOSEN, chosen, "read" if chosen.is_file() else "there is none"))
    return [
        Row(
            (what, sanitize(str(path)), said),
            {"what": what, "file": str(path), "found": said},
            said == "read",
        )
        for what, path, said in found
    ]


def unknown_variables() -> Iterator[str]:
    """A sentence for each variable that looks like one of ours."""
    known = {VARIABLE, URL, *(option.variable for group in GROUPS for option in options_of(group))}
    for name in sorted(os.environ):
        if name.startswith("MAILTRAP_") and name not in known and not name.startswith(_OF_TESTS):
            close = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            yield f"{name} in the environment is no setting{hint}"


def _shown(action: str, remapped: dict[str, str]) -> list[str]:
    return shown_keys(next(each for each in ACTIONS if each.id == action), remapped)


def _origin(given: Given, by: str) -> dict[str, Any]:
    return {
        "from": by,
        "where": given.where or None,
        "file": None if given.file is None else str(given.file),
        "line": given.line or None,
    }


def _cells(name: str, shown: str, given: Given, by: str) -> Sequence[str]:
    if given.file is None:
        return name, sanitize(shown), given.where or by
    line = f":{given.line}" if given.line else ""
    return name, sanitize(shown), sanitize(f"{_short(given.file)}{line}")


def _short(path: Path) -> str:
    """The path from here, or from home, where it is below."""
    try:
        here = Path.cwd()
    except OSError:
        here = path
    if path.is_relative_to(here):
        return str(path.relative_to(here))
    home = home_directory()
    return f"~/{path.relative_to(home)}" if home and path.is_relative_to(home) else str(path)
