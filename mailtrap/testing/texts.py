"""How a criterion is put to a text or an address, and how it is said.  Pure."""

import difflib
import re
from collections.abc import Callable
from fnmatch import translate
from functools import lru_cache
from typing import Any

from mailtrap.sanitize import sanitize

Text = str | re.Pattern[str] | Callable[[str], object]

LONGEST = 200  # code points of an actual text that are shown
_CONTEXT = 40  # code points of it around what is nearest to the wanted text


def fits_text(wanted: Text, actual: str) -> bool:
    """A str is contained, a pattern is found, a callable says yes."""
    if isinstance(wanted, str):
        return wanted in actual
    if isinstance(wanted, re.Pattern):
        return wanted.search(actual) is not None
    return bool(wanted(actual))


def fits_address(wanted: Text, actual: str) -> bool:
    """A str is the address or a glob of it, in any case; the rest as for texts."""
    if isinstance(wanted, str):
        low = actual.lower()
        return low == wanted.lower() or _glob(wanted.lower()).match(low) is not None
    return fits_text(wanted, actual)


def fits_name(wanted: Text, actual: str) -> bool:
    """Of a file: a str is contained or a glob; the rest as for texts."""
    is_glob = isinstance(wanted, str) and _glob(wanted).match(actual) is not None
    return is_glob or fits_text(wanted, actual)


def spoken(wanted: Any) -> str:
    """What is wanted, as one would write it."""
    if isinstance(wanted, re.Pattern):
        return f"/{wanted.pattern}/"
    if callable(wanted):
        return getattr(wanted, "__qualname__", "") or repr(wanted)
    return repr(wanted)


def shortened(actual: str, wanted: Any = None) -> str:
    """An actual text, long ones as their beginning, or what is most like the wanted text."""
    if len(actual) <= LONGEST:
        return sanitize_repr(actual)
    start = 0
    if isinstance(wanted, str):
        matcher = difflib.SequenceMatcher(None, actual[:20_000], wanted, autojunk=False)
        best = matcher.find_longest_match()
        if best.size * 2 >= len(wanted):
            start = max(0, best.a - best.b - _CONTEXT)
    end = start + LONGEST
    before = "…" if start else ""
    return f"{before}{sanitize_repr(actual[start:end])}…, {len(actual):,} characters"


def sanitize_repr(text: str) -> str:
    """A text in quotes, line ends as escapes, safe to show."""
    return sanitize(repr(text))


@lru_cache(maxsize=256)
def _glob(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob), re.DOTALL)
