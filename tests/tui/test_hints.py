"""Sentences that name keys."""

from datetime import timedelta

import pytest

from mailtrap.tui import hints
from mailtrap.tui.keymap import checked
from mailtrap.tui.look import Look
from tests.tui import mails
from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap, bring


def test_they_name_the_keys_there_are() -> None:
    said = hints.attachments(hints.USUAL)

    assert said == "n and N select one, enter opens it, S saves it, esc comes back."


def test_they_name_the_keys_that_were_set_and_say_nothing_of_what_has_none() -> None:
    remapped = {"view.next": "f7", "message.save-attachments": ""}

    assert hints.attachments(remapped) == "f7 and N select one, enter opens it, esc comes back."
    assert hints.search({"view.next": "", "app.back": "f8"}) == "N previous, f8 ends it"
    assert hints.parts({"view.next": "", "view.open": ""}) == ""
    assert hints.key("app.fold", " (", {"app.fold": ""}, ")") == ""


@pytest.mark.parametrize(
    ("keys", "others", "told"),
    [
        ("d", (), (" d again", ["d"])),
        ("f8,delete", ("ctrl+c",), (" f8 again", ["f8", "delete", "ctrl+c"])),
        ("", ("ctrl+c",), (" ctrl+c", ["ctrl+c"])),
        ("", (), (" y", ["y"])),
    ],
)
def test_to_say_yes_one_presses_again_what_asked_or_another_key_where_it_has_none(
    keys: str, others: tuple[str, ...], told: tuple[str, list[str]]
) -> None:
    assert hints.again("app.delete", {"app.delete": keys}, others) == told


@pytest.mark.parametrize(
    ("remapped", "keys", "told"),
    [
        ({"view.open": "f7"}, "enter v", "n and N select one, f7 opens it"),
        ({"view.open": "f7"}, "enter P", "n and N select a part, f7 shows it in Source."),
        ({"app.fold": "f7"}, "G e", "more lines (f7)"),
        ({"app.fold": ""}, "G e", "more lines\n"),
        ({"view.next": "f7"}, "enter slash c a enter", "f7 next, N previous, esc ends it"),
        ({"app.back": "f7"}, "slash z z z enter", "0 of 2 match zzz — f7 clears"),
        ({"app.back": "f7"}, "slash o enter", "  f7 clears"),
        ({"app.quit": "f7"}, "ctrl+z", "use another terminal, or f7 to quit"),
    ],
)
def test_they_are_on_the_screen(remapped: dict[str, str], keys: str, told: str) -> None:
    trap = a_trap()
    Sender(trap).send(b"EHLO app\r\n").leave()
    bring(trap, mails.ORDER, at=NOON + timedelta(seconds=9))

    async def scene(stage: Stage) -> None:
        await stage.press(*keys.split())
        assert told in stage.text()

    play(trap, scene, size=(140, 40), look=Look(keys=checked(remapped)))
