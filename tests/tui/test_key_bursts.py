"""Keys pressed faster than the screen is painted: each finds what the one before it did."""

import pytest
from textual.events import Key

from mailtrap.trap import Trap
from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap, bring, titled


def two_long_mails() -> Trap:
    trap = a_trap()
    bring(trap, titled("short"))
    for subject in (b"old", b"new"):
        lines = b"".join(b"%s %d\r\n" % (subject, number) for number in range(99))
        bring(trap, b"Subject: " + subject + b"\r\n\r\n" + lines)
    return trap


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (60, 15), (40, 10)])
@pytest.mark.parametrize("opening", ["enter", "l", "right", "tab"])
def test_keys_after_the_one_that_opens_go_to_the_detail(
    size: tuple[int, int], opening: str
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst(opening, "j", "j")
        assert stage.list.cursor == 0
        assert stage.view.scroll_offset.y == 2
        assert stage.view.has_focus

    play(two_long_mails(), scene, size=size)


@pytest.mark.parametrize("leaving", ["h", "escape", "tab"])
def test_keys_after_the_one_that_leaves_go_to_the_list(leaving: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        await stage.burst(leaving, "j")
        assert stage.list.cursor == 1
        assert stage.list.has_focus

    play(two_long_mails(), scene)


def test_back_and_forth_in_one_go_ends_where_it_should() -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst("l", "j", "h", "j", "l", "j", "j", "h", "l")
        assert stage.list.cursor == 1
        assert stage.view.scroll_offset.y == 2
        assert stage.view.has_focus

    play(two_long_mails(), scene)


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
def test_the_end_asked_for_together_with_zoom_is_the_end(size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst("enter", "z", "G")
        assert "new 98" in stage.text()
        assert stage.list.cursor == 0
        await stage.burst("g", "z", "G")
        assert "new 98" in stage.text()
        assert stage.view.is_at_end

    play(two_long_mails(), scene, size=size)


def test_unread_asked_for_together_with_moving_is_about_the_row_moved_to() -> None:
    async def scene(stage: Stage) -> None:
        await stage.burst("j", "u")
        assert [row.unread for row in stage.app.listing.rows] == [True, True, True]
        assert stage.list.cursor == 1

    play(two_long_mails(), scene)


def test_no_key_pressed_together_with_help_gets_past_it() -> None:
    trap = two_long_mails()

    async def scene(stage: Stage) -> None:
        await stage.burst("question_mark", "d", "j", "z")
        await stage.press("q")
        assert len(trap.messages) == 3
        assert stage.list.cursor == 0

    play(trap, scene)


@pytest.mark.parametrize("keys", [("ctrl+c", "ctrl+c"), ("q", "q")])
def test_quit_asked_for_twice_at_once_quits(keys: tuple[str, str]) -> None:
    async def scene(stage: Stage) -> None:
        for key in keys:
            stage.app.post_message(Key(key, None))
        await stage.until(lambda: stage.app.return_value == 0)

    play(two_long_mails(), scene)
