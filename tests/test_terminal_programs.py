"""Other programs in a real terminal: tmux's clipboard, pager, editor, pipe."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import test_terminal
from tests.clients.programs import program
from tests.test_terminal import SIZES, Terminal, send, start, terminal

pytestmark = test_terminal.pytestmark  # where there is no tmux

BODY = "\r\n".join(f"line {number}" for number in range(200))


@contextmanager
def showing(
    tmp_path: Path, *, size: tuple[int, int] = (80, 24), **variables: str
) -> Iterator[tuple[Terminal, int]]:
    """mailtrap with a message in a terminal, and its port."""
    unset = "TMUX DISPLAY WAYLAND_DISPLAY SSH_CONNECTION SSH_CLIENT SSH_TTY PAGER VISUAL EDITOR"
    environ = {"TMPDIR": str(tmp_path), **variables}
    with terminal(tmp_path, size) as opened:
        # In tmux, as it says itself; the runner of the tests may be in another one.
        names = unset.replace("TMUX ", "")
        opened.run(f"unset {names}; export {shlex.join(f'{k}={v}' for k, v in environ.items())}")
        port = start(opened)
        send(port, "Hello", f"{BODY}\r\n.hidden dot")
        opened.until_shown("line 1")
        yield opened, port


@pytest.mark.parametrize("setting", ["external", "on", "off"])
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "140x40"])
def test_tmux_gets_what_is_copied_whatever_it_thinks_of_escape_sequences(
    tmp_path: Path, setting: str, size: tuple[int, int]
) -> None:
    with showing(tmp_path, size=size) as (opened, _):
        opened.tmux("set-option", "-s", "set-clipboard", setting)

        opened.keys("y", "s")

        opened.until_shown("subject: 5 octets copied with tmux")
        assert opened.tmux("show-buffer") == "Hello"


def test_large_sources_are_copied_whole(tmp_path: Path) -> None:
    with showing(tmp_path) as (opened, port):
        send(port, "Large", "x" * 900 + f"\r\n{'y' * 900}" * 300)
        opened.until_shown("Large")

        opened.keys("y", "r")

        opened.until_shown("octets copied with tmux")
        assert opened.tmux("show-buffer").count("y" * 900) == 300


def test_less_shows_the_text_and_mail_is_taken_meanwhile(tmp_path: Path) -> None:
    program("less", "apt install less")
    with showing(tmp_path, PAGER="less", LESS="") as (opened, port):
        opened.keys("p")
        opened.until(lambda screen: "line 0" in screen and "Keys" not in screen, "less")
        opened.until(lambda screen: screen.rstrip().endswith(":"), "its prompt")
        opened.keys("G")
        opened.until_shown("(END)")

        send(port, "Meanwhile", "hi")
        opened.keys("C-c")  # is the pager's, not ours
        opened.keys("q")

        opened.until_shown("Meanwhile")
        opened.keys("j", "e", "p")
        opened.until(
            lambda screen: "connected to" in screen and "(END)" in screen, "the transcript"
        )
        assert "C: AUTH PLAIN ********" in opened.screen()
        opened.keys("q")
        opened.until_shown("2 messages")


def test_the_editor_gets_a_private_copy_that_is_gone_afterwards(tmp_path: Path) -> None:
    script = tmp_path / "an editor"
    script.write_text(
        "#!/bin/sh\n"
        'echo "editing $1"; ls -ld "$1" "$(dirname "$1")"\n'
        'printf "\\nmore" >>"$1"; cp "$1" "$TMPDIR/edited"; echo "enter ends"; read -r _\n'
    )
    script.chmod(0o755)
    with showing(tmp_path, EDITOR=f"'{script}'") as (opened, port):
        opened.keys("E")
        screen = opened.until_shown("enter ends")
        assert "-rw-------" in screen
        assert "drwx------" in screen
        assert "Hello.eml" in screen.replace("\n", "")
        send(port, "Meanwhile", "hi")

        opened.keys("Enter")

        opened.until_shown("you changed a copy; the message itself stays as it came")
        opened.until_shown("Meanwhile")
        edited = (tmp_path / "edited").read_bytes()
        assert edited.endswith(b"\r\n.hidden dot\r\n\nmore")
        opened.keys("q", "q")
        opened.until(lambda _: opened.asked("#{alternate_on}") == "0", "the shell")
        opened.run("echo code=$?")
        opened.until_shown("code=0")
        assert list(tmp_path.glob("mailtrap-*")) == []


def test_ed_is_an_editor_too(tmp_path: Path) -> None:
    program("ed", "apt install ed")
    with showing(tmp_path, VISUAL="ed", EDITOR="false") as (opened, _):
        opened.keys("E")
        opened.until(
            lambda screen: re.search(r"(?m)^(?:\$ )*\d+$", screen), "what ed says of the size"
        )
        opened.run("q")
        opened.until_shown("1 message")
        assert "exit code" not in opened.screen()


def test_the_source_is_piped_to_a_command_whose_output_can_be_read(tmp_path: Path) -> None:
    with showing(tmp_path) as (opened, _):
        opened.keys("|")
        opened.until_shown("pipe the source to:")
        opened.run("cat >$TMPDIR/piped; echo q done; exit 3")
        opened.until_shown("q done")
        opened.until_shown("[exit code 3; enter goes back]")
        assert (tmp_path / "piped").read_bytes().endswith(b"line 199\r\n.hidden dot\r\n")

        opened.keys("Enter")

        opened.until_shown("1 message")


@pytest.mark.parametrize(
    ("variables", "key", "said"),
    [
        ({"PAGER": "no-such-pager"}, "p", "there is no command 'no-such-pager'"),
        ({"EDITOR": "sh -c 'exit 4'"}, "E", "ended with exit code 4"),
    ],
)
def test_what_went_wrong_with_a_program_is_told(
    tmp_path: Path, variables: dict[str, str], key: str, said: str
) -> None:
    with showing(tmp_path, size=(80, 24), **variables) as (opened, port):
        opened.keys(key)
        opened.until_shown(said)
        send(port, "still taken", "hi")
        opened.until_shown("still taken")


def test_keys_work_after_a_program_as_before_it(tmp_path: Path) -> None:
    with showing(tmp_path, PAGER="cat") as (opened, _):
        opened.keys("p", "y")
        opened.until_shown("pytest snippet")
        opened.keys("Escape")
        opened.until(lambda screen: "pytest snippet" not in screen, "the menu's end")
