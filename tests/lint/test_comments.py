"""Comments of structured fields."""

import pytest

from mailtrap.lint.comments import blanks_end, comment_end, without_comments


@pytest.mark.parametrize(
    ("body", "without"),
    [
        (b"", b""),
        (b"a", b"a"),
        (b"a(b)c", b"a c"),
        (b"(a (b (c) d) (e)) f", b"  f"),
        (rb"a (\) \( \\) b", b"a   b"),
        (b"a (b\r\n c)\r\n d", b"a  \r\n d"),
        (b"()()", b"  "),
        (b"a) (b", b"a) (b"),
        (b"a (b (c) d", b"a (b (c) d"),
    ],
)
def test_comments_nest_and_have_quoted_pairs(body: bytes, without: bytes) -> None:
    assert without_comments(body) == without


def test_a_comment_ends_where_it_is_closed() -> None:
    assert comment_end(b"x (a (b) c) d", 2) == 11
    assert comment_end(b"x (a (b) c", 2) is None


@pytest.mark.parametrize(
    ("body", "end"),
    [(b"", 0), (b"a", 0), (b" (a)\t(b (c))\r\n d", 15), (b" (a", 1), (b"(a) (b", 4)],
)
def test_blanks_and_comments_are_gone_over(body: bytes, end: int) -> None:
    assert blanks_end(body, 0) == end


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", [b"(", b")", b"\\", b"()", b"(\\", b"(a)"])
def test_many_comments_take_no_longer_than_they_are_long(piece: bytes) -> None:
    body = piece * 200_000

    assert len(without_comments(body)) <= len(body)
    assert blanks_end(body, 0) <= len(body)
    assert len(without_comments(b"(" * 200_000 + b")" * 200_000)) == 1
