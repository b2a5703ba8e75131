"""Fixed local time: rows and transcripts show the time of day."""

import time
from collections.abc import Iterator

import pytest

from tests.tui.desk import desktop

__all__ = ["desktop"]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
