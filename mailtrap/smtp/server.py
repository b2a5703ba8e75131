"""The server: accepts connections on given sockets, in this loop or in a thread of its own."""

import asyncio
import errno
import logging
import math
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from mailtrap.faults.policy import Policy
from mailtrap.smtp.certificates import Certificates
from mailtrap.smtp.clock import monotonic
from mailtrap.smtp.connection import Connection, Service, shared
from mailtrap.smtp.listen import BACKLOG
from mailtrap.terms import Terms
from mailtrap.trap import Trap

_log = logging.getLogger("mailtrap.smtp")

TIMEOUT = 300.0  # seconds; RFC 5321 section 4.5.3.2.7 asks for five minutes at least
TELL_AGAIN = 10.0  # seconds before the same trouble is logged again
_CLOSED = "Invalid file descriptor: -1"  # of selectors, about a socket
STOP_WAIT = 0.3  # seconds for sessions to end by themselves when the server stops


def calm_loop_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Log one line where asyncio would log a traceback for each client it cannot accept."""
    told_at = -math.inf

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal told_at
        error = context.get("exception")
        if isinstance(error, ValueError) and str(error) == _CLOSED:
            return  # asyncio accepts again a second later, and by then the server has stopped
        if not isinstance(error, OSError) or error.errno not in (errno.EMFILE, errno.ENFILE):
            loop.default_exception_handler(context)
        elif loop.time() > told_at + TELL_AGAIN:
            told_at = loop.time()
            _log.error("too many open files: new clients have to wait (see ulimit -n)")

    loop.set_exception_handler(handle)


class Server:
    """Accepts clients for a trap in the running event loop."""

    def __init__(
        self,
        trap: Trap,
        sockets: Sequence[socket.socket],
        terms: Terms,
        *,
        smtps: Sequence[socket.socket] = (),
        policy: Policy | None = None,
        certificates: Certificates | None = None,
        timeout: float = TIMEOUT,
        strict_eod: bool = False,
        sniff: bool = False,
    ) -> None:
        """``sockets`` are listening and belong to the server from now on; so are those of
        ``smtps``, where TLS comes first (RFC 8314).

        ``timeout``: seconds without an octet from a client until it hears 421; 0 means never.
        ``sniff``: see ``Service``.
        """
        self._service = Service(
            trap,
            terms,
            policy or Policy(magic=False),
            certificates or Certificates(),
            timeout,
            strict_eod,
            sniff,
        )
        self._sockets = sockets
        self._smtps = smtps
        self._common: dict[str, Any] = {}
        self._servers: list[asyncio.Server] = []
        self._connections: set[Connection] = set()
        self._all_ended = asyncio.Event()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """(host, port) of each socket that takes SMTP."""
        return [listener.getsockname()[:2] for listener in self._sockets]

    @property
    def smtps_addresses(self) -> list[tuple[str, int]]:
        """(host, port) of each socket where TLS comes first."""
        return [listener.getsockname()[:2] for listener in self._smtps]

    async def start(self) -> None:
        """Accept from now on."""
        loop = asyncio.get_running_loop()
        service = self._service
        self._common = shared(loop, service.terms.hostname, service.timeout)
        for listeners, connect in ((self._sockets, self._plain), (self._smtps, self._implicit)):
            for listener in listeners:
                # Without the backlog asyncio calls listen() again with its own.
                self._servers.append(
                    await loop.create_server(connect, sock=listener, backlog=BACKLOG)
                )

    async def stop(self) -> None:
        """Stop accepting, let out the replies of kept mail, end every session.  Bounded."""
        listeners = (*self._sockets, *self._smtps)
        for listener in listeners:
            with suppress(NotImplementedError):  # a loop without readers, on Windows
                asyncio.get_running_loop().remove_reader(listener.fileno())
        # Clients accepted this moment become connections, which asyncio refuses to a closed
        # server: their sockets would stay open, and a debugging loop log a traceback for each.
        await asyncio.sleep(0)
        for listener in listeners:
            # A forked child may hold the socket too, and would keep the port in use.
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        for server in self._servers:
            server.close()
        for connection in tuple(self._connections):
            connection.stop()
        if self._connections:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_ended.wait(), STOP_WAIT)
        for connection in tuple(self._connections):
            connection.give_up()
        # Closed transports still have to be told so, else their sockets stay open.
        await asyncio.sleep(0)

    def _plain(self) -> Connection:
        return self._connection(is_implicit=False)

    def _implicit(self) -> Connection:
        return self._connection(is_implicit=True)

    def _connection(self, *, is_implicit: bool) -> Connection:
        connection = Connection(
            self._service, self._common, is_implicit=is_implicit, on_end=self._ended
        )
        self._connections.add(connection)
        self._all_ended.clear()
        return connection

    def _ended(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if not self._connections:
            self._all_ended.set()


class ServerThread:
    """The same server in a thread and an event loop of its own.

    A front that stalls (a terminal that stops reading, a debugger) then does not stall SMTP.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._loop = asyncio.new_event_loop()
        # A test that has the time stand still, or jump, has the time of its own code in mind.
        self._loop.time = monotonic  # type: ignore[method-assign]  # of this one alone
        self._stop = asyncio.Event()
        self._started = threading.Event()  # or it failed
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="mailtrap-smtp", daemon=True)

    def start(self) -> None:
        """Returns when clients are accepted.  Raises whatever keeps them from that."""
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Stop the server and wait until its thread has ended."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def settle(self, turns: int, within: float) -> None:
        """Return after so many turns of the loop, or so many seconds.

        Whatever the kernel held when this was called has been taken after three turns: one sees
        it, one reads it, and this call itself may have come in the middle of one.
        """
        done = threading.Event()

        def turn(left: int) -> None:
            if left:
                self._loop.call_soon(turn, left - 1)
            else:
                done.set()

        with suppress(RuntimeError):  # the loop is closed: all has been taken
            self._loop.call_soon_threadsafe(turn, turns)
            done.wait(within)

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        except Exception as error:
            if self._started.is_set():
                raise
            self._failure = error
            self._started.set()

    async def _serve(self) -> None:
        calm_loop_errors(self._loop)
        await self._server.start()
        self._started.set()
        await self._stop.wait()
        await self._server.stop()
