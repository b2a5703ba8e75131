"""The values that settings can have: read from text and from TOML, and written for people.  Pure.

What a reader raises is a ValueError whose text goes on after the value: ``'x' is not a port``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SUFFIXES = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_SIZE = re.compile(r"(\d+)\s*([kmg]?)i?b?", re.IGNORECASE)
_AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}  # seconds
_AGE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*([smhdw])|0", re.IGNORECASE | re.ASCII)
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_MOST = 2**53  # of a number in TOML; Python does not even write down those that are much larger
_MASK = "********"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is.  ``one`` reads one of them, ``split`` cuts a text where there are many."""

    one: Callable[[str], Any]
    wanted: str = "text in quotes"
    numbers: tuple[type, ...] = ()  # of TOML, that may stand there besides text
    written: Callable[[Any], str] = str
    split: Callable[[str], list[str]] | None = None
    is_always_split: bool = True  # else only where there is no list: in the environment
    may_be_empty: bool = True
    is_secret: bool = False

    @property
    def is_flag(self) -> bool:
        """It is yes or no."""
        return self.one is _flag

    def read(self, given: str | list[str]) -> Any:
        """The value of a text, or of a list of texts.  Raises ValueError."""
        if self.split is None:
            return self.one(given if isinstance(given, str) else given[-1])
        is_cut = isinstance(given, str) or self.is_always_split
        texts = [given] if isinstance(given, str) else given
        parts = [part for text in texts for part in self.split(text)] if is_cut else texts
        if not parts and not self.may_be_empty:
            raise ValueError("is empty; leave it out or name at least one")
        return tuple(self.one(part) for part in parts)

    def read_toml(self, given: object) -> Any:
        """The value of what stands in TOML.  Raises ValueError."""
        many = self.split is not None
        if many and isinstance(given, list):
            return self.read([self._text(item) for item in given])
        if self.is_flag and not isinstance(given, bool):
            raise ValueError("is neither true nor false")
        text = self._text(given)
        return self.read([text] if many else text)

    def _text(self, given: object) -> str:
        if isinstance(given, bool) and self.is_flag:
            return "yes" if given else "no"
        is_number = isinstance(given, self.numbers) and not isinstance(given, bool)
        if isinstance(given, int) and is_number and abs(given) > _MOST:
            raise ValueError(f"is larger than {_MOST}")
        if not is_number and not isinstance(given, str):
            raise ValueError(f"must be {self.wanted}")
        return str(given)

    def shown(self, value: Any) -> str:
        """The value for people, as it could be given; "" where there is none."""
        if value is None:
            return ""
        return ",".join(map(self.written, value)) if self.split else self.written(value)


def toml(value: object) -> str:
    """A value of TOML much as it may stand there, cut short."""
    try:
        is_plain = isinstance(value, str | list | dict)
        text = repr(value) if is_plain else str(value).lower()
    except ValueError:  # a number that Python does not write down
        return "…"
    return text if len(text) <= 60 else f"{text[:59]}…"


def choice(*known: str, what: str) -> Kind:
    """One of these words."""

    def one(text: str) -> str:
        if text not in known:
            raise ValueError(f"is no {what}; give one of {', '.join(known)}")
        return text

    return Kind(one)


def _commas(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise ValueError("is not a port; give a number from 0 to 65535 (0 takes a free one)")
    return int(text)


def _path(text: str) -> Path:
    if not text or "\0" in text:
        raise ValueError("is no path of a file")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("has a home directory that cannot be found") from error


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("is not a count; give a whole number (0 means no limit)")
    return int(text)


def _lines(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise ValueError("is no count; give a whole number from 1 on")
    return int(text)


def _percentage(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 10 <= int(text) <= 90:
        raise ValueError("is no share; give per cent, from 10 to 90")
    return int(text)


def _size(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError("is not a size; give octets, or a number with K, M or G, such as 64M")
    return int(found[1]) * _SUFFIXES[found[2].lower()]


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise ValueError("is not a time; give seconds, such as 300 or 0.5 (0 means never)")
    return seconds


def _wait(text: str) -> float:
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?)s?", text, re.ASCII)
    if not found:
        raise ValueError("is no time; give seconds, such as 10 or 0.5 (0 only looks)")
    return float(found[1])


def _age(text: str) -> float:
    found = _AGE.fullmatch(text)
    if not found:
        raise ValueError(
            "is not an age; give a number with s, m, h, d or w, such as 12h or 3d (0 means any age)"
        )
    return float(found[1]) * _AGES[found[2].lower()] if found[1] else 0.0


def _flag(text: str) -> bool:
    lowered = text.lower()
    if lowered not in _TRUE | _FALSE:
        raise ValueError("is neither yes nor no; give one of 1, 0, true, false, yes, no, on, off")
    return lowered in _TRUE


def _name(text: str) -> str:
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("is not a host name; give one word of ASCII letters, digits and dots")
    return text


def _word(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return text


def _change(text: str) -> str:
    """A change to the EHLO list: ``-KEYWORD`` or ``+KEYWORD``, perhaps with an argument."""
    if not re.fullmatch(r"[+-][A-Za-z0-9][A-Za-z0-9-]*(?: [ -~]+)?", text):
        raise ValueError(
            f"has {text!r}, which is no change to the EHLO list; write +KEYWORD or"
            " -KEYWORD, such as -CHUNKING,+X-NEW"
        )
    return text


def _user(text: str) -> tuple[str, str]:
    name, colon, password = text.partition(":")
    if not colon:
        raise ValueError("has a user without a colon; give name:password")
    if not name:
        raise ValueError("has a user without a name; give name:password")
    return name, password


def _assignment(text: str) -> str:
    name, equals, _ = text.partition("=")
    if not equals or not name or "\0" in text:
        raise ValueError("sets nothing; write NAME=smtp://{host}:{port}")
    return text


def _in_units(value: float, units: dict[str, int]) -> str:
    fitting = [(n, unit) for unit, n in units.items() if value and value % n == 0]
    if not fitting:
        return f"{value:g}"
    size, unit = max(fitting)
    return f"{value / size:.0f}{unit}"


_WHOLE = (int,)
_NUMBER = (int, float)
FLAG = Kind(_flag, "true or false", written=lambda value: "true" if value else "false")
PORT = Kind(_port, "a whole number", _WHOLE)
COUNT = Kind(_count, "a whole number", _WHOLE)
LINES = Kind(_lines, "a whole number", _WHOLE)
PERCENTAGE = Kind(_percentage, "a whole number", _WHOLE)
SIZE = Kind(
    _size,
    "a whole number, or text such as '64M'",
    _WHOLE,
    lambda value: _in_units(value, {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}),
)
SECONDS = Kind(_seconds, "a number", _NUMBER, lambda value: f"{value:g}")
WAIT = Kind(_wait, "a number", _NUMBER, lambda value: f"{value:g}")
AGE = Kind(_age, "text such as '3d'", _WHOLE, lambda value: _in_units(value, _AGES))
NAME = Kind(_name)
WORD = Kind(_word)
PATH = Kind(_path)
_TEXTS = "text in quotes, or a list of it"
WORDS = Kind(_word, _TEXTS, split=_commas, may_be_empty=False)
IDS = Kind(_word, _TEXTS, split=_commas)
CHANGES = Kind(_change, _TEXTS, split=_commas)
# Blanks before a name go, all others may belong to a password.
USERS = Kind(
    _user,
    _TEXTS,
    written=lambda user: f"{user[0]}:{_MASK}",
    split=lambda text: [part.lstrip() for part in text.split(",")],
    is_always_split=False,
    is_secret=True,
)
ASSIGNMENTS = Kind(
    _assignment,
    _TEXTS,
    split=lambda text: re.split(r",(?=[A-Za-z_]\w*=)", text),
    is_always_split=False,
)
