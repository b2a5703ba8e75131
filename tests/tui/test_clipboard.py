"""The clipboard: programs that can tell come first, in their order."""

import os
import stat

import pytest

from mailtrap.tui import clipboard
from mailtrap.tui.clipboard import hand_over, write_file
from tests.tui.desk import Desktop

TEXT = "Grüße\r\n".encode()


@pytest.mark.usefixtures("desktop")
def test_nothing_takes_it_where_there_is_nothing() -> None:
    assert hand_over(TEXT, os.environ) == []


@pytest.mark.parametrize(
    ("name", "variables", "arguments"),
    [
        ("wl-copy", {"WAYLAND_DISPLAY": "wayland-0"}, ""),
        ("xclip", {"DISPLAY": ":0"}, "-selection clipboard"),
        ("xsel", {"DISPLAY": ":0"}, "--clipboard --input"),
        ("pbcopy", {}, ""),
        ("tmux", {"TMUX": "/tmp/tmux,1,0"}, "load-buffer -w -"),
    ],
)
def test_a_program_gets_every_octet(
    desktop: Desktop, name: str, variables: dict[str, str], arguments: str
) -> None:
    got = desktop.install(name)
    desktop.set(**variables)

    assert hand_over(TEXT, os.environ) == [name]
    assert got.read_bytes() == TEXT
    assert desktop.arguments(name) == arguments


def test_the_clipboard_of_windows_gets_utf_16(desktop: Desktop) -> None:
    got = desktop.install("clip.exe")

    assert hand_over(TEXT, os.environ) == ["clip.exe"]
    assert got.read_bytes().decode("utf-16") == TEXT.decode()


def test_wayland_comes_before_x_and_one_desktop_is_enough(desktop: Desktop) -> None:
    desktop.install("wl-copy")
    xclip = desktop.install("xclip")
    desktop.set(WAYLAND_DISPLAY="wayland-0", DISPLAY=":0")

    assert hand_over(TEXT, os.environ) == ["wl-copy"]
    assert not xclip.exists()


def test_one_that_fails_or_hangs_is_followed_by_the_next(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "TIMEOUT", 0.2)
    desktop.install("wl-copy", "exit 1")
    desktop.install("xclip", "exec sleep 30")
    desktop.install("xsel")
    desktop.set(WAYLAND_DISPLAY="wayland-0", DISPLAY=":0")

    assert hand_over(TEXT, os.environ) == ["xsel"]


def test_one_that_stays_to_serve_the_clipboard_holds_nothing_up(desktop: Desktop) -> None:
    desktop.install("xclip", "cat >/dev/null; sleep 5 &")
    desktop.set(DISPLAY=":0")

    assert hand_over(TEXT, os.environ) == ["xclip"]


def test_without_a_display_programs_for_one_are_not_asked(desktop: Desktop) -> None:
    desktop.install("xclip")
    desktop.install("wl-copy")

    assert hand_over(TEXT, os.environ) == []


def test_over_ssh_the_desktop_of_this_machine_is_of_no_use(desktop: Desktop) -> None:
    desktop.install("xclip")
    desktop.install("tmux")
    desktop.set(DISPLAY=":0", SSH_CONNECTION="192.0.2.1 5 192.0.2.2 22")

    assert hand_over(TEXT, os.environ) == []
    desktop.set(TMUX="/tmp/tmux,1,0")
    assert hand_over(TEXT, os.environ) == ["tmux"]


def test_in_tmux_both_clipboards_get_it(desktop: Desktop) -> None:
    desktop.install("xclip")
    desktop.install("tmux")
    desktop.set(DISPLAY=":0", TMUX="/tmp/tmux,1,0")

    assert hand_over(TEXT, os.environ) == ["tmux", "xclip"]


def test_an_old_tmux_gets_it_without_the_option_it_does_not_know(desktop: Desktop) -> None:
    desktop.install("tmux", '[ "$2" = - ] && cat >/dev/null')
    desktop.set(TMUX="/tmp/tmux,1,0")

    assert hand_over(TEXT, os.environ) == ["tmux"]


@pytest.mark.usefixtures("desktop")
def test_a_file_is_for_its_owner_only() -> None:
    path = write_file(TEXT)

    assert path.read_bytes() == TEXT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
