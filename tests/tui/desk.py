"""A desktop of fake programs: each keeps what it was given."""

import os
from pathlib import Path

import pytest

VARIABLES = ("TMUX", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")


class Desktop:
    """Programs on a PATH of their own, and a few real ones."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self._monkeypatch = monkeypatch
        for variable in VARIABLES:
            monkeypatch.delenv(variable, raising=False)
        real = {name: Path(_found(name)) for name in ("sh", "cat", "sleep")}
        for name, path in real.items():
            (directory / name).symlink_to(path)
        monkeypatch.setenv("PATH", str(directory))

    def install(self, name: str, script: str = "") -> Path:
        """A program that keeps its input and arguments; the file of its input."""
        got = self.directory / f"{name}.got"
        keeps = f'echo "$@" >{got}.args; cat >{got}.part; mv {got}.part {got}'
        (self.directory / name).write_text(f"#!/bin/sh\n{script or keeps}\n")
        (self.directory / name).chmod(0o755)
        if not (self.directory / "mv").exists():
            (self.directory / "mv").symlink_to(_found("mv"))
        return got

    def arguments(self, name: str) -> str:
        """What the program was called with."""
        return (self.directory / f"{name}.got.args").read_text().strip()

    def set(self, **variables: str) -> None:
        """Set variables of the environment."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)


def _found(name: str) -> str:
    for place in ("/usr/bin", "/bin"):
        if os.access(f"{place}/{name}", os.X_OK):
            return f"{place}/{name}"
    raise AssertionError(name)


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """A desktop with no programs yet, and nothing that says where we are."""
    directory = tmp_path / "bin"
    directory.mkdir()
    return Desktop(directory, monkeypatch)
