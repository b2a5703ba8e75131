import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.maildirs import MAILS, server

Out = Callable[[], str]


@pytest.fixture(autouse=True)
def _no_settings_of_whoever_runs_this(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MAILTRAP_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Out:
    return lambda: capsys.readouterr().out


@pytest.fixture
def maildir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four messages, p-1-1 to p-4-1, of which the second is read; MAILTRAP_MAILDIR names it."""
    path = tmp_path / "mails"
    with server(path) as running:
        for data in MAILS:
            running.take(data)
        running.trap.mark(["p-2-1"], read=True)
    monkeypatch.setenv("MAILTRAP_MAILDIR", str(path))
    return path
