"""Ctrl+C ends a command that reads, wherever it comes."""

import signal
import subprocess
import sys

import pytest

from tests.support import WAIT

SCRIPT = """\
import signal, sys, threading
from mailtrap import cli

def run(words):
    {}

class Command:
    run = staticmethod(run)

cli.import_module = lambda _name: Command
sys.exit(cli.main({}))
"""
EARLY = """\
import signal, sys

class Interrupted:
    def find_spec(self, name, path, target=None):
        if name == "mailtrap.cli":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupted())
from mailtrap.__main__ import main
sys.exit(main())
"""
IMPORTING = """try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise RuntimeError"""
IN_A_CALLBACK = """try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        threading.Event().wait()"""
WHILE_TIDYING_UP = """try:
        signal.raise_signal(signal.SIGINT)
    finally:
        threading.Event().wait()"""


def script(body: str, *words: str) -> list[str]:
    """A command of these words that does this."""
    return [sys.executable, "-c", SCRIPT.format(body, list(words))]


@pytest.mark.parametrize("body", [IMPORTING, IN_A_CALLBACK, WHILE_TIDYING_UP])
def test_it_ends_whatever_becomes_of_the_exception(body: str) -> None:
    ended = subprocess.run(script(body, "list"), capture_output=True, timeout=WAIT, check=False)

    assert (ended.returncode, ended.stderr) == (130, b"")


@pytest.mark.parametrize("words", [[], ["view"], ["serve"]])
def test_it_ends_what_takes_mail_while_that_is_still_imported(words: list[str]) -> None:
    ended = subprocess.run(
        script(IMPORTING, *words), capture_output=True, timeout=WAIT, check=False
    )

    assert (ended.returncode, ended.stderr) == (130, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that end a process")
def test_before_anything_is_imported_it_ends_the_process_as_any_other() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", EARLY], capture_output=True, timeout=WAIT, check=False
    )

    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, b"")


def test_it_ends_where_nobody_reads_the_output() -> None:
    body = "print('x' * 10_000_000)"
    with subprocess.Popen(script(body, "list"), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"x"

        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(WAIT) == 130
        finally:
            process.kill()
