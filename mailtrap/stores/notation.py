"""How octets, texts and times are written in the JSON of a maildir.  Pure.

Octets that are UTF-8 are the text they are, under their key; others are in base64, under that key
with ``_base64`` behind it.  Nothing that is read raises: what is not as it should be is missing.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any

from mailtrap.envelope import decoded
from mailtrap.session import Peer

Keys = Mapping[str, Any]  # of a JSON object

quoted = json.encoder.encode_basestring_ascii  # of a text; json.dumps takes ten times as long
_BASE64 = "_base64"
_LARGEST = 2**63  # of a number; larger ones were never written here


def octets(key: str, value: bytes) -> str:
    """Those octets as a member of a JSON object."""
    try:
        return f'"{key}": {quoted(value.decode())}'
    except UnicodeDecodeError:
        return f'"{key}{_BASE64}": "{b64encode(value).decode()}"'


def text(key: str, value: str) -> str:
    """A text as a member; one that stands for octets that are not UTF-8 is written as those."""
    if value.isascii():
        return f'"{key}": {quoted(value)}'
    try:
        return octets(key, value.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # surrogates that stand for no octets
        return octets(key, value.encode("utf-8", "replace"))


def time(key: str, at: datetime) -> str:
    """A time (aware, UTC) as a member: ISO 8601 with microseconds."""
    written = at.isoformat(timespec="microseconds")
    return f'"{key}": "{written.removesuffix("+00:00")}Z"'


def number(key: str, value: int) -> str:
    """A number as a member."""
    return f'"{key}": {value}'


def flag(key: str, value: bool) -> str:  # noqa: FBT001 written as any other value
    """A flag as a member."""
    return f'"{key}": {"true" if value else "false"}'


def pairs(key: str, value: tuple[tuple[str, str], ...]) -> str:
    """Names with their values, as a member: an array of objects."""
    objects = (f"{{{text('name', name)}, {text('value', of_it)}}}" for name, of_it in value)
    return f'"{key}": [{", ".join(objects)}]'


def loaded(line: bytes) -> Keys | None:
    """The JSON object that those octets are, or None."""
    try:
        keys = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return keys if isinstance(keys, dict) else None


def read_octets(keys: Keys, key: str) -> bytes | None:
    """What ``octets`` wrote."""
    value = keys.get(key)
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    value = keys.get(key + _BASE64)
    if not isinstance(value, str):
        return None
    try:
        return b64decode(value)
    except (Base64Error, ValueError):
        return None


def read_text(keys: Keys, key: str) -> str | None:
    """What ``text`` wrote."""
    value = read_octets(keys, key)
    return None if value is None else decoded(value)


def read_time(keys: Keys, key: str) -> datetime | None:
    """What ``time`` wrote."""
    value = keys.get(key)
    if not isinstance(value, str):
        return None
    try:
        said = datetime.fromisoformat(value)
        at = said.astimezone(UTC) if said.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return at if at is not None and is_tellable(at) else None


def is_tellable(at: datetime) -> bool:
    """It has a year in every zone: at the ends of all years ``astimezone`` raises."""
    return MINYEAR < at.year < MAXYEAR


def read_number(keys: Keys, key: str) -> int | None:
    """What ``number`` wrote."""
    value = keys.get(key)
    return value if type(value) is int and 0 <= value < _LARGEST else None


def read_flag(keys: Keys, key: str) -> bool | None:
    """What ``flag`` wrote."""
    value = keys.get(key)
    return value if isinstance(value, bool) else None


def read_pairs(keys: Keys, key: str) -> tuple[tuple[str, str], ...] | None:
    """What ``pairs`` wrote."""
    value = keys.get(key)
    if not isinstance(value, list):
        return None
    objects = [each for each in value if isinstance(each, dict)]
    return tuple((read_text(x, "name") or "", read_text(x, "value") or "") for x in objects)


def read_peer(keys: Keys, key: str) -> Peer | None:
    """What ``str`` of a Peer is, read."""
    value = read_text(keys, key)
    host, colon, port = (value or "").rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or len(port) > 5:
        return None
    return Peer(host.removeprefix("[").removesuffix("]"), int(port))
