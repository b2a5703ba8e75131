"""An attached maildir: what a trap promises to its readers, and what only a directory can do."""

import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from mailtrap.errors import StoreError
from mailtrap.events import (
    EntriesRecorded,
    MessageReceived,
    MessagesMarked,
    MessagesRemoved,
    SessionClosed,
    SessionOpened,
    SessionsFound,
    SessionsRemoved,
)
from mailtrap.session import Command, Entry
from mailtrap.stores import following, index
from mailtrap.stores.attached import AttachedMaildir
from mailtrap.stores.files import prepare
from mailtrap.stores.index import Changes, Index
from mailtrap.stores.log_files import SUFFIX, log_path
from mailtrap.stores.log_lines import entry_line
from mailtrap.stores.memory import MemoryStore
from mailtrap.stores.watched_index import WatchedIndex
from mailtrap.trap import Catch, Trap
from tests.stores.followers import Deaf, Ear, Forgetful, attached, writing
from tests.stores.privileges import unprivileged
from tests.stores.waiting import eventually
from tests.support import WAIT
from tests.tui.senders import Sender, a_trap, bring, titled


@dataclass
class Caught:
    """A catch, the trap that writes it, and what the catch tells."""

    catch: Catch
    trap: Trap
    ear: Ear


@pytest.fixture(params=["trap", "maildir", "maildir without events"])
def caught(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Caught]:
    with ExitStack() as stack:
        if request.param == "trap":
            trap = Trap(MemoryStore())
            yield Caught(trap, trap, Ear(trap))
        else:
            trap = stack.enter_context(writing(tmp_path))
            watch = {"watch": Deaf} if "without" in request.param else {}
            catch, ear = stack.enter_context(attached(tmp_path, **watch))
            yield Caught(catch, trap, ear)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


# What every catch does


def test_a_message_is_told_whole_and_to_the_byte(caught: Caught) -> None:
    kept = bring(caught.trap, titled("Grüße") + b"\0\xff\r\n.\r\n..\n", recipients=[b"<b@x>"] * 3)

    told = caught.ear.first(MessageReceived).message

    for message in (told, caught.catch.message(kept.id), caught.catch.messages[-1]):
        assert message is not None
        assert (message.id, message.session) == (kept.id, kept.session)
        assert (message.data, message.size) == (kept.data, len(kept.data))
        assert (message.envelope, message.received) == (kept.envelope, kept.received)


def test_a_session_is_opened_then_come_its_entries_its_message_and_its_end(caught: Caught) -> None:
    message = bring(caught.trap)

    closed = caught.ear.first(SessionClosed).session

    kinds = caught.ear.kinds()
    assert kinds[:2] == ["SessionOpened", "EntriesRecorded"]
    assert kinds.index("MessageReceived") < kinds.index("SessionClosed") == len(kinds) - 1
    [opened] = caught.ear.all(SessionOpened)
    assert (opened.session.id, opened.session.transcript) == (message.session, ())
    entries = [e for event in caught.ear.all(EntriesRecorded) for e in event.entries]
    assert [entry.kind for entry in entries] == [e.kind for e in closed.transcript]
    assert closed == caught.trap.session(message.session)
    assert caught.catch.session(message.session) == closed
    assert caught.catch.sessions == (closed,)


def test_an_open_session_can_be_read_as_far_as_it_has_come(caught: Caught) -> None:
    client = Sender(caught.trap).send(b"HELO app\r\n")
    says = (b"MAIL FROM:<ann@example.org>\r\n", b"RSET\r\n", b"NOOP\r\n")

    for line in says:
        client.send(line)
        caught.ear.until(lambda: line in commands(caught.catch, client.id), repr(line))  # noqa: B023 now

    session = caught.catch.session(client.id)
    assert session is not None
    assert session.is_open
    assert not caught.ear.all(SessionClosed)


def commands(catch: Catch, session_id: str) -> list[bytes]:
    session = catch.session(session_id)
    entries: tuple[Entry, ...] = session.transcript if session else ()
    return [entry.raw for entry in entries if isinstance(entry, Command)]


def test_a_mark_made_at_either_side_is_told_once_and_nothing_else_is(caught: Caught) -> None:
    ids = [bring(caught.trap).id for _ in range(3)]
    caught.ear.until(lambda: len(caught.ear.all(SessionClosed)) == 3)
    caught.ear.events.clear()

    assert caught.catch.mark([*ids[:2], "unknown"], read=True) == tuple(ids[:2])
    caught.ear.until(lambda: caught.catch.is_read(ids[1]))
    assert caught.catch.mark(ids[:2], read=True) == ()
    caught.trap.mark(ids[2:], read=True)
    caught.ear.until(lambda: caught.catch.is_read(ids[2]))
    assert caught.catch.mark(ids[:1], read=False) == (ids[0],)
    caught.ear.until(lambda: len(caught.ear.events) == 3)

    assert caught.ear.events == [
        MessagesMarked(tuple(ids[:2]), read=True),
        MessagesMarked((ids[2],), read=True),
        MessagesMarked((ids[0],), read=False),
    ]
    assert [caught.catch.is_read(each) for each in [*ids, "unknown"]] == [False, True, True, False]


def test_what_is_removed_is_returned_told_and_gone(caught: Caught) -> None:
    ids = [bring(caught.trap).id for _ in range(3)]
    caught.ear.until(lambda: caught.ear.received() == ids)

    removed = caught.catch.remove([ids[1], "unknown", ids[0]])

    assert sorted(message.id for message in removed) == sorted(ids[:2])
    assert caught.catch.message(ids[0]) is None
    assert [message.id for message in caught.catch.messages] == ids[2:]
    [told] = caught.ear.all(MessagesRemoved)
    assert (sorted(told.ids), told.because) == (sorted(ids[:2]), "asked")
    assert caught.catch.remove(ids[:2]) == ()


def test_clearing_leaves_the_sessions_that_are_open(caught: Caught) -> None:
    message = bring(caught.trap)
    client = Sender(caught.trap).send(b"HELO app\r\n")
    caught.ear.first(SessionClosed)
    caught.ear.until(lambda: client.id in [session.id for session in caught.catch.sessions])

    assert [each.id for each in caught.catch.clear()] == [message.id]

    assert caught.catch.messages == ()
    assert [session.id for session in caught.catch.sessions] == [client.id]
    [told] = caught.ear.all(SessionsRemoved)
    assert (told.ids, told.because) == ((message.session,), "asked")
    client.send(b"NOOP\r\n").leave()
    assert caught.ear.until(
        lambda: [e.session for e in caught.ear.all(SessionClosed) if e.session.id == client.id]
    )


def test_a_listener_that_fails_is_logged_and_harms_no_other(
    caught: Caught, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_event: object) -> None:
        raise ValueError("this listener is broken")

    caught.catch.subscribe(fail)
    unsubscribe = caught.catch.subscribe(print)
    unsubscribe()
    unsubscribe()
    second = Ear(caught.catch)

    with caplog.at_level(logging.ERROR):
        message = bring(caught.trap)
        second.first(SessionClosed)

    assert second.received() == [message.id]
    assert "a listener failed on" in caplog.text


# What only a directory can do


def test_what_was_there_before_is_there_at_once_and_its_sessions_are_found(tmp_path: Path) -> None:
    with writing(tmp_path) as trap:
        ids = [bring(trap, titled(str(n))).id for n in range(5)]
        trap.mark(ids[:1], read=True)
        sessions = trap.sessions

    maildir = AttachedMaildir(tmp_path)
    ear = Ear(maildir)
    maildir.start()
    assert [message.id for message in maildir.messages] == ids
    ear.until(lambda: len(maildir.sessions) == 5)
    maildir.stop()

    assert maildir.sessions == sessions
    assert [maildir.is_read(each) for each in ids] == [True, False, False, False, False]
    assert {type(event) for event in ear.events} == {SessionsFound}


def test_who_comes_late_sees_the_open_session_and_follows_it(tmp_path: Path) -> None:
    with writing(tmp_path) as trap:
        client = Sender(trap).send(b"HELO app\r\n")
        with attached(tmp_path) as (maildir, ear):
            ear.first(SessionsFound)
            assert commands(maildir, client.id) == [b"HELO app\r\n"]
            client.send(b"NOOP\r\n")
            ear.until(lambda: b"NOOP\r\n" in commands(maildir, client.id))
            client.leave()
            session = ear.first(SessionClosed).session

            assert session == trap.session(client.id)
            assert ear.kinds() == ["SessionsFound", "EntriesRecorded", "SessionClosed"]


def test_a_file_that_others_move_or_flag_is_marked_not_removed_and_received(tmp_path: Path) -> None:
    with writing(tmp_path) as trap, attached(tmp_path) as (maildir, ear):
        message = bring(trap)
        ear.first(SessionClosed)
        ear.events.clear()
        [name] = names(tmp_path / "new")

        for there, here, is_read in (
            (f"new/{name}", f"cur/{name}:2,", False),
            (f"cur/{name}:2,", f"cur/{name}:2,FS", True),
            (f"cur/{name}:2,FS", f"cur/{name}:2,F", False),
            (f"cur/{name}:2,F", f"cur/{name}:2,S", True),
        ):
            (tmp_path / there).rename(tmp_path / here)
            ear.until(lambda: maildir.is_read(message.id) is is_read)  # noqa: B023 now

        ear.until(lambda: len(ear.events) >= 3)
        bring(trap)  # whatever was told late has been told when this is
        ear.until(lambda: ear.all(MessageReceived))
        assert not ear.all(MessagesRemoved)
        assert [event.read for event in ear.all(MessagesMarked)] == [True, False, True]
        assert len(ear.all(MessageReceived)) == 1
        kept = maildir.message(message.id)
        assert kept is not None
        assert kept.data == message.data


def test_what_others_remove_is_told_as_removed_elsewhere(tmp_path: Path) -> None:
    with writing(tmp_path) as trap, attached(tmp_path) as (maildir, ear):
        first, second = bring(trap), bring(trap)
        ear.until(lambda: len(ear.all(SessionClosed)) == 2)

        trap.remove([first.id])
        (tmp_path / "mailtrap/sessions" / f"{second.session}.jsonl").unlink()

        assert ear.first(MessagesRemoved) == MessagesRemoved((first.id,), because="elsewhere")
        told = ear.first(SessionsRemoved)
        assert told == SessionsRemoved((second.session,), because="elsewhere")
        assert maildir.message(first.id) is None
        assert maildir.session(second.session) is None


def test_what_a_stranger_delivers_is_shown_once_it_is_complete(tmp_path: Path) -> None:
    for folder in ("tmp", "new", "cur"):
        (tmp_path / folder).mkdir()
    with attached(tmp_path) as (maildir, ear):
        (tmp_path / "tmp/1700000000.1.host").write_bytes(b"Subject: half")
        (tmp_path / "tmp/1700000000.1.host").write_bytes(b"Subject: whole\r\n\r\n")
        (tmp_path / "tmp/1700000000.1.host").rename(tmp_path / "new/1700000000.1.host")

        message = ear.first(MessageReceived).message

        assert (message.id, message.session) == ("1700000000.1.host", "")
        assert message.data == b"Subject: whole\r\n\r\n"
        assert maildir.sessions == ()
        assert len(ear.events) == 1
    assert names(tmp_path) == ["cur", "new", "tmp"]
    assert names(tmp_path / "tmp") == []


def test_where_nothing_can_be_written_it_is_followed_all_the_same(tmp_path: Path) -> None:
    for folder in ("new", "cur"):  # no tmp, so nothing of ours has a place
        (tmp_path / folder).mkdir()
    (tmp_path / "elsewhere").write_bytes(b"Subject: x\r\n\r\n")
    with attached(tmp_path) as (_, ear):
        (tmp_path / "elsewhere").rename(tmp_path / "new/1700000000.1.host")

        assert ear.first(MessageReceived).message.data == b"Subject: x\r\n\r\n"


def test_damaged_files_are_shown_as_far_as_they_go(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with writing(tmp_path) as trap:
        ids = [bring(trap, titled(str(n))).id for n in range(3)]
        for damaged in (tmp_path / "mailtrap/messages").iterdir():
            damaged.write_bytes(b'{"envelope": [\xff')
        logs = sorted((tmp_path / "mailtrap/sessions").iterdir())
        logs[0].write_bytes(b"\xff\0{\n" + logs[0].read_bytes() + b'{"kind": "rep')
        logs[1].write_bytes(b"")
        logs[2].unlink()
        logs[2].mkdir()
        (tmp_path / "new/sub").mkdir()
        os.mkfifo(tmp_path / "mailtrap/sessions/pipe-1.jsonl")

        with attached(tmp_path) as (maildir, ear):
            ear.until(lambda: maildir.sessions)
            client = Sender(trap).send(b"NOOP\r\n")
            ear.until(lambda: client.id in [session.id for session in maildir.sessions])

            assert [message.id for message in maildir.messages] == ids
            assert all(message.envelope.sender is None for message in maildir.messages)
            assert {session.id for session in maildir.sessions} == {logs[0].stem, client.id}
            assert maildir.session("../../etc/passwd") is None
            assert maildir.session("pipe-1") is None
    assert caplog.text == ""


@pytest.mark.parametrize("watch", [Deaf, Forgetful])
def test_where_events_do_not_come_everything_is_found_by_looking(
    tmp_path: Path, watch: type[Deaf], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "RESCAN", 0.2)
    with writing(tmp_path) as trap, attached(tmp_path, watch=watch) as (maildir, ear):
        first, second = bring(trap), bring(trap)
        client = Sender(trap).send(b"HELO app\r\n")
        ear.until(lambda: ear.received() == [first.id, second.id])
        ear.until(lambda: commands(maildir, client.id))
        client.send(b"NOOP\r\n")
        ear.until(lambda: b"NOOP\r\n" in commands(maildir, client.id))
        trap.mark([first.id], read=True)
        ear.until(lambda: maildir.is_read(first.id))
        trap.remove([second.id])

        assert ear.first(MessagesRemoved) == MessagesRemoved((second.id,), because="elsewhere")


def test_a_log_that_is_written_whole_once_more_tells_only_what_is_new(tmp_path: Path) -> None:
    with writing(tmp_path) as trap, attached(tmp_path) as (_, ear):

        def told() -> list[bytes]:
            return [e.raw for event in ear.all(EntriesRecorded) for e in event.entries]

        client = Sender(trap).send(b"HELO app\r\n")
        ear.until(lambda: len(told()) == 3)
        log = tmp_path / "mailtrap/sessions" / f"{client.id}.jsonl"
        octets = log.read_bytes()
        line = json.dumps(
            {"kind": "command", "at": "2026-03-02T12:01:00.000000Z", "raw": "NOOP\r\n"}
        )

        (tmp_path / "instead").write_bytes(octets + line.encode() + b"\n")
        (tmp_path / "instead").rename(log)

        ear.until(lambda: len(told()) == 4)
        assert told()[-1] == b"NOOP\r\n"
        assert len(ear.all(SessionOpened)) == 1


def test_a_session_whose_server_is_gone_is_lost_and_its_log_is_left_alone(tmp_path: Path) -> None:
    with writing(tmp_path) as trap, attached(tmp_path) as (maildir, ear):
        client = Sender(trap).send(b"HELO app\r\n")
        ear.until(lambda: commands(maildir, client.id))
        log = tmp_path / "mailtrap/sessions" / f"{client.id}.jsonl"
        octets = log.read_bytes()

        for claim in (tmp_path / "mailtrap/servers").iterdir():
            claim.unlink()  # as if its process had ended

        session = ear.first(SessionClosed).session
        assert (session.id, session.reason) == (client.id, "lost")
        assert session.closed == session.transcript[-1].at
        assert log.read_bytes() == octets
        client.send(b"NOOP\r\n")  # it was not gone after all
        ear.until(lambda: b"NOOP\r\n" in commands(maildir, client.id))
        assert len(ear.all(SessionOpened)) == 2
        again = maildir.session(client.id)
        assert again is not None
        assert again.is_open


def test_only_so_many_sessions_are_held_and_others_are_read_when_asked_for(tmp_path: Path) -> None:
    with writing(tmp_path) as trap:
        before = [bring(trap).session for _ in range(5)]
        for number, session_id in enumerate(before):
            os.utime(tmp_path / "mailtrap/sessions" / f"{session_id}.jsonl", (number, number))
        with attached(tmp_path, max_sessions=3) as (maildir, ear):
            ear.until(lambda: len(maildir.sessions) == 3)
            assert {session.id for session in maildir.sessions} == set(before[2:])
            newest = bring(trap).session
            ear.until(lambda: ear.all(SessionsRemoved))

            assert ear.all(SessionsRemoved) == [SessionsRemoved((before[2],), because="limit")]
            assert {session.id for session in maildir.sessions} == {*before[3:], newest}
            for session_id in before:
                assert maildir.session(session_id) == trap.session(session_id)


def test_clearing_removes_the_logs_of_servers_that_are_gone_and_of_sessions_not_held(
    tmp_path: Path,
) -> None:
    with writing(tmp_path) as trap:
        bring(trap)
        Sender(trap).send(b"HELO app\r\n")
        left = [path.name for path in (tmp_path / "mailtrap/sessions").iterdir()]
    with writing(tmp_path) as trap:
        bring(trap)
        client = Sender(trap).send(b"HELO app\r\n")
        with attached(tmp_path, max_sessions=1) as (maildir, _):
            maildir.clear()

        assert len(left) == 2
        assert names(tmp_path / "mailtrap/sessions") == [f"{client.id}.jsonl"]
        assert names(tmp_path / "mailtrap/messages") == []


def test_who_marks_while_many_are_removed_waits_for_a_few_of_them_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked: list[tuple[str, ...]] = []

    def mark(_seconds: float) -> None:
        read = not marked
        marked.append(pool.submit(maildir.mark, ids[4:], read=read).result(WAIT))

    with writing(tmp_path) as trap:
        ids = [bring(trap).id for _ in range(5)]
    with attached(tmp_path) as (maildir, ear), ThreadPoolExecutor() as pool:
        monkeypatch.setattr(index, "AT_ONCE", 2)
        monkeypatch.setattr(time, "sleep", mark)

        removed = maildir.remove([*ids, ids[0]])

        told = [e for e in ear.events if isinstance(e, MessagesRemoved | MessagesMarked)]
        assert [message.id for message in removed] == ids
        assert told == [
            MessagesRemoved(tuple(ids[:2]), because="asked"),
            MessagesMarked((ids[4],), read=True),
            MessagesRemoved(tuple(ids[2:4]), because="asked"),
            MessagesMarked((ids[4],), read=False),
            MessagesRemoved((ids[4],), because="asked"),
        ]


def test_what_can_be_removed_is_returned_and_told_where_others_cannot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index, "AT_ONCE", 1)
    with TemporaryDirectory() as name:  # nobody else can look into tmp_path
        path = Path(name)
        with writing(path) as trap:
            ids = [bring(trap).id for _ in range(4)]
            trap.mark([ids[0], ids[2]], read=True)
        for place in (path, *path.rglob("*")):
            place.chmod(0o777)
        (path / "cur").chmod(0o555)

        with attached(path) as (maildir, ear), unprivileged():
            removed = maildir.remove(ids)
            with pytest.raises(StoreError):
                maildir.remove(ids)
            told = ear.all(MessagesRemoved)

    assert [message.id for message in removed] == [ids[1], ids[3]]
    assert [each for event in told for each in event.ids] == [ids[1], ids[3]]


def test_clearing_while_sessions_are_sorted_leaves_none_and_following_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = os.stat
    is_sorting, is_cleared = threading.Event(), threading.Event()

    def stat_slowly(path: Any, **options: Any) -> os.stat_result:
        if str(path).endswith(SUFFIX) and not is_cleared.is_set():
            is_sorting.set()
            assert is_cleared.wait(WAIT)
        return stat(path, **options)

    with writing(tmp_path) as trap:
        for _ in range(3):
            bring(trap)
        monkeypatch.setattr(os, "stat", stat_slowly)
        with attached(tmp_path) as (maildir, ear):
            assert is_sorting.wait(WAIT)
            maildir.clear()
            is_cleared.set()
            later = bring(trap)

            assert ear.first(SessionClosed).session.id == later.session
            assert [session.id for session in maildir.sessions] == [later.session]
            assert ear.all(SessionsFound) == []


def test_a_directory_that_vanishes_changes_nothing_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "TICK", 0.05)
    there, away = tmp_path / "mail", tmp_path / "away"
    with writing(there) as trap, attached(there) as (maildir, ear):
        message = bring(trap)
        ear.first(SessionClosed)
        ear.events.clear()
        there.rename(away)
        shortly(lambda: maildir.trouble)
        assert maildir.trouble == "it is not there"
        assert [each.id for each in maildir.messages] == [message.id]
        kept = maildir.message(message.id)
        assert kept is not None
        assert kept.data == b""
        assert ear.events == []
        away.rename(there)

        later = bring(trap)
        ear.until(lambda: ear.received() == [later.id])
        shortly(lambda: not maildir.trouble)
        assert kept.data == message.data
        shutil.rmtree(there)
        there.mkdir()
        prepare(there)
        assert set(ear.first(MessagesRemoved).ids) <= {message.id, later.id}
        ear.until(lambda: not maildir.messages)


def shortly(holds: Callable[[], object]) -> None:
    """Until that holds; nothing is told of it."""
    deadline = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_no_maildir_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no maildir .* serve --maildir .* makes one"):
        AttachedMaildir(tmp_path / "nothing").start()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(StoreError, match="is no maildir: it is a file"):
        AttachedMaildir(tmp_path / "notes.txt").start()
    with pytest.raises(StoreError, match="is no maildir: there is no new in it"):
        AttachedMaildir(tmp_path).start()
    prepare(tmp_path)
    (tmp_path / "mailtrap/format").write_text("mailtrap maildir 2\n")
    with pytest.raises(StoreError, match=r"maildir 1.*maildir 2"):
        AttachedMaildir(tmp_path).start()


def test_one_that_never_started_can_be_stopped(tmp_path: Path) -> None:
    prepare(tmp_path)

    AttachedMaildir(tmp_path).stop()


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    prepare(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    with attached(tmp_path) as (maildir, _):
        maildir.nudge(MessageReceived(bring(a_trap())))

    assert sorted(tmp_path.rglob("*")) == before


def test_a_log_that_is_seen_before_its_first_line_is_read_later(tmp_path: Path) -> None:
    with writing(tmp_path) as trap:
        whole = tmp_path / "mailtrap/sessions" / f"{bring(trap).session}.jsonl"
        octets = whole.read_bytes()
        whole.unlink()
        for session_id, is_of_before in (("before-1", True), ("later-1", False)):
            log, part = whole.with_name(f"{session_id}.jsonl"), octets.partition(b"\n")[0][:-9]
            if is_of_before:
                log.write_bytes(part)
            with attached(tmp_path) as (maildir, ear):
                log.write_bytes(part)
                bring(trap)
                ear.first(SessionClosed)  # it has looked, and found no session yet
                assert session_id not in {session.id for session in maildir.sessions}

                log.write_bytes(octets.replace(whole.stem.encode(), session_id.encode()))

                ear.until(lambda: session_id in {s.session.id for s in ear.all(SessionClosed)})  # noqa: B023 now


def test_a_long_log_keeps_nobody_waiting_and_is_told_to_its_end(tmp_path: Path) -> None:
    with writing(tmp_path) as trap, attached(tmp_path) as (catch, ear):
        client = Sender(trap)
        ear.first(SessionOpened)
        line = entry_line(Command(trap.sessions[0].opened, b"X" * 100_000))
        log = log_path(tmp_path, client.id)
        log.write_bytes(log.read_bytes() + 100 * line)

        entries = ear.until(lambda: _entries(ear) if len(_entries(ear)) >= 100 else None)

        assert len(ear.all(EntriesRecorded)) > 2
        session = catch.session(client.id)
        assert session is not None
        assert [entry.raw for entry in session.transcript] == [entry.raw for entry in entries]


def _entries(ear: Ear) -> list[Entry]:
    return [entry for event in ear.all(EntriesRecorded) for entry in event.entries]


def _is_told(ear: Ear, message: str) -> bool:
    return message in ear.received()


def test_what_changed_while_following_failed_is_told_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[list[str]] = []

    def look_at(index: WatchedIndex, paths: Iterable[str]) -> Changes:
        if (found := list(paths)) and not failures:
            failures.append(found)
            raise RuntimeError("once")
        return Index.look_at(index, found)

    with writing(tmp_path) as trap, attached(tmp_path) as (catch, ear):
        eventually(lambda: catch._attention.hears, "that events come")
        monkeypatch.setattr(WatchedIndex, "look_at", look_at)

        while not failures:  # some may be found because everything is looked at
            found = partial(_is_told, ear, bring(trap).id)
            ear.until(found)
    assert "following" in caplog.text
