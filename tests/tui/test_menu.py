"""The menu: keys that were pressed in one go, numbers, cursor and mouse."""

from functools import partial

from mailtrap.tui.menu import Choice, Menu
from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap, bring, titled


def menu_of(stage: Stage) -> Menu:
    return stage.app.query_one(Menu)


def choices(chosen: list[str], *keys: str) -> list[Choice]:
    return [Choice(key, f"thing {key}", partial(chosen.append, key)) for key in keys]


def numbers(chosen: list[str], count: int) -> list[Choice]:
    return choices(chosen, *(str(number) for number in range(1, count + 1)))


def test_a_key_chooses_and_closes() -> None:
    chosen: list[str] = []

    async def scene(stage: Stage) -> None:
        menu_of(stage).open("Which?", choices(chosen, "a", "j"))
        await stage.settled()
        assert " Which?" in stage.text()
        assert " j  thing j" in stage.text()
        await stage.press("j")
        assert chosen == ["j"]
        assert "Which?" not in stage.text()

    play(a_trap(), scene)


def test_every_key_is_the_menus_until_it_is_closed() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    bring(trap, titled("two"))

    async def scene(stage: Stage) -> None:
        menu_of(stage).open("Which?", choices([], "a"))
        await stage.burst("d", "j", "x", "question_mark")
        assert menu_of(stage).is_open
        assert len(stage.app.listing.rows) == 2
        assert stage.list.cursor == 0
        await stage.burst("escape", "j")
        assert not menu_of(stage).is_open
        assert stage.list.cursor == 1

    play(trap, scene)


def test_a_number_goes_on_while_there_is_a_longer_one() -> None:
    chosen: list[str] = []

    async def scene(stage: Stage) -> None:
        menu = menu_of(stage)
        menu.open("Which?", numbers(chosen, 12))
        await stage.press("3")
        menu.open("Which?", numbers(chosen, 12))
        await stage.press("1", "2")
        menu.open("Which?", numbers(chosen, 12))
        await stage.press("1", "enter")
        menu.open("Which?", numbers(chosen, 12))
        await stage.press("1", "9", "2")
        assert chosen == ["3", "12", "1", "2"]

    play(a_trap(), scene)


def test_the_cursor_chooses_too_and_stays_in_sight() -> None:
    chosen: list[str] = []

    async def scene(stage: Stage) -> None:
        menu_of(stage).open("Which?", numbers(chosen, 60))
        await stage.press("up")
        assert "60  thing 60" in stage.text()
        assert "thing 1 " not in stage.text()
        await stage.press("up", "enter")
        assert chosen == ["59"]

    play(a_trap(), scene, size=(60, 15))


def test_the_keys_of_the_lists_move_the_cursor_where_no_choice_has_them() -> None:
    chosen: list[str] = []

    async def scene(stage: Stage) -> None:
        menu_of(stage).open("Which?", numbers(chosen, 4))
        await stage.press("j", "j", "k", "enter")
        menu_of(stage).open("Which?", choices(chosen, "a", "k"))
        await stage.press("j", "k")
        assert chosen == ["2", "k"]

    play(a_trap(), scene)


def test_a_click_chooses() -> None:
    chosen: list[str] = []

    async def scene(stage: Stage) -> None:
        menu_of(stage).open("Which?", choices(chosen, "a", "b"))
        await stage.settled()
        await stage.pilot.click("#menu", offset=(3, 2))
        await stage.settled()
        assert chosen == ["b"]

    play(a_trap(), scene)


def test_what_is_known_later_is_shown_then() -> None:
    async def scene(stage: Stage) -> None:
        menu = menu_of(stage)
        menu.describe("Which?", {"a": "late"})
        menu.open("Which?", choices([], "a"))
        menu.describe("Another?", {"a": "wrong"})
        menu.describe("Which?", {"a": "details"})
        await stage.settled()
        assert " a  thing a  details" in stage.text()

    play(a_trap(), scene)
