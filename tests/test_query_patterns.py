"""Regexes in filters end in time."""

import time

import pytest

from mailtrap.query_patterns import (
    MAX_LINE,
    PatternError,
    for_lower_case,
    found,
    found_in_lines,
    pattern,
)

ENDLESS = r"""
    (a+)+$  (a*)*b  (a|aa)+$  (a|a)*b  (.|x)*y  (?:[a-z]+\.)+x  (a?){30}a{30}  ((a+))+b  (x+x+)+y
    (?:(?:a+)b)*c  (\d+,?)+$  (a*b?)*c  (?P<n>a+)+  ([ab]|a)+c  ((a|ab)(c|bcd))*d
"""
USUAL = r"""
    order\s\d+  ^re:.*(foo|bar)$  (a|b)+  (foo|bar)+  (?:[a-z]+\.)++x  (?>a+)+  x{2,3}  (ab){1,3}
    (a+){2}  [[a]  [(+]+  (a\+)+  (?i)foo  (?:x|y+)z  a(?#(b+)+  (?P<x>a)(?P=x)+  (a{3})+  []+)]+
    (?=a+)b
"""


@pytest.mark.parametrize("source", ENDLESS.split())
def test_what_may_take_for_ever_is_refused(source: str) -> None:
    with pytest.raises(PatternError, match="a repeat within a repeat"):
        pattern(source)


@pytest.mark.parametrize("source", USUAL.split())
def test_usual_ones_are_taken(source: str) -> None:
    assert pattern(source)


@pytest.mark.parametrize(
    "source", ["(", "a{2}{3}", "[b-a]", "(?P<n>", "\\", "*a", "a{99999999999}"]
)
def test_what_is_wrong_is_said_in_the_words_of_re(source: str) -> None:
    with pytest.raises(PatternError, match="the regex is "):
        pattern(source)


def test_long_texts_are_searched_in_time_like_their_length() -> None:
    slow = pattern(".*.*x")
    text = "a" * 100_000
    begun = time.perf_counter()

    assert not found_in_lines(slow, text)
    assert not found_in_lines(slow, f"{'a' * 50}\n" * 50_000)
    assert not found(pattern("a*b"), text)
    assert time.perf_counter() - begun < 20  # hours without the limits


def test_of_long_lines_the_beginning_is_searched() -> None:
    text = f"{'a' * MAX_LINE}b\nc b"

    assert found_in_lines(pattern("^c b$"), text)
    assert not found_in_lines(pattern("ab"), text)


@pytest.mark.parametrize(
    "source", ["ab", "AB", "[0-_]b", r"\x41b", "[a-z]b", r"a\D?b", "(?i:A)b", "a[^x]?b", r"\101b"]
)
def test_in_lower_case_the_same_is_found(source: str) -> None:
    assert for_lower_case(pattern(source)).search("xaby")
