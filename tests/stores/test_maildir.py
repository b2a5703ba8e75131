import json
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from mailtrap.envelope import Envelope
from mailtrap.errors import StoreError
from mailtrap.events import Event, MessagesRemoved
from mailtrap.message import Message
from mailtrap.session import Peer
from mailtrap.stores import index
from mailtrap.stores.filed import FiledMessage
from mailtrap.stores.log_files import log_path, session_ids, session_in
from mailtrap.stores.maildir import MaildirStore
from mailtrap.stores.servers import is_server_alive
from mailtrap.trap import Trap
from tests.dialogues import START
from tests.stores.strategies import MESSAGES
from tests.stores.waiting import eventually
from tests.support import running

LOCAL, PEER = Peer("127.0.0.1", 25), Peer("127.0.0.1", 50000)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., MaildirStore]]:
    """Opens stores in one directory, and closes them."""
    stores: list[MaildirStore] = []

    def open_one(**options: object) -> MaildirStore:
        stores.append(MaildirStore(tmp_path / "mail", **options))  # type: ignore[arg-type] # any
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


def message(number: int, data: bytes = b"hi\r\n", at: datetime = START) -> Message:
    return Message(f"abcdef-1-{number}", "abcdef-1", Envelope(), data, at)


def tree(path: Path) -> list[str]:
    return sorted(str(each.relative_to(path)) for each in path.rglob("*"))


@settings(deadline=None, max_examples=50)
@given(MESSAGES)
def test_any_message_is_the_same_after_a_restart(added: Message) -> None:
    with TemporaryDirectory() as name:
        store = MaildirStore(name)
        store.add(added)
        assert store.get(added.id) == added
        store.close()

        again = MaildirStore(name)

        [kept] = again
        assert isinstance(kept, FiledMessage)
        assert kept == added
        assert (kept.data, kept.envelope, kept.truncated) == (
            added.data,
            added.envelope,
            added.truncated,
        )
        assert hash(kept) == hash(added)
        again.close()


def test_all_is_for_the_owner_alone(opened: Callable[..., MaildirStore], tmp_path: Path) -> None:
    store = opened()
    with running(store=store) as server, server.client() as client:
        client.data().say(b"x\r\n.\r\n")
        found = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.glob("mail/**/*.*")}
        directories = [each for each in tmp_path.glob("mail/**") if each.is_dir()]

        assert {stat.S_IMODE(each.stat().st_mode) for each in directories} == {0o700}

    assert found == {0o600}


def test_a_file_in_the_maildir_is_the_mail_data_and_nothing_else(
    opened: Callable[..., MaildirStore], tmp_path: Path
) -> None:
    opened().add(message(1, b"\0\xffX: 1\n.\r"))

    [file] = (tmp_path / "mail" / "new").iterdir()

    assert file.read_bytes() == b"\0\xffX: 1\n.\r"
    assert file.name == "1767323045.M000000_abcdef-1-1.mailtrap,S=9"
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_the_sidecar_says_how_a_message_came(
    opened: Callable[..., MaildirStore], tmp_path: Path
) -> None:
    with running(store=opened()) as server, server.client() as client:
        client.greeted()
        client.say(b"AUTH PLAIN AGFubgBzZWNyZXQ=\r\n")
        client.codes(
            b"MAIL FROM:<ann@example.org> SIZE=3\r\n", b"RCPT TO:<b\xff@c>\r\n", b"DATA\r\n"
        )
        client.say(b"x\r\n.\r\n")
        sent = server.message()
        [peer] = [str(session.peer) for session in server.trap.sessions]

    [file] = (tmp_path / "mail" / "mailtrap" / "messages").iterdir()
    keys = json.loads(file.read_bytes())
    assert keys["session"] == sent.session
    assert keys["reverse_path"] == "ann@example.org"
    assert keys["forward_paths"] == ["b\\xff@c"]
    assert keys["envelope"]["sender"] == {"raw": "<ann@example.org>", "rest": "SIZE=3"}
    assert (keys["peer"], keys["client_name"]) == (peer, "client.test")
    assert (keys["tls"], keys["auth_user"]) == (None, "ann")
    assert "secret" not in file.read_text()


def test_a_removed_message_leaves_nothing(
    opened: Callable[..., MaildirStore], tmp_path: Path
) -> None:
    store = opened()
    before = tree(tmp_path)
    store.add(message(1))

    store.remove(["abcdef-1-1"])

    assert tree(tmp_path) == before


def test_marks_outlive_the_process(opened: Callable[..., MaildirStore]) -> None:
    store = opened()
    store.add(message(1))
    store.add(message(2))
    store.mark(["abcdef-1-1"], read=True)
    store.close()

    again = opened()

    assert [again.is_read(m.id) for m in again] == [True, False]
    again.mark(["abcdef-1-1"], read=False)
    assert not opened().is_read("abcdef-1-1")


# Formats and ids


def test_another_format_is_named_and_nothing_is_touched(
    opened: Callable[..., MaildirStore], tmp_path: Path
) -> None:
    opened().close()
    (tmp_path / "mail" / "mailtrap" / "format").write_text("mailtrap maildir 2\n")
    (tmp_path / "mail" / "new").rmdir()
    before = tree(tmp_path)

    with pytest.raises(StoreError, match=r"'mailtrap maildir 1'.*'mailtrap maildir 2'"):
        opened()

    assert tree(tmp_path) == before


def test_a_maildir_of_another_program_is_taken_as_it_is(
    opened: Callable[..., MaildirStore], tmp_path: Path
) -> None:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "mail" / folder).mkdir(parents=True)
    (tmp_path / "mail" / "cur" / "1767322845.M1P2.host:2,S").write_bytes(b"theirs")

    store = opened()

    assert [m.data for m in store] == [b"theirs"]


def test_a_file_where_the_maildir_should_be_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreError, match="File exists; a file has that name; name a directory"):
        MaildirStore(tmp_path / "file")


def test_servers_of_one_maildir_have_ids_of_their_own(
    opened: Callable[..., MaildirStore],
) -> None:
    first, second = opened(), opened()

    assert first.prefix != second.prefix
    assert is_server_alive(first.path, first.prefix)
    first.close()
    assert not is_server_alive(first.path, first.prefix)
    assert is_server_alive(second.path, second.prefix)
    assert [each.name for each in (first.path / "mailtrap" / "servers").iterdir()] == [
        second.prefix
    ]


def test_a_prefix_that_was_used_is_not_taken_again(
    opened: Callable[..., MaildirStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = iter(["abcdef", "abcdef", "ghijkm", "abcdef", "ghijkm", "nopqrs"])
    monkeypatch.setattr("mailtrap.stores.servers.random_word", lambda: next(words))
    first = opened()
    first.add(message(1))

    assert opened().prefix == "ghijkm"
    first.close()
    assert opened().prefix == "nopqrs"


# Limits


def test_a_limit_never_drops_what_a_stranger_put_there(
    opened: Callable[..., MaildirStore], tmp_path: Path
) -> None:
    store = opened(max_messages=2, max_age=timedelta(seconds=1))
    (tmp_path / "mail" / "new" / "1000000000.M1P2.host").write_bytes(b"theirs")
    store.close()
    store = opened(max_messages=2, max_age=timedelta(seconds=1))

    removed = [list(store.add(message(n))) for n in range(4)]

    assert removed == [[], [], ["abcdef-1-0"], ["abcdef-1-1"]]
    assert [m.session for m in store] == ["", "abcdef-1", "abcdef-1"]


def test_limits_count_what_was_there_before(opened: Callable[..., MaildirStore]) -> None:
    store = opened()
    for number in range(3):
        store.add(message(number))
    store.close()

    removed = opened(max_messages=3).add(message(3))

    assert list(removed) == ["abcdef-1-0"]


def test_there_is_no_limit_without_one(opened: Callable[..., MaildirStore]) -> None:
    store = opened()

    assert [list(store.add(message(n))) for n in range(50)] == [[]] * 50


def test_logs_are_as_many_as_messages_may_be(opened: Callable[..., MaildirStore]) -> None:
    store = opened(max_messages=2)
    with running(store=store) as server:
        for _ in range(4):
            with server.client() as client:
                client.greeted().say(b"QUIT\r\n")
                assert client.is_closed()
        kept = [session.id for session in server.trap.sessions[-2:]]

    assert sorted(session_ids(store.path)) == kept


def test_what_is_too_old_is_dropped_with_its_session(
    opened: Callable[..., MaildirStore],
) -> None:
    store = opened(max_age=timedelta(seconds=1))
    with running(store=store) as server, server.client() as idle:
        idle.reply()
        removed: list[Event] = []
        server.trap.subscribe(removed.append)
        with server.client() as client:
            client.data().say(b"x\r\n.\r\n")
            assert client.say(b"QUIT\r\n").startswith(b"221 ")
            assert client.is_closed()
        [kept] = server.trap.messages

        server.until(lambda: not server.trap.messages, "that it gets too old")

        age = datetime.now(UTC) - kept.received
        assert age >= timedelta(seconds=1)
        assert MessagesRemoved((kept.id,), because="limit") in removed
        path = log_path(store.path, kept.session)
        eventually(lambda: not path.exists())  # the next look, or the one after that
        # The session that is still open is older, and stays.
        assert session_in(store.path, server.trap.sessions[0].id) is not None


def test_what_is_new_is_not_dropped(opened: Callable[..., MaildirStore]) -> None:
    store = opened(max_age=timedelta(days=3))
    store.add(message(1, at=datetime.now(UTC)))
    store.add(message(2, at=datetime.now(UTC) - timedelta(days=4)))
    trap = Trap(store)
    heard: list[Event] = []
    trap.subscribe(heard.append)

    store.follow(trap)
    store.close()  # the thread looks once before it ends

    assert heard == [MessagesRemoved(("abcdef-1-2",), because="limit")]
    assert [m.id for m in store] == ["abcdef-1-1"]


def test_closing_does_not_wait_until_all_that_is_too_old_is_dropped(
    opened: Callable[..., MaildirStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "AT_ONCE", 1)
    store = opened(max_age=timedelta(days=3))
    for number in range(3):
        store.add(message(number, at=datetime.now(UTC) - timedelta(days=4)))
    trap = Trap(store)

    def until_it_has_to_end(_event: Event) -> None:
        assert store._sweeper is not None
        store._sweeper._stop.set()

    trap.subscribe(until_it_has_to_end)
    store.follow(trap)
    store.close()

    assert [m.id for m in store] == ["abcdef-1-1", "abcdef-1-2"]
