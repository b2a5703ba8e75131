"""Documents: text cut into rows, and nothing of it lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mailtrap.content import Content
from mailtrap.tui.document import TextDocument, cut, lay_out, plain, wrapped
from mailtrap.tui.pages import text_page


@given(st.text(alphabet="ab 日🎉é\u0301", max_size=200), st.integers(2, 40))
def test_wrapped_pieces_fit_and_are_the_whole_line(text: str, width: int) -> None:
    pieces = wrapped(text, width)

    assert "".join(text[start:end] for start, end in pieces) == text
    assert all(cell_len(text[start:end].rstrip(" ")) <= width for start, end in pieces)


def test_a_line_is_cut_behind_a_blank() -> None:
    text = "one two three four"

    assert [text[a:b] for a, b in wrapped(text, 9)] == ["one two ", "three ", "four"]


def test_an_address_too_long_for_a_row_is_cut_where_the_row_ends() -> None:
    text = "see https://example.org/" + "x" * 20

    assert [text[a:b] for a, b in wrapped(text, 20)] == [
        "see https://example.",
        "org/xxxxxxxxxxxxxxxx",
        "xxxx",
    ]


def test_a_cut_keeps_the_roles() -> None:
    spans = [("abc", "x"), ("def", "y")]

    assert cut(spans, 1, 5) == [("bc", "x"), ("de", "y")]
    assert cut(spans, 3, 3) == []


def test_text_has_its_tabs_expanded_and_its_controls_replaced() -> None:
    document = TextDocument("a\tb\n\x1b[31mred\rover\n> quoted\n\n\n")

    lines = [document.line(index) for index in range(len(document))]
    assert lines == [[("a       b", "")], [("␛[31mred␍over", "")], [("> quoted", "quote")]]


def test_only_what_wraps_is_laid_out() -> None:
    document = TextDocument("one two\nthree")

    layout = lay_out(document, 8)

    assert layout.pieces == [(0, 0, 7), (1, 0, 5)]


@pytest.mark.parametrize(
    ("data", "first"),
    [
        (b"\r\nHello\r\n", "Hello"),
        (
            b"Content-Type: text/html\r\n\r\n<p>Hello\r\n",
            "There is only HTML in this message; this is how it reads.",
        ),
        (b"\r\n", "The text is empty."),
        (
            b"Content-Type: image/png\r\n\r\nxyz\r\n",
            "There is no text in this message; Source shows what there is.",
        ),
    ],
    ids=["text", "html", "empty", "image"],
)
def test_the_text_of_a_message_says_what_there_is(data: bytes, first: str) -> None:
    document = text_page(Content(data), 80)

    assert plain(document.line(0)) == first
