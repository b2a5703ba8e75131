"""Servers that are not there, are none, or leave: what the client says about it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from select import select
from typing import TYPE_CHECKING, Any

import pytest

from mailtrap import sending
from mailtrap.errors import RefusedError, UnreachableError
from mailtrap.sending.address import ServerAddress
from mailtrap.sending.connection import Connection
from mailtrap.sending.transaction import Mail, begin, ended, greet, hand_over
from tests.clients.scene import scene
from tests.support import WAIT, running

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

HERE = "127.0.0.1"


@contextmanager
def connected(*turns: bytes) -> Iterator[Connection]:
    """To a server that says this, each once something has come, and hangs up."""

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            client.sendall(turns[0])
            for turn in turns[1:]:
                client.recv(65536)
                client.sendall(turn)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass

    with socket.create_server((HERE, 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        with closing(Connection(HERE, listener.getsockname()[1])) as connection:
            yield connection
        thread.join(WAIT)


def test_octets_are_told_in_the_order_they_crossed() -> None:
    told: list[tuple[str, bytes]] = []
    with running() as server:
        connection = Connection(HERE, server.port, tell=lambda *said: told.append(said))
        greeting = connection.reply()
        connection.ask(b"NOOP")
        connection.ask(b"QUIT", b"****")
        connection.close()

    assert told == [
        ("S:", greeting.raw),
        ("C:", b"NOOP\r\n"),
        ("S:", b"250 2.0.0 ok\r\n"),
        ("C:", b"****\r\n"),
        ("S:", b"221 2.0.0 trap.test closing\r\n"),
    ]


def test_a_reply_of_several_lines_is_one_however_it_is_cut() -> None:
    with connected(b"220-a\r\n220", b" b \x1b[1m\r\n") as connection:
        connection.send(b"x", "x")

        reply = connection.reply()

    assert reply.raw == b"220-a\r\n220 b \x1b[1m\r\n"
    assert (reply.code, reply.texts, str(reply)) == (220, ["a", "b ␛[1m"], "220 a b ␛[1m")


def test_where_nothing_listens_the_hint_is_how_to_start_it() -> None:
    with socket.create_server((HERE, 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(UnreachableError) as caught:
        Connection(HERE, port)

    assert str(caught.value) == (
        f"nothing listens on {HERE}:{port}; start a catcher with mailtrap, or mailtrap serve"
    )


def test_a_host_that_is_not_there_is_told() -> None:
    with pytest.raises(UnreachableError, match=r"the host of no\.such\.host\.invalid:25 cannot be"):
        Connection("no.such.host.invalid", 25)
    with pytest.raises(UnreachableError, match="cannot be found"):
        Connection("a" * 70, 25)


def test_a_server_of_another_protocol_is_told_with_what_it_says() -> None:
    said = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    with connected(said) as connection, pytest.raises(UnreachableError) as caught:
        connection.reply()

    assert str(caught.value) == (
        f"{connection.where} does not answer as an SMTP server does, but:"
        " 'HTTP/1.1 400 Bad Request'; is it the right port?"
    )


def test_a_server_that_leaves_is_told_with_what_it_was_sent_last() -> None:
    with connected(b"220 hi\r\n", b"250-half\r\n") as connection:
        connection.reply()
        with pytest.raises(UnreachableError) as caught:
            connection.ask(b"EHLO me")

    assert str(caught.value) == f"{connection.where} closed the connection after EHLO"


def test_a_server_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with running() as server, closing(Connection(HERE, server.port, timeout=0.05)) as connection:
        connection.reply()
        with pytest.raises(UnreachableError, match=r"did not answer for 0\.05 s after the conn"):
            connection.reply()


class SlowlyRead(socket.socket):
    """As towards a server that always reads, but little at a time."""

    def send(self, data: "ReadableBuffer", flags: int = 0, /) -> int:
        return super().send(memoryview(data)[:1000], flags)

    def sendall(self, *_: object) -> None:
        raise TimeoutError


def test_a_server_that_reads_slowly_is_sent_all_of_it() -> None:
    data = b"abc" * 3_500
    ours, server = socket.socketpair()
    with connected(b"220 hi\r\n") as connection, server:
        connection.reply()
        connection.close()
        connection._socket = SlowlyRead(fileno=ours.detach())

        connection.send(data, "the mail data")

        connection.close()
        assert b"".join(iter(lambda: server.recv(65536), b"")) == data


def test_a_caller_is_waited_for_as_long_as_it_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float | None] = []

    def noted(*waited_for: Any) -> Any:
        waits.append(waited_for[3])
        return select(*waited_for)

    monkeypatch.setattr(sending.connection, "select", noted)
    caller, ours = socket.socketpair()
    with connected(b"220 hi\r\n", b"221 bye\r\n") as connection, caller, ours:
        said = connection.pass_on(ours)
        greeting = next(said)
        silent = [*waits]
        caller.sendall(b"QUIT\r\n")
        assert b"".join((greeting, *said)) == b"220 hi\r\n221 bye\r\n"

    assert silent == [None]


def test_a_server_that_says_nothing_to_a_caller_who_has_ended_is_told() -> None:
    caller, ours = socket.socketpair()
    with socket.create_server((HERE, 0)) as silent, caller, ours:
        port = silent.getsockname()[1]
        with closing(Connection(HERE, port, timeout=0.05)) as connection:
            caller.shutdown(socket.SHUT_WR)

            with pytest.raises(UnreachableError, match=r"for 0\.05 s after what the caller said"):
                next(connection.pass_on(ours))


def test_a_caller_and_a_server_may_both_say_much_before_they_listen() -> None:
    much = b"x" * 2**22
    read: list[bytes] = []
    caller, ours = socket.socketpair()

    def speak(speaker: socket.socket) -> None:
        speaker.sendall(much)
        speaker.shutdown(socket.SHUT_WR)

    def serve() -> None:
        client, _ = listener.accept()
        with client:
            client.sendall(much)
            read.extend(iter(lambda: client.recv(65536), b""))

    with socket.create_server((HERE, 0)) as listener, caller, ours:
        threads = [threading.Thread(target=serve), threading.Thread(target=speak, args=(caller,))]
        for thread in threads:
            thread.start()
        with closing(Connection(HERE, listener.getsockname()[1])) as connection:
            heard = b"".join(connection.pass_on(ours))
        for thread in threads:
            thread.join(WAIT)

    assert (heard, b"".join(read)) == (much, much)


def test_a_greeting_that_refuses_is_told() -> None:
    with connected(b"554 no mail here\r\n") as connection, pytest.raises(RefusedError) as caught:
        greet(connection, ServerAddress())

    assert str(caught.value) == "the server refused the connection: 554 no mail here"
    assert caught.value.reply == b"554 no mail here\r\n"


def test_a_server_without_ehlo_is_greeted_with_helo() -> None:
    with connected(b"220 old\r\n", b"500 what\r\n", b"250 hello\r\n") as connection:
        greet(connection, ServerAddress())

        assert begin(connection, ServerAddress()) == {}


def test_parameters_are_sent_only_where_they_are_offered() -> None:
    mail = Mail(
        "jörg@example.org".encode(),
        (b"bob@example.org",),
        "Grüße\r\n".encode(),
        ((b"DSN", b"RET=HDRS"),),
        ((b"DSN", b"NOTIFY=NEVER"),),
    )
    lines = []
    for without in ((), ("8BITMIME", "SMTPUTF8", "DSN")):
        with scene(ehlo_remove=without) as at, closing(Connection(HERE, at.port)) as connection:
            server = ServerAddress(HERE, at.port)
            greet(connection, server)
            hand_over(connection, mail, begin(connection, server))
            connection.close()
            at.until_over()
            lines += [each for each in at.client_streams()[0].splitlines() if b"@" in each]

    assert lines == [
        "MAIL FROM:<jörg@example.org> BODY=8BITMIME RET=HDRS SMTPUTF8".encode(),
        b"RCPT TO:<bob@example.org> NOTIFY=NEVER",
        "MAIL FROM:<jörg@example.org>".encode(),
        b"RCPT TO:<bob@example.org>",
    ]


@pytest.mark.parametrize(
    ("data", "octets"),
    [
        (b"", b".\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b".a\r\n..\r\nb", b"..a\r\n...\r\nb\r\n.\r\n"),
        (b"a\n.b\r\n", b"a\n.b\r\n.\r\n"),
        (b"a\r", b"a\r\r\n.\r\n"),
    ],
)
def test_dots_are_stuffed_where_a_line_begins_and_nowhere_else(data: bytes, octets: bytes) -> None:
    assert ended(data) == octets
