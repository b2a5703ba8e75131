"""The issues of a row as a document: what is wrong, where, why, how to mend it, who would refuse.

One of them is selected: the marker stands before it, and keys are about it.
"""

from collections.abc import Iterator, Sequence

from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.quotation import position
from mailtrap.lint.refusals import refusals
from mailtrap.sanitize import sanitize
from mailtrap.session import ClientEntry, Session
from mailtrap.transcript import summary
from mailtrap.tui.document import Span, TextDocument
from mailtrap.tui.issues import Diagnosis, Issue
from mailtrap.tui.items import SELECTED, Items
from mailtrap.tui.severities import MARKS, ROLES

MOST_SHOWN = 3  # findings of one rule
_LONGEST = 300  # code points of what was found


class IssuesDocument(Items):
    """The issues, one below the other."""

    gutter_width = 4
    hanging = 0
    has_blanks = True

    def __init__(self, diagnosis: Diagnosis, session: Session | None, data: bytes) -> None:
        """``session`` and the mail data of the message: to say where in them it is."""
        super().__init__()
        self.issues = diagnosis.issues
        self._data = data
        transcript = session.transcript if session else ()
        self._entries = {e.offset: e for e in transcript if isinstance(e, ClientEntry)}
        self._refusals: dict[int, list[str]] = {}  # by id() of the finding, which has no hash
        for each in refusals((issue.found[0] for issue in _in_order(self.issues)), transcript):
            self._refusals.setdefault(id(each.diagnostic), []).append(sanitize(each.text))
        if not diagnosis.wrong:
            self._lines += [[("Nothing wrong here, only this to know:", "note")], []]
        for issue in self.issues:
            self._heads.append(len(self._lines))
            self._lines += self._described(issue)
        self._lines += [[(caveat, "note")] for caveat in diagnosis.caveats]

    def gutter(self, index: int) -> Sequence[Span]:
        """The marker and the severity before a heading."""
        number = self.item_at(index)
        if number is None:
            return [(" " * self.gutter_width, "")]
        marker = SELECTED if number == self.selected else " "
        severity = self.issues[number].severity
        return [(marker, "strong"), (f"{MARKS[severity]}  ", ROLES[severity])]

    def _described(self, issue: Issue) -> Iterator[Sequence[Span]]:
        rule, first = issue.rule, issue.found[0]
        yield [(rule.id, ROLES[issue.severity]), ("  ", ""), (sanitize(rule.title), "strong")]
        where = "in the message" if issue.in_message else "in the session"
        times = f" · {len(issue.found):,} times" if len(issue.found) > 1 else ""
        yield [(f"{issue.severity} {where} · {sanitize(rule.source)}{times}", "muted")]
        for each in issue.found[:MOST_SHOWN]:
            if text := self._found(issue, each):
                yield [(text, "")]
        if len(issue.found) > MOST_SHOWN:
            yield [(f"… and {len(issue.found) - MOST_SHOWN:,} more", "muted")]
        for name, text in (("Why: ", rule.why), ("Mend: ", rule.mend)):
            if text:
                yield [(name, "muted"), (sanitize(text), "")]
        for text in self._refusals.get(id(first), ()):
            yield [("Refused: ", "muted"), (text, "")]
        yield []

    def _found(self, issue: Issue, each: Diagnostic) -> str:
        """Where it is, and the values."""
        place = each.place
        detail = sanitize(each.detail[:_LONGEST])
        parts = []
        if issue.in_message and place.start is not None:
            parts.append(f"line {position(self._data, place.start)[0]:,}")
        elif not issue.in_message and (entry := self._entries.get(place.offset or 0)):
            said = "" if place.offset is None else summary(entry)
            parts.append("" if said in detail else said[:_LONGEST])
        if place.part:
            parts.append(f"part {sanitize(place.part)}")
        return ": ".join(part for part in (", ".join(filter(None, parts)), detail) if part)


def issues_document(
    diagnosis: Diagnosis, session: Session | None, data: bytes
) -> IssuesDocument | TextDocument:
    """The issues, or a sentence where there are none."""
    if diagnosis.issues:
        return IssuesDocument(diagnosis, session, data)
    so_far = " so far" if session and session.is_open else ""
    return TextDocument("\n".join(diagnosis.caveats), f"Nothing wrong here{so_far}.")


def _in_order(issues: Sequence[Issue]) -> list[Issue]:
    """As it happened: the session first, by what the client had sent by then."""
    last = float("inf")
    return sorted(
        issues,
        key=lambda i: (
            i.in_message,
            last if i.found[0].place.offset is None else i.found[0].place.offset,
        ),
    )
