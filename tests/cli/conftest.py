from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailtrap.faults.policy import Policy
from tests.cli.maildirs import MAILS, server
from tests.support import Running, running

Out = Callable[[], str]


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Out:
    return lambda: capsys.readouterr().out


@pytest.fixture
def maildir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four messages, p-1-1 to p-4-1, of which the second is read; MAILTRAP_MAILDIR names it."""
    path = tmp_path / "mails"
    with server(path) as writing:
        for data in MAILS:
            writing.take(data)
        writing.trap.mark(["p-2-1"], read=True)
    monkeypatch.setenv("MAILTRAP_MAILDIR", str(path))
    return path


@pytest.fixture(name="server")
def fixture_server() -> Iterator[Running]:
    """A listener that magic recipients can make fail."""
    with running(policy=Policy()) as listener:
        yield listener
