"""A server that is killed under load has lost nothing that it said it had kept."""

import os
import random
import re
import threading
from pathlib import Path

import pytest

from mailtrap.stores import files
from mailtrap.stores.filing import named, session_of, split
from mailtrap.stores.log_files import log_path, read_session, session_ids, session_in
from mailtrap.stores.log_lines import LOST
from mailtrap.stores.maildir import MaildirStore
from tests.cli.test_serve import serving
from tests.support import Client

ROUNDS = int(os.environ.get("MAILTRAP_KILLS", "3"))
WRITERS = 8
KEPT = re.compile(rb"250 2\.0\.0 kept as (\S+)\r\n")


class Writer(threading.Thread):
    """Sends mail until the server is gone."""

    def __init__(self, number: int, port: int, seed: int, on_kept: threading.Semaphore) -> None:
        super().__init__(daemon=True)
        self.sent: set[bytes] = set()
        self.kept: dict[str, bytes] = {}
        self._number = number
        self._port = port
        self._random = random.Random(seed * WRITERS + number)
        self._on_kept = on_kept

    def run(self) -> None:
        try:
            while True:
                with Client(self._port) as client:
                    client.greeted()
                    for _ in range(self._random.randrange(1, 6)):
                        self._send(client)
        except (OSError, AssertionError, ValueError):
            return  # killed

    def _send(self, client: Client) -> None:
        size = self._random.choice((0, 10, 5000, 5000, 300_000))
        mark = b"%d %d\r\n" % (self._number, len(self.sent))
        data = b"X: " + mark + self._random.randbytes(size).replace(b"\n", b"\0") + b"\r\n"
        self.sent.add(data)
        if self._random.random() < 0.3:
            client.send(b"MAIL FROM:<%d@a>\r\nRCPT TO:<b@b>\r\n" % self._number)
            client.send(b"BDAT %d LAST\r\n%s" % (len(data), data))
        else:
            client.send(b"MAIL FROM:<%d@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n" % self._number)
            stuffed = re.sub(rb"(?m)^\.", b"..", data)
            client.send(stuffed + b".\r\n")
            assert len([client.reply() for _ in range(3)][2]) > 3
            self._note(client.reply(), data)
            return
        client.reply()
        client.reply()
        self._note(client.reply(), data)

    def _note(self, reply: bytes, data: bytes) -> None:
        found = KEPT.fullmatch(reply)
        if found:
            self.kept[found[1].decode()] = data
            self._on_kept.release()


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.parametrize("options", [(), ("--fsync",)], ids=["", "fsync"])
def test_what_got_250_is_there_after_a_kill(
    tmp_path: Path, seed: int, options: tuple[str, ...]
) -> None:
    path = tmp_path / "mail"
    on_kept = threading.Semaphore(0)
    with serving("--level=none", f"--maildir={path}", *options) as served:
        writers = [Writer(number, served.port, seed, on_kept) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for _ in range(20 + 30 * seed):
            assert on_kept.acquire(timeout=30)
        served.process.kill()
        served.process.wait()
    for writer in writers:
        writer.join(30)
    kept = {message_id: data for writer in writers for message_id, data in writer.kept.items()}
    sent = set().union(*(writer.sent for writer in writers))

    # As it was left: nothing torn is visible, and every log can be read to its last whole line.
    visible = {}
    for file in (path / "new").iterdir():
        said = named(split(file.name)[0])
        assert said is not None
        visible[said.id] = file.read_bytes()
        assert len(visible[said.id]) == said.size
    assert {i: visible.get(i) for i in kept} == kept
    assert set(visible.values()) <= sent
    before = {i: read_session(log_path(path, i)) for i in session_ids(path)}
    left = {i: log_path(path, i).read_bytes() for i in session_ids(path)}

    store = MaildirStore(path)

    assert {message.id: message.data for message in store} == visible
    assert all(message.envelope.forward_paths == ("b@b",) for message in store)
    for session_id, was in before.items():
        session = session_in(path, session_id)
        if was is None:
            assert session is None
            continue
        assert session is not None
        assert session.transcript == was.transcript
        assert session.reason in (LOST, "quit", "eof", "reset")
        log = log_path(path, session_id).read_bytes()
        assert log.startswith(left[session_id][: left[session_id].rfind(b"\n") + 1])
        assert log.endswith(b"\n")
    for message_id in kept:  # what was answered is in the log
        brought_by = session_in(path, session_of(message_id))
        assert brought_by is not None
        assert message_id in brought_by.message_ids
    sidecars = {each.stem for each in (path / files.MESSAGES).iterdir()}
    assert sidecars == set(visible)
    assert list((path / "tmp").iterdir()) == []
    store.close()


def test_a_server_that_starts_after_a_kill_shows_and_goes_on(tmp_path: Path) -> None:
    options = ("--level=none", f"--maildir={tmp_path}")
    with serving(*options) as served, Client(served.port) as client:
        client.data()
        assert client.say(b"before\r\n.\r\n").startswith(b"250 ")
        served.process.kill()
        served.process.wait()

    with serving(*options) as served:
        with Client(served.port) as client:
            client.data()
            assert client.say(b"after\r\n.\r\n").startswith(b"250 ")
        code, errors = served.stop()

    assert (code, errors) == (0, "")
    store = MaildirStore(tmp_path)
    assert [message.data for message in store] == [b"before\r\n", b"after\r\n"]
    reasons = [session_in(tmp_path, message.session) for message in store]
    assert [session and session.reason for session in reasons] == [LOST, "eof"]
    assert list((tmp_path / files.SERVERS).iterdir()) != []
    store.close()
    assert list((tmp_path / files.SERVERS).iterdir()) == []
