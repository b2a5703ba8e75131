"""One client connection: moves octets between the socket and the core, and keeps time.

What the octets mean is decided in ``transcriber``, what to answer in ``dialogue``, what is
kept in ``trap``.  aiosmtpd's SMTP carries the life of the connection: the transport, its flow
control, the task of the session and its timer.  Its command loop is replaced, because that
loop refuses what a catcher must take before any hook is asked.
"""

import asyncio
import logging
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP

from mailtrap.dialogue import Answer, Delivery, Dialogue, Terms
from mailtrap.errors import StoreError
from mailtrap.session import ClientEntry, Peer, Remark
from mailtrap.transcriber import Transcriber
from mailtrap.trap import Trap

SILENCE = 1.0  # seconds after a look-alike of the end of data until it counts as one
LINGER = 1.0  # seconds a client that is not SMTP gets to read why it is sent away
READ_AHEAD = 2**18  # octets taken from the socket while an answer cannot be written
FLUSH_GRACE = 0.2  # seconds a client gets to read the last replies when the server stops

_log = logging.getLogger("mailtrap.smtp")

# aiosmtpd logs each command, and warns at each connection about choices that are made on
# purpose here; the transcript has it all.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Connection(SMTP):
    """One session, from accept to close."""

    transport: asyncio.Transport | None

    def __init__(
        self,
        trap: Trap,
        terms: Terms,
        *,
        loop: asyncio.AbstractEventLoop,
        timeout: float,
        strict_eod: bool = False,
        on_end: Callable[["Connection"], None],
    ) -> None:
        """``timeout``: seconds without an octet from the client until 421; 0 means never."""
        super().__init__(
            None, hostname=terms.hostname, timeout=timeout, auth_require_tls=False, loop=loop
        )
        self._trap = trap
        self._transcriber = Transcriber(max_size=terms.max_size, strict_eod=strict_eod)
        nonce = f"<{secrets.token_hex(8)}@{terms.hostname}>"
        self._dialogue = Dialogue(terms, nonce)
        self._on_end = on_end
        self._id = ""
        self._unwritten: list[bytes] = []
        self._news = asyncio.Event()  # octets, an end or an order to stop arrived
        self._reason: str | None = None  # why nothing more will come
        self._heard = 0.0  # loop time of the latest octets
        self._ahead = 0  # octets taken since the session last looked
        self._is_paused = False
        self._has_ended = False  # the session; the connection may still write its last replies

    def __dir__(self) -> list[str]:
        # aiosmtpd's constructor looks through dir(self) for command and AUTH methods.  None of
        # them is used, and the search costs more than the rest of accepting a connection.
        return []

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the session before the client can have sent anything."""
        peer = transport.get_extra_info("peername")
        local = transport.get_extra_info("sockname")
        self._heard = self.loop.time()
        self._id = self._trap.open(_peer(peer), _peer(local), _now())
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Octets from the client."""
        self._heard = self.loop.time()
        self._transcriber.client(data, _now())
        self._ahead += len(data)
        if self._ahead > READ_AHEAD and not self._is_paused and self.transport is not None:
            self._is_paused = True
            self.transport.pause_reading()
        self._news.set()

    def eof_received(self) -> bool:
        """The client will send no more, but may still read: its replies are due."""
        self._end("eof")
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone; what had arrived before is still taken."""
        if error is not None:
            self._take_what_the_kernel_holds()
        self._end("eof" if error is None else "reset")
        # Not SMTP.connection_lost: it cancels the session, and what arrived would be lost.
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        self.transport = None
        if self._has_ended:
            self._on_end(self)

    def _take_what_the_kernel_holds(self) -> None:
        """Read what came before a reset.

        asyncio gives a connection up at the first failed write, with octets of a client that
        sent all and left still unread in the socket.
        """
        assert self.transport is not None
        descriptor = self.transport.get_extra_info("socket").fileno()
        try:
            while octets := os.read(descriptor, READ_AHEAD):
                self._transcriber.client(octets, _now())
        except OSError:  # nothing there, or the kernel gave it up
            return

    # The timer: one, set anew only when it runs out

    def _reset_timeout(self, duration: float | None = None) -> None:
        if self._timeout_duration and self._timeout_handle is None:
            self._timeout_handle = self.loop.call_later(
                duration or self._timeout_duration, self._timeout_cb
            )

    def _timeout_cb(self) -> None:
        self._timeout_handle = None
        left = self._heard + self._timeout_duration - self.loop.time()
        if left > 0:
            self._reset_timeout(left)
            return
        self._end("timeout")
        if self.transport is not None and self.transport.get_write_buffer_size():
            self.abort()  # it does not read either: the session waits for that

    # The session

    async def _handle_client(self) -> None:
        """The task that aiosmtpd starts for the connection."""
        try:
            await self._converse()
        except Exception:  # noqa: BLE001 a bug here must end this session and no other
            _log.exception("session %s failed", self._id)
            self._note("mailtrap failed here; its log has the details")
        finally:
            self._hang_up()

    async def _converse(self) -> None:
        self._say(self._dialogue.greet())
        while True:
            entry = await self._next_entry()
            if entry is None:
                self._part()
                return
            answer = self._take(entry)
            if answer.close:
                await self._close(answer.reason)
                return
            if not answer.batched:
                await self._flush()

    async def _next_entry(self) -> ClientEntry | None:
        """The next whole entry, None when no more will come."""
        while True:
            if self._reason in ("timeout", "stopped"):
                return None
            entry = self._transcriber.next()
            if entry is not None:
                return entry
            if self._reason is not None:
                return None
            await self._flush()
            if self._transcriber.ends_in_lookalike:
                if not await self._hears_within(SILENCE):
                    return self._transcriber.silence()
            else:
                await self._hear()

    async def _hear(self) -> None:
        """Wait for news."""
        if self._is_paused and self.transport is not None:
            self._is_paused = False
            self.transport.resume_reading()
        self._ahead = 0
        await self._news.wait()
        self._news.clear()

    async def _hears_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._hear()
        except TimeoutError:
            return False
        return True

    def _take(self, entry: ClientEntry) -> Answer:
        """Record what the client sent, keep what it delivered, and say what that calls for."""
        answer = self._dialogue.answer(entry)
        self._trap.record(self._id, entry, *answer.entries)
        self._say(*answer.replies)
        if answer.delivery is not None:
            self._say(*self._deliver(answer.delivery, entry.at))
        return answer

    def _deliver(self, delivery: Delivery, at: datetime) -> tuple[bytes, ...]:
        try:
            message = self._trap.deliver(
                self._id, delivery.envelope, delivery.data, at, truncated=delivery.truncated
            )
        except StoreError as error:
            self._note(f"the store could not keep this message: {error}")
            return self._dialogue.not_kept(str(error))
        return self._dialogue.kept(message.id, truncated=message.truncated)

    def _say(self, *replies: bytes) -> None:
        """Record replies, and have them written by the next flush."""
        if not replies:
            return
        at, is_sent = _now(), not self._is_gone
        entries = [self._transcriber.server(reply, at, sent=is_sent) for reply in replies]
        self._unwritten += replies
        self._trap.record(self._id, *entries)

    async def _flush(self) -> None:
        """Write all replies that are due, in one piece."""
        self._write()
        if self.transport is not None and self.transport.get_write_buffer_size():
            # The client is slow to read its replies.
            try:
                await self._writer.drain()
            except ConnectionError:
                return  # connection_lost says the rest

    def _write(self) -> None:
        if self._unwritten and not self._is_gone:
            assert self.transport is not None
            self.transport.write(b"".join(self._unwritten))
        self._unwritten.clear()

    # The end

    def stop(self) -> None:
        """The server stops: end this session soon, but let out what was already said."""
        self._end("stopped")
        if self.transport is not None and self.transport.get_write_buffer_size():
            self.loop.call_later(FLUSH_GRACE, self.abort)

    def _end(self, reason: str) -> None:
        """Nothing more will come; the first reason counts."""
        self._reason = self._reason or reason
        self._news.set()

    def _part(self) -> None:
        """Record what was left unfinished and say good-bye where someone may be listening."""
        assert self._reason is not None
        unfinished = self._transcriber.end()
        if unfinished is not None:
            self._trap.record(self._id, unfinished)
        if self._reason == "timeout":
            self._say(b"421 4.4.2 nothing heard for too long, closing\r\n")
        elif self._reason == "stopped":
            self._say(b"421 4.3.2 mailtrap is stopping\r\n")
        self._write()

    async def _close(self, reason: str) -> None:
        """End the connection from this side, after the replies."""
        self._write()
        if reason == "not-smtp" and self._reason is None and self.transport is not None:
            # Closing with octets unread would reset the connection, and the reason be lost.
            if self.transport.can_write_eof():
                self.transport.write_eof()
            deadline = self.loop.time() + LINGER
            while self._reason is None and (left := deadline - self.loop.time()) > 0:
                await self._hears_within(left)
        self._reason = reason
        surplus = self._transcriber.discard()
        if surplus is not None:
            self._trap.record(self._id, surplus)

    def _hang_up(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        if self.transport is not None:
            self.transport.close()
        self._trap.close(self._id, self._reason or "stopped", _now())
        self._has_ended = True
        if self.transport is None:
            self._on_end(self)

    def abort(self) -> None:
        """End the connection at once; what was not written is lost."""
        if self.transport is not None:
            self.transport.abort()

    @property
    def _is_gone(self) -> bool:
        return self.transport is None or self.transport.is_closing()

    def _note(self, text: str) -> None:
        self._trap.record(self._id, Remark(_now(), b"", text))


def _now() -> datetime:
    return datetime.now(UTC)


def _peer(address: Any) -> Peer:
    """A socket address; one that is not IP has no port, and no address once it is gone."""
    if isinstance(address, tuple):
        return Peer(str(address[0]), int(address[1]))
    return Peer(str(address or "unknown"), 0)
