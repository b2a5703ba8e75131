"""What is set, by whom: options, environment and files, the first of which wins.  Pure."""

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from mailtrap.cached import cached_property
from mailtrap.errors import UsageError
from mailtrap.setting_groups import GROUPS, Group, Settings
from mailtrap.setting_values import toml
from mailtrap.settings import KEYS, UNSET, Option, options_of

By = Literal["option", "environment", "file", "default"]


@dataclass(frozen=True, slots=True)
class Given:
    """The value of a setting, and where it is from."""

    value: Any
    by: By
    where: str = ""  # --port; MAILTRAP_PORT; /home/ann/shop/pyproject.toml, line 7
    file: Path | None = None
    line: int = 0  # from 1; 0 where it is not known

    @property
    def is_asked_for(self) -> bool:
        """For this run, not for all that a file is about."""
        return self.by in ("option", "environment")


@dataclass(frozen=True, slots=True)
class Table:
    """What a file sets.  Names have a ``-`` where they can have a ``_``, too."""

    path: Path
    values: Mapping[str, Any]
    line_of: Callable[[Sequence[str | int]], int] = field(default=lambda _: 0, repr=False)

    def where(self, *keys: str | int) -> str:
        """File and line of a key, for people."""
        line = self.line_of(keys)
        return f"{self.path}, line {line}" if line else str(self.path)

    def check(self) -> None:
        """Raises UsageError for the first name that is none, with what was meant."""
        _check_names(self, (), self.values)
        for section in SECTIONS:
            within = self.values.get(section)
            if within is None:
                continue
            if not isinstance(within, dict):
                raise UsageError(
                    f"{self.where(section)}: {section} is a table: write [{section}] above its keys"
                )
            if section != KEYS:
                _check_names(self, (section,), within)

    def get(self, option: Option) -> Given | None:
        """What it says of that, or None.  Raises UsageError."""
        within = self.values.get(option.section, {}) if option.section else self.values
        for name in (option.name, option.attribute):
            if name in within:
                keys = (option.section, name) if option.section else (name,)
                where = self.where(*keys)
                value = self._value(option, where, within[name])
                return Given(value, "file", where, self.path, self.line_of(keys))
        return None

    def _value(self, option: Option, where: str, given: object) -> Any:
        try:
            value = option.kind.read_toml(given)
        except ValueError as error:
            # The text of a user is a password, perhaps.
            shown = "" if option.kind.is_secret else f" = {toml(given)}"
            raise UsageError(f"{where}: {option.key}{shown} {error}") from error
        if isinstance(value, Path):
            return self.path.parent / value
        return value

    def keys(self) -> dict[str, Given]:
        """Keys of the screen by ids of actions: a text or a list of it.  Raises UsageError."""
        return dict(self._keys((KEYS,), self.values.get(KEYS, {})))

    def _keys(self, above: Sequence[str], within: Mapping[str, Any]) -> Iterable[tuple[str, Given]]:
        for name, value in within.items():
            path = (*above, name)
            where = self.where(*path)
            if isinstance(value, dict):
                yield from self._keys(path, value)
                continue
            is_text = isinstance(value, str)
            if not is_text and not (isinstance(value, list) and _are_texts(value)):
                raise UsageError(
                    f"{where}: {'.'.join(path)} = {toml(value)} must be a key in quotes, or a list"
                )
            yield ".".join(path[1:]), Given(value, "file", where, self.path, self.line_of(path))


class Sources:
    """All that can say what a setting is."""

    def __init__(
        self,
        arguments: Namespace,
        environ: Mapping[str, str],
        tables: Callable[[], Sequence[Table]] = lambda: (),
    ) -> None:
        """``tables`` is asked once, where a file may decide; the first wins."""
        self._arguments = arguments
        self._environ = environ
        self._ask = tables

    @cached_property
    def tables(self) -> Sequence[Table]:
        """The files.  Raises UsageError."""
        return self._ask()

    def given(self, option: Option) -> Given:
        """What is set.  Raises UsageError with the place, the value and what it may be."""
        argument = getattr(self._arguments, option.attribute, None)
        if argument is UNSET:
            return Given(option.field.default, "option", option.opposite)
        if argument is not None:
            return Given(_read(option, option.flag, argument), "option", option.flag)
        for variable in option.variables:
            if text := self._environ.get(variable):
                return Given(_read(option, variable, text), "environment", variable)
        for table in self.tables:
            if (given := table.get(option)) is not None:
                return given
        return Given(option.field.default, "default")

    def of(self, group: Group) -> Any:
        """The settings of a group.  Raises UsageError."""
        return group(**{each.attribute: self.given(each).value for each in options_of(group)})

    def keys(self) -> dict[str, Given]:
        """Keys of the screen that are set, by the ids of actions.  Raises UsageError."""
        found: dict[str, Given] = {}
        for table in reversed(self.tables):
            found |= table.keys()
        return found


def resolve(sources: Sources) -> Settings:
    """The settings of a server.  Raises UsageError."""
    settings: Settings = sources.of(Settings)
    if settings.maildir is None:
        return settings
    is_set = {each.attribute: sources.given(each).by != "default" for each in options_of(Settings)}
    return replace(
        settings,
        max_messages=settings.max_messages if is_set["max_messages"] else 0,
        max_bytes=settings.max_bytes if is_set["max_bytes"] else 0,
    )


SECTIONS = (*sorted({group.SECTION for group in GROUPS} - {""}), KEYS)


def names_in(section: str) -> list[str]:
    """The keys of that section of a file."""
    return [o.name for group in GROUPS if section == group.SECTION for o in options_of(group)]


def _check_names(table: Table, above: tuple[str, ...], within: Mapping[str, Any]) -> None:
    known = names_in(above[0] if above else "") + ([] if above else list(SECTIONS))
    seen: dict[str, str] = {}
    for name in within:
        canonical = name.replace("_", "-")
        if canonical in known and canonical not in seen:
            seen[canonical] = name
            continue
        where = table.where(*above, name)
        if canonical in seen:
            raise UsageError(f"{where}: {seen[canonical]} and {name} are the same; drop one")
        key = ".".join((*above, name))
        raise UsageError(f"{where}: {key!r} is no setting; {_remedy(canonical, above, known)}")


def _remedy(name: str, above: tuple[str, ...], known: Sequence[str]) -> str:
    if not above and name == "tool":
        return "in this file settings stand at the top, without [tool.mailtrap]"
    import difflib

    if close := difflib.get_close_matches(name.lower()[:64], known, 1):
        return f"did you mean {close[0]!r}?"
    elsewhere = [section for section in ("", *SECTIONS[:-1]) if name in names_in(section)]
    if elsewhere and elsewhere[0]:
        return f"it stands in [{elsewhere[0]}]"
    if elsewhere:
        return "it stands above all sections"
    return f"there are {', '.join(known)}"


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(each, str) for each in values)


def _read(option: Option, source: str, given: str | list[str]) -> Any:
    try:
        return option.kind.read(given)
    except ValueError as error:
        if option.kind.is_secret:
            hint = "" if isinstance(given, list) else " (a comma ends a password here)"
            raise UsageError(f"{source}: {error}{hint}") from error
        text = given if isinstance(given, str) else _wrong(option, given)
        raise UsageError(f"{source}: {text!r} {error}") from error


def _wrong(option: Option, texts: list[str]) -> str:
    """The one that cannot be read, of those that were given one after the other."""
    for text in texts:
        try:
            option.kind.read([text])
        except ValueError:
            return text
    return ",".join(texts)
