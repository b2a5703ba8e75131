"""Traps that a catcher for tests can fall into: each test fails on the naive version it names."""

import os
import smtplib
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Sequence

import pytest

from mailtrap.message import Message
from mailtrap.smtp import server
from mailtrap.smtp.connection import Connection
from mailtrap.stores.memory import MemoryStore
from mailtrap.testing import ListenError, MailTrap
from tests.support import WAIT, Client, free_ports
from tests.testing.posting import connected, post


def only_connection(trap: MailTrap) -> Connection:
    assert trap._catcher._thread is not None
    [connection] = trap._catcher._thread._server._connections
    return connection


def test_a_free_port_is_known_when_it_has_started() -> None:
    with MailTrap() as one, MailTrap() as two:
        # To tell the port that was asked for is to tell 0.
        assert one.port != two.port
        assert one.url == f"smtp://127.0.0.1:{one.port}"
        assert urllib.parse.urlsplit(two.url).port == two.port
        post(one)

        assert (one.count, two.count) == (1, 0)


def test_a_port_in_use_is_told_at_once_and_leaves_no_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # it would advise a port for each
    with MailTrap() as trap:
        before = set(threading.enumerate())
        started = time.monotonic()

        with pytest.raises(ListenError) as raised:
            MailTrap(port=trap.port).start()

        # To bind in the thread of the server leaves a thread, and five seconds of waiting for it.
        assert time.monotonic() - started < 4
        assert set(threading.enumerate()) <= before
        assert str(raised.value) == (
            f"cannot listen on 127.0.0.1:{trap.port}: the port is in use by another mailtrap;"
            " leave port out to take a free one"
        )


def test_to_stop_with_open_tls_clients_takes_no_time() -> None:
    with MailTrap(tls="starttls") as trap:
        clients = []
        for _ in range(5):
            client = smtplib.SMTP(trap.host, trap.port)
            client.starttls(context=trap.client_context())
            clients.append(client)
        started = time.monotonic()

        trap.stop()

        # To wait until each client has closed its TLS takes 30 seconds from Python 3.12 on.
        assert time.monotonic() - started < WAIT
        for client in clients:
            client.close()


def test_a_message_does_not_wait_for_acknowledgements() -> None:
    with MailTrap() as trap, connected(trap) as client:
        client.ehlo()
        transport = only_connection(trap).transport
        assert transport is not None
        accepted: socket.socket = transport.get_extra_info("socket")

        # To bind a socket without IPPROTO_TCP costs 44 milliseconds a message instead of two.
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def looked_up(name: str) -> Callable[..., str]:
        def look_up(*_: object) -> str:
            asked.append(name)
            return "a name that took seconds"

        return look_up

    for name in ("getfqdn", "gethostname", "gethostbyaddr", "getnameinfo"):
        monkeypatch.setattr(socket, name, looked_up(name))

    with MailTrap() as trap:
        post(trap)

        assert trap.one()
    # aiosmtpd asks at each connection, unless it is given a name.
    assert asked == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_does_not_keep_the_port() -> None:
    port = free_ports(1)
    trap = MailTrap(port=port).start()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(writing)
        os.read(reading, 1)  # until the parent has seen what it wants to
        os._exit(0)
    os.close(reading)

    # To close the socket, and not to shut it down, leaves it to the child.
    trap.stop()

    try:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), WAIT)
        with MailTrap(port=port) as other:
            post(other)
            assert other.count == 1
    finally:
        os.close(writing)
        os.waitpid(child, 0)


def test_what_was_kept_is_answered_before_the_end() -> None:
    for _ in range(20):
        trap = MailTrap().start()
        client = Client(trap.port)
        client.data()
        client.send(b"Subject: last\r\n\r\nx\r\n.\r\n")
        trap.wait_for(subject="last", timeout=WAIT)

        trap.stop()

        assert client.line().startswith(b"250 2.0.0 kept as ")
        client.socket.close()


def test_the_reply_of_kept_mail_is_let_out_to_a_client_that_reads_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "STOP_WAIT", WAIT)
    with MailTrap() as trap, Client(trap.port) as client:
        client.greeted()
        transport = only_connection(trap).transport
        assert transport is not None
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        while not transport.get_write_buffer_size():
            # Nobody reads the replies: they fill what the kernel has room for.
            client.send(b"NOOP\r\n" * 100)
            trap._catcher.settle()
        client.send(
            b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
            b"Subject: last\r\n\r\nx\r\n.\r\n"
        )
        trap.wait_for(subject="last", timeout=WAIT)
        stopping = threading.Thread(target=trap.stop)

        # To end every connection at once loses the replies that are not in the kernel.
        stopping.start()

        lines = list(iter(client.line, b""))
        stopping.join(WAIT)
    assert [line[:14] for line in lines[-2:]] == [b"250 2.0.0 kept", b"421 4.3.2 mail"]


def test_what_is_answered_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = MemoryStore.add

    def slowly(store: MemoryStore, message: Message) -> Sequence[str]:
        time.sleep(0.05)  # as a disk may take
        return keep(store, message)

    monkeypatch.setattr(MemoryStore, "add", slowly)
    with MailTrap() as trap, Client(trap.port) as client:
        client.data()

        # To answer first makes tests sleep.
        assert client.say(b"Subject: kept\r\n\r\nx\r\n.\r\n").startswith(b"250 ")

        assert trap.messages.subjects == ["kept"]
