"""What is known of a rule, however many subjects break it."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.diagnostic import Diagnostic, Place, Rule, Severity
from mailtrap.tui.problems import MOST_SHOWN, Group, Occurrence
from tests.tui.senders import NOON

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
