"""A faults file: TOML text in, rules out.  Pure.

    [[rule]]
    on = "RCPT"
    to = "*@slow.test"
    reply = ["451 4.7.1 try later", "normal"]

    [[rule]]
    preset = "greylist"

The keys are the fields of Rule and the parameters of presets; what they may be is said there.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from typing import Any

from mailtrap.errors import FaultsError
from mailtrap.faults.presets import PRESETS
from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule, nearest

_TYPES = {  # of the keys that are fields of Rule
    **dict.fromkeys(("to", "from", "peer", "user", "header", "per", "tls", "name"), str),
    **dict.fromkeys(("nth", "after", "times", "after_bytes", "seed"), int),
    **dict.fromkeys(("probability", "delay", "drip", "stall"), float),
    **dict.fromkeys(("split", "close", "reset", "optional"), bool),
}
_SPOKEN = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
_ITSELF = {"on": str, "reply": object, "raw": object}  # the keys of a rule that is no preset

_MOST = 2**53  # of a number; Python does not even write down those that are much larger
_WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)\Z")
_RULE = re.compile(r"[ \t]*\[\[[ \t]*rule[ \t]*\]\]")
_STRING_OR_COMMENT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*+"|\'[^\'\n]*+\'|#[^\n]*+',
    re.DOTALL,
)


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a file, in order: the last that matches wins.

    Raises FaultsError about the first thing that is wrong, with its line and key.
    """
    return tuple(rule for _, rule in numbered_rules(text))


def numbered_rules(text: str) -> tuple[tuple[int, Rule], ...]:
    """The same, each with the line of its table; 0 where that is not to be found."""
    lines = _Lines(text)
    tables = _tables(text)
    found = []
    for number, table in enumerate(tables):
        try:
            rules = _preset(table) if "preset" in table else _rule(table)
        except FaultsError as error:
            line = lines.of_key(number, error.key)
            raise _at(line, str(error), error.key, f"rule {number + 1}") from error
        found += [(lines.of_table(number), rule) for rule in rules]
    return tuple(found)


def _tables(text: str) -> list[Mapping[str, Any]]:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        where = _WHERE.search(str(error))
        line = int(where[1]) if where and where[1] else text.count("\n") + 1
        raise _at(line, f"no TOML: {_WHERE.sub('', str(error))}") from error
    for key in document:
        if key != "rule":
            sentence = f"{key!r} is not known; each rule begins with [[rule]]"
            raise _at(_Lines(text).of_top(key), sentence, key)
    tables = document.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        sentence = "rule is no list of tables; begin each rule with [[rule]]"
        raise _at(_Lines(text).of_top("rule"), sentence, "rule")
    return tables


def _at(line: int, sentence: str, key: str = "", otherwise: str = "the file") -> FaultsError:
    where = f"line {line}" if line else otherwise
    return FaultsError(f"{where}: {sentence}", key)


def _rule(table: Mapping[str, Any]) -> tuple[Rule]:
    _check(table, {**_ITSELF, **_TYPES, "preset": str})
    if "on" not in table:
        raise FaultsError('on is missing; say at which verb, such as on = "RCPT"')
    if "reply" in table and "raw" in table:
        raise FaultsError("reply and raw exclude each other; drop one", "raw")
    replies: tuple[bytes | None, ...] = ()
    if "raw" in table:
        replies = tuple(_octets(text) for text in _list("raw", table["raw"], str))
    elif "reply" in table:
        replies = wire_replies(table["on"], *_list("reply", table["reply"], str, int))
    return (Rule(table["on"], replies, **_fields(table, _TYPES)),)


def _preset(table: Mapping[str, Any]) -> tuple[Rule, ...]:
    _check({"preset": table["preset"]}, {"preset": str})
    preset = PRESETS.get(table["preset"])
    if preset is None:
        name = table["preset"]
        raise FaultsError(f"preset = {name!r} is not known; {nearest(name, PRESETS)}", "preset")
    for key in _ITSELF:
        if key in table:
            raise FaultsError(f"{key} and preset exclude each other; drop one", key)
    parameters = {name: each.annotation for name, each in signature(preset).parameters.items()}
    _check(table, {**_TYPES, **parameters, "preset": str})
    rules = preset(**_fields(table, parameters))
    others = {key: kind for key, kind in _TYPES.items() if key not in parameters}
    return tuple(replace(rule, **_fields(table, others)) for rule in rules)


def _check(table: Mapping[str, Any], types: Mapping[str, type]) -> None:
    for key, value in table.items():
        if key not in types:
            raise FaultsError(f"{key!r} is no key of a rule; {nearest(key, types)}", key)
        if isinstance(value, int) and abs(value) > _MOST:
            raise FaultsError(f"{key} is larger than {_MOST}", key)
        if not _is(value, types[key]):
            spoken = _SPOKEN[types[key]]
            raise FaultsError(f"{key} = {_short(value)} must be {spoken}", key)


def _is(value: object, kind: type) -> bool:
    if isinstance(value, bool):  # which is an int, too
        return kind in (bool, object)
    return isinstance(value, (int, float) if kind is float else kind)


def _fields(table: Mapping[str, Any], types: Mapping[str, type]) -> dict[str, Any]:
    """The arguments for those keys."""
    return {
        "from_" if key == "from" else key: value for key, value in table.items() if key in types
    }


def _list(key: str, given: object, *kinds: type) -> list[Any]:
    items = given if isinstance(given, list) else [given]
    for item in items:
        if not any(_is(item, kind) for kind in kinds):
            raise FaultsError(f"{key} = {_short(item)} must be text in quotes, or a list", key)
    return items


def _octets(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise FaultsError(
            f"raw has {character!r}, which is no octet; write octets as \\u0000 to \\u00ff", "raw"
        ) from error


def _short(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


class _Lines:
    """Where tables and keys stand; tomllib does not tell.  Lines count from 1, 0 is unknown."""

    def __init__(self, text: str) -> None:
        # Strings and comments can hold whatever looks like a table or a key.
        bare = _STRING_OR_COMMENT.sub(lambda found: "\n" * found[0].count("\n") or "''", text)
        self._lines = bare.split("\n")
        self._tables = [n for n, line in enumerate(self._lines, 1) if _RULE.match(line)]

    def of_table(self, number: int) -> int:
        """The line of the table of that number, counted from 0."""
        return self._tables[number] if number < len(self._tables) else 0

    def of_key(self, number: int, key: str) -> int:
        """The line of a key of that table; that of the table where there is none."""
        start, end = self.of_table(number), self.of_table(number + 1) or len(self._lines) + 1
        return (self._find(key, start, end) if start and key else 0) or start

    def of_top(self, key: str) -> int:
        """The line of a key or a table outside of all rules."""
        return self._find(key, 0, len(self._lines) + 1)

    def _find(self, key: str, start: int, end: int) -> int:
        begins = re.compile(rf"[ \t]*(?:\[\[?[ \t]*(?:rule\.)?)?{re.escape(key)}[ \t]*[=.\]]")
        lines = enumerate(self._lines[start : end - 1], start + 1)
        return next((number for number, line in lines if begins.match(line)), 0)
