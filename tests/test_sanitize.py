import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mailtrap.sanitize import sanitize, sanitize_lines, shown

# Cc: what a terminal obeys.  Cs: what cannot be written.  Bidirectional controls are in Cf.
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def is_unsafe(character: str) -> bool:
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in BIDI
    )


def test_no_code_point_that_a_terminal_obeys_is_left() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))

    left = [character for character in sanitize(every) if is_unsafe(character)]

    assert left == []


def test_lines_keep_their_ends_and_tabs_and_nothing_else() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))

    left = [character for character in sanitize_lines(every) if is_unsafe(character)]

    assert left == ["\t", "\n"]


@given(st.text())
def test_the_length_stays(text: str) -> None:
    assert len(sanitize(text)) == len(sanitize_lines(text)) == len(text)


def test_controls_become_pictures_and_what_has_none_a_replacement() -> None:
    assert sanitize("a\x1b]0;t\x07\r\n\x7f\x9b\u202e\udce9é日") == "a␛]0;t␇␍␊␡\ufffd\ufffd\ufffdé日"


@given(st.binary())
def test_octets_are_shown_on_one_safe_line(octets: bytes) -> None:
    assert not [character for character in shown(octets) if is_unsafe(character)]


def test_octets_that_are_not_utf8_are_shown_as_escapes() -> None:
    assert shown("ü".encode() + b"\xfc\x00") == "ü\\xfc␀"
