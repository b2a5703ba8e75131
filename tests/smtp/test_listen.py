"""Where it listens, and what it says when it cannot."""

import contextlib
import errno
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtrap.errors import ListenError
from mailtrap.smtp import listen
from mailtrap.smtp.listen import bind, is_loopback
from tests.support import Client, running


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")


@contextlib.contextmanager
def bound(*hosts: str, port: int = 0) -> Iterator[list[socket.socket]]:
    sockets = bind(hosts, port)
    try:
        yield sockets
    finally:
        for listener in sockets:
            listener.close()


@contextlib.contextmanager
def holder(says: bytes = b"", host: str = "127.0.0.1") -> Iterator[int]:
    """Someone else on a port, who greets with ``says``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:

        def greet() -> None:
            with contextlib.suppress(OSError):
                peer, _ = listener.accept()
                with peer:
                    peer.sendall(says)
                    peer.recv(100)

        thread = threading.Thread(target=greet)
        thread.start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@needs_ipv6
def test_localhost_is_both_loopback_addresses_on_one_free_port() -> None:
    with bound("localhost") as sockets:
        addresses = [listener.getsockname()[:2] for listener in sockets]

    assert [host for host, _ in addresses] == ["127.0.0.1", "::1"]
    assert addresses[0][1] == addresses[1][1] != 0


@needs_ipv6
def test_a_client_is_served_on_both_loopback_addresses() -> None:
    with running(host="localhost") as server:
        for host in ("127.0.0.1", "::1"):
            with Client(server.port, host) as client:
                assert client.reply().startswith(b"220 ")

        peers = [session.peer.host for session in server.trap.sessions]
        assert peers == ["127.0.0.1", "::1"]
        assert str(server.trap.sessions[1].peer).startswith("[::1]:")


def test_localhost_without_ipv6_is_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket

    def no_ipv6(family: int, *rest: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "no")
        return real(family, *rest)

    monkeypatch.setattr(socket, "socket", no_ipv6)

    with bound("localhost") as sockets:
        assert [s.getsockname()[0] for s in sockets] == ["127.0.0.1"]


def test_several_hosts_share_the_port() -> None:
    with bound("127.0.0.1", "127.0.0.2") as sockets:
        addresses = [listener.getsockname() for listener in sockets]

    assert [host for host, _ in addresses] == ["127.0.0.1", "127.0.0.2"]
    assert len({port for _, port in addresses}) == 1


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["localhost", "127.0.0.1"], ["127.0.0.1", "::1"]),
        (["LOCALHOST", "localhost"], ["127.0.0.1", "::1"]),
        (["127.0.0.1", "0.0.0.0"], ["0.0.0.0"]),
        (["0.0.0.0", "localhost"], ["0.0.0.0", "::1"]),
        (["[::1]", "::1"], ["::1"]),
    ],
)
@needs_ipv6
def test_an_address_that_is_named_twice_is_listened_on_once(
    hosts: list[str], expected: list[str]
) -> None:
    with bound(*hosts) as sockets:
        assert sorted(s.getsockname()[0] for s in sockets) == expected


def test_many_clients_may_wait_to_be_accepted() -> None:
    most = Path("/proc/sys/net/core/somaxconn")
    if not most.exists() or int(most.read_text()) < 300:
        pytest.skip("this machine does not let that many wait")
    with running() as server, contextlib.ExitStack() as stack:
        busy = threading.Event()
        stack.callback(busy.set)
        server.thread._loop.call_soon_threadsafe(busy.wait)

        # With asyncio's own backlog of 100 the kernel drops the later ones.
        clients = [stack.enter_context(server.client()) for _ in range(250)]
        busy.set()

        assert {client.reply()[:4] for client in clients} == {b"220 "}


def test_tcp_nodelay_is_on_for_accepted_connections() -> None:
    with running() as server, server.client() as client:
        client.reply()
        loop_thread = server.thread
        [connection] = loop_thread._server._connections
        assert connection.transport is not None
        accepted = connection.transport.get_extra_info("socket")

        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_is_told_at_once_with_host_port_and_remedy() -> None:
    with holder() as port:
        began = time.perf_counter()

        with pytest.raises(ListenError) as caught:
            bind(["127.0.0.1"], port)

        took = time.perf_counter() - began
    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1:{port}: the port is in use; try another --port"
    )
    assert took < 1


@pytest.mark.parametrize(
    ("greeting", "who"),
    [
        (b"220 trap.test ESMTP mailtrap 0.1.0\r\n", "by another mailtrap"),
        (b"220 mx.example.org ESMTP\r\n", "by another mail server"),
    ],
)
def test_the_holder_of_the_port_is_named_where_it_names_itself(greeting: bytes, who: str) -> None:
    with holder(greeting) as port, pytest.raises(ListenError, match=f"in use {who}; try"):
        bind(["localhost"], port)


def test_a_real_mailtrap_on_the_port_is_recognized() -> None:
    with running() as server, pytest.raises(ListenError, match="by another mailtrap"):
        bind(["127.0.0.1"], server.port)


@needs_ipv6
def test_a_port_in_use_on_one_of_both_addresses_leaves_none_open() -> None:
    with holder(host="::1") as port:
        with pytest.raises(ListenError, match=rf"cannot listen on \[::1\]:{port}: .* in use"):
            bind(["localhost"], port)

        with bound("127.0.0.1", port=port) as sockets:
            assert len(sockets) == 1


@needs_ipv6
def test_a_free_port_that_is_taken_on_the_other_address_is_given_up_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = listen._listener
    refused: list[int] = []

    def first_is_taken(family: socket.AddressFamily, address: tuple[str | int, ...]) -> object:
        if address[0] == "::1" and not refused:
            refused.append(int(address[1]))
            raise OSError(errno.EADDRINUSE, "in use")
        return real(family, address)

    monkeypatch.setattr(listen, "_listener", first_is_taken)

    with bound("localhost") as sockets:
        assert len(sockets) == 2
    assert len(refused) == 1


def test_an_unknown_host_is_an_error_that_names_it() -> None:
    with pytest.raises(ListenError, match=r"cannot listen on 'no\.such\.invalid': no such host"):
        bind(["no.such.invalid"], 0)


def test_an_address_of_another_machine_is_an_error_that_says_so() -> None:
    with pytest.raises(ListenError, match=r"192\.0\.2\.1:0: .*; this machine does not have"):
        bind(["192.0.2.1"], 0)


def test_the_port_is_free_again_at_once_after_a_stop() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        port = server.port
        server.thread.stop()

        with bound("127.0.0.1", port=port) as sockets:
            assert sockets[0].getsockname()[1] == port


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_does_not_keep_the_port() -> None:
    with running() as server:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.read(reader, 1)
            os._exit(0)
        os.close(reader)
        try:
            server.thread.stop()

            with bound("127.0.0.1", port=server.port) as sockets:
                assert sockets
        finally:
            os.close(writer)
            os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
    ],
)
def test_loopback_is_what_no_other_machine_can_reach(host: str, expected: bool) -> None:  # noqa: FBT001
    assert is_loopback(host) is expected
