"""Source: every octet stands for what crossed the wire."""

import pytest

from mailtrap.tui.document import plain
from mailtrap.tui.source import PIECE, SourceDocument


def shown(data: bytes) -> list[str]:
    document = SourceDocument(data)
    return [plain(document.line(index)) for index in range(len(document))]


def numbers(data: bytes) -> list[str]:
    document = SourceDocument(data)
    return [plain(document.gutter(index)).strip() for index in range(len(document))]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"one\r\ntwo\r\n", ["one", "two"]),
        (b"bare\nline\r\n", ["bare␊", "line"]),
        (b"a\rb\r\n", ["a␍b"]),
        (b"a\r\r\n", ["a␍"]),
        (b"no end", ["no end [no line end]"]),
        (b"tab\there\r\n", ["tab␉here"]),
        (b"nul\0 esc\x1b\r\n", ["nul␀ esc␛"]),
        (b"caf\xe9 caf\xc3\xa9\r\n", ["caf\\xe9 café"]),
        (b"c1 \xc2\x9b raw \x9b\r\n", ["c1 \\u009b raw \\x9b"]),
        ("bidi \u202e tag \U000e0041\r\n".encode(), ["bidi \\u202e tag \\U000e0041"]),
        ("real \ufffd and ␛\r\n".encode(), ["real \ufffd and ␛"]),
    ],
)
def test_octets_are_made_visible(data: bytes, lines: list[str]) -> None:
    assert shown(data) == lines


def test_what_is_unusual_is_marked_and_what_only_looks_like_it_is_not() -> None:
    document = SourceDocument("\x1b and ␛\r\n".encode())

    assert document.line(0) == [("␛", "warning"), (" and ␛", "")]


def test_a_long_line_is_shown_in_pieces_under_one_number() -> None:
    data = b"short\r\n" + b"x" * (2 * PIECE + 100) + b"\r\nlast\r\n"

    lines = shown(data)

    assert [len(line) for line in lines[:3]] == [5, PIECE, PIECE]
    assert lines[3] == "x" * 100 + " [2,096 octets, 998 are allowed]"
    assert numbers(data) == ["1", "2", "↳", "↳", "3"]


def test_a_line_of_998_octets_is_not_too_long() -> None:
    data = b"x" * 998 + b"\r\n"

    assert shown(data) == ["x" * 998]


def test_a_character_of_several_octets_is_not_cut_between_pieces() -> None:
    data = b"x" + "é".encode() * PIECE + b"\r\n"

    lines = shown(data)

    assert "".join(lines).startswith("x" + "é" * PIECE + " [")


def test_the_pieces_are_the_octets() -> None:
    data = b"one\r\n" + b"\x80" * 3 * PIECE + b"\n\r\rlast"

    document = SourceDocument(data)

    assert b"".join(document.octets(index) for index in range(len(document))) == data
