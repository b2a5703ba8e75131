"""Copying, saving and looking at a message from the screen."""

import asyncio
import re
import threading
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mailtrap.trap import Trap
from mailtrap.tui import browser
from mailtrap.tui.clipboard import MOST_BY_TERMINAL
from mailtrap.tui.document import Span, plain
from tests.tui.desk import Desktop
from tests.tui.pilots import PATIENCE, Stage, play
from tests.tui.senders import Sender, a_trap, bring, titled
from tests.tui.test_saving import MIXED


def a_trap_with(*mails: bytes) -> Trap:
    trap = a_trap()
    for data in mails:
        bring(trap, data)
    return trap


LINKS = b"Subject: two\r\n\r\nhttps://example.org/1 https://example.org/2\r\n"


@pytest.mark.usefixtures("desktop")
def test_the_menu_shows_what_each_choice_would_copy() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("y")
        await stage.until(lambda: "This is Grüße." in stage.text())
        text = stage.text()
        assert " s  subject         Grüße" in text
        assert " c  code            —" in text
        assert " p  pytest snippet  import smtplib" in text
        await stage.press("escape")
        assert "pytest snippet" not in stage.text()

    play(a_trap_with(titled("Grüße")), scene, size=(80, 24))


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (59, 12)])
def test_two_keys_in_one_go_copy(desktop: Desktop, size: tuple[int, int]) -> None:
    got = desktop.install("xclip")
    desktop.set(DISPLAY=":0")

    async def scene(stage: Stage) -> None:
        await stage.burst("y", "s")
        await stage.until(lambda: "subject: 7 octets copied with xclip" in stage.text())

    play(a_trap_with(titled("Grüße")), scene, size=size)
    assert got.read_text() == "Grüße"


def test_of_several_links_one_is_chosen_by_number(desktop: Desktop) -> None:
    got = desktop.install("xclip")
    desktop.set(DISPLAY=":0")

    async def scene(stage: Stage) -> None:
        await stage.press("y", "l")
        await stage.until(lambda: "Copy which link?" in stage.text())
        assert " 2    https://example.org/2" in stage.text()
        await stage.press("2")
        await stage.until(lambda: "copied with xclip" in stage.text())

    play(a_trap_with(LINKS), scene)
    assert got.read_text() == "https://example.org/2"


@pytest.mark.usefixtures("desktop")
def test_what_is_not_there_is_told() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("y", "c")
        await stage.until(lambda: "no one-time code was found in it" in stage.text())

    play(a_trap_with(LINKS), scene)


@pytest.mark.usefixtures("desktop")
def test_without_programs_the_terminal_gets_it() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("y", "s")
        await stage.until(lambda: "given to the terminal (OSC 52)" in stage.text())

    assert play(a_trap_with(titled("Hello")), scene).clipboard == "Hello"


@pytest.mark.usefixtures("desktop")
def test_what_is_too_much_for_the_terminal_goes_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    data = b"Subject: large\r\n\r\n" + b"x" * MOST_BY_TERMINAL + b"\r\n"

    async def scene(stage: Stage) -> None:
        await stage.press("y", "r")
        await stage.until(lambda: "too much for the terminal" in stage.text())

    app = play(a_trap_with(data), scene, size=(140, 24))
    [file] = tmp_path.glob("mailtrap-*.txt")
    assert file.read_bytes() == data
    assert app.clipboard == ""


def test_a_program_that_hangs_does_not_hold_up_the_screen(desktop: Desktop) -> None:
    desktop.install("xclip", "exec sleep 30")
    desktop.set(DISPLAY=":0")
    trap = a_trap_with(titled("one"))

    async def scene(stage: Stage) -> None:
        await stage.burst("y", "s")
        bring(trap, titled("two"))
        await stage.settled()
        assert "This is two." in stage.text()
        assert "copied" not in stage.text()
        await stage.until(lambda: "given to the terminal" in stage.text())

    play(trap, scene)


def test_a_message_is_saved_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def scene(stage: Stage) -> None:
        await stage.press("s")
        assert " save the message as (file or directory): Hello.eml" in stage.text()
        await stage.press("enter")
        await stage.until(lambda: "saved Hello.eml" in stage.text())
        await stage.press("s", "enter")
        await stage.until(lambda: "that is there already" in stage.text())
        assert "save as (file or directory): Hello-1.eml" in stage.text()
        await stage.press("enter")
        await stage.until(lambda: "saved Hello-1.eml" in stage.text())
        await stage.press("s", "ctrl+u", *"no/x", "enter")
        await stage.until(lambda: "there is no directory no" in stage.text())
        assert " save the message as (file or directory): no/x" in stage.text()

    play(a_trap_with(titled("Hello")), scene, size=(80, 24))
    assert (tmp_path / "Hello.eml").read_bytes() == titled("Hello")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Hello-1.eml", "Hello.eml"]


def test_what_is_saved_is_the_message_the_key_was_pressed_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trap = a_trap_with(titled("one"))

    async def scene(stage: Stage) -> None:
        await stage.press("s")
        bring(trap, titled("two"))
        await stage.settled()
        await stage.press("enter")
        await stage.until(lambda: "saved one.eml" in stage.text())

    play(trap, scene)
    assert (tmp_path / "one.eml").read_bytes() == titled("one")


def test_every_marked_message_is_saved_and_sessions_without_data_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trap = a_trap_with(titled("one"), titled("two"), titled("two"))
    Sender(trap).send(b"HELO app\r\n").leave()

    async def scene(stage: Stage) -> None:
        await stage.press("g", "m", "m", "m", "m", "s")
        assert "save the 3 marked messages in the directory" in stage.text()
        await stage.press("enter")
        await stage.until(lambda: "saved one.eml, two.eml, two-1.eml in ./" in stage.text())

    play(trap, scene)
    assert (tmp_path / "two-1.eml").read_bytes() == titled("two")
    assert len(list(tmp_path.iterdir())) == 3


def test_attachments_are_saved_one_or_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def scene(stage: Stage) -> None:
        await stage.press("S")
        assert " 2  notes.txt   text/plain" in stage.text()
        await stage.press("2", "enter")
        await stage.until(lambda: "saved notes.txt" in stage.text())
        await stage.press("S", "a")
        assert " save all of them in the directory: ./" in stage.text()
        await stage.press("enter")
        await stage.until(lambda: "part-5.eml in ./" in stage.text())

    play(a_trap_with(MIXED), scene, size=(120, 24))
    assert (tmp_path / "notes.txt").read_bytes() == b"\0\1\2"
    assert (tmp_path / "notes-1.txt").read_bytes() == b"notes"
    assert len(list(tmp_path.iterdir())) == 5


def test_without_attachments_or_data_it_is_told() -> None:
    trap = a_trap()
    Sender(trap).send(b"EHLO app\r\n").leave()
    bring(trap, titled("Hello"))

    async def scene(stage: Stage) -> None:
        await stage.press("S")
        assert "nothing is attached to this message" in stage.text()
        await stage.press("j")
        for key in ("s", "S", "E", "o", "vertical_line"):
            stage.app.clear_notifications()
            await stage.press(key)
            assert "no mail data came in this session" in stage.text()

    play(trap, scene)


# Pager


def test_the_pager_gets_what_was_shown_when_the_key_was_pressed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def slow(spans: Sequence[Span]) -> str:
        begun.set()
        assert goes_on.wait(PATIENCE)
        return plain(spans)

    monkeypatch.setattr("mailtrap.tui.taking.plain", slow)

    async def scene(stage: Stage) -> None:
        await stage.press("e", "f")
        shown = stage.view.document
        lines = [plain([*shown.gutter(n), *shown.line(n)]) for n in range(len(shown))]
        await stage.press("p")
        assert await asyncio.to_thread(begun.wait, PATIENCE)
        await stage.press("f")
        assert len(shown) < len(lines)
        goes_on.set()
        await stage.until(lambda: "cannot be left to another program" in stage.text())
        assert stage.app._desk._directory is not None
        [text] = stage.app._desk._directory.glob("*/text")
        assert text.read_text().splitlines() == lines

    play(a_trap_with(titled("Hello")), scene)


# Browser


def fetched(text: str) -> tuple[str, str]:
    """Policy and page of the URL on the screen."""
    found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]+/", text)
    assert found
    parts = urlsplit(found[0])
    assert parts.port
    connection = HTTPConnection("127.0.0.1", parts.port, timeout=10)
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    policy = answer.getheader("Content-Security-Policy") or ""
    return policy, answer.read().decode()


def test_where_no_browser_can_be_opened_the_screen_says_how_to_get_there(
    desktop: Desktop,
) -> None:
    desktop.set(SSH_CONNECTION="192.0.2.1 50000 192.0.2.2 2222", USER="ann")

    async def scene(stage: Stage) -> None:
        await stage.press("o")
        await stage.until(lambda: "copy ssh" in stage.text())
        text = stage.text()
        port = re.search(r"http://127\.0\.0\.1:(\d+)/", text)
        assert port
        there = f"ssh -N -L {port[1]}:127.0.0.1:{port[1]} -p 2222 ann@192.0.2.2"
        assert there in text
        policy, page = await asyncio.to_thread(fetched, text)
        assert "img-src data:;" in policy
        assert "This is Hello." in page
        await stage.press("s")
        await stage.until(lambda: "given to the terminal" in stage.text())
        assert stage.app.clipboard == there

    app = play(a_trap_with(titled("Hello")), scene, size=(100, 24))
    assert app._previews._preview is not None
    assert app._previews._preview.port == 0


@pytest.mark.usefixtures("desktop")
def test_remote_images_are_asked_for_twice() -> None:
    async def scene(stage: Stage) -> None:
        await stage.press("O")
        assert "O again loads them" in stage.text()
        await stage.press("j")
        assert stage.app._previews._preview is None
        await stage.burst("O", "O")
        await stage.until(lambda: "copy URL" in stage.text())
        policy, _ = await asyncio.to_thread(fetched, stage.text())
        assert "img-src data: http: https:;" in policy

    play(a_trap_with(titled("Hello")), scene, size=(80, 24))


def test_the_browser_of_the_user_is_opened(desktop: Desktop) -> None:
    got = desktop.directory / "opened"
    (desktop.directory / "firefox").write_text(f'#!/bin/sh\necho "$1" >{got}\n')
    (desktop.directory / "firefox").chmod(0o755)
    desktop.set(DISPLAY=":0", BROWSER="firefox %s")

    async def scene(stage: Stage) -> None:
        await stage.press("o")
        await stage.until(lambda: "opened http://127.0.0.1:" in stage.text())
        assert got.read_text().strip() in stage.text()

    play(a_trap_with(titled("Hello")), scene, size=(100, 24))


@pytest.mark.parametrize(
    ("environ", "platform", "can"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/pts/0"}, "darwin", False),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "a b c d"}, "linux", False),
    ],
)
def test_a_browser_is_opened_only_where_the_user_sees_it(
    environ: dict[str, str],
    platform: str,
    can: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    assert browser.can_open(environ, platform) is can


LINKED = "https://example.org/1"


async def click(stage: Stage, text: str) -> None:
    lines = stage.text().splitlines()
    y = next(n for n, line in enumerate(lines) if text in line)
    await stage.pilot.click(offset=(lines[y].index(text) + 2, y))
    await stage.settled()


def test_a_click_on_a_link_says_where_it_leads_and_copies_it(desktop: Desktop) -> None:
    got = desktop.install("xclip")
    desktop.set(DISPLAY=":0")

    async def scene(stage: Stage) -> None:
        await click(stage, LINKED)
        assert "Where this link leads" in stage.text()
        assert stage.text().count(LINKED) == 2
        await stage.press("y")
        await stage.until(lambda: "copied with xclip" in stage.text())
        await click(stage, "https://example.org/2")
        await stage.press("escape")
        await click(stage, "two")
        assert "Where this link leads" not in stage.text()

    play(a_trap_with(LINKS), scene)
    assert got.read_text() == LINKED


@pytest.mark.usefixtures("desktop")
def test_a_link_is_opened_only_when_asked_for_and_where_there_is_a_browser() -> None:
    async def scene(stage: Stage) -> None:
        await click(stage, LINKED)
        await stage.press("o")
        await stage.until(lambda: "no browser can be opened from here" in stage.text())

    play(a_trap_with(LINKS), scene)
