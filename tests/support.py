"""What the tests share: a running server, a raw client, and reading what was recorded."""

import logging
import random
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from mailtrap.errors import ListenError
from mailtrap.events import Event
from mailtrap.faults.policy import Policy
from mailtrap.message import Message
from mailtrap.session import Entry, Session
from mailtrap.smtp.certificates import Certificates, names_for
from mailtrap.smtp.listen import bind
from mailtrap.smtp.server import Server, ServerThread
from mailtrap.stores.maildir import MaildirStore
from mailtrap.stores.memory import MemoryStore
from mailtrap.terms import Terms
from mailtrap.transcript import lines
from mailtrap.trap import Store, Trap

CERTIFICATES = Certificates(names_for("trap.test"))  # making them costs more than a test
WAIT = 10.0  # seconds until a test gives up; nothing here takes that long


class Running:
    """A server on free ports of localhost and the trap it writes to."""

    def __init__(
        self, trap: Trap, thread: ServerThread, server: Server, certificates: Certificates
    ) -> None:
        self.trap = trap
        self.thread = thread
        self.addresses = server.addresses
        self.port = self.addresses[0][1]
        self.smtps_port = server.smtps_addresses[0][1] if server.smtps_addresses else 0
        self.certificates = certificates
        self._changed = threading.Condition()
        self._events = 0
        trap.subscribe(self._on_event)

    def _on_event(self, _event: Event) -> None:
        with self._changed:
            self._events += 1
            self._changed.notify_all()

    def until(self, holds: Callable[[], Any], what: str = "what the test waits for") -> Any:
        """The first true value of ``holds``, asked again after each event."""
        while True:
            seen = self._events
            # Not under the condition: the trap tells events with its lock held, and asking the
            # trap takes that lock.
            if found := holds():
                return found
            with self._changed:
                heard = self._changed.wait_for(lambda: self._events != seen, WAIT)  # noqa: B023 now
            assert heard, f"{what} did not happen"

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts the CA of the server's certificate."""
        return ssl.create_default_context(cafile=self.certificates.ca)

    def client(self) -> "Client":
        """A raw connection, before it has read anything."""
        return Client(self.port)

    def message(self) -> Message:
        """The only message."""
        self.until(lambda: self.trap.messages, "a message")
        [message] = self.trap.messages
        return message

    def session(self) -> Session:
        """The only session, once it has ended."""
        self.until(lambda: self.trap.sessions and self.trap.sessions[-1].closed, "the end")
        [session] = self.trap.sessions
        return session


@contextmanager
def running(
    *,
    store: Store | None = None,
    timeout: float = 300.0,
    strict_eod: bool = False,
    max_entries: int = 20_000,
    host: str = "127.0.0.1",
    policy: Policy | None = None,
    certificates: Certificates | None = None,
    smtps: bool = False,
    sniff: bool = False,
    may_log: bool = False,
    **terms: Any,
) -> Iterator[Running]:
    """A server in its own thread for the length of a block; other keywords go to ``Terms``.

    A maildir is closed after it.  Nothing may be logged in it that a user would see, unless
    ``may_log``.
    """
    logged = _Logged()
    logging.getLogger().addHandler(logged)
    certificates = certificates or CERTIFICATES
    maildir = store if isinstance(store, MaildirStore) else None
    trap = Trap(
        MemoryStore() if store is None else store,
        prefix="t" if maildir is None else maildir.prefix,
        max_entries=max_entries,
    )
    if maildir is not None:
        maildir.follow(trap, max_entries=max_entries)
    server = Server(
        trap,
        bind([host], 0),
        Terms(hostname="trap.test", **terms),
        smtps=bind([host], 0) if smtps else (),
        policy=policy,
        certificates=certificates,
        timeout=timeout,
        strict_eod=strict_eod,
        sniff=sniff,
    )
    thread = ServerThread(server)
    thread.start()
    try:
        yield Running(trap, thread, server, certificates)
    finally:
        thread.stop()
        if maildir is not None:
            maildir.close()
        logging.getLogger().removeHandler(logged)
    assert may_log or not logged.lines


def _is_no_matter_of_speed(record: logging.LogRecord) -> bool:
    # In its debug mode asyncio tells of what took a tenth of a second: on a busy machine, all.
    return not str(record.msg).startswith("Executing ")


logging.getLogger("asyncio").addFilter(_is_no_matter_of_speed)


class _Logged(logging.Handler):
    """Keeps what is logged as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Client:
    """A raw SMTP connection: what is sent and read is exactly what the test says."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), WAIT)
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, octets: bytes) -> None:
        """Send without reading anything."""
        self.socket.sendall(octets)

    def line(self) -> bytes:
        """One line of the server; b"" when it has closed the connection."""
        while b"\n" not in self._read:
            octets = self.socket.recv(65536)
            if not octets:
                line, self._read = self._read, b""
                return line
            self._read += octets
        line, _, self._read = self._read.partition(b"\n")
        return line + b"\n"

    def reply(self) -> bytes:
        """One whole reply of one or more lines; b"" when the connection is closed."""
        reply = line = self.line()
        while line[3:4] == b"-":
            line = self.line()
            reply += line
        return reply

    def say(self, octets: bytes) -> bytes:
        """Send and read the reply."""
        self.send(octets)
        return self.reply()

    def codes(self, *commands: bytes) -> list[int]:
        """The reply codes to commands, one after the other."""
        return [int(self.say(command)[:3]) for command in commands]

    def greeted(self) -> Self:
        """Read the greeting and introduce yourself."""
        assert self.reply().startswith(b"220 ")
        assert self.say(b"EHLO client.test\r\n").startswith(b"250-")
        return self

    def data(self) -> Self:
        """Come as far as 354."""
        self.greeted()
        assert self.codes(
            b"MAIL FROM:<ann@example.org>\r\n", b"RCPT TO:<bob@example.org>\r\n", b"DATA\r\n"
        ) == [250, 250, 354]
        return self

    def reset(self) -> None:
        """Close with a RST instead of a FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def is_closed(self) -> bool:
        """The server has ended the connection (waits for it)."""
        return self.line() == b""


def wire(session: Session) -> list[tuple[str, bytes]]:
    """(kind, octets) of each entry: the part of a transcript that no timing can change."""
    return [(entry.kind, entry.raw) for entry in session.transcript]


def shown(session: Session) -> str:
    """The transcript as people see it."""
    return "\n".join(f"{line.mark} {line.text}" for line in lines(session.transcript))


def entries_of(session: Session, kind: type[Entry]) -> list[Any]:
    """The entries of one kind."""
    return [entry for entry in session.transcript if isinstance(entry, kind)]


def free_ports(count: int) -> int:
    """The first of so many ports that are free one after the other.

    None of those that the system gives to whoever asks for any: it may do so at once.
    """
    while True:
        first = random.randrange(10_000, 30_000)
        sockets: list[socket.socket] = []
        try:
            for number in range(count):
                sockets += bind(["127.0.0.1"], first + number)
        except ListenError:
            continue
        finally:
            for each in sockets:
                each.close()
        return first
