"""What is known of a rule, however many subjects break it."""

import threading
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.diagnostic import Diagnostic, Place, Rule, Severity
from mailtrap.tui.feed import What
from mailtrap.tui.problems import MOST_SHOWN, Group, Occurrence, Problems
from tests.tui.letters import UNDATED
from tests.tui.senders import NOON, a_trap, bring

PATIENCE = 10.0  # seconds

RULE = Rule("a-rule", "What is wrong", Severity.ERROR, "RFC 5321 §1")


def an_occurrence(number: int, sender: str) -> Occurrence:
    at = NOON + timedelta(seconds=number % 7)
    return Occurrence((str(number), True), sender, at, Diagnostic(RULE, RULE.severity, "", Place()))


def latest(occurrences: Sequence[Occurrence]) -> list[tuple[str, bool]]:
    """The newest subjects, found the long way."""
    subjects = {each.subject: each.at for each in occurrences}
    newest = sorted(subjects, key=lambda each: (str(subjects[each]), each), reverse=True)
    return newest[:MOST_SHOWN]


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("broken"), st.integers(0, 99), st.sampled_from(("ann", "bob"))),
        st.tuples(st.just("gone"), st.integers(0, 99), st.just("")),
        st.tuples(st.just("asked"), st.just(0), st.just("")),
    ),
    max_size=200,
)


@given(EVENTS)
def test_what_is_counted_on_the_way_is_what_there_is(events: list[tuple[str, int, str]]) -> None:
    group = Group(RULE.id, "error")
    there: list[Occurrence] = []

    for what, number, sender in events:
        subject = (str(number), True)
        if what == "broken":
            there.append(an_occurrence(number, sender))
            group.add(there[-1])
        elif what == "gone" and subject in group.found:
            there = [each for each in there if each.subject != subject]
            group.drop(subject)
        elif what == "asked":
            group.latest()

    assert group.count == len(there)
    assert group.senders == len({each.sender for each in there})
    assert [each.subject for each in group.latest()] == latest(there)


def test_what_goes_once_it_was_looked_at_is_not_there() -> None:
    trap, told = a_trap(), threading.Semaphore(0)
    problems = Problems(trap, told.release)
    problems.survey.start()

    gone = bring(trap, UNDATED)
    problems.take([(What.RECEIVED, gone.id), (What.CLOSED, gone.session)])
    assert told.acquire(timeout=PATIENCE)
    assert told.acquire(timeout=PATIENCE)
    trap.clear()
    stays = bring(trap, UNDATED)
    problems.take([(What.REMOVED, gone.id), (What.FORGOTTEN, gone.session)])
    problems.take([(What.RECEIVED, stays.id)])
    assert told.acquire(timeout=PATIENCE)
    problems.survey.stop()

    assert problems.grow()
    assert problems.looked_at == 1
    assert [list(group.found) for group in problems.groups.values()] == [[(stays.id, True)]]
