"""What is painted line by line is what is there: nothing on the screen is stale."""

from datetime import datetime, timedelta
from random import Random

import pytest

from mailtrap.trap import Trap
from mailtrap.tui.app import MailtrapApp
from tests.tui.letters import bring_letter
from tests.tui.pilots import Paper, Stage, play
from tests.tui.senders import NOON, Sender, a_trap, bring, titled

KEYS = (
    *("j", "k", "j", "k", "g", "G", "pagedown", "pageup", "J", "space", "n", "N"),
    *("1", "2", "3", "1", "]", "[", "tab", "enter", "escape", "z", "+", "-", "m", "u", "F", "f"),
    *("C", "slash"),
)
ROUNDS = 20


async def play_about(
    trap: Trap, stage: Stage, chance: Random, paper: Paper, clock: list[datetime]
) -> None:
    """Keys, mail, sessions and the passing of time, in any order."""
    for _ in range(ROUNDS):
        match chance.randrange(7):
            case 0:
                for number in range(chance.randrange(1, 12)):
                    bring(trap, titled(f"letter {number} 次"))
            case 1:
                bring_letter(trap)
            case 2:
                Sender(trap).send(b"EHLO live.example.org\r\nNOOP\r\n")
            case 3:
                trap.remove([message.id for message in trap.messages[:: chance.randrange(5, 9)]])
            case 4:
                clock.append(clock[-1] + timedelta(seconds=chance.randrange(60)))
            case _:
                await stage.press(*chance.choices(KEYS, k=3))
        await stage.settled()
        stage.app._tick()  # not while the screen is compared
        await stage.settled()
        assert await paper.stale() == []


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_stale_whatever_happened(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # They come and go by the clock of the machine.
    monkeypatch.setattr(MailtrapApp, "notify", lambda *_, **__: None)
    trap = a_trap()
    for number in range(60):
        bring(trap, titled(f"letter {number}"))

    clock = [NOON]  # and all times after it

    async def scene(stage: Stage) -> None:
        paper = Paper(stage, monkeypatch)
        assert await paper.stale() != []  # all of it: nothing was painted on it yet
        await play_about(trap, stage, Random(seed), paper, clock)

    size = (120, 30) if seed % 2 else (80, 24)
    play(trap, scene, size=size, now=lambda: clock[-1])


def test_the_line_left_and_the_line_reached_are_painted_below_the_top(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap = a_trap()
    for number in range(100):
        bring(trap, titled(f"letter {number}"))

    async def scene(stage: Stage) -> None:
        await stage.press("2", "G", "k", "k")
        paper = Paper(stage, monkeypatch)
        await paper.stale()
        await stage.press("k")
        assert await paper.stale() == []

    play(trap, scene, size=(120, 30), now=lambda: NOON)


@pytest.mark.parametrize("before", [("D", "D"), ("minus", "z")])
def test_what_is_hidden_leaves_nothing_behind_of_what_goes_away(
    before: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = a_trap()
    for number in range(10):
        bring(trap, titled(f"letter {number}"))

    async def scene(stage: Stage) -> None:
        await stage.press(*before)
        paper = Paper(stage, monkeypatch)
        await paper.stale()
        await stage.press("C")
        stage.list.repaint()
        stage.view.refresh()
        await stage.settled()
        await stage.press("escape")
        assert await paper.stale() == []

    play(trap, scene, size=(60, 15), now=lambda: NOON)
