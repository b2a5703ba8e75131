"""Problems in cells: which columns there are, and that they are as wide as they should be."""

from datetime import timedelta

import pytest
from rich.cells import cell_len

from mailtrap.lint.diagnostic import Diagnostic, Place, Rule, Severity
from mailtrap.tui.problem_cells import group_cells
from mailtrap.tui.problems import Group, Occurrence
from tests.tui.senders import NOON

RULE = Rule("a-rule", "What is wrong", Severity.ERROR, "RFC 5321 §1")


def line(count: int, width: int) -> str:
    group = Group(RULE.id, "error")
    for number in range(count):
        found = Diagnostic(RULE, RULE.severity, "", Place())
        at = NOON + timedelta(seconds=number)
        group.add(Occurrence((str(number), True), f"sender {number}", at, found))
    return "".join(text for text, _ in group_cells(group, width, is_open=False))


@pytest.mark.parametrize("width", range(66, 76))
def test_all_rules_of_a_list_say_what_is_wrong_or_none_does(width: int) -> None:
    lines = [line(count, width) for count in (1, 2, 30)]

    assert len({"What" in each for each in lines}) == 1
    assert {cell_len(each) for each in lines} == {width}


def test_counts_that_take_the_room_leave_the_line_as_wide_as_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    group = Group(RULE.id, "error")
    group.count = 12_345_678
    monkeypatch.setattr(Group, "senders", 123_456_789_012)

    assert cell_len("".join(text for text, _ in group_cells(group, 69, is_open=False))) == 69
