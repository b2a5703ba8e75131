"""The product in a real terminal: started, used and quit in tmux."""

import os
import re
import shlex
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stores.servers import serving

WAIT = 20.0  # seconds until a test gives up on a screen
# COLUMNS and LINES, where the test runner has them, are about another terminal.
SHELL = "env -u COLUMNS -u LINES -u NO_COLOR PS1='$ ' TERM=xterm-256color sh"
SIZES = [(80, 24), (140, 40)]


def test_tmux_is_there_where_it_must_be() -> None:
    assert shutil.which("tmux") or not os.environ.get("CI"), "CI has to install tmux"


pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None and not os.environ.get("CI"),
    reason="tmux is missing; install it with your package manager to run these",
)


class Terminal:
    """A pane in a tmux server of its own."""

    def __init__(self, name: str, width: int, height: int, state: Path) -> None:
        self._tmux = ["tmux", "-L", name, "-f", os.devnull]
        size = ["-x", str(width), "-y", str(height)]
        # What one test chooses on the screen is nothing to another.
        chosen = f"XDG_STATE_HOME={shlex.quote(str(state))}"
        self.tmux("new-session", "-d", *size, f"env {chosen} {SHELL}")

    def tmux(self, *words: str) -> str:
        """The output of a tmux command."""
        done = subprocess.run(
            [*self._tmux, *words], capture_output=True, text=True, timeout=WAIT, check=True
        )
        return done.stdout

    def keys(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self.tmux("send-keys", *keys)

    def run(self, command: str) -> None:
        """Type a command."""
        self.tmux("send-keys", "-l", command)
        self.keys("Enter")

    def screen(self) -> str:
        """What is on the screen."""
        return self.tmux("capture-pane", "-p")

    def asked(self, variables: str) -> str:
        """Variables of the pane."""
        return self.tmux("display-message", "-p", variables).strip()

    def until(self, holds: Callable[[str], object], what: str) -> str:
        """The first screen for which ``holds``; a terminal has no event to wait for."""
        deadline = time.monotonic() + WAIT
        while not holds(screen := self.screen()):
            assert time.monotonic() < deadline, f"{what} did not appear:\n{screen}"
            time.sleep(0.02)
        return screen

    def until_shown(self, text: str) -> str:
        """The first screen that has the text."""
        return self.until(lambda screen: text in screen, repr(text))


@contextmanager
def terminal(tmp_path: Path, size: tuple[int, int]) -> Iterator[Terminal]:
    opened = Terminal(f"mailtrap-{os.getpid()}-{tmp_path.name}", *size, tmp_path / "state")
    try:
        yield opened
    finally:
        subprocess.run([*opened._tmux, "kill-server"], capture_output=True, check=False)


def start(opened: Terminal, pid_file: str = "/dev/null", options: str = "") -> int:
    """Start mailtrap and read its port off the empty state."""
    command = f"{shlex.quote(sys.executable)} -m mailtrap --port 0 {options}"
    opened.run(f"sh -c 'echo $$ >{shlex.quote(pid_file)}; exec {command}'")
    screen = opened.until(lambda shown: re.search(r"smtp://127\.0\.0\.1:\d+", shown), "the screen")
    found = re.search(r"smtp://127\.0\.0\.1:(\d+)", screen)
    assert found
    return int(found[1])


def send(port: int, subject: str, body: str, sender: str = "ann@example.org") -> None:
    with smtplib.SMTP("127.0.0.1", port, "client.test") as smtp:
        smtp.login("ann", "hunter2-secret")
        smtp.sendmail(
            sender, ["bob@example.org"], f"From: {sender}\r\nSubject: {subject}\r\n\r\n{body}\r\n"
        )


def stty(opened: Terminal) -> str:
    """The modes of the terminal, as the shell has them while a command runs."""
    opened.run("clear; stty -g; echo end")
    screen = opened.until(lambda shown: re.search(r"(?m)^end$", shown), "the modes")
    return "".join(line for line in screen.splitlines() if line.count(":") > 20)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "140x40"])
def test_mail_is_seen_read_and_left_behind(tmp_path: Path, size: tuple[int, int]) -> None:
    with terminal(tmp_path, size) as opened:
        port = start(opened)

        send(port, "Thanks for your order", "Your parcel is on its way.")
        opened.until_shown("Thanks for your order")
        opened.until_shown("Your parcel is on its way.")

        opened.keys("e", "Enter", "z")
        opened.until(lambda screen: "more lines (f)" in screen and "q Back" in screen, "the zoom")
        opened.keys("G")
        screen = opened.until_shown("221 2.0.0")
        assert "S: 250 2.1.0 sender ok" in screen
        assert re.search(r"(?i)\+\d\.\d{3}\s+C: mail from:<ann@example.org>", screen)
        assert "C: AUTH PLAIN ********" in screen
        assert "hunter2" not in screen

        opened.keys("q")
        opened.until_shown("q Quit")  # back at the list
        opened.keys("q")
        opened.until_shown("q again")
        opened.keys("q")
        opened.until(lambda _: opened.asked("#{alternate_on}") == "0", "the shell")
        opened.run("echo code=$?")
        opened.until_shown("code=0")
        assert opened.asked("#{cursor_flag}#{mouse_any_flag}#{keypad_flag}") == "100"


def test_a_row_is_there_within_a_second_of_the_reply(tmp_path: Path) -> None:
    with terminal(tmp_path, (80, 24)) as opened:
        port = start(opened)
        send(port, "first", "warm")
        opened.until_shown("first")

        send(port, "second mail", "hi")
        sent = time.monotonic()
        opened.until_shown("second mail")

        assert time.monotonic() - sent < 1


def test_control_sequences_of_a_mail_change_neither_title_clipboard_nor_screen(
    tmp_path: Path,
) -> None:
    evil = b"\x1b]2;PWNED\x07\x1b]52;c;UFdORUQ=\x07\x1b]0;PWNED\x1b\\\x9b2J\x1b[2J\x1b[31m\x1bc"
    with terminal(tmp_path, (80, 24)) as opened:
        opened.tmux("set-option", "-s", "set-clipboard", "on")
        port = start(opened)
        title = opened.asked("#{pane_title}")
        with smtplib.SMTP("127.0.0.1", port, "client.test") as smtp:
            smtp.send(b"EHLO evil" + evil + b"\r\n")
            smtp.getreply()
            mail = b"From: EVIL\r\nSubject: hello EVIL there\r\n\r\nbody EVIL end\r\n"
            smtp.sendmail("a@example.org", "b@example.org", mail.replace(b"EVIL", evil))
        opened.until_shown("hello ")

        for key in ("t", "R", "e", "G", "g"):
            opened.keys(key)
            opened.until(lambda shown: "1 message" in shown and "hello" in shown, "the screen")

        assert opened.asked("#{pane_title}") == title
        assert opened.tmux("list-buffers") == ""
        assert "␛]2;PWNED" in opened.screen()


def test_two_interrupts_quit_with_mail_in_memory(tmp_path: Path) -> None:
    with terminal(tmp_path, (80, 24)) as opened:
        port = start(opened)
        send(port, "kept", "hi")
        opened.until_shown("kept")

        opened.keys("C-c")
        opened.keys("C-c")

        opened.until(lambda _: opened.asked("#{alternate_on}") == "0", "the shell")
        opened.run("echo code=$?")
        opened.until_shown("code=")


@pytest.mark.parametrize(("name", "status"), [("TERM", 143), ("HUP", 129)])
def test_told_to_end_it_leaves_the_terminal_as_it_was(
    tmp_path: Path, name: str, status: int
) -> None:
    with terminal(tmp_path, (80, 24)) as opened:
        before = stty(opened)
        pid_file = tmp_path / "pid"
        port = start(opened, str(pid_file))
        send(port, "kept", "hi")
        opened.until_shown("kept")

        os.kill(int(pid_file.read_text()), signal.Signals[f"SIG{name}"])

        opened.until(lambda _: opened.asked("#{alternate_on}") == "0", "the shell")
        opened.run("echo code=$?")
        opened.until_shown(f"code={status}")
        assert opened.asked("#{cursor_flag}#{mouse_any_flag}#{keypad_flag}") == "100"
        assert stty(opened) == before


def test_the_key_that_stops_processes_explains_why_it_does_not(tmp_path: Path) -> None:
    with terminal(tmp_path, (80, 24)) as opened:
        port = start(opened)
        opened.keys("C-z")
        opened.until_shown("ctrl+z would stop the server too: use another terminal, or q to quit")
        send(port, "still taken", "hi")
        opened.until_shown("still taken")
        opened.keys("j")
        opened.until(lambda shown: "ctrl+z" not in shown, "the status")


def test_keys_sent_in_one_go_do_what_they_do_one_by_one(tmp_path: Path) -> None:
    body = "".join(f"line {number}\r\n" for number in range(200))
    with terminal(tmp_path, (80, 24)) as opened:
        port = start(opened)
        for subject in ("older", "newer"):
            send(port, subject, f"this is {subject}\r\n{body}")
        opened.until_shown("this is newer")

        opened.keys("l", "j", "j")
        opened.until(lambda shown: "line 1" in shown and "this is newer" not in shown, "two lines")
        opened.keys("g", "h", "j")
        opened.until_shown("this is older")
        opened.keys("e", "Enter", "z", "G")
        opened.until(lambda shown: "QUIT" in shown and "older" in shown.split("\n")[1], "the end")
        opened.keys("z", "G")
        opened.until(lambda shown: "newer" in shown and "QUIT" in shown, "the end beside the list")


def test_a_port_in_use_is_told_without_touching_the_screen(tmp_path: Path) -> None:
    with terminal(tmp_path, (80, 24)) as opened:
        port = start(opened)
        opened.tmux("split-window", SHELL)

        opened.run(f"{shlex.quote(sys.executable)} -m mailtrap --port {port}; echo code=$?")

        screen = opened.until_shown("code=69")
        assert "in use by another mailtrap" in screen.replace("\n", "")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "140x40"])
def test_a_maildir_that_a_server_writes_is_seen_read_and_left_as_it_is(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    maildir = tmp_path / "mail"
    view = f"{shlex.quote(sys.executable)} -m mailtrap view {shlex.quote(str(maildir))}"
    with terminal(tmp_path, size) as opened:
        opened.run(f"{view}; echo code=$?")
        opened.until_shown("code=69")
        with serving(maildir) as (_, port):
            opened.run(f"clear; {view}; echo code=$?")
            opened.until_shown("Waiting for mail in this maildir")
            send(port, "Thanks for your order", "Your parcel is on its way.")
            opened.until_shown("Thanks for your order")
            opened.until_shown("Your parcel is on its way.")
            opened.keys("Enter", "e", "G")
            opened.until_shown("closed after QUIT")
            assert [path.name[-2:] for path in (maildir / "cur").iterdir()] == [",S"]
        opened.keys("q")
        opened.until_shown("q Quit")
        opened.keys("q")
        opened.until_shown("code=0")
        assert len(list((maildir / "cur").iterdir())) == 1


def test_a_screen_with_a_server_shows_what_other_servers_write_too(tmp_path: Path) -> None:
    maildir = tmp_path / "mail"
    with terminal(tmp_path, (140, 40)) as opened, serving(maildir) as (_, port):
        own = start(opened, options=f"--maildir {shlex.quote(str(maildir))}")
        send(port, "from elsewhere", "hi")
        opened.until_shown("from elsewhere")
        send(own, "from here", "hi")
        opened.until_shown("from here")
        opened.until(lambda shown: "2 messages" in shown, "the status")
        opened.keys("D")
        opened.until_shown("delete 2 messages for good?")
        opened.keys("D")
        opened.until(lambda shown: "Waiting for mail" in shown, "the empty screen")
        assert list((maildir / "new").iterdir()) == []
        opened.keys("q")
        opened.until(lambda _: opened.asked("#{alternate_on}") == "0", "the shell")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "140x40"])
def test_rows_are_filtered_and_the_other_views_shown(tmp_path: Path, size: tuple[int, int]) -> None:
    with terminal(tmp_path, size) as opened:
        port = start(opened)
        send(port, "Thanks for your order", "Your parcel is on its way.")
        send(port, "Reset your password", "482913")
        opened.until_shown("1 Mail 2  2 Sessions 2")

        opened.keys("/")
        opened.run("order")
        opened.until_shown("1 of 2")
        opened.until(lambda shown: "Reset your password" not in shown, "the filtered list")
        opened.keys("Escape")
        opened.until_shown("Reset your password")
        opened.keys("2")
        opened.until(lambda shown: shown.count("client.test") > 1, "the sessions")
        opened.keys("3")
        opened.until_shown("header-missing-date")
        opened.keys("1")
        opened.until_shown("Thanks for your order")


def test_what_is_chosen_comes_back_and_settings_win(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[keys]\n"app.layout" = "f5"\n"app.quit" = "Q"\n')
    with terminal(tmp_path, (140, 40)) as opened:
        opened.run(f"export MAILTRAP_CONFIG={shlex.quote(str(settings))}")
        port = start(opened)
        send(port, "first", "hi")
        opened.until_shown("Q Quit")
        opened.until(lambda shown: "│" in shown, "panes beside one another")
        opened.keys("F5")
        opened.until(lambda shown: "│" not in shown and "────" in shown, "one above the other")
        opened.keys("Q", "Q")
        opened.until(lambda _: opened.asked("#{alternate_on}") == "0", "the shell")

        send(start(opened, options="--no-mouse"), "second", "hi")
        opened.until(lambda shown: "Q Quit" in shown and "────" in shown, "the screen")
        assert "│" not in opened.screen()
        assert opened.asked("#{mouse_any_flag}") == "0"
        opened.keys("Q", "Q")
        opened.until(lambda _: opened.asked("#{alternate_on}") == "0", "the shell")

        send(start(opened, options="--layout beside"), "third", "hi")
        opened.until(lambda shown: "Q Quit" in shown and "│" in shown, "the screen")
        assert opened.asked("#{mouse_any_flag}") == "1"


def test_settings_of_the_screen_that_cannot_be_used_are_told_before_it_opens(
    tmp_path: Path,
) -> None:
    with terminal(tmp_path, (80, 24)) as opened:
        command = f"{shlex.quote(sys.executable)} -m mailtrap --port 0"
        opened.run(f"{command} --theme nrod; echo code=$?")
        screen = opened.until_shown("code=2")
        assert "--theme: 'nrod' is no theme; did you mean 'nord'?" in screen
        opened.run(f"clear; {command} --layout sideways; echo code=$?")
        opened.until_shown("--layout: 'sideways' is no layout; give one of beside, above")
        opened.until_shown("code=2")
