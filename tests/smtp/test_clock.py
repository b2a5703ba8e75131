"""The clock that timers go by."""

import time

import pytest

from mailtrap.smtp.clock import unreplaced


def test_the_clock_is_real_also_where_it_is_asked_for_while_another_stands_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: -1.0)

    assert unreplaced()() >= before
