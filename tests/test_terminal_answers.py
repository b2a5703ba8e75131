"""What the terminal answers while mailtrap starts, and keys that are pressed meanwhile."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.terminals import opened
from tests.tui import mails
from tests.tui.answering import ATTRIBUTES, PLAIN, VERSION, Terminal, viewing

if sys.platform == "win32":
    pytest.skip("needs a terminal of Unix", allow_module_level=True)

import termios

COLOUR = b"\x1b]11;?\x1b\\"
ANSWERS = {COLOUR: b"\x1b]11;rgb:1d1d/1f1f/2121\x1b\\", **PLAIN}
MUTE = {b"nothing it is ever asked": b""}
HELP = b"In the list"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """One with a message."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "mails" / name).mkdir(parents=True)
    letter = mails.letter("Subject: look at this", b"Hello")
    (tmp_path / "mails" / "cur" / "1.M1P1.host:2,S").write_bytes(letter)
    return tmp_path / "mails"


def answered(*questions: bytes) -> str:
    """What a terminal says to these."""
    return b"".join(ANSWERS[question] for question in questions).decode()


def test_an_answer_that_comes_too_late_presses_no_key(maildir: Path) -> None:
    with viewing(maildir, MUTE, before="asking.PATIENCE = asking.PATIENCE_AFAR = 0") as (view, _):
        view.until(b"look at this")
        view.type(answered(COLOUR, VERSION, ATTRIBUTES))
        view.type("?")
        view.until(HELP)


def test_keys_that_are_pressed_before_the_answer_are_not_lost(maildir: Path) -> None:
    with viewing(maildir, MUTE) as (view, _):
        view.until(b"\\x1b\\[c")
        view.type("?" + answered(COLOUR, VERSION, ATTRIBUTES))
        view.until(HELP)


def test_keys_that_are_pressed_after_the_answer_are_not_lost(maildir: Path) -> None:
    with viewing(maildir, MUTE) as (view, _):
        view.until(b"\\x1b\\[c")
        view.type(answered(COLOUR, VERSION, ATTRIBUTES) + "?")
        view.until(HELP)


def test_octets_that_are_no_text_harm_nothing(maildir: Path) -> None:
    with viewing(maildir, ANSWERS) as (view, _):
        view.until(b"look at this")
        os.write(view.file, b"\xff\xfe")
        view.type("?")
        view.until(HELP)


def test_the_answer_is_not_left_to_the_shell_where_it_does_not_start(maildir: Path) -> None:
    command = shlex.join([sys.executable, "-m", "mailtrap", "view", str(maildir)])
    process, file = opened(
        ["sh", "-c", f"{command} --theme nosuch; read line; echo got=$line."],
        environ={"TERM": "xterm-256color", **dict.fromkeys(("TMUX", "STY", "TERM_PROGRAM"), "")},
    )
    try:
        terminal = Terminal(file, ANSWERS)
        terminal.until(b"no theme")
        terminal.type("keys\n")
        terminal.until(b"got=keys\\.")
    finally:
        process.kill()
        process.wait()
        os.close(file)


# Gets a signal as soon as the screen is open.
SIGNALLED = """
import signal
from textual.drivers.linux_driver import LinuxDriver
usual = LinuxDriver.start_application_mode
def signalled(self):
    usual(self)
    signal.raise_signal(signal.SIGTERM)
LinuxDriver.start_application_mode = signalled
"""


def test_a_signal_while_the_screen_opens_leaves_the_terminal_as_it_was(maildir: Path) -> None:
    with viewing(maildir, ANSWERS, before=SIGNALLED) as (view, _):
        modes = termios.tcgetattr(view.file)
        view.to_the_end()

        assert termios.tcgetattr(view.file) == modes
    assert view.written.count(b"\x1b[?1049h") == view.written.count(b"\x1b[?1049l") == 1
