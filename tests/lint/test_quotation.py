import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.quotation import position, quoted, visible
from mailtrap.sanitize import sanitize

DATA = b"Subject: hi\r\nFrom: a\xe9\xc3\xa9\xe4\xbd\xa0\tb\r\n\r\nbare\nend"


def test_a_line_ends_at_its_line_feed_and_columns_count_characters() -> None:
    assert position(DATA, 0) == (1, 1)
    assert position(DATA, 13) == (2, 1)
    assert position(DATA, DATA.index(b"\tb")) == (2, 11)  # an odd octet counts as one
    assert position(b"a\rb\0c", 4) == (1, 5)
    assert position(DATA, len(DATA)) == (5, 4)


@pytest.mark.parametrize(
    ("start", "end", "text", "marks"),
    [
        (0, 7, "Subject: hi", "^^^^^^^"),
        (9, 11, "Subject: hi", "         ^^"),
        (20, 27, r"From: a\xe9é你␉b", "       ^^^^^^^^"),
        (13, 13, r"From: a\xe9é你␉b", "^"),
    ],
)
def test_marks_stand_under_what_they_mean(start: int, end: int, text: str, marks: str) -> None:
    quotation = quoted(DATA, start, end, 60)

    assert (quotation.text, quotation.marks) == (text, marks)


def test_a_line_end_is_shown_where_it_is_marked_or_asked_for() -> None:
    bare = DATA.index(b"bare\n") + 4

    assert quoted(DATA, 11, 13, 60).text == "Subject: hi␍␊"
    assert (quoted(DATA, bare, bare + 1, 60).text, quoted(DATA, bare, bare + 1, 60).marks) == (
        "bare␊",
        "    ^",
    )
    assert quoted(DATA, 0, 1, 60, ends=True).text == "Subject: hi␍␊"
    assert quoted(b"a\r\r\n", 0, 1, 60).text == "a␍"
    assert (visible(b"a\r\n", 60), visible(b"a\r\n", 60, ends=True)) == ("a", "a␍␊")


def test_lines_that_the_marks_reach_into_are_counted() -> None:
    assert quoted(b"one\ntwo\nthree\n", 1, 9, 60).lines_more == 2
    assert quoted(b"one\ntwo\nthree\n", 1, 4, 60).lines_more == 0


def test_what_is_missing_at_the_end_is_marked_behind_it() -> None:
    quotation = quoted(DATA, len(DATA), len(DATA), 60)

    assert (quotation.text, quotation.marks) == ("end", "   ^")


def test_a_long_line_is_shown_around_its_first_mark() -> None:
    data = b"x" * 5000 + b"!" + b"y" * 5000

    quotation = quoted(data, 5000, 5001, 40)

    assert quotation.text.startswith("…xxx")
    assert quotation.text.endswith("yyy…")
    assert len(quotation.text) == 40
    assert quotation.text[quotation.marks.index("^")] == "!"
    assert visible(data, 10) == "xxxxxxxxx…"


def test_control_characters_are_shown_as_pictures() -> None:
    assert visible(b"\x1b[31m\0\x7f", 60) == "␛[31m␀␡"


@given(st.binary(max_size=60), st.integers(0, 70), st.integers(0, 70), st.integers(5, 30))
def test_any_octets_can_be_quoted(data: bytes, start: int, size: int, width: int) -> None:
    for ends in (False, True):
        quotation = quoted(data, start, start + size, width, ends=ends)

        assert quotation.text == sanitize(quotation.text)
        assert len(quotation.marks) <= width
        assert quotation.line >= 1
        assert quotation.column >= 1


@given(st.text(alphabet="a\u4f60\u0301\U0001f600", max_size=60), st.integers(5, 30))
def test_wide_and_combining_characters_keep_within_the_width(text: str, width: int) -> None:
    data = text.encode()

    assert len(quoted(data, len(data) // 2, len(data), width).marks) <= width
