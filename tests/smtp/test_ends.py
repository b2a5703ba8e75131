"""How sessions end, and what is left of what they were doing."""

import asyncio
import contextlib
import errno
import logging
import socket
import threading
import time
from typing import Any

import pytest

from mailtrap.errors import StoreError
from mailtrap.message import Message
from mailtrap.session import Command, Credentials, Discarded, MailData, Remark, Reply
from mailtrap.smtp import connection
from mailtrap.smtp.connection import FLUSH_WAIT
from mailtrap.smtp.listen import bind
from mailtrap.smtp.server import Server, ServerThread, calm_loop_errors
from mailtrap.stores.memory import MemoryStore
from mailtrap.terms import Terms
from mailtrap.trap import Trap
from tests.support import WAIT, Client, entries_of, running, shown

WHOLE = (
    b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: hi\r\n\r\nhi\r\n.\r\nQUIT\r\n"
)


def test_a_client_that_sends_all_and_leaves_without_reading_is_kept() -> None:
    with running() as server, server.client() as client:
        client.send(WHOLE)
        client.reset()

        assert server.message().data == b"Subject: hi\r\n\r\nhi\r\n"


def test_a_client_that_is_gone_before_the_server_could_greet_it_is_kept() -> None:
    # The write of the greeting fails then, and asyncio gives the connection up with all of the
    # client's octets unread.
    body = b"x" * 76 + b"\r\n"
    with running() as server:
        busy = threading.Event()
        server.thread._loop.call_soon_threadsafe(busy.wait)
        client = server.client()
        client.send(WHOLE.replace(b"hi\r\n.\r\n", body * 300 + b".\r\n"))
        client.reset()
        busy.set()

        assert server.message().data == b"Subject: hi\r\n\r\n" + body * 300
        assert server.session().reason in ("quit", "reset")


def test_a_half_closed_client_gets_all_its_replies() -> None:
    with running() as server, server.client() as client:
        client.send(WHOLE)
        client.socket.shutdown(socket.SHUT_WR)

        codes = [int(client.reply()[:3]) for _ in range(7)]

        assert codes == [220, 250, 250, 250, 354, 250, 221]
        assert client.is_closed()
        assert server.session().reason == "quit"
        assert server.message().envelope.forward_paths == ("c@d",)


def test_a_half_closed_client_without_quit_ends_as_eof() -> None:
    with running() as server, server.client() as client:
        client.send(WHOLE.replace(b"QUIT\r\n", b""))
        client.socket.shutdown(socket.SHUT_WR)

        assert [int(client.reply()[:3]) for _ in range(6)] == [220, 250, 250, 250, 354, 250]
        assert client.is_closed()
        assert server.session().reason == "eof"


@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_drops_in_mail_data_leaves_it_and_no_message(reset: bool) -> None:  # noqa: FBT001
    with running() as server, server.client() as client:
        client.data()
        client.send(b"Subject: half\r\n\r\n..and no mo")
        server.until(lambda: server.trap.sessions[0].transcript[-1].raw.startswith(b"354"))
        client.reset() if reset else client.socket.close()

        session = server.session()
    [left] = entries_of(session, MailData)
    assert left.raw == b"Subject: half\r\n\r\n.and no mo"
    assert not left.is_complete
    assert session.reason in ("reset", "eof") if reset else session.reason == "eof"
    assert server.trap.messages == ()
    assert "cut off before the end of data" in shown(session)


def test_a_client_that_drops_in_a_command_leaves_its_beginning() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.send(b"MAIL FROM:<a")
        client.socket.close()

        session = server.session()
    left = session.transcript[-1]
    assert isinstance(left, Command)
    assert (left.raw, left.is_complete) == (b"MAIL FROM:<a", False)


def test_a_client_that_drops_in_auth_leaves_a_masked_beginning() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.say(b"AUTH PLAIN\r\n")
        client.send(b"c2VjcmV0")
        client.socket.close()

        session = server.session()
    [left] = entries_of(session, Credentials)
    assert left.raw == b"c2VjcmV0"
    assert "c2VjcmV0" not in shown(session)


def test_a_client_that_says_nothing_is_a_session_too() -> None:
    with running() as server, server.client() as client:
        client.reply()
        client.socket.close()

        session = server.session()
    assert session.reason == "eof"
    assert [entry.kind for entry in session.transcript] == ["reply"]


def test_octets_behind_quit_are_kept_and_not_acted_upon() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.send(b"QUIT\r\nMAIL FROM:<a@b>\r\n")
        client.reply()

        session = server.session()
    [left] = entries_of(session, Discarded)
    assert (left.raw, left.size) == (b"MAIL FROM:<a@b>\r\n", 17)


def test_a_silent_client_hears_421_and_is_closed() -> None:
    with running(timeout=0.1) as server, server.client() as client:
        client.greeted()

        assert client.reply().startswith(b"421 4.4.2 ")
        assert client.is_closed()
        assert server.session().reason == "timeout"


def test_a_client_that_goes_silent_in_mail_data_leaves_it() -> None:
    with running(timeout=0.1) as server, server.client() as client:
        client.data()
        client.send(b"half a line")

        assert client.reply().startswith(b"421 4.4.2 ")
        session = server.session()
    [left] = entries_of(session, MailData)
    assert left.raw == b"half a line"


def test_every_octet_puts_the_timeout_off() -> None:
    with running(timeout=0.5) as server, server.client() as client:
        client.data()
        for _ in range(15):
            client.send(b"x")
            time.sleep(0.05)  # the client is slow: there is no event to wait for

        assert client.say(b"\r\n.\r\n").startswith(b"250 ")
        assert server.message().data == b"x" * 15 + b"\r\n"


def test_a_client_that_never_reads_is_ended_by_the_timeout() -> None:
    with running(timeout=0.3) as server, server.client() as client:
        client.socket.settimeout(0.2)
        sent = 0
        with contextlib.suppress(TimeoutError, ConnectionError):
            while True:
                sent += client.socket.send(b"HELP\r\n" * 20_000)

        session = server.session()
    assert session.reason == "timeout"
    assert sent > 100_000


def test_a_client_that_reads_late_gets_every_reply() -> None:
    commands = 60_000
    with running() as server, server.client() as client:
        client.reply()
        sender = threading.Thread(target=client.send, args=(b"NOOP\r\n" * commands,))
        sender.start()

        replies = [client.reply() for _ in range(commands)]

        sender.join()
        assert set(replies) == {b"250 2.0.0 ok\r\n"}


class FullStore(MemoryStore):
    """Refuses what says it is too much."""

    def add(self, message: Message) -> list[str]:
        if b"too much" in message.data:
            raise StoreError("the disk is full")
        return list(super().add(message))


class BrokenStore(MemoryStore):
    """Fails as nobody foresaw."""

    def add(self, message: Message) -> list[str]:
        raise ZeroDivisionError(message.id)


def test_a_store_that_cannot_keep_gives_452_and_the_session_says_so() -> None:
    with running(store=FullStore()) as server, server.client() as client:
        client.data()

        assert client.say(b"too much\r\n.\r\n") == b"452 4.3.1 not kept: the disk is full\r\n"
        assert client.codes(b"MAIL FROM:<a@b>\r\n", b"DATA\r\n", b"less\r\n.\r\n")[2] == 250

        assert server.message().data == b"less\r\n"
        [session] = server.trap.sessions
        [remark] = entries_of(session, Remark)
        refused, kept = entries_of(session, MailData)
    assert "the disk is full" in remark.text
    assert (refused.raw, refused.message) == (b"too much\r\n", None)
    assert kept.message == server.trap.messages[0].id


def test_a_store_that_breaks_gives_452_too(caplog: pytest.LogCaptureFixture) -> None:
    with running(store=BrokenStore(), may_log=True) as server, server.client() as client:
        client.data()

        assert client.say(b"x\r\n.\r\n").startswith(b"452 4.3.1 not kept: ")
        assert client.say(b"NOOP\r\n").startswith(b"250 ")

    assert "the store failed to keep t-1-1" in caplog.text


def test_stopping_with_open_clients_ends_them_at_once_and_tells_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    trap = Trap(MemoryStore())
    sockets = bind(["127.0.0.1"], 0)
    port = sockets[0].getsockname()[1]
    thread = ServerThread(Server(trap, sockets, Terms()))
    thread.start()
    clients = [Client(port).data() for _ in range(20)]
    assert clients[0].say(b"kept\r\n.\r\n").startswith(b"250 ")
    before = time.perf_counter()

    thread.stop()

    took = time.perf_counter() - before
    assert took < FLUSH_WAIT / 2
    assert not [t for t in threading.enumerate() if t.name == "mailtrap-smtp"]
    assert [client.reply()[:9] for client in clients] == [b"421 4.3.2"] * 20
    assert all(client.is_closed() for client in clients)
    assert {session.reason for session in trap.sessions} == {"stopped"}
    assert "destroyed" not in caplog.text
    for client in clients:
        client.socket.close()


def test_a_server_that_cannot_begin_says_why() -> None:
    [listener] = bind(["127.0.0.1"], 0)
    listener.close()
    thread = ServerThread(Server(Trap(MemoryStore()), [listener], Terms()))

    with pytest.raises(OSError, match="Bad file descriptor"):
        thread.start()

    thread.stop()


class Full(socket.socket):
    """A listener of a process that has no descriptors left."""

    has_refused: asyncio.Event

    def accept(self) -> Any:
        self.has_refused.set()
        raise OSError(errno.EMFILE, "too many open files")


def test_a_server_that_stops_while_clients_have_to_wait_says_nothing_more(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio.constants, "ACCEPT_RETRY_DELAY", 0.2)
    [bound] = bind(["127.0.0.1"], 0)
    address = bound.getsockname()
    listener = Full(fileno=bound.detach())

    async def stop_meanwhile() -> None:
        calm_loop_errors(asyncio.get_running_loop())
        listener.has_refused = asyncio.Event()
        server = Server(Trap(MemoryStore()), [listener], Terms())
        await server.start()
        with socket.create_connection(address, WAIT):
            await asyncio.wait_for(listener.has_refused.wait(), WAIT)
            await server.stop()
            await asyncio.sleep(0.3)  # timers go off in their order: asyncio's was before

    asyncio.run(stop_meanwhile())

    assert caplog.messages == ["too many open files: new clients have to wait (see ulimit -n)"]


def test_stopping_does_not_wait_for_a_client_that_does_not_read() -> None:
    with running() as server, server.client() as client:
        client.socket.settimeout(0.1)
        with contextlib.suppress(TimeoutError):
            while True:
                client.socket.send(b"HELP\r\n" * 20_000)
        before = time.perf_counter()

        server.thread.stop()

        assert time.perf_counter() - before < FLUSH_WAIT / 2
        assert server.session().reason == "stopped"


def test_a_message_that_got_250_is_there_when_the_server_stops_right_then() -> None:
    with running() as server, server.client() as client:
        client.data()
        client.send(b"x\r\n.\r\n")
        server.until(lambda: server.trap.messages)

        server.thread.stop()

        assert client.reply().startswith(b"250 2.0.0 kept as ")
        assert client.reply().startswith(b"421 4.3.2 ")


def test_a_connection_that_is_accepted_as_the_server_stops_ends_too() -> None:
    async def stop_between_accept_and_connection() -> Trap:
        trap = Trap(MemoryStore())
        server = Server(trap, bind(["127.0.0.1"], 0), Terms())
        await server.start()
        connection = server._plain()  # asyncio makes it one turn before it is connected
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        await loop.connect_accepted_socket(lambda: connection, ours)
        await stopping
        with theirs:
            assert theirs.recv(100).startswith(b"421 4.3.2 ")
        return trap

    [session] = asyncio.run(stop_between_accept_and_connection()).sessions

    assert session.reason == "stopped"


def test_a_session_with_a_long_backlog_is_closed_when_the_server_stops() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.send(b"\n" * 200_000)
        server.until(lambda: len(server.trap.sessions[0].transcript) > 1000)

        server.thread.stop()

        session = server.session()
    assert session.reason == "stopped"


def test_an_ended_session_does_not_keep_the_socket_of_a_client_that_never_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "FLUSH_WAIT", 0.05)
    with running() as server, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", server.port))
        ended: list[connection.Connection] = []
        real = server.thread._server._ended

        def note(one: connection.Connection) -> None:
            real(one)
            ended.append(one)
            server._on_event(None)  # type: ignore[arg-type]

        [open_one] = server.until(lambda: list(server.thread._server._connections))
        open_one._on_end = note
        # Enough replies to fill the sockets, not enough to make the session wait.
        asked = 0

        def all_answered() -> bool:
            return len(server.trap.sessions[0].transcript) > asked * 2

        while asked < 100_000:
            client.sendall(b"HELP\r\n" * 50)
            asked += 50
            server.until(all_answered)
            if open_one.transport is None or open_one.transport.get_write_buffer_size():
                break
        client.sendall(b"QUIT\r\n")

        server.until(lambda: ended, "the end of the connection")


def test_a_reply_nobody_can_get_any_more_is_marked_so() -> None:
    with running() as server, server.client() as client:
        client.data()
        client.send(b"x" * 2_000_000)
        client.reset()

        session = server.session()
    assert [e.sent for e in entries_of(session, Reply)] == [True] * 5
    assert not entries_of(session, MailData)[0].is_complete


def test_a_bug_ends_its_session_and_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with running(may_log=True) as server, server.client() as client, Client(server.port) as other:
        client.greeted()
        other.greeted()
        dialogue = "mailtrap.dialogue.Dialogue.answer"
        with monkeypatch.context() as patched:
            patched.setattr(dialogue, lambda *_: 1 / 0)
            client.send(b"NOOP\r\n")
            assert client.is_closed()

        assert other.say(b"NOOP\r\n").startswith(b"250 ")
        first = server.trap.sessions[0]
    assert "mailtrap failed here: ZeroDivisionError" in shown(first)
    assert first.reason == "failed"
    assert "ZeroDivisionError" in caplog.text
