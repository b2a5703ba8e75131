"""The keys at the bottom."""

from mailtrap.tui.help import HelpScreen
from mailtrap.tui.keymap import checked
from mailtrap.tui.look import Look
from mailtrap.tui.menu import Choice, Menu
from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap, bring


def last_line(stage: Stage) -> str:
    return stage.text().splitlines()[-1]


def test_it_has_the_keys_of_the_pane_in_focus() -> None:
    trap = a_trap()

    async def scene(stage: Stage) -> None:
        assert last_line(stage) == "? Help q Quit"
        bring(trap)
        await stage.settled()
        assert last_line(stage) == "enter Read / Filter ? Help q Quit d Delete y Copy ] Tab z Zoom"
        await stage.press("enter")
        assert last_line(stage).startswith("q Back ? Help d Delete")

    play(trap, scene)


def test_a_click_presses_the_key_that_was_hit() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.pilot.click("#keys", offset=(last_line(stage).index("Delete"), 0))
        await stage.settled()
        assert stage.app.listing.rows == []
        await stage.pilot.click("#keys", offset=(last_line(stage).index("Help"), 0))
        await stage.settled()
        assert isinstance(stage.app.screen, HelpScreen)

    play(trap, scene)


def test_another_key_than_usual_is_the_one_that_is_shown() -> None:
    async def scene(stage: Stage) -> None:
        assert "f1 Help" in last_line(stage)

    play(a_trap(), scene, look=Look(keys={"app.help": "f1"}))


def test_an_action_without_keys_is_not_on_it() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        assert last_line(stage) == "enter Read / Filter ? Help q Quit y Copy ] Tab"

    play(trap, scene, look=Look(keys=checked({"app.delete": "", "app.zoom": ""})))


def test_it_says_how_to_end_what_is_asked() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.press("s")
        for key in ("enter OK", "tab Complete", "esc Leave"):
            assert key in last_line(stage)

    play(trap, scene)


def test_no_key_is_cut_off_at_the_edge() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        assert last_line(stage) == "enter Read / Filter ? Help q Quit d Delete y Copy ] Tab"

    play(trap, scene, size=(60, 15))


def test_on_a_narrow_screen_there_is_room_for_what_is_written() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.press("s", *"x/y.eml")
        assert "save the message as: " in stage.text()
        assert "x/y.eml" in stage.text()

    play(trap, scene, size=(40, 10))


def test_it_shows_no_keys_while_they_are_letters() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        for keys in (("slash", "q"), ("enter", "slash", "q")):
            await stage.press(*keys)
            assert "Help" not in stage.text()
            await stage.press("escape")
            assert "? Help" in last_line(stage)

    play(trap, scene)


def test_it_shows_no_keys_while_they_are_those_of_a_menu() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.press("y")
        assert "Help" not in stage.text()
        await stage.press("escape")
        assert "? Help" in last_line(stage)

    play(trap, scene)


def test_it_hears_of_a_menu_that_opens_late() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        menu = stage.app.query_one(Menu)
        menu.open("Where to?", [Choice("a", "there", lambda: None)])
        await stage.settled()
        assert "Help" not in stage.text()
        menu.close()
        await stage.settled()
        assert "? Help" in last_line(stage)

    play(trap, scene)


def test_on_a_rule_in_problems_it_says_that_enter_unfolds_it() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        for key, label in (("3", "Unfold"), ("enter", "Fold"), ("j", "Read"), ("k", "Fold")):
            await stage.press(key)
            assert last_line(stage).startswith(f"enter {label} ")
        await stage.press("1")
        assert last_line(stage).startswith("enter Read ")

    play(trap, scene)
