"""Regexes that people type into a filter, refused where they could run for ever.  Pure.

Python's regexes cannot be stopped.  A repeat of something that can be cut up in many ways, such
as ``(a+)+``, takes time that doubles with every character, so that is refused; and whoever
searches with the others shows them so much text only (``MAX_SEARCHED``, ``MAX_LINE``): two
repeats in a row still take the square of it.
"""

import re
import warnings
from dataclasses import dataclass, field

MAX_PATTERN = 500  # characters
MAX_SEARCHED = 4000  # characters of a list of addresses that are searched
MAX_LINE, MAX_LINES = 1000, 2000  # of a body: characters of a line, lines
_FLAGS = re.IGNORECASE | re.MULTILINE

_PIECES = re.compile(
    r"(?P<escape>\\.)"
    r"|(?P<set>\[\^?\]?(?:[^\]\\]|\\.)*\])"
    r"|(?P<comment>\(\?\#[^)]*\))"
    r"|(?P<open>\((?:\?(?:P<\w+>|P=\w+|[<:=!>|]?[=!]?|[aiLmsux-]+[:)]))?)"
    r"|(?P<close>\))"
    r"|(?P<repeat>(?:[*+?]|\{\d*(?:,\d*)?\})[+?]?)"
    r"|(?P<bar>\|)"
    r"|(?P<plain>.)",
    re.DOTALL,
)
_NAMED = re.compile(r"\\[xuN0-9]|\(\?")  # a character by its code; flags, look-around, groups
_COUNTS = re.compile(r"\{(\d*)(,?)(\d*)\}")
_FEW = 4  # times that something that varies may be repeated


class PatternError(ValueError):
    """The pattern cannot be used; the sentence says why, and ``remedy`` what may help."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


def pattern(source: str) -> re.Pattern[str]:
    """The pattern that ignores case, ``^`` and ``$`` at lines.  Raises PatternError."""
    if len(source) > MAX_PATTERN:
        raise PatternError(f"the regex is longer than {MAX_PATTERN} characters", "shorten it")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sets that will mean something else one day
            compiled = re.compile(source, _FLAGS)
    except re.error as error:
        remedy = 'mend it, or put words in "quotes"'
        raise PatternError(f"the regex is wrong: {error}", remedy) from error
    except (OverflowError, RecursionError, ValueError) as error:
        raise PatternError(f"the regex is too much: {error}", "simplify it") from error
    if _may_explode(source):
        raise PatternError(
            "a repeat within a repeat can take for ever",
            "write the outer one possessive, such as (...)++, or take one repeat out",
        )
    return compiled


def for_lower_case(searched: re.Pattern[str]) -> re.Pattern[str]:
    """A pattern that finds the same in text that is in lower case, in half the time if it can."""
    source = searched.pattern
    plain = source.replace("a-z", "").replace("0-9", "")
    has_case = source != source.lower() or _NAMED.search(source) or ("[" in plain and "-" in plain)
    return searched if has_case else re.compile(source, re.MULTILINE)


def found(searched: re.Pattern[str], text: str) -> bool:
    """It is somewhere in a short text."""
    return searched.search(text, 0, MAX_SEARCHED) is not None


def found_in_lines(searched: re.Pattern[str], text: str) -> bool:
    """It is in a line of a long text: of each its beginning, of all the first ones."""
    if len(text) <= MAX_LINE:
        return searched.search(text) is not None
    lines = text.split("\n", MAX_LINES)[:MAX_LINES]
    return any(searched.search(line, 0, MAX_LINE) for line in lines)


@dataclass(slots=True)
class _Group:
    """A group that is being read."""

    varies: bool = False  # its text can be cut up in several ways
    firsts: list[str] = field(default_factory=list)  # what its alternatives begin with
    is_first: bool = True  # nothing of the present alternative was read yet
    is_atomic: bool = False

    def begin_with(self, piece: str) -> None:
        if self.is_first:
            self.firsts.append(piece.lower())
            self.is_first = False

    @property
    def is_ambiguous(self) -> bool:
        """Repeated often, it could match the same text in many ways."""
        if self.is_atomic:
            return False
        has_same = len(set(self.firsts)) < len(self.firsts)
        # A set, an escape, a group, a dot: it may be what another alternative begins with.
        is_open = len(self.firsts) > 1 and any(len(each) != 1 for each in self.firsts)
        return self.varies or has_same or is_open


def _may_explode(source: str) -> bool:
    groups = [_Group()]
    last: _Group | None = None  # the group that was closed just before
    for piece in _PIECES.finditer(source):
        kind, text = piece.lastgroup, piece[0]
        closed, last = last, None
        if kind == "open":
            if text.endswith(")") or text.startswith("(?P="):
                continue  # flags; the name of a group comes back
            groups[-1].begin_with(text)
            groups.append(_Group(is_atomic=text == "(?>"))
        elif kind == "close" and len(groups) > 1:
            last = groups.pop()
            # What varies within varies without, unless it is atomic.
            groups[-1].varies |= last.is_ambiguous
        elif kind == "bar":
            groups[-1].is_first = True
        elif kind == "repeat":
            is_possessive = len(text) > 1 and text.endswith("+")
            if closed and closed.is_ambiguous and _is_often(text) and not is_possessive:
                return True
            groups[-1].varies |= not is_possessive and _varies(text)
        elif kind != "comment":
            groups[-1].begin_with("any" if text in ".^$" else text)
    return False


def _is_often(repeat: str) -> bool:
    """It repeats what is before it more than a few times."""
    if repeat[0] != "{":
        return repeat[0] in "*+"
    counts = _COUNTS.match(repeat)
    assert counts is not None
    most = counts[3] if counts[2] else counts[1]
    return not most or int(most) > _FEW


def _varies(repeat: str) -> bool:
    """How often it repeats depends on the text."""
    counts = _COUNTS.match(repeat)
    return counts is None or (bool(counts[2]) and counts[1] != counts[3])
