"""Rows that match a filter, also while there are more and more of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailtrap.query import parse
from mailtrap.trap import Trap
from mailtrap.tui.candidates import Candidates
from mailtrap.tui.rows import Row, Words
from mailtrap.tui.sieve import Sieve
from tests.tui.senders import NOON, a_trap

SUBJECTS = ("order 1", "order 2", "code")


def a_row(number: int, subject: str) -> Row:
    at = NOON + timedelta(seconds=number)
    return Row(number, f"s{number}", f"s{number}", "failed", at, Words("ann", "bob", subject))


def a_sieve(trap: Trap | None = None) -> Sieve:
    return Sieve(Candidates(trap or a_trap(), lambda _: (), lambda _: False))


def look_for(sieve: Sieve, text: str, rows: Sequence[Row]) -> None:
    sieve.look_for(parse(text, now=NOON), rows)
    sieve.work(lambda: False)


def found(sieve: Sieve) -> list[tuple[int, str]]:
    return [(row.number, row.subject) for row in sieve.rows]


EDITS = st.one_of(
    st.tuples(st.just("new"), st.sampled_from(SUBJECTS)),
    st.tuples(st.just("gone"), st.integers(0, 30)),
    st.tuples(st.just("other"), st.integers(0, 30)),
    st.tuples(st.just("filter"), st.sampled_from(("o", "order", "order 1", "code"))),
)


@given(st.lists(st.tuples(EDITS, st.booleans()), max_size=30))
def test_however_rows_come_and_go_it_finds_what_it_would_find_afresh(
    edits: list[tuple[tuple[str, str | int], bool]],
) -> None:
    rows = [a_row(number, SUBJECTS[number % 3]) for number in range(9)]
    sieve, text, newest = a_sieve(), "o", 9
    look_for(sieve, text, rows)

    for (what, value), is_looked_at in edits:
        match what, value:
            case "new", str():
                rows.append(a_row(newest, value))
                newest += 1
            case "gone", int() if rows:
                del rows[value % len(rows)]
            case "other", int() if rows:
                place = value % len(rows)
                rows[place] = replace(rows[place], source=Words("ann", "bob", "order 3"))
            case "filter", str():
                text = value
                look_for(sieve, text, rows)
        sieve.again(rows)
        if is_looked_at:
            sieve.work(lambda: False)
    sieve.work(lambda: False)

    afresh = a_sieve()
    look_for(afresh, text, rows)
    assert found(sieve) == found(afresh)
    assert len(sieve) == len(sieve.rows)
    assert sieve.tested == len(rows)


def test_of_rows_that_are_there_only_the_new_ones_are_tested() -> None:
    rows = [a_row(number, "code") for number in range(1000)]
    sieve = a_sieve()
    look_for(sieve, "code", rows)

    rows.append(a_row(1000, "code"))
    sieve.again(rows)

    assert sieve.tested == 1000
    assert len(sieve) == 1000


def test_what_was_found_before_stays_on_the_screen_until_all_is_tested_again() -> None:
    rows = [a_row(number, "code") for number in range(1000)]
    sieve = a_sieve()
    look_for(sieve, "code", rows)

    del rows[0]
    sieve.again(rows)
    sieve.work(lambda: True)

    assert len(sieve.rows) == 1000
    sieve.work(lambda: False)
    assert len(sieve.rows) == 999
