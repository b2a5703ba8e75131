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
sys.exit(cli.main(["list"]))
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


@pytest.mark.parametrize("body", [IMPORTING, IN_A_CALLBACK, WHILE_TIDYING_UP])
def test_it_ends_whatever_becomes_of_the_exception(body: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(body)], capture_output=True, timeout=WAIT, check=False
    )

    assert (ended.returncode, ended.stderr) == (130, b"")


def test_it_ends_where_nobody_reads_the_output() -> None:
    body = "print('x' * 10_000_000)"
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(body)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"x"

        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(WAIT) == 130
        finally:
            process.kill()
