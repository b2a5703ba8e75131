"""Following the newest: what is shown in full while mail pours in."""

import pytest

from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap, bring, titled


def test_the_newest_is_shown_in_full_now_and_then_and_at_once_for_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        assert "This is one." in stage.text()
        monkeypatch.setattr("mailtrap.tui.following.FOLLOW", 3600)
        for title in ("two", "three"):
            last = bring(trap, titled(title)).id
            await stage.until(lambda: stage.list.current and stage.list.current.id == last)  # noqa: B023
        assert "three" in stage.text()
        assert "This is one." in stage.text()
        await stage.pilot.press("5")  # any
        await stage.until(lambda: "This is three." in stage.text())

    play(trap, scene, size=(140, 30))


def test_in_the_end_the_newest_is_shown_in_full() -> None:
    trap = a_trap()

    async def scene(stage: Stage) -> None:
        for number in range(20):
            bring(trap, titled(f"letter {number}"))
            await stage.until(lambda: stage.app.feed.is_idle)
        await stage.settled()
        assert "This is letter 19." in stage.text()

    play(trap, scene, size=(140, 30))


def test_what_widgets_tell_last_is_nothing_to_show_once_they_are_gone() -> None:
    trap = a_trap()
    bring(trap, titled("Hello"))

    async def scene(stage: Stage) -> None:
        await stage.press("enter")

    app = play(trap, scene)

    with app._context():
        app.on_placed_view_scrolled()
        app.on_descendant_focus()
