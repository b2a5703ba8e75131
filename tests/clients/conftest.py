"""Fixtures of the tests with real clients."""

from pathlib import Path

import pytest

from tests.clients.programs import Runner, program
from tests.clients.sendmails import IDENTITY


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    """Runs a client to its good end, away from the settings of the user."""
    home = tmp_path / "home"
    home.mkdir()
    return Runner(home)


@pytest.fixture(name="patch")
def fixture_patch(run: Runner, tmp_path: Path) -> Path:
    """A patch of a repository of its own."""
    git = program("git", "apt install git")
    at = ("-C", str(tmp_path / "work"))
    run(git, "init", "-q", str(tmp_path / "work"))
    (tmp_path / "work/file").write_text("Grüße\n.\n", "utf-8")
    run(git, *at, "add", "file")
    run(git, *at, "commit", "-q", "-m", "Greet: Grüße", environ=IDENTITY)
    said = run(git, *at, "format-patch", "-1", "--root", "-o", str(tmp_path), "HEAD")
    return Path(said.strip())
