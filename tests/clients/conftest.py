"""Fixtures of the tests with real clients."""

from pathlib import Path

import pytest

from tests.clients.programs import Runner


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    """Runs a client to its good end, away from the settings of the user."""
    home = tmp_path / "home"
    home.mkdir()
    return Runner(home)
