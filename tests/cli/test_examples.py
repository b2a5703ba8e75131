"""The examples that help shows, typed into a shell."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrap.cli import COMMANDS
from tests.cli.command_lines import NAMES, examples_of
from tests.cli.maildirs import CODE, MAILS, server
from tests.clients.programs import program
from tests.support import Running, running

ENDS = {"check": (0, 1), "doctor": (0, 1)}  # 1 has a meaning there
LINK = b"From: shop@example.org\r\n\r\nYour code is 482913: https://example.org/?token=7\r\n"
OF_SHELLS = ("completion", "view")  # tested where there are shells and terminals


def _listed() -> list[str]:
    found = [each for name in NAMES if name not in OF_SHELLS for each in examples_of(name)]
    return list(dict.fromkeys(found))


def _subcommand(example: str) -> str:
    """The command that an example is of; "" without one."""
    _, _, behind = example.partition("mailtrap ")
    word = behind.partition(" ")[0]
    return word if word in COMMANDS else ""


def _runs_on(example: str) -> bool:
    is_tail = _subcommand(example) == "tail" and " -f" in example
    return is_tail or _subcommand(example) in ("", "serve")


@pytest.fixture
def shell(tmp_path: Path) -> Mapping[str, str]:
    """The environment of a shell whose directory has all that examples speak of."""
    home = tmp_path / "home"
    (home / ".config/systemd/user").mkdir(parents=True)
    (home / "Library/LaunchAgents").mkdir(parents=True)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "mailtrap").write_text(f'#!/bin/sh\nexec {sys.executable} -m mailtrap "$@"\n')
    (programs / "mailtrap").chmod(0o755)
    with server(home / "mails") as writing:
        for data in MAILS:
            writing.take(data)
        writing.take(LINK, at=datetime.now(UTC))
    (home / "mail.eml").write_bytes(CODE)
    (home / "broken.eml").write_bytes(b"To: bob@example.org\n\n" + CODE)
    (home / "report.pdf").write_bytes(b"%PDF-1.7\n")
    (home / "test_shop.py").write_text("def test_it(): pass\n")
    (home / "package.json").write_text('{"scripts": {"test": "true"}}\n')
    return {
        **{name: text for name, text in os.environ.items() if not name.startswith("MAILTRAP_")},
        "HOME": str(home),
        "PATH": os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.defpath)),
        "MAILTRAP_PORT": "0",
        "MAILTRAP_MAILDIR": str(home / "mails"),
    }


@pytest.fixture(scope="module")
def taking() -> Iterator[Running]:
    """A server for those who send."""
    with running() as server:
        yield server


@pytest.mark.parametrize("example", [each for each in _listed() if not _runs_on(each)])
def test_an_example_works(example: str, shell: Mapping[str, str], taking: Running) -> None:
    environ = dict(shell)
    if "send" in _subcommand(example):
        environ["MAILTRAP_PORT"] = str(taking.port)
    if " npm " in example:
        npm = Path(program("npm", "apt-get install npm")).parent
        environ["PATH"] += os.pathsep + str(npm)

    done = subprocess.run(
        ["sh", "-c", example],
        cwd=environ["HOME"],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode in ENDS.get(_subcommand(example), (0,)), done.stderr


@pytest.mark.parametrize("example", [each for each in _listed() if _runs_on(each)])
def test_an_example_that_runs_on_begins_to(example: str, shell: Mapping[str, str]) -> None:
    process = subprocess.Popen(
        ["sh", "-c", f"exec {example}"],
        cwd=shell["HOME"],
        env=shell,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        seen = ""
        while not any(each in seen for each in ("listening on", '"ready"', '"message"')):
            line = process.stdout.readline()
            assert line, seen
            seen += line
        number = signal.SIGINT if _subcommand(example) == "tail" else signal.SIGTERM
        process.send_signal(number)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()

    assert process.returncode == (130 if _subcommand(example) == "tail" else 0)


def test_the_examples_are_found() -> None:
    assert len(_listed()) > 25
