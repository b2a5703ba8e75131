"""One client connection: moves octets between the socket and the core, and keeps time.

What the octets mean is decided in ``transcriber``, what to answer in ``dialogue``, what is
kept in ``trap``.  aiosmtpd's SMTP is what a connection is: loop, transport, timer.  Its command
loop is replaced, because that loop refuses what a catcher must take before any hook is asked.
All that has arrived is answered at once, in the call that
brought it; only what must wait (a slow reader, silence, a client to be sent away) is a timer.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.smtp import SMTP

from mailtrap.dialogue import Delivery, Dialogue
from mailtrap.errors import StoreError
from mailtrap.session import ClientEntry, Entry, Peer, Remark
from mailtrap.terms import Terms
from mailtrap.transcriber import Transcriber
from mailtrap.trap import Trap

SILENCE = 1.0  # seconds after a look-alike of the end of data until it counts as one
FLUSH_WAIT = 10.0  # seconds an ended session waits for its client to read the last replies
LINGER = 1.0  # seconds a client that is not SMTP gets to read why it is sent away
READ_AHEAD = 2**18  # octets taken from the socket while the session has to wait
TURN = 500  # entries answered before other connections get their turn

_log = logging.getLogger("mailtrap.smtp")

# aiosmtpd logs each command, and warns at each connection about choices that are made on
# purpose here; the transcript has it all.
logging.getLogger("mail.log").setLevel(logging.ERROR)


def shared(loop: asyncio.AbstractEventLoop, hostname: str, timeout: float) -> dict[str, Any]:
    """What all connections of a server have in common.  ``timeout``: seconds, 0 means never.

    aiosmtpd's constructor looks for command and AUTH methods, which costs more than the rest of
    accepting a client, so it runs once.  What it makes for one connection alone (a reader, a
    future) is not used here.
    """
    engine = SMTP(None, hostname=hostname, timeout=timeout, auth_require_tls=False, loop=loop)
    return {**vars(engine), "_inbox": memoryview(bytearray(READ_AHEAD))}


class Connection(SMTP, asyncio.BufferedProtocol):
    """One session, from accept to close."""

    transport: asyncio.Transport | None
    _inbox: memoryview  # of all connections: each reads it before the next one is served

    def __init__(
        self,
        trap: Trap,
        terms: Terms,
        *,
        common: Mapping[str, Any],
        strict_eod: bool = False,
        on_end: Callable[["Connection"], None],
    ) -> None:
        """``common``: what ``shared`` made for the server."""
        vars(self).update(common)
        self._trap = trap
        self._transcriber = Transcriber(max_size=terms.max_size, strict_eod=strict_eod)
        self._terms = terms
        self._dialogue: Dialogue
        self._on_end = on_end
        self._id = ""
        self._unwritten: list[bytes] = []
        self._reason: str | None = None  # why nothing more will come
        self._heard = 0.0  # loop time of the latest octets
        self._ahead = 0  # octets taken that the session has not looked at
        self._waits = True  # for the greeting, or for the client to read what was written
        self._reading = True  # the transport may bring more octets
        self._has_backlog = False  # more entries came than fit in one turn
        self._lingers = False  # the last reply is written, and the client may read it
        self._has_ended = False  # the session; the connection may still write its last replies
        self._silence: asyncio.TimerHandle | None = None
        self._is_silent = False  # for so long that a look-alike of the end of data counts as one

    # What asyncio and aiosmtpd call

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the session before the client can have sent anything."""
        peer = transport.get_extra_info("peername")
        local = transport.get_extra_info("sockname")
        self._heard = self.loop.time()
        self._id = self._trap.open(_peer(peer), _peer(local), _now())
        # No other connection has the id of this session, and it begins with random letters.
        self._dialogue = Dialogue(self._terms, f"<{self._id}@{self._terms.hostname}>")
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._reset_timeout()
        if self._reason is None:
            self._waits = False
            self._say([self._dialogue.greet()])
        self._advance()

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Where the transport puts octets.

        As an object of their own they would cost three system calls more: for memory that
        asyncio asks for, makes smaller and gives back.
        """
        return self._inbox

    def buffer_updated(self, nbytes: int) -> None:
        """Octets from the client."""
        self._heard = self.loop.time()
        self._ahead += nbytes
        self._transcriber.client(self._inbox[:nbytes], _now())
        self._is_silent = False
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        self._advance()
        if self._ahead > READ_AHEAD and self._reading and self.transport is not None:
            self._reading = False
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """The client will send no more, but may still read: its replies are due."""
        self._end("eof")
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone; what had arrived before is still taken."""
        if error is not None:
            self._take_what_the_kernel_holds()
        self._waits = False
        self._end("eof" if error is None else "reset")
        self.transport = None
        if self._has_ended:
            self._on_end(self)

    def pause_writing(self) -> None:
        """The client is slow to read: nothing more is answered until it has."""
        self._waits = True

    def resume_writing(self) -> None:
        """The client has read."""
        self._waits = False
        # Not at once: the transport is in the middle of writing, and this may close it.
        self.loop.call_soon(self._advance)

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
            self.abort()  # it does not read either: closing would wait for ever

    # The session

    def _advance(self) -> None:
        """Answer all that has come, as far as the client reads the answers."""
        if self._has_ended:
            return
        try:
            self._answer_what_came()
        except Exception as error:  # noqa: BLE001 a bug here must end this session and no other
            _log.exception("session %s failed", self._id)
            self._note(f"mailtrap failed here: {type(error).__name__}: {error}")
            self._reason = "failed"
            self._hang_up()

    def _answer_what_came(self) -> None:
        if self._lingers:
            if self._reason is not None:
                self._finish("not-smtp")
            return
        if self._reason in ("timeout", "stopped") and self._has_backlog:
            self._part()
            return
        self._has_backlog = False
        for _ in range(TURN):
            entry = self._next_entry()
            if entry is None:
                break
            if self._take(entry):
                return
        else:
            self._write()
            self._has_backlog = True
            self.loop.call_soon(self._advance)
            return
        self._write()
        if self._reason in ("timeout", "stopped") or (self._reason and not self._waits):
            self._part()
        elif not self._waits:
            self._await_more()

    def _next_entry(self) -> ClientEntry | None:
        if self._waits:
            return None
        if self._is_silent:
            self._is_silent = False
            return self._transcriber.silence()
        return self._transcriber.next()

    def _take(self, entry: ClientEntry) -> bool:
        """Record what the client sent and answer it; says whether that ends the session."""
        answer = self._dialogue.answer(entry)
        if answer.delivery is None:
            self._say(answer.replies, entry, *answer.entries)
        else:
            self._trap.record(self._id, entry)
            self._say(self._deliver(answer.delivery, entry.at))
        if answer.close:
            self._write()
            self._close(answer.reason)
        elif not answer.batched:
            self._write()
        return answer.close

    def _deliver(self, delivery: Delivery, at: datetime) -> tuple[bytes, ...]:
        try:
            message = self._trap.deliver(
                self._id,
                delivery.envelope,
                delivery.data,
                at,
                truncated=delivery.truncated,
                sources=delivery.sources,
            )
        except StoreError as error:
            self._note(f"the store could not keep this message: {error}")
            return self._dialogue.not_kept(str(error))
        return self._dialogue.kept(message.id, truncated=message.truncated)

    def _say(self, replies: Sequence[bytes], *before: Entry) -> None:
        """Record replies behind those entries; the next write sends them."""
        at, is_sent = _now(), not self._is_gone
        said = [self._transcriber.server(reply, at, sent=is_sent) for reply in replies]
        self._unwritten += replies
        self._trap.record(self._id, *before, *said)

    def _write(self) -> None:
        """Send all replies that are due, in one piece."""
        if self._unwritten and not self._is_gone:
            assert self.transport is not None
            self.transport.write(b"".join(self._unwritten))
        self._unwritten.clear()

    def _await_more(self) -> None:
        """Nothing is left to answer: read on, and see whether the client waits for something."""
        self._ahead = 0
        if not self._reading and self.transport is not None:
            self._reading = True
            self.transport.resume_reading()
        if self._transcriber.ends_in_lookalike and self._silence is None:
            self._silence = self.loop.call_later(SILENCE, self._on_silence)

    def _on_silence(self) -> None:
        self._silence = None
        self._is_silent = True
        self._advance()

    # The end

    def stop(self) -> None:
        """The server stops: end this session now, but let out what was already said."""
        if self._id:
            self._end("stopped")
        else:
            self._reason = "stopped"  # accepted this moment: it ends as soon as it begins

    def abort(self) -> None:
        """End the connection at once; what was not written is lost."""
        if self.transport is not None:
            self.transport.abort()

    def give_up(self) -> None:
        """End session and connection at once, whatever is still to be answered."""
        if self._id and not self._has_ended:
            self._finish("stopped")
        self.abort()

    def _end(self, reason: str) -> None:
        """Nothing more will come; the first reason counts."""
        self._reason = self._reason or reason
        self._advance()

    def _part(self) -> None:
        """Record what was left unfinished and say good-bye where someone may be listening."""
        # Where answers are owed, what came cannot be cut any further.
        is_owed = self._waits or self._has_backlog
        left = self._transcriber.discard() if is_owed else self._transcriber.end()
        if left is not None:
            self._trap.record(self._id, left)
        if self._reason == "timeout":
            self._say([b"421 4.4.2 nothing heard for too long, closing\r\n"])
        elif self._reason == "stopped":
            self._say([b"421 4.3.2 mailtrap is stopping\r\n"])
        self._write()
        self._hang_up()

    def _close(self, reason: str) -> None:
        """End the connection from this side, after the replies."""
        if reason == "not-smtp" and self._reason is None and not self._is_gone:
            # Closing with octets unread would reset the connection, and the reason be lost.
            assert self.transport is not None
            self._lingers = True
            with suppress(OSError):  # the client may have reset the connection by now
                self.transport.write_eof()
            self.loop.call_later(LINGER, self._end, "not-smtp")
        else:
            self._finish(reason)

    def _finish(self, reason: str) -> None:
        self._reason = reason
        surplus = self._transcriber.discard()
        if surplus is not None:
            self._trap.record(self._id, surplus)
        self._hang_up()

    def _hang_up(self) -> None:
        self._has_ended = True
        for timer in (self._timeout_handle, self._silence):
            if timer is not None:
                timer.cancel()
        assert self._reason is not None
        self._trap.close(self._id, self._reason, _now())
        if self.transport is None:
            self._on_end(self)
            return
        self.transport.close()
        if self.transport.get_write_buffer_size():
            # The timeout is over with the session: a client that never reads must not stay.
            self.loop.call_later(FLUSH_WAIT, self.abort)

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
