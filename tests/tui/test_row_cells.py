"""Cells: which columns there are, and that they are as wide as they should be."""

import pytest
from rich.cells import cell_len

from mailtrap.tui.row_cells import fit, row_cells
from mailtrap.tui.rows import Row, message_row
from tests.tui.senders import a_trap, bring, titled


def a_row(subject: str = "Hello") -> Row:
    return message_row(bring(a_trap(), titled(subject)), 1)


def line(row: Row, width: int) -> str:
    return "".join(text for text, _ in row_cells(row, width)).rstrip()


def test_a_wide_list_has_seconds_and_recipients() -> None:
    assert line(a_row(), 108) == (
        "●    12:00:00  ann@example.org        bob@example.org        "
        "Hello                                       63"
    )


def test_a_normal_list_leaves_the_recipients_out() -> None:
    assert line(a_row(), 64) == ("●    12:00  ann@example.org   Hello                          63")


@pytest.mark.parametrize("width", [56, 69, 91])
def test_the_subject_gets_more_than_the_sender(width: int) -> None:
    sender, subject = (text for text, _ in row_cells(a_row("long " * 80), width)[3:5])

    assert cell_len(subject) > cell_len(sender.rstrip())
    assert cell_len(sender) >= 16


def test_a_narrow_list_has_the_local_part_and_the_subject() -> None:
    assert line(a_row(), 40) == "●    12:00 ann        Hello"


@pytest.mark.parametrize("width", [*range(20, 120, 7), 300])
@pytest.mark.parametrize(
    "subject",
    ["short", "long " * 80, "日本語の件名" * 20, "🎉" * 90],
    ids=["short", "long", "wide", "emoji"],
)
def test_the_cells_of_a_row_fill_the_width_whatever_is_in_them(width: int, subject: str) -> None:
    cells = row_cells(a_row(subject), width)

    assert sum(cell_len(text) for text, _ in cells) == width


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 5, "abcd…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日… "),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_text_that_does_not_fit_ends_in_an_ellipsis(text: str, width: int, fitted: str) -> None:
    assert fit(text, width) == fitted


def test_warnings_are_shown_before_other_marks() -> None:
    message = bring(
        a_trap(),
        b"Content-Disposition: attachment\r\n\r\n" + b"x" * 100,
        sender=b"<ann@example.org> SMTPUTF8",
        max_size=60,
    )

    row = message_row(message, 1)

    assert row.marks == "A@!"
    assert [text for text, _ in row_cells(row, 64)[1:3]] == ["A", "!"]
