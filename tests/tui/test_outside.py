"""Which program takes over the terminal, and that the screen comes back whatever happens."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from textual.app import App

from mailtrap.tui.outside import Desk, OutsideError, editor, page, pager
from tests.tui.desk import Desktop
from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap, bring, titled


class Screen:
    """As much of an app as can be suspended."""

    def __init__(self) -> None:
        self.said: list[str] = []

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """As textual does it: without a "finally"."""
        self.said.append("away")
        yield
        self.said.append("back")

    @property
    def app(self) -> "App[int]":
        """Itself."""
        return cast("App[int]", self)


def test_the_user_says_which_program(desktop: Desktop) -> None:
    assert pager({"PAGER": " less -R "}) == "less -R"
    assert editor({"VISUAL": "vi", "EDITOR": "ed"}) == "vi"
    assert editor({"VISUAL": "", "EDITOR": "ed"}) == "ed"
    desktop.install("more")
    assert pager({"PATH": str(desktop.directory)}) == "more"
    with pytest.raises(OutsideError, match="say which one with EDITOR"):
        editor({"PATH": str(desktop.directory)})


def test_the_screen_comes_back_where_nothing_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise FileNotFoundError("sh")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", fails)
    (tmp_path / "text").touch()
    screen, before = Screen(), signal.getsignal(signal.SIGINT)

    with pytest.raises(OutsideError, match="cannot run sh"):
        asyncio.run(page(screen.app, "less", tmp_path / "text"))

    assert screen.said == ["away", "back"]
    assert signal.getsignal(signal.SIGINT) == before


def test_a_program_that_fails_is_told_once_the_screen_is_back(tmp_path: Path) -> None:
    (tmp_path / "text").touch()
    screen = Screen()

    with pytest.raises(OutsideError, match="exit 3 ended with exit code 3"):
        asyncio.run(page(screen.app, "exit 3", tmp_path / "text"))

    assert screen.said == ["away", "back"]


def test_a_terminal_that_cannot_be_left_is_told() -> None:
    trap = a_trap()
    bring(trap, titled("Hello"))

    async def scene(stage: Stage) -> None:
        await stage.press("p")
        await stage.until(lambda: "cannot be left to another program" in stage.text())

    play(trap, scene)


def test_copies_are_private_and_gone_when_the_desk_is_cleared() -> None:
    desk = Desk()
    first, second = desk.put("a.eml", b"1"), desk.put("a.eml", b"2")

    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert first.stat().st_mode & 0o777 == 0o600
    assert first.parent.stat().st_mode & 0o777 == 0o700
    desk.clear()
    assert not first.parent.parent.exists()
    desk.clear()
