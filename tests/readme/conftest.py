"""A shell in a scratch directory, for what the README tells people to type."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support import Running, running

PATIENCE = 60  # seconds for a command; none takes more than two
# Settings of whoever runs this, and what is about another terminal.
NOT_OURS = ("MAILTRAP_", "PYTEST_", "COLUMNS", "LINES", "NO_COLOR")


@dataclass(frozen=True)
class Shell:
    """Where commands run, and what they find in the environment."""

    directory: Path
    environ: dict[str, str] = field(default_factory=dict)

    def ended(self, script: str, **environ: str) -> tuple[int, str, str]:
        """Run it: (exit code, stdout, stderr)."""
        done = subprocess.run(
            ["sh", "-ec", script],
            cwd=self.directory,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def run(self, script: str, **environ: str) -> str:
        """Run it to its good end; returns what it printed."""
        code, out, errors = self.ended(script, **environ)
        assert code == 0, errors
        return out

    @contextmanager
    def begun(self, command: str, sign: str) -> Iterator[list[str]]:
        """Run it until it has written a line with ``sign``; stopped at the end of the block.

        What is handed out are its lines, at the end of the block all of them.
        """
        process = subprocess.Popen(
            ["sh", "-c", f"exec {command}"],
            cwd=self.directory,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines: list[str] = []
        try:
            assert process.stdout is not None
            while not lines or sign not in lines[-1]:
                line = process.stdout.readline()
                assert line, f"{command} ended before it wrote {sign!r}: {lines}"
                lines.append(line)
            yield lines
            process.send_signal(signal.SIGINT if " tail " in command else signal.SIGTERM)
            rest, _ = process.communicate(timeout=PATIENCE)
            lines += rest.splitlines(keepends=True)
        finally:
            process.kill()
            process.communicate()
        assert process.returncode == (130 if " tail " in command else 0), lines


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An empty directory that is home; mailtrap and this Python come first in PATH."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "mailtrap").write_text(f'#!/bin/sh\nexec {sys.executable} -m mailtrap "$@"\n')
    (programs / "mailtrap").chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    path = os.pathsep.join((str(programs), str(Path(sys.executable).parent), os.environ["PATH"]))
    return Shell(
        home,
        {
            **{name: text for name, text in os.environ.items() if not name.startswith(NOT_OURS)},
            "HOME": str(home),
            "PATH": path,
            "MAILTRAP_PORT": "0",  # never that of a server that somebody watches
        },
    )


@pytest.fixture
def server() -> Iterator[Running]:
    """A server on both addresses of localhost."""
    with running(host="localhost") as found:
        yield found


@pytest.fixture
def newsletter(shell: Shell) -> Path:
    """A program that prints a message, as README pipes it."""
    path = shell.directory / "render-newsletter"
    path.write_text("#!/bin/sh\nprintf 'From: a@example.org\\n\\nNews\\n'\n")
    path.chmod(0o755)
    return path
