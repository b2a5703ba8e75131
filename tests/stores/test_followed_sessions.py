"""Sessions that one thread follows while others read and remove them."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import RLock

import pytest

from mailtrap.stores.followed_sessions import FollowedSessions
from mailtrap.stores.log_files import session_ids
from mailtrap.stores.log_tail import LogTail
from tests.stores.followers import writing
from tests.stores.locks import Wanted
from tests.support import WAIT
from tests.tui.senders import Sender, bring


def test_an_open_session_that_is_found_while_others_are_cleared_keeps_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clearing: list[Future[list[str]]] = []

    def is_open(tail: LogTail) -> bool:  # asked when the session is held already
        if not clearing:
            clearing.append(pool.submit(logs.remove_ended))
            assert lock.is_waited_for.wait(WAIT)
        return tail.session is not None and tail.session.is_open

    with writing(tmp_path) as trap, ThreadPoolExecutor() as pool:
        logs = FollowedSessions(tmp_path, max_sessions=10, max_bytes=2**20)
        lock = Wanted(RLock())
        monkeypatch.setattr(logs, "_lock", lock)
        monkeypatch.setattr(LogTail, "is_open", property(is_open))
        logs.find()
        client = Sender(trap).send(b"HELO app\r\n")

        logs.look_at([client.id])

        assert clearing[0].result(WAIT) == []
        assert session_ids(tmp_path) == [client.id]
        assert [session.id for session in logs] == [client.id]


def test_a_session_that_is_cleared_while_its_log_is_looked_for_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lexists = os.path.lexists
    cleared: list[str] = []

    def lexists_no_more(path: str) -> bool:
        cleared.extend(logs.remove_ended())
        return lexists(path)

    with writing(tmp_path) as trap:
        logs = FollowedSessions(tmp_path, max_sessions=10, max_bytes=2**20)
        session_id = bring(trap).session
        logs.look()
        monkeypatch.setattr(os.path, "lexists", lexists_no_more)

        _, gone = logs.look_at([session_id])

    assert (cleared, gone) == ([session_id], [])
