"""Stdout and stderr that cannot be written: all else is done, and the exit code says which."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtrap.cli import tell
from tests.cli.test_serve import MAILTRAP, serving
from tests.support import WAIT, Client

FULL = Path("/dev/full")
BROKEN = """\
import sys
from mailtrap import cli

def run(words):
    raise ZeroDivisionError

class Command:
    run = staticmethod(run)

cli.import_module = lambda _name: Command
sys.exit(cli.main(["list"]))
"""


@pytest.fixture(params=["full", "gone"])
def unwritable(request: pytest.FixtureRequest) -> Iterator[int]:
    """A descriptor on which nothing can be written: no room, or nobody who reads."""
    if request.param == "full":
        if not FULL.exists():
            pytest.skip("needs /dev/full")
        descriptor = os.open(FULL, os.O_WRONLY)
    else:
        reading, descriptor = os.pipe()
        os.close(reading)
    yield descriptor
    os.close(descriptor)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ([*MAILTRAP, "explain", "nothing"], 2),
        ([*MAILTRAP, "list", "--maildir", "/nowhere"], 69),
        ([*MAILTRAP, "show", "--nothing"], 2),
        ([*MAILTRAP, "sendmail"], 64),
        ([*MAILTRAP, "run", "--host=0.0.0.0", "--", "sh", "-c", "exit 7"], 7),
        ([*MAILTRAP, "run", "--", "no-such-command"], 127),
        ([sys.executable, "-c", BROKEN], 70),
    ],
)
def test_the_exit_code_is_the_usual_one(command: list[str], code: int, unwritable: int) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=unwritable,
        timeout=WAIT,
        check=False,
    )

    assert (done.returncode, done.stdout) == (code, b"")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["serve", "--help"], ["help"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_help_that_cannot_be_written_is_exit_74(words: list[str], unbuffered: str) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [*MAILTRAP, *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=WAIT,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )

    assert done.returncode == 74
    assert done.stderr == "mailtrap: the output cannot be written: No space left on device\n"


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_server_starts_though_its_warning_cannot_be_written() -> None:
    with (
        serving("--host=0.0.0.0", shell=f"exec 2>{FULL}; exec ") as served,
        Client(served.port) as client,
    ):
        assert client.data().say(b"hi\r\n.\r\n").startswith(b"250 ")


def test_whoever_tells_goes_on_telling(unwritable: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with os.fdopen(os.dup(unwritable), "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        tell("the rules have changed")
        tell("the rules have changed again")
