"""The issues of a row: what was found in its message and session, by rule, the worst first.  Pure.

Every string that is made here is safe to show.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mailtrap.inspection import NOTHING, Findings
from mailtrap.lint.diagnostic import LEVELS, Diagnostic, Rule, Severity
from mailtrap.sanitize import sanitize
from mailtrap.tui.rows import Row
from mailtrap.tui.severities import ROLES

Remark = tuple[str, str]  # severity, text

_LONGEST = 300  # code points of what was found


@dataclass(frozen=True, slots=True)
class Issue:
    """A rule, and where it was found."""

    rule: Rule
    severity: Severity
    found: tuple[Diagnostic, ...]  # in order, at least one
    in_message: bool  # else in the session


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that was found for a row."""

    issues: tuple[Issue, ...]  # the worst first, then in the order they came
    session: Findings  # of the whole session: other mail in it, too
    message: Findings

    def count(self, severity: Severity) -> int:
        """How many issues are of that severity."""
        return sum(issue.severity == severity for issue in self.issues)

    @property
    def wrong(self) -> int:
        """How many issues are a warning or worse."""
        return len(self.issues) - self.count(Severity.INFO)

    @property
    def flag(self) -> str:
        """The name of the worst severity, "" where nothing is wrong."""
        worst = self.issues[0].severity if self.issues else Severity.INFO
        return "" if worst is Severity.INFO else worst.value

    @property
    def caveats(self) -> tuple[str, ...]:
        """What was not looked at."""
        return (*self.session.caveats, *self.message.caveats)

    @property
    def counts(self) -> list[tuple[str, str]]:
        """How much is wrong: such as "2 errors", and the role of that."""
        counted = ((severity, self.count(severity)) for severity in LEVELS[:-1])
        return [
            (f"{count} {severity}{'' if count == 1 else 's'}", ROLES[severity])
            for severity, count in counted
            if count
        ]


def diagnosis(row: Row, session: Findings, message: Findings = NOTHING) -> Diagnosis:
    """What was found for that row: in its message, and in its session but for other mail."""
    if row.is_message:
        of_session: Iterable[Diagnostic] = session.about(row.id)
    else:
        of_session = session.diagnostics if row.which is None else session.about("")
    issues = [
        *_grouped(of_session, in_message=False),
        *_grouped(message.diagnostics, in_message=True),
    ]
    return Diagnosis(tuple(sorted(issues, key=lambda i: i.severity.rank)), session, message)


def _grouped(diagnostics: Iterable[Diagnostic], *, in_message: bool) -> list[Issue]:
    by_rule: dict[tuple[str, Severity], list[Diagnostic]] = {}
    for each in diagnostics:
        by_rule.setdefault((each.rule.id, each.severity), []).append(each)
    return [
        Issue(found[0].rule, severity, tuple(found), in_message)
        for (_, severity), found in by_rule.items()
    ]


def remarks(session: Findings) -> dict[int | None, list[Remark]]:
    """What to say in a transcript about the entry at each offset; None is the session's end."""
    by_entry: dict[int | None, list[Diagnostic]] = {}
    for each in session.diagnostics:
        by_entry.setdefault(each.place.offset, []).append(each)
    return {offset: _remarks(found) for offset, found in by_entry.items()}


def places(diagnosis: Diagnosis | None) -> list[tuple[int, str]]:
    """Where something is wrong in the mail data, and its severity, the worst first."""
    return [
        (each.place.start, each.severity.value)
        for each in _in_message(diagnosis)
        if each.place.start is not None
    ]


def header_remarks(diagnosis: Diagnosis | None, end: int) -> list[tuple[str, str, int | None]]:
    """What is wrong in the header section that ends there: severity, text, its octet."""
    return [
        (each.severity.value, _remark(each, 1), each.place.start)
        for each in _in_message(diagnosis)
        if each.severity is not Severity.INFO
        and (each.place.start < end if each.place.start is not None else each.place.field)
    ]


def _in_message(diagnosis: Diagnosis | None) -> Iterator[Diagnostic]:
    for issue in diagnosis.issues if diagnosis else ():
        if issue.in_message:
            yield from issue.found


def _remarks(found: list[Diagnostic]) -> list[Remark]:
    many = Counter(each.rule.id for each in found)
    firsts: dict[str, Diagnostic] = {}
    for each in found:
        firsts.setdefault(each.rule.id, each)
    in_order = sorted(firsts.values(), key=lambda each: each.severity.rank)
    return [(each.severity.value, _remark(each, many[each.rule.id])) for each in in_order]


def _remark(each: Diagnostic, times: int) -> str:
    again = f" ({times} times)" if times > 1 else ""
    return sanitize(f"{each.rule.id}: {each.text[:_LONGEST]}{again}")
