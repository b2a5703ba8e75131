"""``mailtrap view``: what it says where it cannot show anything.  How it looks: test_terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mailtrap", "view", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environ},
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "which maildir? name it, or set MAILTRAP_MAILDIR, or maildir in pyproject.toml"),
        (("somewhere",), "view: no terminal to draw on; list, show and tail do without one"),
        (("a", "b"), "unrecognized arguments: b; see mailtrap view --help"),
    ],
)
def test_what_it_cannot_do_is_told_with_what_may_help(words: tuple[str, ...], said: str) -> None:
    done = run(*words, MAILTRAP_MAILDIR="")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"mailtrap: {said}\n"


def test_the_maildir_may_come_from_the_environment(tmp_path: Path) -> None:
    assert "no terminal" in run(MAILTRAP_MAILDIR=str(tmp_path)).stderr


def test_its_help_imports_nothing_that_paints() -> None:
    code = (
        "import sys; from mailtrap.cli import main\n"
        "main(['view', '--help'])\n"
        "print([m for m in ('textual', 'watchfiles', 'mailtrap.stores') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert "whoever" not in done.stderr
    assert "MAILTRAP_MAILDIR" in done.stdout
    assert done.stdout.endswith("[]\n")
