"""The files that settings are read from: the project's pyproject.toml and the user's own.

``MAILTRAP_CONFIG`` names one that is read instead of both.
"""

import os
import re
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailtrap.errors import UsageError
from mailtrap.setting_groups import Settings
from mailtrap.setting_sources import Sources, Table
from mailtrap.settings import option
from mailtrap.user_directories import home_directory, settings_directory

if TYPE_CHECKING:
    from mailtrap.toml_lines import Path as KeyPath

VARIABLE = "MAILTRAP_CONFIG"
URL = "MAILTRAP_URL"  # of a server to send to; what listens has no use for it
PROJECT, USER = "pyproject.toml", "mailtrap.toml"
_TABLE = ("tool", "mailtrap")
# Most projects say nothing of us: then what else is in the file, or wrong with it, is no matter.
_MAY_NAME_US = re.compile(
    r"^[ \t]*(?:\[[ \t]*)?[\"']?tool[\"']?[ \t]*(?:\.[ \t]*[\"']?mailtrap\b|\]|=)", re.MULTILINE
)
_WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """Where settings may be, and whether they are."""

    path: Path
    what: str
    found: str  # "read", or why not


def sources(arguments: Namespace) -> Sources:
    """What is set for a command with these arguments; files are read where they may decide."""
    return Sources(arguments, os.environ, tables)


def surroundings() -> Mapping[str, str]:
    """The environment, and in it where the files say that the server listens.

    For commands that send mail there.  Raises UsageError.
    """
    environ = dict(os.environ)
    if environ.get(URL):
        return environ
    found = sources(Namespace())
    for each in (option(Settings, "host"), option(Settings, "port")):
        given = found.given(each)
        if given.by == "file" and given.value:  # of port 0 nobody knows where it is
            environ[each.variable] = each.kind.shown(given.value)
    return environ


def tables() -> tuple[Table, ...]:
    """What the files say, the project's first.  Raises UsageError with file and line."""
    return tuple(table for table, _ in _looked_at() if table is not None)


def places() -> tuple[Place, ...]:
    """Where it was looked.  Raises UsageError as ``tables`` does."""
    return tuple(place for _, place in _looked_at())


def _looked_at() -> Iterator[tuple[Table | None, Place]]:
    if named := os.environ.get(VARIABLE):
        yield _named(named)
        return
    yield _project()
    directory = settings_directory(os.environ, sys.platform, home_directory())
    if directory is not None:
        path = directory / USER
        octets = _octets(path)
        if isinstance(octets, bytes):
            yield _table(path, octets, ()), Place(path, "user", "read")
        else:
            yield None, Place(path, "user", octets)


def _named(named: str) -> tuple[Table | None, Place]:
    path = Path(named).absolute()
    if named == os.devnull:
        return None, Place(path, VARIABLE, "no files are read")
    octets = _octets(path)
    if not isinstance(octets, bytes):
        raise UsageError(
            f"{VARIABLE}: cannot read {named!r}: {octets}; name a file of settings, or"
            f" {os.devnull} for none"
        )
    within = _TABLE if path.name == PROJECT else ()
    return _table(path, octets, within), Place(path, VARIABLE, "read")


def _project() -> tuple[Table | None, Place]:
    """The nearest one that has a table for us, from here upwards."""
    try:
        here = Path.cwd()
    except OSError:  # it was removed
        return None, Place(Path(PROJECT), "project", "there is no working directory")
    for directory in (here, *here.parents):
        path = directory / PROJECT
        octets = _octets(path)
        if isinstance(octets, bytes) and _MAY_NAME_US.search(octets.decode("utf-8-sig", "replace")):
            table = _table(path, octets, _TABLE)
            if table is not None:
                return table, Place(path, "project", "read")
    found = f"no {PROJECT} from here upwards has [tool.mailtrap]"
    return None, Place(here / PROJECT, "project", found)


def _octets(path: Path) -> bytes | str:
    """The content of a regular file, or why there is none."""
    try:
        # Nobody waits for the other end of a pipe of that name.
        return path.read_bytes() if path.is_file() else "there is none"
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _table(path: Path, octets: bytes, within: tuple[str, ...]) -> Table | None:
    text = _decoded(path, octets)
    values: Any = _parsed(path, text)
    lines = cache(partial(_lines, text))

    def line_of(keys: Sequence[str | int]) -> int:
        return lines().get((*within, *keys), 0)

    for number, name in enumerate(within, 1):
        if name not in values:
            return None
        values = values[name]
        if not isinstance(values, dict):
            key = ".".join(within[:number])
            raise UsageError(f"{path}: {key} is no table; write [{key}] above its keys")
    table = Table(path, values, line_of)
    table.check()
    return table


def _lines(text: str) -> "dict[KeyPath, int]":
    from mailtrap.toml_lines import key_lines

    return key_lines(text)


def _decoded(path: Path, octets: bytes) -> str:
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}, line {line}: is not UTF-8, as TOML must be") from error


def _parsed(path: Path, text: str) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        where = _WHERE.search(str(error))
        line = int(where[1]) if where and where[1] else text.count("\n") + 1
        raise UsageError(f"{path}, line {line}: no TOML: {_WHERE.sub('', str(error))}") from error
