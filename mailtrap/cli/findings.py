"""What ``check`` found, as lines for people and as keys for programs."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mailtrap.cli.mail_files import STDIN
from mailtrap.cli.output import coloured, is_terminal, width, writable
from mailtrap.lint.diagnostic import LEVELS, Diagnostic
from mailtrap.lint.quotation import Quotation, position, quoted
from mailtrap.sanitize import sanitize, without_surrogates
from mailtrap.wrapping import cells

MOST_OF_A_RULE = 3  # findings of one rule in one file that are shown


@dataclass(frozen=True, slots=True)
class Checked:
    """A message that was looked at."""

    file: str  # as it was named
    data: bytes
    read: int  # octets that were looked at
    diagnostics: tuple[Diagnostic, ...]  # those wanted, whatever their level

    @property
    def name(self) -> str:
        """The file for people, safe to show."""
        return "stdin" if self.file == STDIN else sanitize(self.file)

    @property
    def is_partial(self) -> bool:
        """The rest was not looked at."""
        return self.read < len(self.data)


def keys(checked: Checked, diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """A file as JSON keys, with those diagnostics."""
    return {
        "file": without_surrogates(checked.file),
        "size": len(checked.data),
        "read": checked.read,
        "diagnostics": [_keys(checked, each) for each in diagnostics],
    }


def _keys(checked: Checked, each: Diagnostic) -> dict[str, Any]:
    place = each.place
    line, column = (None, None) if place.start is None else position(checked.data, place.start)
    return {
        "rule": each.rule.id,
        "severity": each.severity,
        "source": each.rule.source,
        "file": without_surrogates(checked.file),
        "line": line,
        "column": column,
        "start": place.start,
        "end": place.end,
        "field": without_surrogates(place.field),
        "part": place.part,
        "title": each.rule.title,
        "detail": without_surrogates(each.detail),
    }


def lines(checked: Checked, diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    """A file for people; nothing where there is nothing to say."""
    many = Counter(each.rule.id for each in diagnostics)
    seen: Counter[str] = Counter()
    for each in diagnostics:
        rule = each.rule.id
        seen[rule] += 1
        if seen[rule] <= MOST_OF_A_RULE:
            yield from _described(checked, each)
        if seen[rule] == min(many[rule], MOST_OF_A_RULE) < many[rule]:
            yield f"  … and {many[rule] - MOST_OF_A_RULE:,} more {rule} in this file"
        if seen[rule] <= MOST_OF_A_RULE:
            yield ""
    if checked.is_partial:
        yield (
            f"{checked.name}: only the first {checked.read:,} of"
            f" {len(checked.data):,} octets were looked at"
        )
        yield ""


def _described(checked: Checked, each: Diagnostic) -> Iterator[str]:
    """Where and which as compilers have it, then what, then the octets."""
    place, columns = each.place, width()
    where = checked.name
    if place.start is not None:
        where += ":{}:{}".format(*position(checked.data, place.start))
    yield f"{coloured(where, 'strong')}: {coloured(each.severity, each.severity)} {each.rule.id}"
    part = f", in part {place.part}" if place.part else ""
    what = sanitize(f"{each.text}{part} ({each.rule.source})")
    yield from textwrap.wrap(
        what, columns if is_terminal() else 10_000, initial_indent="  ", subsequent_indent="  "
    )
    if place.start is not None:
        yield from _quoted(checked.data, place.start, place.end or 0, columns, each.severity)


def _further(lines: int) -> str:
    if not lines:
        return ""
    return " and 1 line more" if lines == 1 else f" and {lines:,} lines more"


def _quoted(data: bytes, start: int, end: int, columns: int, colour: str) -> Iterator[str]:
    gutter = f"  {position(data, start)[0]:>5} | "
    quotation = quoted(data, start, end, columns - len(gutter))
    further = _further(quotation.lines_more)
    yield f"{gutter}{writable(quotation.text)}"
    below = _below(quotation)
    marks = coloured(below.lstrip(), colour)
    indent = " " * (len(below) - len(below.lstrip()))
    yield f"{'|'.rjust(len(gutter) - 1)} {indent}{marks}{further}"


def _below(quotation: Quotation) -> str:
    """The marks, as wide as what stands above them is where it had to be spelled."""
    before, text, marks = 0, "", quotation.marks
    if writable(quotation.text) == quotation.text:
        return marks
    for character in quotation.text:
        end = before + cells(character)
        text += ("^" if "^" in marks[before:end] else " ") * len(writable(character))
        before = end
    return (text + marks[before:]).rstrip()


def summary(messages: int, counts: Counter[str], hidden: int) -> str:
    """The last line: how much was looked at, and how much was found."""
    found = [_many(counts[level], level) for level in LEVELS if counts[level]]
    what = ", ".join(found) or "nothing found"
    rest = f" ({_many(hidden, 'finding')} not shown, see --level)" if hidden else ""
    return f"{_many(messages, 'message')}: {what}{rest}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
