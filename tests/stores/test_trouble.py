"""What a client and a session hear when the maildir cannot be written, and that nothing is lost."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import NoReturn

import pytest

from mailtrap.errors import StoreError
from mailtrap.session import MailData, Remark
from mailtrap.stores.log_files import log_path, read_session, session_in
from mailtrap.stores.log_lines import LOST
from mailtrap.stores.maildir import MaildirStore
from tests.stores import mounts
from tests.stores.privileges import unprivileged
from tests.stores.waiting import eventually
from tests.support import Client, Running, entries_of, running

TRANSACTION = (b"MAIL FROM:<ann@example.org>\r\n", b"RCPT TO:<bob@example.org>\r\n", b"DATA\r\n")


class Troubled:
    """A server whose maildir can be taken away, and one client that stays connected to it."""

    def __init__(self, server: Running, store: MaildirStore, client: Client) -> None:
        self.server = server
        self.store = store
        self._client = client
        self.kept: list[bytes] = []

    def send(self, data: bytes) -> bytes:
        """Send a message; the reply to it."""
        assert self._client.codes(*TRANSACTION) == [250, 250, 354]
        reply = self._client.say(data + b".\r\n")
        if reply.startswith(b"250 "):
            self.kept.append(data)
        return reply

    def refused(self, data: bytes, *because: str) -> None:
        """That is not kept: the client hears why, and the session says it."""
        before = sorted(message.id for message in self.store)
        reply = self.send(data).decode()
        assert reply.startswith("452 4.3.1 not kept: cannot keep a message in "), reply
        [session] = [each for each in self.server.trap.sessions if each.is_open]
        text = entries_of(session, Remark)[-1].text
        for words in (str(self.store.path), *because):
            assert words in reply
            assert words in text
        assert entries_of(session, MailData)[-1].raw == data
        assert sorted(message.id for message in self.store) == before

    def kept_again(self) -> None:
        """Without a restart mail is kept again, nothing was lost, and the logs are whole."""
        assert self.send(b"after the trouble\r\n").startswith(b"250 ")
        assert [message.data for message in self.server.trap.messages] == self.kept
        again = MaildirStore(self.store.path)
        assert [message.data for message in again] == self.kept
        again.close()

        def logs_are_whole() -> bool:
            self._client.say(b"NOOP\r\n")
            sessions = self.server.trap.sessions
            return all(session_in(self.store.path, each.id) == each for each in sessions)

        eventually(logs_are_whole, "that the logs are whole")


@contextmanager
def troubled(path: Path) -> Iterator[Troubled]:
    store = MaildirStore(path)
    with running(store=store) as server, server.client() as client:
        scene = Troubled(server, store, client.greeted())
        assert scene.send(b"before the trouble\r\n").startswith(b"250 ")
        yield scene


def strerror(number: int) -> str:
    return os.strerror(number)


@pytest.mark.parametrize("size", [1, 10_000, 500_000])
def test_a_full_disk(tmp_path: Path, size: int) -> None:
    with mounts.small(tmp_path / "disk", "4m") as disk, troubled(disk / "mail") as scene:
        filler = disk / "filler"
        fill(filler)

        for _ in range(3):
            scene.refused(b"x" * size + b"\r\n", strerror(errno.ENOSPC), "make room", "--max-bytes")
        assert list((scene.store.path / "tmp").iterdir()) == []
        assert len(list((scene.store.path / "mailtrap" / "messages").iterdir())) == 1

        filler.unlink()
        scene.kept_again()


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for block in (4096, 1):
            with pytest.raises(OSError, match=strerror(errno.ENOSPC)):
                write_on(file, block)


def write_on(file: FileIO, block: int) -> NoReturn:
    while True:
        file.write(b"x" * block)


def test_a_session_that_ends_while_the_disk_is_full_has_its_log_later(tmp_path: Path) -> None:
    with mounts.small(tmp_path / "disk", "400k") as disk, troubled(disk / "mail") as scene:
        fill(disk / "filler")
        with scene.server.client() as client:
            client.greeted().say(b"QUIT\r\n")
            assert client.is_closed()
        missed = scene.server.trap.sessions[-1]

        (disk / "filler").unlink()

        # By itself: nobody connects, and nobody sends any more.
        eventually(lambda: session_in(scene.store.path, missed.id) == missed)


def test_a_directory_without_the_right_to_write(tmp_path: Path) -> None:
    with troubled(tmp_path / "mail") as scene:
        with denied(scene.store.path):
            scene.refused(b"x\r\n", "give whoever runs mailtrap the right to write there")
        scene.kept_again()


def test_a_directory_that_may_not_be_made(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with unprivileged(), pytest.raises(StoreError, match=strerror(errno.EACCES)):
        MaildirStore(tmp_path / "mail")

    tmp_path.chmod(0o700)


@contextmanager
def denied(path: Path) -> Iterator[None]:
    """Nothing in that directory can be changed; root needs to be someone else for that."""
    places = [path, path / "tmp", path / "new", *(path / "mailtrap").iterdir()]
    places = [each for each in places if each.is_dir()]
    for each in places:
        each.chmod(0o500)
    try:
        with unprivileged():
            yield
    finally:
        for each in places:
            each.chmod(0o700)


def test_a_directory_that_can_only_be_read(tmp_path: Path) -> None:
    with troubled(tmp_path / "mail") as scene:
        with mounts.read_only(scene.store.path):
            scene.refused(b"x\r\n", strerror(errno.EROFS), "mount its file system")
            [message] = scene.server.trap.messages
            assert scene.server.trap.mark([message.id], read=True) == ()
            with pytest.raises(StoreError, match="cannot remove"):
                scene.server.trap.remove([message.id])
            assert scene.server.trap.messages == (message,)
        scene.kept_again()


def test_a_directory_that_is_moved_away_and_comes_back(tmp_path: Path) -> None:
    with troubled(tmp_path / "mail") as scene:
        away = scene.store.path.rename(tmp_path / "away")

        for _ in range(2):
            scene.refused(b"x\r\n", strerror(errno.ENOENT), "put the directory back")
        assert not scene.store.path.exists()

        away.rename(scene.store.path)
        scene.kept_again()


def test_a_directory_that_is_removed_is_not_made_again(tmp_path: Path) -> None:
    with troubled(tmp_path / "mail") as scene:
        shutil.rmtree(scene.store.path)
        scene.refused(b"x\r\n", strerror(errno.ENOENT))
        assert not scene.store.path.exists()

        scene.store.path.mkdir()
        scene.kept.clear()
        assert scene.send(b"new\r\n").startswith(b"250 ")

        assert [m.data for m in MaildirStore(scene.store.path)] == [b"new\r\n"]


def test_a_file_in_the_place_of_the_directory(tmp_path: Path) -> None:
    with troubled(tmp_path / "mail") as scene:
        away = scene.store.path.rename(tmp_path / "away")
        scene.store.path.write_text("a file")

        scene.refused(b"x\r\n", strerror(errno.ENOTDIR))

        assert scene.store.path.read_text() == "a file"
        scene.store.path.unlink()
        away.rename(scene.store.path)
        scene.kept_again()


@pytest.mark.parametrize(
    "gone", ["tmp", "new", "mailtrap", "mailtrap/messages", "mailtrap/sessions"]
)
def test_what_is_missing_within_the_directory_is_made_again(tmp_path: Path, gone: str) -> None:
    with troubled(tmp_path / "mail") as scene:
        shutil.rmtree(scene.store.path / gone)
        if gone == "new":
            scene.kept.clear()

        assert scene.send(b"x\r\n").startswith(b"250 ")

        assert [m.data for m in MaildirStore(scene.store.path)] == scene.kept


def test_a_volume_that_is_unmounted_is_not_written_beneath(tmp_path: Path) -> None:
    with mounts.small(tmp_path / "disk", "400k") as disk:
        (tmp_path / "mail").mkdir()
        unmounted = tmp_path / "mail"
        with mounts.bound(disk, tmp_path / "mail"), troubled(tmp_path / "mail") as scene:
            mounts.unmount(tmp_path / "mail")

            scene.refused(b"x\r\n", "another file system is there now")
            assert list(unmounted.iterdir()) == []

            mounts.mount("--bind", disk, tmp_path / "mail")
            scene.kept_again()


def test_a_directory_of_another_format_is_not_written_to(tmp_path: Path) -> None:
    with troubled(tmp_path / "mail") as scene:
        shutil.rmtree(scene.store.path)
        (scene.store.path / "mailtrap").mkdir(parents=True)
        (scene.store.path / "mailtrap" / "format").write_text("mailtrap maildir 2\n")

        reply = scene.send(b"x\r\n")

        assert reply.startswith(b"452 4.3.1 not kept: ")
        assert b"'mailtrap maildir 2'" in reply
        assert [each.name for each in scene.store.path.iterdir()] == ["mailtrap"]


def test_logs_that_could_not_be_written_are_ended_at_the_next_start(tmp_path: Path) -> None:
    with mounts.small(tmp_path / "disk", "400k") as disk:
        with troubled(disk / "mail") as scene:
            session_id = scene.server.trap.sessions[0].id
            fill(disk / "filler")
            scene.refused(b"x" * 10_000 + b"\r\n", strerror(errno.ENOSPC))
        (disk / "filler").unlink()
        path = scene.store.path
        left = session_in(path, session_id)
        assert left is not None
        assert left.reason == LOST

        MaildirStore(path).close()

        assert read_session(log_path(path, session_id)) == left
        assert list((path / "mailtrap" / "servers").iterdir()) == []
