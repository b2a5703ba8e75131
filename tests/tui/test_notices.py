"""Notices: what happens beside the mail is told for a while, whoever tells it."""

import asyncio
from threading import Thread

import pytest
from textual.widgets._toast import Toast

from mailtrap.tui import Notice
from mailtrap.tui.app import MailtrapApp
from tests.tui.pilots import PLAIN, Stage, play
from tests.tui.senders import a_trap, bring


def test_a_notice_may_come_from_another_thread() -> None:
    async def scene(stage: Stage) -> None:
        text = "faults.toml has changed: [3] rules are in force"
        teller = Thread(target=stage.app.notice, args=(text,))
        teller.start()
        await stage.until(lambda: text in stage.text())
        teller.join()

    play(a_trap(), scene)


def test_the_same_notice_once_more_is_shown_once() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.press("v", "x", "v")
        await stage.until(lambda: "there is no HTML" in stage.text())
        assert stage.text().count("nothing is attached to this message") == 1

    play(trap, scene)


def test_the_same_notice_once_more_has_all_of_its_time() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.press("v")
        [first] = stage.app.screen.query(Toast)
        await stage.press("v")
        assert not first.is_attached
        [again] = stage.app.screen.query(Toast)
        assert "nothing is attached" in str(again.render())

    play(trap, scene)


def test_a_long_notice_is_wrapped_and_leaves_the_status_in_sight() -> None:
    trap = a_trap()
    bring(trap)

    async def scene(stage: Stage) -> None:
        stage.app.notice("faults.toml: line 12: " + "wrong " * 20 + "END", is_trouble=True)
        await stage.until(lambda: "END" in stage.text())
        assert "1 message, 1 new" in stage.text()
        assert "enter Read" in stage.text()

    play(trap, scene, size=(80, 24))


@pytest.mark.parametrize("length", range(60, 76))
def test_a_notice_of_any_length_is_all_there(length: int) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.notice(f"{'word ' * 20}"[: length - 4].rstrip() + " END")
        await stage.until(lambda: "END" in stage.text())

    play(a_trap(), scene, size=(80, 24))


@pytest.mark.parametrize(("key", "is_told"), [("enter", True), ("j", False)])
def test_who_reads_a_message_is_told_that_it_is_gone(key: str, *, is_told: bool) -> None:
    trap = a_trap()
    bring(trap)
    gone = bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.press(key)
        trap.remove([gone.id])
        await stage.settled()
        assert ("is no longer kept" in stage.text()) is is_told

    play(trap, scene)


def test_who_deletes_the_message_that_is_read_knows_that_it_is_gone() -> None:
    trap = a_trap()
    bring(trap)
    bring(trap)

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "d")
        stage.app._finish_deletion()
        await stage.press("D", "D")
        assert not trap.messages
        assert "is no longer kept" not in stage.text()

    play(trap, scene)


def test_a_notice_cannot_tell_the_terminal_what_to_do() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.notice("line 3: \x1b]2;T\x07 is no key")
        await stage.until(lambda: "line 3: ␛]2;T␇ is no key" in stage.text())

    play(a_trap(), scene)


def test_who_starts_the_screen_gets_what_shows_notices_once_it_is_there() -> None:
    tellers: list[Notice] = []
    app = MailtrapApp(a_trap(), PLAIN, on_ready=tellers.append)

    async def run() -> None:
        async with app.run_test(notifications=True) as pilot:
            [tell] = tellers
            tell("told")
            await Stage(app, pilot).until(lambda: "told" in Stage(app, pilot).text())

    asyncio.run(run())


def test_a_notice_after_the_end_is_nothing() -> None:
    async def scene(_: Stage) -> None:
        pass

    app = play(a_trap(), scene)

    app.notice("too late", is_trouble=True)
