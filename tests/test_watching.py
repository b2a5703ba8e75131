import queue
import threading
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

import pytest

from mailtrap import watching
from mailtrap.watching import DirectoryWatch, Watch
from tests.support import WAIT


class Heard:
    """A watched file and what was told about it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.contents: queue.Queue[bytes] = queue.Queue()
        self.watch = Watch(path, path.read_bytes(), self.contents.put)
        self.threads: set[threading.Thread] = set()  # its own

    def start(self) -> None:
        before = {*threading.enumerate()}
        self.watch.start()
        self.threads = {*threading.enumerate()} - before

    def next(self) -> bytes:
        """The content that is told next."""
        return self.contents.get(timeout=WAIT)


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    path = tmp_path / "rules.toml"
    path.write_bytes(b"old")
    heard = Heard(path)
    heard.start()
    yield heard
    heard.watch.stop()


def test_a_file_that_is_written_in_place_is_told(heard: Heard) -> None:
    heard.path.write_bytes(b"new")
    assert heard.next() == b"new"

    with heard.path.open("ab") as file:
        file.write(b"er")
    assert heard.next() == b"newer"


def test_a_file_that_another_is_renamed_over_is_told_each_time(heard: Heard) -> None:
    for content in (b"one", b"two"):
        written = heard.path.with_name("rules.toml~")
        written.write_bytes(content)
        written.replace(heard.path)

        assert heard.next() == content


def test_a_file_that_is_moved_away_and_written_anew_is_told(heard: Heard) -> None:
    heard.path.rename(heard.path.with_name("rules.toml.bak"))
    heard.path.write_bytes(b"new")

    assert heard.next() == b"new"


def test_a_file_that_is_deleted_is_not_told_until_it_is_there_again(heard: Heard) -> None:
    heard.path.unlink()
    heard.path.with_name("other").write_bytes(b"other")
    heard.path.write_bytes(b"new")

    assert heard.next() == b"new"


def test_what_a_link_leads_to_is_told(tmp_path: Path) -> None:
    first, second, link = tmp_path / "a" / "x", tmp_path / "b" / "x", tmp_path / "c" / "link"
    for path in (first, second, link):
        path.parent.mkdir()
    first.write_bytes(b"first")
    second.write_bytes(b"second")
    link.symlink_to(first)
    heard = Heard(link)
    heard.start()

    first.write_bytes(b"in place")
    assert heard.next() == b"in place"

    link.unlink()
    link.symlink_to(second)
    assert heard.next() == b"second"
    heard.watch.stop()


def test_a_change_from_before_the_watch_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(b"old")
    heard = Heard(path)
    path.write_bytes(b"new")

    heard.start()

    assert heard.next() == b"new"
    heard.watch.stop()


def test_the_same_content_again_and_other_files_are_not_told(heard: Heard) -> None:
    heard.path.write_bytes(b"old")
    heard.path.touch()
    heard.path.with_name("other").write_bytes(b"other")
    heard.path.write_bytes(b"new")

    assert heard.next() == b"new"
    assert heard.contents.empty()


def test_where_no_events_come_the_file_is_looked_at_now_and_then(heard: Heard) -> None:
    heard.watch.stop()
    again = Heard(heard.path)
    with (
        patch("watchfiles.watch", side_effect=OSError("no watches left")),
        patch.object(watching, "LOOK", 10),
    ):
        again.start()
        again.path.write_bytes(b"new")

        assert again.next() == b"new"
        again.watch.stop()


def test_a_change_is_told_when_it_happens_not_only_when_the_file_is_looked_at(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(b"old")
    heard = Heard(path)
    with patch.object(watching, "LOOK", 600_000):
        heard.start()
        # Nothing tells when the watch is set up, so write until it hears.
        for number in range(200):
            path.write_bytes(b"%d" % number)
            with suppress(queue.Empty):
                assert heard.contents.get(timeout=0.1).isdigit()
                break
        else:
            pytest.fail("nothing was told")
        heard.watch.stop()


def test_stopping_takes_a_fraction_of_a_second_and_ends_the_thread(heard: Heard) -> None:
    heard.path.write_bytes(b"new")
    heard.next()  # so that it is in the middle of its work
    assert "mailtrap-watch" in {thread.name for thread in heard.threads}
    before = perf_counter()

    heard.watch.stop()

    assert perf_counter() - before < 0.3
    assert not heard.threads & {*threading.enumerate()}


def test_a_watch_that_never_started_can_be_stopped(tmp_path: Path) -> None:
    Watch(tmp_path / "rules.toml", b"", lambda _: None).stop()


def test_the_files_that_change_in_directories_are_told_and_not_those_below(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    below = one / "below"
    for directory in (one, two, below):
        directory.mkdir()
    told: queue.Queue[str] = queue.Queue()

    def tell(paths: Collection[str]) -> None:
        for path in sorted(paths):
            told.put(path)

    watch = DirectoryWatch([one, two], tell)
    watch.start()
    # Nothing tells when the watch is set up, so write until it hears.
    for number in range(200):
        (one / "first").write_bytes(b"%d" % number)
        with suppress(queue.Empty):
            assert told.get(timeout=0.1) == str(one / "first")
            break

    (below / "deep").write_bytes(b"x")
    (one / "first").rename(two / "second")
    (two / "last").write_bytes(b"x")

    heard = {str(two / "last")}
    while (path := told.get(timeout=WAIT)) not in heard:
        heard.add(path)
    assert str(below / "deep") not in heard
    assert str(two / "second") in heard | set(told.queue)
    watch.stop()
    assert not watch.is_alive


def test_a_watch_of_a_directory_that_is_not_there_ends_by_itself(tmp_path: Path) -> None:
    watch = DirectoryWatch([tmp_path / "nothing"], print)

    watch.start()
    watch._thread.join(WAIT)

    assert not watch.is_alive
    watch.stop()
