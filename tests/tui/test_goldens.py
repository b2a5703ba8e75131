"""The whole screen of each view, as text.  ``UPDATE_GOLDENS=1 pytest ...`` writes them anew."""

import os
from pathlib import Path

import pytest

from tests.tui.pilots import Stage, play
from tests.tui.story import NOW, a_story

GOLDENS = Path(__file__).parent / "goldens"
SIZES = [(80, 24), (120, 40), (160, 48)]
SCENES = {
    "mail": "",
    "mail-read": "G enter",
    "filter": "slash s h o p",
    "filter-wrong": "slash s h o p space left_parenthesis x",
    "sessions": "2 j",
    "problems": "3",
    "problems-opened": "3 enter j",
    "zoomed": "z",
    "help": "question_mark",
}


def test_there_is_no_golden_that_nothing_is_compared_with() -> None:
    names = {f"{name}-{width}x{height}.txt" for name in SCENES for width, height in SIZES}

    assert {path.name for path in GOLDENS.iterdir()} == names


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCENES)
def test_the_screen_is_as_it_was(name: str, size: tuple[int, int]) -> None:
    golden = GOLDENS / f"{name}-{size[0]}x{size[1]}.txt"

    async def scene(stage: Stage) -> None:
        stage.app._tick()  # by the clock of the story
        await stage.settled()
        await stage.press(*SCENES[name].split())
        text = stage.text()
        if os.environ.get("UPDATE_GOLDENS"):
            golden.write_text(f"{text}\n")
        assert f"{text}\n" == golden.read_text()

    play(a_story(), scene, size=size, now=lambda: NOW)
