"""Fixed local time: rows and transcripts show the time of day."""

import time
from collections.abc import Iterator

import pytest

from tests.tui.desk import desktop
from tests.tui.pilots import quiet

__all__ = ["desktop"]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _events_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits until the processor seems idle, 20 ms at least for every key."""
    for place in ("app", "pilot"):
        monkeypatch.setattr(f"textual.{place}.wait_for_idle", quiet)


@pytest.fixture(autouse=True)
def _nobody_is_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else every look at what is wrong waits a tenth of a second for a listener there is not."""
    monkeypatch.setattr("mailtrap.polite.BUSY", 0.0)
