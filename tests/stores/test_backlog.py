"""Logs that are written later, while others write, forget and stop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

import pytest

from mailtrap.stores import log_files
from mailtrap.stores.backlog import Backlog
from mailtrap.stores.files import prepare
from tests.stores.locks import Wanted
from tests.support import WAIT
from tests.tui.senders import a_trap, bring


class Scene:
    """A session that has ended, and a backlog in which its log waits."""

    def __init__(self, path: Path, *, kind: type[Backlog] = Backlog) -> None:
        prepare(path)
        trap = a_trap()
        self.session_id = bring(trap).session
        self.while_it_writes: Callable[[], object] = lambda: None
        self.ended: list[str] = []
        self.backlog = kind(
            path,
            trap,
            restore=self._restore,
            on_end=lambda session_id, _size: self.ended.append(session_id),
        )
        self.backlog.add(self.session_id)

    def _restore(self) -> None:
        self.while_it_writes()


def test_stopping_waits_for_what_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, is_writing = Scene(tmp_path), Event()
    lock = Wanted(Lock())
    monkeypatch.setattr(scene.backlog, "_working", lock)

    def write_slowly() -> None:
        is_writing.set()
        assert lock.is_waited_for.wait(WAIT)

    scene.while_it_writes = write_slowly
    with ThreadPoolExecutor() as pool:
        working = pool.submit(scene.backlog.work)
        assert is_writing.wait(WAIT)

        scene.backlog.stop()
        left = len(scene.backlog)
        lock.is_waited_for.set()
        working.result(WAIT)

    assert left == 0
    assert scene.ended == [scene.session_id]
    assert log_files.session_ids(tmp_path) == [scene.session_id]


def test_once_it_is_stopped_nothing_is_written(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.backlog.forget(scene.session_id)
    scene.backlog.stop()

    scene.backlog.add(scene.session_id)
    scene.backlog.work()

    assert log_files.session_ids(tmp_path) == []


def test_a_log_that_is_forgotten_while_it_is_written_does_not_stay(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.while_it_writes = lambda: scene.backlog.forget(scene.session_id)

    scene.backlog.work()

    assert log_files.session_ids(tmp_path) == []
    assert scene.ended == []


def test_the_last_log_may_be_forgotten_just_before_it_is_written(tmp_path: Path) -> None:
    class Forgotten(Backlog):
        """Others forget what waits as soon as it is looked at."""

        @property
        def is_due(self) -> bool:
            for session_id in tuple(self._ids):
                self.forget(session_id)
            return True

    scene = Scene(tmp_path, kind=Forgotten)

    scene.backlog.work()

    assert log_files.session_ids(tmp_path) == []
