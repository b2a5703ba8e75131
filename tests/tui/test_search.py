"""Search: every match, in order from where one reads, a piece of work at a time."""

from hypothesis import given
from hypothesis import strategies as st

from mailtrap.tui.document import TextDocument
from mailtrap.tui.search import MOST, Search
from mailtrap.tui.source import SourceDocument


def done(query: str, text: str, origin: int = 0) -> Search:
    search = Search(query, TextDocument(text), origin)
    if not search.is_done:
        search.work(lambda: False)
    assert search.is_done
    return search


def test_the_first_match_is_that_below_where_one_reads() -> None:
    search = done("b", "abc\nb\nxx\nB B", origin=2)

    assert len(search) == 4
    assert search.first == (3, 0, 1)
    assert search.number((3, 0, 1)) == 3


def test_from_match_to_match_and_round() -> None:
    search = done("b", "abc\nb\nxx\nB B", origin=2)

    assert search.after((3, 0, 1), 1) == (3, 2, 3)
    assert search.after((3, 2, 3), 1) == (0, 1, 2)
    assert search.after((0, 1, 2), -1) == (3, 2, 3)
    assert search.after(None, 1) == (3, 0, 1)
    assert search.after((2, 0, 1), 1) == (3, 0, 1)


def test_signs_of_a_pattern_are_text() -> None:
    assert done(".*", "a.*b").first == (0, 1, 3)
    assert done("[", "abc").first is None


def test_nothing_is_searched_for_nothing() -> None:
    assert done("", "abc").first is None
    assert len(done("x", "")) == 0


def test_it_stops_when_told_and_goes_on_where_it_was() -> None:
    search = Search("last", SourceDocument(b"line\r\n" * 10_000 + b"last\r\n"))

    turns = 0
    while not search.is_done:
        turns += 1
        search.work(lambda: True)

    assert turns == 201
    assert search.first == (10_000, 0, 4)


def test_a_great_many_are_not_counted_to_the_end() -> None:
    search = done("x", "xxxxxxxxxx\n" * MOST)

    assert MOST <= len(search) <= MOST + 10


@given(st.text(alphabet="ab\n"), st.text(alphabet="abA", min_size=1, max_size=3), st.integers(0, 9))
def test_all_matches_are_found_once(text: str, query: str, origin: int) -> None:
    search = done(query, text, origin)
    everything = done(query, text)

    assert len(search) == len(everything)
    match, seen = everything.first, []
    for _ in range(len(search)):
        assert match is not None
        seen.append(match)
        assert search.number(match) == len(seen)
        match = search.after(match, 1)
    assert seen == sorted(set(seen))
