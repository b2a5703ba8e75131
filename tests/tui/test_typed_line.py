"""Lines that are typed: the filter of the list, and what is searched in a document."""

import pytest

from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap_of

EDITING = [
    "left",
    "right",
    "home",
    "end",
    "delete",
    "ctrl+a",
    "ctrl+e",
    "ctrl+k",
    "ctrl+left",
    "ctrl+d",
    "ctrl+f",
    "f5",
]


@pytest.mark.parametrize("begin", ["slash", "enter slash"])
def test_keys_that_edit_lines_elsewhere_do_not_make_commands_of_the_letters_behind_them(
    begin: str,
) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*begin.split(), *"one")
        for key in EDITING:
            await stage.press(key, "d")
        assert f"/one{'d' * len(EDITING)}▏" in stage.text()
        assert len(stage.app.listing.rows) == 2

    play(a_trap_of("one", "two"), scene)


@pytest.mark.parametrize("begin", ["slash", "enter slash"])
def test_a_word_is_deleted_at_once(begin: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press(*begin.split(), *"one", "space", *"two", "space", "ctrl+w")
        assert "/one ▏" in stage.text()
        await stage.press("ctrl+w", "ctrl+w")
        assert "/▏" in stage.text()

    play(a_trap_of("one", "two"), scene)


@pytest.mark.parametrize("key", ["up", "down", "pageup", "pagedown", "tab", "shift+tab"])
def test_keys_that_go_somewhere_keep_the_line_and_go_there(key: str) -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"t", key)
        assert "▏" not in stage.text()
        assert "1 of 2" in stage.text()

    play(a_trap_of("one", "two"), scene)


def test_the_keys_of_the_whole_screen_are_heard_while_a_line_is_typed() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"t", "ctrl+c")
        assert "2 messages are only in memory" in stage.text()

    play(a_trap_of("one", "two"), scene)
