"""What can be asked of a message: the fields of a filter and their values.  Pure.

Each term knows how it is tested, how much that costs, and which text it marks.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as kept
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any, NoReturn

from mailtrap.errors import QueryError
from mailtrap.query_candidate import HAS, IS, Candidate, Test
from mailtrap.query_patterns import PatternError, for_lower_case, found, found_in_lines, pattern
from mailtrap.query_times import age_of, time_of
from mailtrap.query_words import Word, needs_quotes, quoted, slashed

CHEAP, REGEX, HEADER, BODY, RULES = range(5)  # what a test costs
_HAS_COST = dict.fromkeys(HAS, BODY)
_IS_COST = {**dict.fromkeys(IS, CHEAP), "error": RULES, "warning": RULES}
WITHIN = {"from": "", "to": "", "subject": ""}  # fields whose text is in that of words, too

_COMPARISON = re.compile(r"(<=|>=|<|>)(.+)", re.DOTALL)
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([kmg]?)(?:i?b)?", re.IGNORECASE)
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is asked.  Two are equal where they ask the same."""

    field: str  # "" for words: subject and addresses
    value: str  # as written, without quotes
    is_regex: bool = False
    header: str = ""  # the field of the header
    limit: float = 0.0  # of sizes in octets, of times in seconds since 1970
    test: Test = kept(compare=False, repr=False, default=lambda _: True)
    cost: int = kept(compare=False, default=CHEAP)
    mark: re.Pattern[str] | None = kept(compare=False, repr=False, default=None)

    def __str__(self) -> str:
        if self.is_regex:
            value = slashed(self.value)
        elif self.value and self._needs_quotes:
            value = quoted(self.value)
        else:
            value = self.value
        name = f"{self.header}=" if self.header else ""
        return f"{self.field}:{name}{value}" if self.field else value

    @property
    def _needs_quotes(self) -> bool:
        looks_named = self.field == "header" and not self.header and "=" in self.value
        return looks_named or needs_quotes(self.value, is_alone=not self.field)


@dataclass(frozen=True, slots=True)
class Reading:
    """What terms are read with."""

    text: str  # the filter, for what is said of errors
    now: datetime
    rules: Callable[[], Collection[str]] | None  # ids of all rules, where they are known


def term(word: Word, reading: Reading) -> Term:
    """The term of a word.  Raises QueryError."""
    read = _READERS.get(word.field)
    if read is None:
        known = [each for each in _READERS if each]
        _fail(
            word,
            reading,
            f"there is no field {word.field!r}",
            _meant(
                word.field,
                known,
                f'put a word with a colon in "quotes"; fields are {", ".join(known)}',
            ),
            whole=True,
        )
    if not word.value and not word.header:
        remedy = _EXAMPLES.get(
            word.field, f"write {word.field}:text" if word.field else "write one"
        )
        _fail(word, reading, "a text is missing", remedy, whole=True)
    if word.is_regex and word.field not in _TEXTS and word.field != "header":
        _fail(word, reading, f"{word.field}: takes no regex", "write it without the slashes")
    return read(word, reading)


def _text(word: Word, reading: Reading) -> Term:
    attribute, cost = _TEXTS[word.field]
    if word.is_regex:
        mark = _pattern(word, reading)
        searched = for_lower_case(mark)
        search = found_in_lines if word.field == "body" else found
        return Term(
            word.field,
            word.value,
            is_regex=True,
            test=lambda candidate: search(searched, getattr(candidate, attribute)),
            cost=max(cost, REGEX),
            mark=mark,
        )
    wanted = word.value.lower()
    return Term(
        word.field,
        word.value,
        test=_contains(attribute, wanted),
        cost=cost,
        mark=_marking(word.value),
    )


def _contains(attribute: str, wanted: str) -> Test:
    # Each spelled out: they run for every row at every key, and getattr takes half as long again.
    if attribute == "haystack":
        return lambda candidate: wanted in candidate.haystack
    if attribute == "senders":
        return lambda candidate: wanted in candidate.senders
    if attribute == "recipients":
        return lambda candidate: wanted in candidate.recipients
    if attribute == "subject":
        return lambda candidate: wanted in candidate.subject
    return lambda candidate: wanted in candidate.body


def _header(word: Word, reading: Reading) -> Term:
    if word.is_regex:
        mark: re.Pattern[str] | None = _pattern(word, reading)
    else:
        mark = _marking(word.value) if word.value else None
    wanted = word.value.lower()
    begin = f"{word.header.lower()}: "

    def has(text: str) -> bool:
        return found(mark, text) if word.is_regex and mark else wanted in text

    def test(candidate: Candidate) -> bool:
        lines = candidate.fields.split("\n")
        if not word.header:
            return any(map(has, lines))
        return any(has(line[len(begin) :]) for line in lines if line.startswith(begin))

    return Term("header", word.value, word.is_regex, word.header, 0.0, test, HEADER, mark)


def _id(word: Word, _reading: Reading) -> Term:
    wanted = word.value
    return Term("id", wanted, test=lambda candidate: candidate.id.startswith(wanted))


def _session(word: Word, _reading: Reading) -> Term:
    wanted, of_server = word.value, f"{word.value}-"

    def test(candidate: Candidate) -> bool:
        session = candidate.session
        return session == wanted or ("-" not in wanted and session.startswith(of_server))

    return Term("session", wanted, test=test)


def _ip(word: Word, _reading: Reading) -> Term:
    wanted = word.value.lower()
    network = wanted if wanted[-1] in ".:" else (f"{wanted}.", f"{wanted}:")

    def test(candidate: Candidate) -> bool:
        return candidate.ip == wanted or candidate.ip.startswith(network)

    return Term("ip", word.value, test=test)


def _size(word: Word, reading: Reading) -> Term:
    comparison = _COMPARISON.fullmatch(word.value)
    size = _SIZE.fullmatch(comparison[2].strip()) if comparison else None
    if not comparison or not size:
        remedy = "write size:>100k, size:<2M or size:>=512"
        _fail(word, reading, f"{word.value!r} is no comparison of a size", remedy)
    compare, limit = _OPERATORS[comparison[1]], float(size[1]) * _UNITS[size[2].lower()]
    return Term("size", word.value, limit=limit, test=lambda each: compare(each.size, limit))


def _age(word: Word, reading: Reading) -> Term:
    comparison = _COMPARISON.fullmatch(word.value)
    seconds = age_of(comparison[2].strip()) if comparison else None
    if not comparison or seconds is None:
        remedy = "write age:<5m or age:>2h; units are s, m, h, d, w"
        _fail(word, reading, f"{word.value!r} is no comparison of an age", remedy)
    compare, limit = _OPERATORS[comparison[1]], reading.now - seconds
    # The older, the smaller the time it was received at.
    return Term(
        "age",
        word.value,
        limit=limit.timestamp(),
        test=lambda candidate: compare(limit, candidate.received),
    )


def _time(word: Word, reading: Reading) -> Term:
    limit = time_of(word.value, reading.now)
    if limit is None:
        remedy = "write 12:00, 2024-05-31, 2024-05-31T12:00, today or yesterday"
        _fail(word, reading, f"{word.value!r} is no time", remedy)
    after: Test = lambda candidate: candidate.received >= limit  # noqa: E731 one of two
    before: Test = lambda candidate: candidate.received < limit  # noqa: E731 one of two
    test = after if word.field == "after" else before
    return Term(word.field, word.value, limit=limit.timestamp(), test=test)


def _has(word: Word, reading: Reading) -> Term:
    what = _one_of(HAS, word, reading)
    return Term("has", what, test=lambda candidate: candidate.has(what), cost=_HAS_COST[what])


def _is(word: Word, reading: Reading) -> Term:
    what = _one_of(IS, word, reading)
    return Term("is", what, test=lambda candidate: candidate.is_(what), cost=_IS_COST[what])


def _issue(word: Word, reading: Reading) -> Term:
    wanted = word.value.lower()
    family = f"{wanted}-"
    if reading.rules is not None:
        known = sorted(reading.rules())
        if not any(rule == wanted or rule.startswith(family) for rule in known):
            what = f"there is no rule {wanted!r}"
            _fail(word, reading, what, _meant(wanted, known, "mailtrap rules lists them"))

    def test(candidate: Candidate) -> bool:
        return any(rule == wanted or rule.startswith(family) for rule in candidate.issues)

    return Term("issue", wanted, test=test, cost=RULES)


_TEXTS = {  # field: attribute of a candidate, cost
    "": ("haystack", CHEAP),
    "from": ("senders", CHEAP),
    "to": ("recipients", CHEAP),
    "subject": ("subject", CHEAP),
    "body": ("body", BODY),
}
_EXAMPLES = {  # to a shell < and > are something else
    "size": "write size:>100k, in a shell in quotes: 'size:>100k'",
    "age": "write age:<5m, in a shell in quotes: 'age:<5m'",
}
_READERS: Mapping[str, Callable[[Word, Reading], Term]] = {
    **dict.fromkeys(_TEXTS, _text),
    "header": _header,
    "id": _id,
    "session": _session,
    "ip": _ip,
    "size": _size,
    "age": _age,
    "after": _time,
    "before": _time,
    "has": _has,
    "is": _is,
    "issue": _issue,
}


def _one_of(known: Collection[str], word: Word, reading: Reading) -> str:
    what = word.value.lower()
    if what not in known:
        _fail(
            word,
            reading,
            f"{word.field}: knows no {word.value!r}",
            _meant(what, known, f"there are {', '.join(known)}"),
        )
    return what


def _pattern(word: Word, reading: Reading) -> re.Pattern[str]:
    try:
        return pattern(word.value)
    except PatternError as error:
        _fail(word, reading, str(error), error.remedy)


def _marking(value: str) -> re.Pattern[str]:
    return re.compile(re.escape(value), re.IGNORECASE)


def _meant(wrong: str, known: Collection[str], otherwise: str) -> str:
    import difflib

    close = difflib.get_close_matches(wrong, known, 1)
    begun = [each for each in known if each.startswith(wrong)]
    meant = list(dict.fromkeys([*begun, *close]))[:3]
    return f"did you mean {' or '.join(meant)}?" if meant else otherwise


def _fail(word: Word, reading: Reading, what: str, remedy: str, *, whole: bool = False) -> NoReturn:
    start = word.start if whole else word.value_start
    raise QueryError(what, remedy, reading.text, start, word.end)
