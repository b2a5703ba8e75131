"""A TCP relay that keeps every octet: the witness of what a client put on the wire.

It knows nothing of SMTP and nothing of mailtrap.  Octets are kept before they are passed on,
so whatever the server has seen is kept here too.
"""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE = 65536  # octets to read at once


@dataclass
class Conversation:
    """The octets of one connection, complete once ``ended`` is set."""

    port: int  # of the relay's end towards the server, which takes it for the client's
    client: bytearray = field(default_factory=bytearray)
    server: bytearray = field(default_factory=bytearray)
    ended: threading.Event = field(default_factory=threading.Event)


class Relay(socketserver.ThreadingTCPServer):
    """Listens on a free port of ``host`` and passes each connection on to ``port`` of it."""

    daemon_threads = True  # a client that never ends must not keep the test run from ending
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.target = (host, port)
        self.conversations: list[Conversation] = []  # in the order they began
        super().__init__((host, 0), _Pair)

    @property
    def port(self) -> int:
        """Where clients connect to."""
        return int(self.server_address[1])


class _Pair(socketserver.BaseRequestHandler):
    """One client, and its connection to the server."""

    server: Relay

    def handle(self) -> None:
        client: socket.socket = self.request
        with socket.create_connection(self.server.target) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            conversation = Conversation(server.getsockname()[1])
            self.server.conversations.append(conversation)
            back = threading.Thread(
                target=_pass_on, args=(server, client, conversation.server), daemon=True
            )
            back.start()
            _pass_on(client, server, conversation.client)
            back.join()
            conversation.ended.set()


def _pass_on(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
    """Keep and copy until ``source`` ends, then end ``target``'s input."""
    with suppress(OSError):  # a reset is an end as well
        while octets := source.recv(_PIECE):
            kept += octets
            with suppress(OSError):  # the other side is gone; what still comes is kept
                target.sendall(octets)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def relaying(host: str, port: int) -> Iterator[Relay]:
    """A relay to that server for the length of a block."""
    with Relay(host, port) as relay:
        thread = threading.Thread(target=relay.serve_forever, args=(0.01,), name="relay")
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            thread.join()
