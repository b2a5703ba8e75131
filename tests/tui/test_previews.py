"""Pages for a browser: one server for all of them, and none once the screen is gone."""

import threading

import pytest

from mailtrap import preview
from mailtrap.content import Content
from mailtrap.tui.previews import Previews
from tests.tui.pilots import PATIENCE
from tests.tui.senders import titled


def test_two_pages_that_are_asked_for_at_once_are_served_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    previews, made = Previews(), list[preview.Preview]()
    has_come = threading.Event()

    class Gate:
        """The lock, which says that somebody wants it."""

        def __init__(self) -> None:
            self._lock = threading.Lock()

        def __enter__(self) -> None:
            has_come.set()
            self._lock.acquire()

        def __exit__(self, *_: object) -> None:
            self._lock.release()

    def ask() -> None:
        previews.add(Content(titled("two")))
        has_come.set()

    other = threading.Thread(target=ask)

    class Slow(preview.Preview):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)
            if len(made) == 1:
                has_come.clear()
                other.start()
                assert has_come.wait(PATIENCE)

    monkeypatch.setattr(previews, "_lock", Gate(), raising=False)
    monkeypatch.setattr(preview, "Preview", Slow)
    previews.add(Content(titled("one")))
    other.join(PATIENCE)
    [serving] = made
    previews.close()

    assert serving.port == 0
