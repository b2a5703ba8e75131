"""How the screen looks: what settings say, what was chosen before, and what is kept of it."""

import json
import os
from pathlib import Path

import pytest

from mailtrap.tui.app import MailtrapApp
from mailtrap.tui.keymap import checked
from mailtrap.tui.look import Chosen, Look, recalled, remember
from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap, bring, titled


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "state" / "mailtrap" / "screen.json"


def shown(
    look: Look | None, *keys: str, size: tuple[int, int] = (120, 40)
) -> tuple[MailtrapApp, tuple[int, int]]:
    """The app after these keys, and the size of its list."""
    trap = a_trap()
    bring(trap, titled("one"))
    sizes = []

    async def scene(stage: Stage) -> None:
        await stage.press(*keys)
        sizes.append((stage.list.size.width, stage.list.size.height))

    app = play(trap, scene, size=size, look=look)
    return app, sizes[-1]


def test_what_was_chosen_comes_back(memory: Path) -> None:
    look = Look(memory=memory)
    first, turned = shown(look, "minus", "plus", "C", "1", "enter")
    again, size = shown(look)

    assert size == turned == (120, 18)
    assert again.theme == first.theme != "textual-dark"
    assert recalled(memory) == Chosen(first.theme, "above", 50)


def test_only_what_was_chosen_is_kept(memory: Path) -> None:
    remember(memory, {"theme": "nord", "split": 70})
    shown(Look(memory=memory), "minus")

    assert recalled(memory) == Chosen("nord", "above", 70)


def test_nothing_is_written_where_nothing_is_chosen(memory: Path) -> None:
    shown(Look(memory=memory), "z", "z", "2")

    assert not memory.parent.exists()


def test_a_layout_as_fits_is_a_choice_too(memory: Path) -> None:
    shown(Look(memory=memory), "minus", "minus")

    assert recalled(memory).layout == "auto"


def test_settings_win_over_what_was_chosen(memory: Path) -> None:
    remember(memory, {"theme": "nord", "layout": "above", "split": 70})

    app, size = shown(Look("gruvbox", "beside", split=20, memory=memory))

    assert app.theme == "gruvbox"
    assert size[0] == 24


def test_it_says_where_a_setting_will_count_all_the_same() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    look = Look(layout="beside", set_by={"layout": "/shop/pyproject.toml, line 3"})

    async def scene(stage: Stage) -> None:
        await stage.press("plus")
        assert "until you quit" not in stage.text()
        await stage.press("minus")
        said = "layout: until you quit; then /shop/pyproject.toml, line 3 counts again"
        await stage.until(lambda: said in stage.text())

    play(trap, scene, size=(120, 40), look=look)


@pytest.mark.parametrize(
    ("look", "size", "width", "height"),
    [
        (Look(layout="beside"), (80, 24), 40, None),
        (Look(layout="above", split=50), (120, 40), 120, 18),
        (Look(layout="auto", split=30), (120, 40), 36, None),
        (Look(split=30), (80, 24), 80, 6),
        (Look(split=30), (50, 24), 50, None),  # one pane
    ],
    ids=str,
)
def test_panes_are_as_settings_say(
    look: Look, size: tuple[int, int], width: int, height: int | None
) -> None:
    _, found = shown(look, size=size)

    assert found[0] == width
    assert found[1] == (height or size[1] - 3)


def test_a_terminal_that_gets_another_size_has_the_same_shares() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        await stage.pilot.resize_terminal(80, 24)
        await stage.settled()
        assert (stage.list.size.width, stage.list.size.height) == (80, 6)
        await stage.pilot.resize_terminal(120, 40)
        await stage.settled()
        assert (stage.list.size.width, stage.list.size.height) == (36, 37)
        await stage.press("z")
        assert stage.list.size.width == 120

    play(trap, scene, size=(120, 40), look=Look(split=30))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe\x00",
        b"[" * 9_000,
        b'{"theme": 3, "layout": [], "split": true}',
        b'{"theme": "no-such-theme", "layout": "sideways", "split": 99}',
        b" " * 20_000 + b"{}",
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_broken_file_of_choices_does_no_harm(memory: Path, content: bytes) -> None:
    memory.parent.mkdir(parents=True)
    memory.write_bytes(content)

    _, size = shown(Look(memory=memory), "minus")

    assert size[0] == 120
    assert json.loads(memory.read_bytes())["layout"] == "above"


@pytest.mark.skipif(os.name == "nt", reason="rights of directories are those of POSIX")
@pytest.mark.parametrize("obstacle", ["file", "directory", "nul"])
def test_what_cannot_be_kept_does_no_harm(tmp_path: Path, obstacle: str) -> None:
    memory = tmp_path / "state" / "screen.json"
    if obstacle == "file":
        memory.parent.write_text("in the way")
    elif obstacle == "directory":
        memory.mkdir(parents=True)
    else:
        memory = Path("/\0/screen.json")

    _, size = shown(Look(memory=memory), "minus")

    assert size[0] == 120
    assert recalled(memory) == Chosen()
    assert not list(tmp_path.rglob(".*"))


def test_the_footer_the_palette_the_help_and_questions_name_other_keys() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    others = {"app.help": "f1", "app.quit": "ctrl+x", "app.undo": "f8", "app.delete-all": "f9"}

    async def scene(stage: Stage) -> None:
        assert stage.text().endswith("f1 Help ctrl+x Quit")
        await stage.press("d")
        await stage.until(lambda: "deleted, f8 brings it back" in stage.text())
        await stage.press("f8", "f9")
        await stage.until(lambda: "f9 again deletes" in stage.text())
        await stage.press("x", "ctrl+x")
        await stage.until(lambda: "ctrl+x again to quit" in stage.text())
        await stage.press("n", "f1")
        assert f"{'f9':<20}delete all" in stage.text()
        await stage.press("f1")
        assert "f9  " not in stage.text()
        await stage.press("colon", *"bring")
        await stage.until(lambda: "anywhere: f8" in stage.text())

    play(trap, scene, size=(140, 60), look=Look(keys=checked(others)))


def test_the_empty_screen_names_other_keys() -> None:
    async def scene(stage: Stage) -> None:
        assert "send something; f6 sends a test message:" in stage.text()

    play(a_trap(), scene, look=Look(keys=checked({"app.sample": "f6"})))


def test_an_action_may_have_no_key() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        await stage.press("z")
        assert "This is one" in stage.text()
        await stage.press("question_mark")
        assert f"{'':<20}one pane fills the screen" in stage.text()
        await stage.press("escape")
        await stage.app.run_action("zoom")
        await stage.until(lambda: "This is one" not in stage.text())

    play(trap, scene, size=(140, 60), look=Look(keys=checked({"app.zoom": ""})))
