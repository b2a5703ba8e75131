"""What may have changed in a directory, however that is told."""

from pathlib import Path

import pytest

from mailtrap.stores.attention import POLL, Attention
from mailtrap.stores.files import prepare
from tests.stores.followers import Deaf


def test_until_the_watch_is_sure_a_change_means_that_there_may_be_earlier_ones(
    tmp_path: Path,
) -> None:
    prepare(tmp_path)
    attention = Attention(tmp_path, Deaf)
    attention.start()
    path = str(tmp_path / "new" / "later")

    attention.nudge([path])
    changed = attention.wait(POLL)

    assert path in changed.paths
    assert changed.all
    attention.stop()


def test_a_nudge_that_names_no_path_is_heard_by_who_begins_to_wait_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attention = Attention(tmp_path, Deaf)
    waited: list[float] = []
    monkeypatch.setattr(attention._condition, "wait", waited.append)

    attention.nudge(())
    attention.wait(POLL)
    assert not waited

    attention.wait(POLL)
    assert waited
