"""The end of a process whose terminal went away."""

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import TextIO

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from mailtrap.tui.leftovers import THREADS, LastingWriter, end_despite_them
from tests.support import WAIT
from tests.terminals import opened

LEFT = """
    import threading
    from mailtrap.tui.leftovers import end_despite_them

    threading.Thread(target=threading.Event().wait, name={name!r}).start()
    print("tidied up", flush=True)
    end_despite_them(129)
"""


@pytest.mark.parametrize("name", THREADS)
def test_the_process_ends_though_a_thread_of_textual_reads_on(name: str) -> None:
    script = dedent(LEFT.format(name=name))

    ended = subprocess.run(
        [sys.executable, "-c", script], timeout=30, check=False, capture_output=True
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (129, b"tidied up\n", b"")


def test_nothing_happens_where_nothing_is_left() -> None:
    end_despite_them(129)


@pytest.fixture
def gone() -> Iterator[TextIO]:
    """A terminal that went away."""
    master, slave = pty.openpty()
    os.close(master)
    file = os.fdopen(slave, "w")
    yield file
    try:
        file.close()
    except OSError:  # what is left in its buffer goes nowhere
        assert file.closed


def test_the_writer_of_textual_ends_with_its_terminal(
    gone: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where it no longer does, there is no need for ours.
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    writer = WriterThread(gone)
    writer.start()

    writer.write("x")
    writer.join(WAIT)

    assert not writer.is_alive()


@pytest.mark.parametrize("texts", [0, 1, 3 * MAX_QUEUED_WRITES])
def test_whoever_writes_to_a_terminal_that_is_gone_goes_on(gone: TextIO, texts: int) -> None:
    writer = LastingWriter(gone)
    writer.start()

    def tidy_up() -> None:
        for _ in range(texts):
            writer.write("x" * 10_000)
        writer.stop()

    tidying = threading.Thread(target=tidy_up, daemon=True)
    tidying.start()
    tidying.join(WAIT)

    assert not tidying.is_alive()
    assert not writer.is_alive()


def test_the_screen_ends_when_its_terminal_goes_in_the_middle_of_a_picture(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "mailtrap", "--port", "0"]
    process, terminal = opened(command, environ=environ, size=(200, 60))
    try:
        shown = b""
        while b"smtp://" not in shown:
            shown += os.read(terminal, 65536)

        # Panes come and go, and nobody reads what is painted: much waits to be written.
        os.write(terminal, b"z" * 1000)
        os.close(terminal)

        assert process.wait(WAIT) == 129
    finally:
        process.kill()
        process.wait()
