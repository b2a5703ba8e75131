"""What may have changed in a directory, however that is told."""

from pathlib import Path

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
