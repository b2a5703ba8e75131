"""Cut a filter into words: what is a name, a quotation, a regex.  Pure.

Which fields there are and what they mean is the affair of ``query_terms``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

from mailtrap.errors import QueryError

Kind = Literal["(", ")", "or", "not", "term"]

# As mutt and mitmproxy have them; the field, and whether a text follows.
ALIASES = {
    "f": "from",
    "t": "to",
    "s": "subject",
    "b": "body",
    "h": "header",
}
ERRORS = "e"  # the alias that stands for is:error

_BLANKS = re.compile(r"\s*")
_BARE = re.compile(r"[^\s()]+")
_FIELD = re.compile(r"([A-Za-z][A-Za-z-]*):(?!//)")  # https://... is a word
_HEADER_NAME = re.compile(r'([^\s()="/]+)=')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*+)/", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_BEHIND = re.compile(r"[\s()]|\Z")


@dataclass(frozen=True, slots=True)
class Word:
    """One piece of a filter, and its place in it."""

    kind: Kind
    start: int
    end: int
    field: str = ""  # in lower case; "" where none is named
    header: str = ""  # "X-Foo" of header:X-Foo=bar
    value: str = ""  # quotes and escapes undone
    value_start: int = 0
    is_regex: bool = False


def words(text: str) -> Iterator[Word]:
    """The words of a filter, in order.  Raises QueryError."""
    at = 0
    while (at := _behind_blanks(text, at)) < len(text):
        word = _word(text, at)
        if word.kind == "term" and not _BEHIND.match(text, word.end):
            _fail("a blank is missing", "put the whole word in quotes", text, at, _end_of(text, at))
        yield word
        at = word.end


def _word(text: str, at: int) -> Word:
    character = text[at]
    if character in "()":
        return Word("(" if character == "(" else ")", at, at + 1)
    if character in "-!":
        if at + 1 == len(text) or text[at + 1].isspace() or text[at + 1] == ")":
            _fail(
                f"there is nothing behind {character!r}",
                "write -word without a blank",
                text,
                at,
                at + 1,
            )
        return Word("not", at, at + 1)
    if character == "~":
        return _alias(text, at)
    if field := _FIELD.match(text, at):
        return _value(text, at, field.end(), field[1].lower())
    if (bare := _BARE.match(text, at)) and bare[0] == "OR":
        return Word("or", at, bare.end())
    return _value(text, at, at, "")


def _alias(text: str, at: int) -> Word:
    letter, end = text[at + 1 : at + 2], at + 2
    if letter == ERRORS and _BEHIND.match(text, end):
        return Word("term", at, end, "is", value="error", value_start=at)
    if letter not in ALIASES or not (end == len(text) or text[end].isspace()):
        known = ", ".join(f"~{each}" for each in [*ALIASES, ERRORS])
        _fail(
            f"{text[at:end]!r} stands for nothing",
            f"there are {known}, each before a blank",
            text,
            at,
            end,
        )
    return _value(text, at, _behind_blanks(text, end), ALIASES[letter])


def _value(text: str, start: int, at: int, field: str) -> Word:
    """The word that starts there and whose value is ``at``."""
    header = ""
    if field == "header" and (name := _HEADER_NAME.match(text, at)):
        header, at = name[1], name.end()
    if text[at : at + 1] == '"':
        quoted = _QUOTED.match(text, at)
        if not quoted:
            _fail('a quote (") is not closed', 'end it with "', text, at, len(text))
        value, is_regex, end = _ESCAPED.sub(r"\1", quoted[1]), False, quoted.end()
    elif text[at : at + 1] == "/":
        regex = _REGEX.match(text, at)
        if not regex:
            _fail(
                "a regex (/) is not closed",
                'end it with /, or put a word with / in "quotes"',
                text,
                at,
                len(text),
            )
        value, is_regex, end = regex_of(regex[1]), True, regex.end()
    else:
        bare = _BARE.match(text, at)
        value, is_regex, end = bare[0] if bare else "", False, bare.end() if bare else at
    return Word("term", start, end, field, header, value, at, is_regex)


def quoted(value: str) -> str:
    """The value as a quotation."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def regex_of(written: str) -> str:
    r"""The regex that was written between slashes: ``\/`` is a slash there."""
    return re.sub(r"\\(.)", lambda each: "/" if each[1] == "/" else each[0], written, flags=re.S)


def slashed(regex: str) -> str:
    """The regex between slashes."""
    inside = re.sub(r"\\.|/", lambda e: "\\/" if e[0] == "/" else e[0], regex, flags=re.S)
    return f"/{inside}/"


def needs_quotes(value: str, *, is_alone: bool) -> bool:
    """It would be read as something else; ``is_alone``: no field is named before it."""
    bare = _BARE.fullmatch(value)
    if not bare or value[0] in '"/':
        return True
    return is_alone and (value[0] in "-!~" or value == "OR" or bool(_FIELD.match(value)))


def _behind_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    assert blanks is not None  # they may be none
    return blanks.end()


def _end_of(text: str, at: int) -> int:
    bare = _BARE.match(text, at)
    return bare.end() if bare else at + 1


def _fail(what: str, remedy: str, text: str, start: int, end: int) -> NoReturn:
    raise QueryError(what, remedy, text, start, end)
