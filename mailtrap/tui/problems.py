"""Problems by rule: how often each was found, with whom, and where.  Knows no terminal."""

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from typing import TYPE_CHECKING

from mailtrap.trap import Catch
from mailtrap.tui.feed import Note, What
from mailtrap.tui.rows import Row
from mailtrap.tui.survey import MOST, Subject, Survey, Surveyed

if TYPE_CHECKING:
    from mailtrap.inspection import Findings
    from mailtrap.lint.diagnostic import Diagnostic
    from mailtrap.tui.issues import Diagnosis

LEVELS = ("error", "warning", "info")
MOST_SHOWN = 50  # occurrences below a rule
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEVERITY_RANK = {name: rank for rank, name in enumerate(LEVELS)}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A rule that was found broken, and where."""

    subject: Subject
    sender: str
    at: datetime | None  # when it came
    diagnostic: "Diagnostic"


class Group:
    """A rule and where it was broken, by subject.  There may be 100 000 of them."""

    def __init__(self, rule: str, severity: str) -> None:
        self.rule = rule
        self.severity = severity
        self.found: dict[Subject, list[Occurrence]] = {}
        self.count = 0  # how often it was broken
        self._senders: Counter[str] = Counter()
        self._latest: list[Occurrence] | None = None  # oldest first, once somebody asked

    @property
    def title(self) -> str:
        """What is wrong, in a sentence."""
        return next((each[0].diagnostic.rule.title for each in self.found.values()), "")

    def add(self, occurrence: Occurrence) -> None:
        """It was broken there."""
        found = self.found.setdefault(occurrence.subject, [])
        found.append(occurrence)
        self.count += 1
        self._senders[occurrence.sender] += 1
        if len(found) == 1 and self._latest is not None:
            insort(self._latest, occurrence, key=_when)
            del self._latest[:-MOST_SHOWN]

    def drop(self, subject: Subject) -> None:
        """That is gone, or is looked at again."""
        for occurrence in self.found.pop(subject):
            self.count -= 1
            self._senders[occurrence.sender] -= 1
            if not self._senders[occurrence.sender]:
                del self._senders[occurrence.sender]
        if any(each.subject == subject for each in self._latest or ()):
            self._latest = None

    @property
    def senders(self) -> int:
        """With how many senders."""
        return len(self._senders)

    def latest(self) -> list[Occurrence]:
        """The first of each subject, the newest subjects first, and not too many."""
        if self._latest is None:
            firsts = (found[0] for found in self.found.values())
            self._latest = nlargest(MOST_SHOWN, firsts, key=_when)[::-1]
        return self._latest[::-1]


def _when(occurrence: Occurrence) -> tuple[datetime, Subject]:
    return occurrence.at or _EPOCH, occurrence.subject


class Problems:
    """What a survey found, grouped."""

    def __init__(self, catch: Catch, tell: Callable[[], object]) -> None:
        self.survey = Survey(catch, tell)
        self.least = "warning"  # the least severe that is shown
        self.groups: dict[str, Group] = {}
        self.opened: set[str] = set()  # rules whose occurrences are shown
        self._catch = catch
        self._findings: dict[Subject, Findings] = {}
        self._news: list[Occurrence] = []

    def load(self) -> None:
        """Ask for all that the catch holds, as far as it is not too much."""
        asked = [(message.received, (message.id, True)) for message in self._catch.messages]
        asked += [(s.opened, (s.id, False)) for s in self._catch.sessions if not s.is_open]
        for _, subject in sorted(asked)[-MOST:]:
            if subject not in self._findings:
                self.survey.ask(subject)

    def take(self, notes: Iterable[Note]) -> None:
        """Follow what happened in the catch."""
        for what, subject in notes:
            if what is What.RECEIVED:
                self.survey.ask((subject, True))
            elif what in (What.CLOSED, What.FOUND):
                self.survey.ask((subject, False))
            elif what is What.REMOVED:
                self._drop((subject, True))
            elif what is What.FORGOTTEN:
                self._drop((subject, False))
            elif what is What.TOO_MUCH:
                self._drop_lost()
                self.load()

    def grow(self) -> bool:
        """Take what was found; whether there was something."""
        found = self.survey.take()
        self._news.clear()
        for each in found:
            # What went while it was looked at was dropped before it was added.
            if self._is_there(each.subject):
                self._add(each)
        return bool(found)

    @property
    def news(self) -> list[Occurrence]:
        """Of what was taken last: each rule that was broken, the first time in each subject."""
        return self._news

    @property
    def looked_at(self) -> int:
        """How many messages and sessions were looked at."""
        return len(self._findings)

    @property
    def count(self) -> int:
        """How many rules were broken, warnings and worse."""
        return sum(group.severity != "info" for group in self.groups.values())

    def diagnosis(self, row: Row) -> "Diagnosis | None":
        """What is wrong with what that row stands for, as far as is known; None: nothing is."""
        session = self._findings.get((row.session, False))
        message = self._findings.get((row.id, True)) if row.is_message else None
        if session is None and message is None:
            return None
        from mailtrap.inspection import NOTHING
        from mailtrap.tui.issues import diagnosis

        return diagnosis(row, session or NOTHING, message or NOTHING)

    def next_level(self) -> str:
        """Show more severities, or after all of them errors only; the least severe shown now."""
        self.least = LEVELS[(_SEVERITY_RANK[self.least] + 1) % len(LEVELS)]
        return self.least

    def ids(self) -> list[str]:
        """The lines: rules, the worst and most frequent first, and below those that are opened
        where they were broken.
        """
        lines: list[str] = []
        for group in self._shown():
            lines.append(group.rule)
            if group.rule in self.opened:
                lines += [line_id(group.rule, each.subject) for each in group.latest()]
        return lines

    def find(self, line: str) -> tuple[Group | None, Occurrence | None]:
        """The group of a line, and its occurrence: the latest one where it is that of a rule."""
        rule, _, rest = line.partition(" ")
        group = self.groups.get(rule)
        if group is None:
            return None, None
        if not rest:
            return group, next(iter(group.latest()), None)
        kind, _, name = rest.partition(" ")
        found = group.found.get((name, kind == "message"))
        return group, found[0] if found else None

    def _shown(self) -> list[Group]:
        rank = _SEVERITY_RANK
        shown = [g for g in self.groups.values() if rank[g.severity] <= rank[self.least]]
        return sorted(shown, key=lambda g: (rank[g.severity], -g.count, g.rule))

    def _is_there(self, subject: Subject) -> bool:
        name, is_message = subject
        look = self._catch.message if is_message else self._catch.session
        return look(name) is not None

    def _add(self, surveyed: Surveyed) -> None:
        subject = surveyed.subject
        known = _rules(self._findings.get(subject))
        self._drop(subject)
        for each in surveyed.findings.diagnostics:
            severity = each.severity.value
            group = self.groups.setdefault(each.rule.id, Group(each.rule.id, severity))
            group.severity = min(group.severity, severity, key=_SEVERITY_RANK.__getitem__)
            occurrence = Occurrence(subject, surveyed.sender, surveyed.at, each)
            group.add(occurrence)
            if each.rule.id not in known:
                known.add(each.rule.id)
                self._news.append(occurrence)
        self._findings[subject] = surveyed.findings

    def _drop(self, subject: Subject) -> None:
        for rule in _rules(self._findings.pop(subject, None)):
            group = self.groups[rule]
            group.drop(subject)
            if not group.found:
                del self.groups[rule]

    def _drop_lost(self) -> None:
        kept = {(message.id, True) for message in self._catch.messages}
        kept |= {(session.id, False) for session in self._catch.sessions}
        for subject in self._findings.keys() - kept:
            self._drop(subject)


def _rules(findings: "Findings | None") -> set[str]:
    return {each.rule.id for each in findings.diagnostics} if findings else set()


def line_id(rule: str, subject: Subject) -> str:
    """The id of the line of an occurrence."""
    name, is_message = subject
    return f"{rule} {'message' if is_message else 'session'} {name}"
