"""The line to write in: where paths go on, and that keys are letters in it."""

from pathlib import Path

import pytest
from textual.events import Key, Paste

from mailtrap.tui.prompt import Prompt, completed
from tests.tui.pilots import Stage, play
from tests.tui.senders import a_trap, bring, titled


def test_a_path_goes_on_as_far_as_there_is_one_way(tmp_path: Path) -> None:
    for name in ("report-1.eml", "report-2.eml", "x.eml"):
        (tmp_path / name).touch()
    (tmp_path / "mails").mkdir()
    (tmp_path / ".hidden").touch()

    assert completed(f"{tmp_path}/r") == (
        f"{tmp_path}/report-",
        ["report-1.eml", "report-2.eml"],
    )
    assert completed(f"{tmp_path}/x") == (f"{tmp_path}/x.eml", ["x.eml"])
    assert completed(f"{tmp_path}/m") == (f"{tmp_path}/mails/", ["mails/"])
    assert completed(f"{tmp_path}/")[1] == ["mails/", "report-1.eml", "report-2.eml", "x.eml"]
    assert completed(f"{tmp_path}/.")[1] == [".hidden"]
    assert completed(f"{tmp_path}/zz") == (f"{tmp_path}/zz", [])
    assert completed(f"{tmp_path}/no/zz") == (f"{tmp_path}/no/zz", [])


def test_a_tilde_is_the_home_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mails").mkdir()

    assert completed("~/m") == ("~/mails/", ["mails/"])


def test_keys_are_letters_in_it_and_then_what_they_were() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    bring(trap, titled("two"))
    written: list[str] = []

    async def scene(stage: Stage) -> None:
        prompt = stage.app.query_one(Prompt)
        prompt.ask("where to", "a", written.append)
        await stage.press("q", "j", "d", "question_mark", "y")
        assert " where to: aqjd?y" in stage.text()
        await stage.press("enter")
        assert written == ["aqjd?y"]
        assert "where to" not in stage.text()
        assert stage.list.has_focus
        await stage.press("j")
        assert stage.list.cursor == 1

    play(trap, scene)


def test_escape_leaves_it_and_nothing_was_written() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    written: list[str] = []

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        for leave in ("escape", "ctrl+c"):
            stage.app.query_one(Prompt).ask("where to", "a", written.append)
            await stage.press("x", leave)
            assert "where to" not in stage.text()
        stage.app.query_one(Prompt).ask("where to", " ", written.append)
        await stage.press("enter")
        assert written == []
        assert stage.view.has_focus

    play(trap, scene, size=(59, 20))


def test_tab_completes_and_says_which_ways_there_are(tmp_path: Path) -> None:
    for name in ("evil\x1b[31m-1", "evil\x1b[31m-2", "good-1", "good-2"):
        (tmp_path / name).touch()

    async def scene(stage: Stage) -> None:
        prompt = stage.app.query_one(Prompt)
        prompt.ask("where to", f"{tmp_path}/g", lambda _: None)
        await stage.press("tab")
        assert "good-1  good-2" in stage.text()
        assert f"{tmp_path}/good- " in f"{stage.text()} ".replace("\n", " ")
        prompt.ask("where to", f"{tmp_path}/e", lambda _: None)
        await stage.press("tab")
        assert "evil␛[31m-1  evil␛[31m-2" in stage.text()
        assert "\x1b" not in stage.text()

    play(a_trap(), scene)


def test_what_is_pasted_cannot_reach_the_terminal() -> None:
    async def scene(stage: Stage) -> None:
        stage.app.query_one(Prompt).ask("where to", "", lambda _: None)
        stage.app.post_message(Paste("a\x1b]0;title\x07b"))
        await stage.until(lambda: "a␛]0;title␇b" in stage.text())
        assert "\x1b" not in stage.text()

    play(a_trap(), scene)


def test_a_click_elsewhere_leaves_it_and_keys_work_again() -> None:
    trap = a_trap()
    bring(trap, titled("one"))
    bring(trap, titled("two"))

    async def scene(stage: Stage) -> None:
        stage.app.query_one(Prompt).ask("where to", "a", lambda _: None)
        await stage.pilot.click("#list", offset=(5, 1))
        await stage.settled()
        assert "where to" not in stage.text()
        await stage.press("k")
        assert stage.list.cursor == 0

    play(trap, scene)


def test_a_terminal_in_the_background_leaves_it_open() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        stage.app.query_one(Prompt).ask("where to", "a", lambda _: None)
        stage.app.app_focus = False
        bring(trap, titled("two"))
        await stage.settled()
        stage.app.app_focus = True
        await stage.press("q")
        assert " where to: aq" in stage.text()

    play(trap, scene)


def test_when_the_last_row_goes_away_keys_work_again() -> None:
    trap = a_trap()
    bring(trap, titled("one"))

    async def scene(stage: Stage) -> None:
        stage.app.query_one(Prompt).ask("where to", "a", lambda _: None)
        trap.clear()
        await stage.settled()
        assert "where to" not in stage.text()
        await stage.press("question_mark")
        assert "esc closes" in stage.text()

    play(trap, scene)


def test_what_is_written_faster_than_the_app_looks_is_all_there() -> None:
    written: list[str] = []

    async def scene(stage: Stage) -> None:
        prompt = stage.app.query_one(Prompt)
        prompt.ask("where to", "", written.append)
        for each in "tmp/x":
            stage.app.post_message(Key(each, each))
        stage.app.post_message(Key("backspace", None))
        stage.app.post_message(Key("home", None))
        stage.app.post_message(Key("slash", "/"))
        stage.app.post_message(Paste("var/"))
        stage.app.post_message(Key("end", None))
        stage.app.post_message(Key("z", "z"))
        stage.app.post_message(Key("enter", "\r"))
        await stage.until(lambda: written == ["/var/tmp/z"])

    play(a_trap(), scene)
