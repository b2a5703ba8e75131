"""Attached images at a terminal: what is written to it, by what it says it can."""

import base64
import os
import re
import signal
import sys
from io import BytesIO
from pathlib import Path

import pytest

from mailtrap.gallery.images import png
from tests.tui import mails, sixels
from tests.tui.answering import KITTY, OLD_KITTY, PLAIN, SIXEL, Terminal, viewing

pytest.importorskip("PIL")
from PIL import Image

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")

IMAGE = png(40, 50)  # red above, blue below: four cells wide, three high
FIELDS = (
    "Content-Type: image/png\nContent-Transfer-Encoding: base64\n"
    "Content-Disposition: attachment; filename=logo.png"
)
LEFT = rb"\x1b\[\?1049l"
SENT = rb"\x1b_Ga=T,[^;]*;([^\x1b]*)\x1b\\"
REMOVED = rb"\x1b_Ga=d,d=I,i=(\d+),q=2\x1b\\"
OURS = "\U00100000".encode()  # what stands for the first cell until it is drawn
CELLS = "\U0010eeee".encode()
SIXELS = rb"\x1bP[^\x1b]*\x1b\\"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """One with a message that has an image."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "mails" / name).mkdir(parents=True)
    body = mails.multipart("mixed", mails.part(FIELDS, mails.encoded(IMAGE)))
    (tmp_path / "mails" / "cur" / "1.M1P1.host:2,S").write_bytes(
        mails.letter("Subject: look at this", body)
    )
    return tmp_path / "mails"


def open_image(terminal: Terminal, shown: bytes) -> int:
    """Open the attachment until that is written; where that ends."""
    terminal.until(b"look at this")
    terminal.type("v\r\r")
    return terminal.until(shown)


def test_kitty_gets_the_image_and_is_rid_of_it_at_the_end(maildir: Path) -> None:
    with viewing(maildir, KITTY) as (terminal, _):
        open_image(terminal, SENT + b".*?" + CELLS)
        terminal.type("qqq")
        terminal.to_the_end()

    written = terminal.written
    [sent] = re.finditer(SENT, written)
    shown = Image.open(BytesIO(base64.b64decode(sent[1]))).convert("RGBA")
    assert shown.size == (40, 60)
    assert shown.getpixel((39, 24)) == (255, 0, 0, 255)
    assert shown.getpixel((0, 25)) == (0, 0, 255, 255)
    assert b"c=4,r=3," in sent[0]
    [removed] = re.finditer(REMOVED, written)
    assert b"i=%b," % removed[1] in sent[0]
    left = re.search(LEFT, written)
    assert left
    assert sent.end() < written.index(CELLS) < removed.start() < left.start()
    assert "▀".encode() not in written
    assert OURS not in written


@pytest.mark.parametrize("keys", ["t", "\x1b"], ids=["another tab", "closed"])
def test_it_is_removed_when_something_else_is_shown(maildir: Path, keys: str) -> None:
    with viewing(maildir, KITTY) as (terminal, _):
        end = open_image(terminal, SENT + b".*?" + CELLS)
        terminal.type(keys)
        terminal.until(REMOVED, end)


def test_told_to_end_it_leaves_nothing_in_the_terminal(maildir: Path) -> None:
    with viewing(maildir, KITTY) as (terminal, pid):
        open_image(terminal, SENT + b".*?" + CELLS)
        os.kill(pid, signal.SIGTERM)
        terminal.to_the_end()

    assert re.search(REMOVED + b".*" + LEFT, terminal.written, re.DOTALL)


def test_where_it_crashes_it_leaves_nothing_in_the_terminal(maildir: Path) -> None:
    crash = "from mailtrap.tui.app import MailtrapApp as A; A.action_zoom = lambda self: 1 / 0"
    with viewing(maildir, KITTY, before=crash) as (terminal, _):
        open_image(terminal, SENT + b".*?" + CELLS)
        terminal.type("z")
        terminal.to_the_end()

    assert b"ZeroDivisionError" in terminal.written
    assert re.search(REMOVED + b".*" + LEFT, terminal.written, re.DOTALL)


def test_stopped_and_continued_it_paints_all_and_sends_the_image_again(maildir: Path) -> None:
    # What was left to be painted would be painted then, too; nothing tells when nothing is.
    later = (
        "from mailtrap.tui.app import MailtrapApp as A;"
        "A.action_zoom = lambda self: self.set_timer(1.5, self.action_suspend_process)"
    )
    with viewing(maildir, KITTY, before=later) as (terminal, pid):
        end = open_image(terminal, SENT + b".*?" + CELLS)
        terminal.type("z")
        end = terminal.until(REMOVED + b".*?" + LEFT, end)
        os.waitpid(pid, os.WUNTRACED)
        os.kill(pid, signal.SIGCONT)
        terminal.until(b"look at this", end)
        terminal.until(SENT + b".*?" + CELLS, end)


def test_stopped_by_another_process_it_still_ends_and_gives_the_terminal_back(
    maildir: Path,
) -> None:
    import termios

    with viewing(maildir, KITTY) as (terminal, pid):
        end = open_image(terminal, SENT + b".*?" + CELLS)
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        os.kill(pid, signal.SIGCONT)
        terminal.until(LEFT + b".*?" + SENT + b".*?" + CELLS, end)
        terminal.type("qqq")
        terminal.to_the_end()

        assert termios.tcgetattr(terminal.file)[3] & termios.ICANON
        assert terminal.written.count(b"\x1b[?1049h") == terminal.written.count(b"\x1b[?1049l") == 2


def test_a_pager_leaves_the_terminal_to_itself(maildir: Path) -> None:
    with viewing(maildir, KITTY, PAGER="sort") as (terminal, _):
        end = open_image(terminal, SENT + b".*?" + CELLS)
        terminal.type("p")
        end = terminal.until(REMOVED + b".*?" + LEFT + b".*?PNG, 40x50 pixels", end)
        terminal.until(SENT + b".*?" + CELLS, end)
        terminal.type("qqq")
        terminal.to_the_end()

    assert OURS not in terminal.written


def test_a_terminal_with_sixels_gets_a_row_of_cells_at_a_time(maildir: Path) -> None:
    with viewing(maildir, SIXEL) as (terminal, _):
        open_image(terminal, b".*?".join([SIXELS] * 3))
        terminal.type("qqq")
        terminal.to_the_end()

    rows = [
        row
        for graphics in re.findall(SIXELS, terminal.written)[:3]
        for row in sixels.pixels(graphics.decode())
    ]
    red, blue = (100, 0, 0), (0, 0, 100)
    assert rows == [[red] * 40] * 25 + [[blue] * 40] * 25
    assert b"\x1b_G" not in terminal.written


@pytest.mark.parametrize(
    ("answers", "options", "environ"),
    [
        (PLAIN, (), {}),
        (OLD_KITTY, (), {"TERM": "xterm-kitty"}),
        (KITTY, ("--images=blocks",), {"TERM": "xterm-kitty"}),
        (SIXEL, ("--images=blocks",), {}),
        (SIXEL, (), {"TMUX": "/tmp/tmux-0/default,1,0"}),
        (KITTY, (), {"MAILTRAP_IMAGES": "blocks"}),
    ],
    ids=["plain", "old kitty", "kitty, blocks", "sixel, blocks", "tmux", "environment"],
)
def test_others_get_half_blocks(
    maildir: Path,
    answers: dict[bytes, bytes],
    options: tuple[str, ...],
    environ: dict[str, str],
) -> None:
    with viewing(maildir, answers, *options, **environ) as (terminal, _):
        open_image(terminal, "▀▀".encode())
        terminal.type("qqq")
        terminal.to_the_end()

    assert b"\x1b_" not in terminal.written
    assert b"\x1bP" not in terminal.written
    assert CELLS not in terminal.written


def test_images_can_be_turned_off(maildir: Path) -> None:
    with viewing(maildir, KITTY, "--images=none") as (terminal, _):
        open_image(terminal, b"89 50 4e 47")


def test_without_colours_there_are_no_images(maildir: Path) -> None:
    with viewing(maildir, KITTY, "--images=kitty", NO_COLOR="1") as (terminal, _):
        open_image(terminal, b"Images need colours")
        terminal.type("qqq")
        terminal.to_the_end()

    assert b"\x1b_" not in terminal.written
