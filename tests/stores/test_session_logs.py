import os
import random
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mailtrap.envelope import Envelope
from mailtrap.faults.policy import Policy
from mailtrap.message import Message
from mailtrap.session import Chunk, Command, Folded, MailData, Peer, Reply, Session
from mailtrap.stores import files
from mailtrap.stores.log_files import (
    is_ended,
    is_session_id,
    log_path,
    mend,
    read_session,
    session_ids,
    session_in,
)
from mailtrap.stores.log_lines import (
    LOST,
    closing_line,
    entry_line,
    log_of,
    opening_line,
)
from mailtrap.stores.maildir import MaildirStore
from mailtrap.stores.servers import is_server_alive
from mailtrap.stores.session_logs import MOST_FILES, MOST_HELD
from mailtrap.trap import Trap
from tests.dialogues import START
from tests.stores.privileges import NOBODY, unprivileged
from tests.stores.waiting import eventually
from tests.support import Client, Running, entries_of, running

PEER, LOCAL = Peer("127.0.0.1", 50000), Peer("127.0.0.1", 25)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MaildirStore]:
    store = MaildirStore(tmp_path / "mail")
    yield store
    store.close()


@pytest.fixture
def server(store: MaildirStore) -> Iterator[Running]:
    with running(store=store) as server:
        yield server


def logged(store: MaildirStore, session_id: str) -> Session:
    session = session_in(store.path, session_id)
    assert session is not None
    return session


def finished(server: Running, client: Client) -> Session:
    """The latest session, after QUIT."""
    assert client.say(b"QUIT\r\n").startswith(b"221 ")
    assert client.is_closed()
    return server.trap.sessions[-1]


def raw_lines(store: MaildirStore, session_id: str) -> bytes:
    return log_path(store.path, session_id).read_bytes()


def test_a_log_says_what_the_trap_knows_and_holds_no_mail(
    store: MaildirStore, server: Running
) -> None:
    with server.client() as client:
        client.data().say(b"Subject: hi\r\n\r\nthe secret of the mail\r\n.\r\n")
        client.say(b"NOOP \xff\r\n")
        session = finished(server, client)

    assert logged(store, session.id) == session
    [data] = entries_of(session, MailData)
    assert data.message == server.trap.messages[0].id
    assert b"secret" not in raw_lines(store, session.id)


def test_while_a_session_is_open_its_log_has_all_that_was_answered(
    store: MaildirStore, server: Running
) -> None:
    with server.client() as client:
        client.reply()
        assert len(logged(store, server.trap.sessions[0].id).transcript) == 1
        client.say(b"EHLO client.test\r\n")
        client.codes(b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<a@b>\r\n", b"DATA\r\n")
        client.say(b"x\r\n.\r\n")

        [open_session] = server.trap.sessions

        assert open_session.is_open
        assert logged(store, open_session.id) == open_session


def test_data_that_became_no_message_is_in_the_log(store: MaildirStore, server: Running) -> None:
    with server.client() as client:
        client.data().send(b"half a me")
        client.socket.close()
    server.session()

    session = logged(store, server.trap.sessions[0].id)

    assert session == server.trap.sessions[0]
    assert b"half a me" in raw_lines(store, session.id)


def test_chunks_of_a_message_are_written_without_octets(
    store: MaildirStore, server: Running
) -> None:
    with server.client() as client:
        client.greeted().codes(b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<a@b>\r\n")
        client.codes(b"BDAT 6\r\nchunk1", b"NOOP\r\n", b"BDAT 6 LAST\r\nchunk2")
        session = finished(server, client)

    assert server.trap.messages[0].data == b"chunk1chunk2"
    assert [c.message for c in entries_of(session, Chunk)] == [server.trap.messages[0].id] * 2
    assert logged(store, session.id) == session
    assert b"chunk" not in raw_lines(store, session.id).replace(b'"kind": "chunk"', b"")


def test_chunks_that_were_refused_or_taken_back_are_written_with_their_octets(
    store: MaildirStore, server: Running
) -> None:
    with server.client() as client:
        client.greeted().codes(b"BDAT 5\r\nearly", b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<a@b>\r\n")
        client.codes(b"BDAT 5\r\ntaken", b"RSET\r\n")
        client.codes(b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<a@b>\r\n", b"BDAT 4 LAST\r\nkept")
        client.codes(b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<a@b>\r\n", b"BDAT 4\r\nopen")
        session = finished(server, client)

    assert logged(store, session.id) == session
    log = raw_lines(store, session.id)
    assert [word in log for word in (b"early", b"taken", b"open", b'"kept"')] == [
        True,
        True,
        True,
        False,
    ]


def test_more_sessions_than_files_may_be_open_are_all_written(
    store: MaildirStore, server: Running
) -> None:
    clients = [server.client() for _ in range(MOST_FILES + 10)]
    for _ in range(2):
        for client in clients:
            client.reply()
            client.send(b"NOOP\r\n")
    for client in clients:
        client.reply()
        finished(server, client)
        client.socket.close()

    assert len(server.trap.sessions) == len(clients)
    for session in server.trap.sessions:
        assert logged(store, session.id) == session


def test_the_log_of_an_endless_session_is_bounded_as_the_session_is(tmp_path: Path) -> None:
    store = MaildirStore(tmp_path)
    with running(store=store, max_entries=50) as server, server.client() as client:
        client.greeted()
        sizes = []
        for _ in range(400):
            client.say(b"NOOP\r\n")
            sizes.append(log_path(tmp_path, server.trap.sessions[0].id).stat().st_size)
        session = finished(server, client)

        known = logged(store, session.id)

    assert max(sizes[200:]) <= 2 * max(sizes[:100])
    assert entries_of(known, Folded)
    # What was folded after the log was written anew is still in it.
    assert known.transcript[-50:] == session.transcript[-50:]


def test_removing_sessions_removes_their_logs(store: MaildirStore, server: Running) -> None:
    with server.client() as client:
        client.data().say(b"x\r\n.\r\n")
        finished(server, client)
        with server.client() as other:
            other.reply()

            server.trap.clear()

            assert session_ids(store.path) == [server.trap.sessions[0].id]


# Where a log cannot be written


def test_a_log_that_was_lost_is_written_anew_when_its_session_ends(
    store: MaildirStore, server: Running
) -> None:
    with server.client() as client:
        client.greeted()
        shutil.rmtree(store.path)
        store.path.mkdir()
        session = finished(server, client)

    eventually(lambda: session_in(store.path, session.id) == session)


def test_logs_wait_until_the_directory_is_back(store: MaildirStore, server: Running) -> None:
    with server.client() as before:
        before.greeted()
        away = store.path.rename(store.path.with_name("away"))
        with server.client() as meanwhile:
            meanwhile.greeted()
            second = finished(server, meanwhile)
        assert not store.path.exists()

        away.rename(store.path)
        before.say(b"NOOP\r\n")
        first = finished(server, before)

        eventually(lambda: session_in(store.path, second.id) == second)
        eventually(lambda: session_in(store.path, first.id) == server.trap.session(first.id))


def test_an_open_session_goes_on_in_a_log_that_is_written_anew(
    store: MaildirStore, server: Running
) -> None:
    with server.client() as client:
        client.greeted()
        session_id = server.trap.sessions[0].id
        shutil.rmtree(store.path)
        store.path.mkdir()
        with server.client() as other:
            other.data().say(b"x\r\n.\r\n")  # the first to note it

        def goes_on() -> bool:
            client.say(b"NOOP\r\n")
            return session_in(store.path, session_id) == server.trap.session(session_id)

        eventually(goes_on)
    server.until(lambda: not any(s.is_open for s in server.trap.sessions))
    eventually(lambda: all(session_in(store.path, s.id) == s for s in server.trap.sessions))


def test_the_claim_is_renewed_with_the_directory(store: MaildirStore, server: Running) -> None:
    shutil.rmtree(store.path)
    store.path.mkdir()

    with server.client() as client:
        client.data().say(b"x\r\n.\r\n")

    servers = list((store.path / files.SERVERS).iterdir())
    assert [each.name for each in servers] == [store.prefix]
    other = MaildirStore(store.path)  # finds nothing to mend
    assert servers[0].exists()
    other.close()


# After a server that was killed


SESSION = Session("killed-1", PEER, LOCAL, START)
SAID = (Reply(START, b"220 hi\r\n"), Command(START, b"EHLO x\r\n"))
WHOLE = opening_line(SESSION) + b"".join(map(entry_line, SAID))


def kill(path: Path, log: bytes) -> Path:
    """A maildir with a log, as a server leaves it that was killed."""
    MaildirStore(path).close()
    (path / files.SERVERS / "killed").write_text("1\n")
    log_path(path, "killed-1").write_bytes(log)
    return log_path(path, "killed-1")


@pytest.mark.parametrize("torn", [b"", b'{"kind": "command", "at": "2026-', b"\xff\0"])
def test_the_log_of_a_server_that_was_killed_is_ended_at_the_next_start(
    tmp_path: Path, torn: bytes
) -> None:
    path = kill(tmp_path, WHOLE + torn)
    assert session_in(tmp_path, "killed-1") == read_session_lost(path)

    MaildirStore(tmp_path).close()

    assert path.read_bytes() == WHOLE + closing_line(START, LOST)
    assert not (tmp_path / files.SERVERS / "killed").exists()


def read_session_lost(path: Path) -> Session:
    session = read_session(path)
    assert session is not None
    assert session.is_open
    return Session(session.id, session.peer, session.local, START, START, LOST, session.transcript)


def test_a_log_without_its_first_line_is_removed(tmp_path: Path) -> None:
    for torn in (b"", opening_line(SESSION)[:-1]):
        path = kill(tmp_path, torn)

        MaildirStore(tmp_path).close()

        assert not path.exists()


def test_a_log_that_was_ended_stays_as_it_is(tmp_path: Path) -> None:
    path = kill(tmp_path, WHOLE + closing_line(START, "quit"))
    before = path.stat()

    MaildirStore(tmp_path).close()

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_logs_of_a_server_that_lives_are_left_alone(store: MaildirStore) -> None:
    trap = Trap(store, prefix=store.prefix)
    store.follow(trap)
    session_id = trap.open(PEER, LOCAL, START)
    tmp = store.path / "tmp" / f"1.M000001_{session_id}-1.mailtrap,S=1"
    tmp.write_bytes(b"")
    sidecar = store.path / files.MESSAGES / f"{session_id}-1.json"
    sidecar.write_bytes(b"{}")

    MaildirStore(store.path).close()

    assert logged(store, session_id).is_open
    assert tmp.exists()
    assert sidecar.exists()


def test_what_became_no_message_is_removed_at_the_next_start(tmp_path: Path) -> None:
    kill(tmp_path, WHOLE)
    tmp = tmp_path / "tmp" / "1.M000001_killed-1-1.mailtrap,S=1"
    theirs = tmp_path / "tmp" / "1.M000001P1.host"
    sidecar = tmp_path / files.MESSAGES / "killed-1-1.json"
    beside = log_path(tmp_path, "killed-1").with_name(".killed-1.jsonl.1")
    for each in (tmp, theirs, sidecar, beside):
        each.write_bytes(b"x")

    MaildirStore(tmp_path).close()

    assert [each.exists() for each in (tmp, theirs, sidecar, beside)] == [
        False,
        True,
        False,
        False,
    ]


def test_a_log_ends_with_its_last_line_only(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for log, ended in (
        (log_of(SESSION), False),
        (WHOLE + closing_line(START, "quit"), True),
        (WHOLE + closing_line(START, "quit")[:-1], False),
        (b"", False),
        (b"\n", False),
        (b"x" * 10_000, False),
    ):
        path.write_bytes(log)
        assert is_ended(path) is ended
    assert not is_ended(tmp_path / "nowhere")
    mend(tmp_path / "nowhere")


def test_only_ids_of_sessions_name_files(tmp_path: Path) -> None:
    assert is_session_id("abcdef-1")
    for name in ("../abcdef-1", "abcdef-1-1", "", "abcdef-", "abcdef-1\n", "abcdef-\u0661"):
        assert not is_session_id(name)
        assert session_in(tmp_path, name) is None


def test_logs_from_before_count_as_well(tmp_path: Path) -> None:
    before = [visit(tmp_path) for _ in range(3)]

    after = visit(tmp_path, max_messages=2)

    assert set(session_ids(tmp_path)) == {before[-1], after}


def test_logs_are_limited_in_octets_too(tmp_path: Path) -> None:
    first = visit(tmp_path)
    size = log_path(tmp_path, first).stat().st_size

    second = visit(tmp_path, max_bytes=2 * size - 1)

    assert session_ids(tmp_path) == [second]


def visit(path: Path, *, max_messages: int = 0, max_bytes: int = 0) -> str:
    """A session with a server of its own; its id."""
    store = MaildirStore(path, max_messages=max_messages, max_bytes=max_bytes)
    with running(store=store) as server, server.client() as client:
        client.greeted()
        return finished(server, client).id


def test_what_is_held_for_a_message_is_bounded(store: MaildirStore, server: Running) -> None:
    with server.client() as client:
        client.greeted().codes(b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<a@b>\r\n", b"BDAT 4\r\nhead")
        client.send(b"NOOP\r\n" * MOST_HELD)
        for _ in range(MOST_HELD):
            client.reply()
        assert b"head" in raw_lines(store, server.trap.sessions[0].id)
        assert client.codes(b"BDAT 4 LAST\r\ntail") == [250]
        session = finished(server, client)

    # It was written with its octets, and again without them.
    assert logged(store, session.id) == session
    assert b"head" not in raw_lines(store, session.id)


STEPS = (
    b"EHLO client.test\r\n",
    b"MAIL FROM:<a@b>\r\n",
    b"MAIL FROM:<\xff@b>\r\n",
    b"RCPT TO:<a@b>\r\n",
    b"RCPT TO:<data-550@fault.test>\r\n",
    b"RCPT TO:<data-greylist@fault.test>\r\n",
    b"DATA\r\n",
    b"line\r\n",
    b".\r\n",
    b"x" * 300 + b"\r\n.\r\n",
    b"BDAT 5\r\nchunk",
    b"BDAT 0 LAST\r\n",
    b"BDAT 300\r\n" + b"y" * 300,
    b"BDAT 3 LAST\r\nend",
    b"NOOP\r\n",
    b"RSET\r\n",
    b"VRFY x\r\n",
    b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n",
    b"AUTH LOGIN\r\n",
    b"\xff\0\r\n",
    b"\n",
)


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_sent_the_log_is_the_session(tmp_path: Path, seed: int) -> None:
    chosen = random.Random(seed)
    store = MaildirStore(tmp_path)
    with running(store=store, policy=Policy(magic=True), max_size=200) as server:
        with server.client() as client:
            client.reply()
            for _ in range(chosen.randrange(5, 40)):
                client.send(b"".join(chosen.choices(STEPS, k=chosen.choice((1, 1, 3)))))
            client.socket.shutdown(socket.SHUT_WR)
            while client.line():
                pass
        session = server.session()

        assert logged(store, session.id) == session
        messages = [message.data for message in server.trap.messages]

    again = MaildirStore(tmp_path)
    assert [message.data for message in again] == messages
    again.close()


def test_a_damaged_log_is_not_dropped(tmp_path: Path) -> None:
    damaged = b"\0" * 10 + WHOLE
    path = kill(tmp_path, damaged)

    MaildirStore(tmp_path).close()

    assert path.read_bytes() == damaged


def test_a_pipe_in_the_place_of_a_log_or_of_a_server_is_not_waited_for(tmp_path: Path) -> None:
    path = kill(tmp_path, b"")
    path.unlink()
    os.mkfifo(path)
    os.mkfifo(tmp_path / files.SERVERS / "piped")
    log_path(tmp_path, "piped-1").write_bytes(WHOLE)

    MaildirStore(tmp_path).close()

    assert path.is_fifo()
    assert not is_server_alive(tmp_path, "piped")


def test_the_sidecars_of_messages_that_cannot_be_looked_at_stay() -> None:
    with TemporaryDirectory() as name:  # nobody else can look into tmp_path
        path = Path(name)
        path.chmod(0o755)
        store = MaildirStore(path / "mail")
        kept = Message("abcdef-1-1", "abcdef-1", Envelope(), b"hi", START)
        store.add(kept)
        store.close()
        _give_to_nobody(path / "mail")
        with unprivileged():
            (store.path / "cur").chmod(0)
            MaildirStore(store.path).close()
            (store.path / "cur").chmod(0o700)

        assert (store.path / files.MESSAGES / "abcdef-1-1.json").exists()


def _give_to_nobody(path: Path) -> None:
    if os.geteuid() == 0:
        for each in (path, *path.rglob("*")):
            os.chown(each, NOBODY, -1)
