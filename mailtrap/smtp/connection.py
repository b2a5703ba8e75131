"""One client connection: moves octets between the socket and the session, and keeps time.

What the octets mean is decided in ``transcriber``, what to answer in ``dialogue``, when to in
``talk``, and what is kept in ``trap``.  aiosmtpd's SMTP is what a connection is: loop,
transport, timer.  Its command loop is replaced, because that loop refuses what a catcher must
take before any hook is asked.
"""

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP

from mailtrap.dialogue import Dialogue
from mailtrap.faults.policy import Policy
from mailtrap.session import Peer, TlsFailed, TlsStarted, TlsTruncated
from mailtrap.smtp.certificates import Certificates
from mailtrap.smtp.clock import now
from mailtrap.smtp.line import Timer
from mailtrap.smtp.talk import Talk
from mailtrap.smtp.tls import Tls
from mailtrap.terms import Terms
from mailtrap.transcriber import Transcriber
from mailtrap.trap import Trap

FLUSH_WAIT = 10.0  # seconds an ended session waits for its client to read the last replies
LINGER = 1.0  # seconds a client that is sent away gets to read why
READ_AHEAD = 2**18  # octets taken from the socket while the session has to wait
HANDSHAKE_FAILURE = "handshake"  # the kind of TLS that a fault rule has fail
SNIFF = 0.05  # seconds the greeting is held back to see whether the client begins with TLS

# aiosmtpd logs each command, and warns at each connection about choices that are made on
# purpose here; the transcript has it all.
logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Service:
    """What all connections of a server share."""

    trap: Trap
    terms: Terms
    policy: Policy
    certificates: Certificates
    timeout: float  # seconds without an octet from the client until 421; 0 means never
    strict_eod: bool = False  # only CRLF.CRLF ends mail data
    sniff: bool = False  # hold the greeting back, and take TLS where it is the first to come


def shared(loop: asyncio.AbstractEventLoop, hostname: str, timeout: float) -> dict[str, Any]:
    """The attributes that are the same in all connections of a server.

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
        service: Service,
        common: Mapping[str, Any],
        *,
        is_implicit: bool = False,
        on_end: Callable[["Connection"], None],
    ) -> None:
        """``common``: what ``shared`` made; ``is_implicit``: TLS begins at once (RFC 8314)."""
        vars(self).update(common)
        self._service = service
        self._is_implicit = is_implicit
        self._on_end = on_end
        self._talk: Talk | None = None
        self._tls: Tls | None = None
        self._is_stopped = False
        self._has_said_all = False  # the client was told that nothing more is sent
        self._heard = 0.0  # loop time of the latest octets
        self._ahead = 0  # octets taken that the session has not looked at
        self._is_reading = True  # the transport may bring more octets
        self._sniffing: Timer | None = None

    # What asyncio and aiosmtpd call

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the session before the client can have sent anything."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._heard = self.loop.time()
        self._talk = talk = self._open(transport)
        self._reset_timeout()
        if self._is_stopped:
            talk.stop()
        elif self._is_implicit:
            talk.begin_tls()
        elif self._service.sniff:
            self._sniffing = self.later(SNIFF, self._greet)
        else:
            talk.greet()

    def _open(self, transport: asyncio.Transport) -> Talk:
        service = self._service
        peer = _peer(transport.get_extra_info("peername"))
        local = _peer(transport.get_extra_info("sockname"))
        session_id = service.trap.open(peer, local, now(), tls_first=self._is_implicit)
        # No other connection has the id of this session, and it begins with random letters.
        nonce = f"<{session_id}@{service.terms.hostname}>"
        dialogue = Dialogue(service.terms, nonce, service.policy, peer.host, session_id)
        transcriber = Transcriber(max_size=service.terms.max_size, strict_eod=service.strict_eod)
        return Talk(self, service.trap, session_id, dialogue, transcriber)

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
        octets = self._inbox[:nbytes]
        assert self._talk is not None
        if self._tls is not None:
            self._take_records(octets)
        elif self._sniffing is not None:
            self._sniff(octets)
        else:
            self._talk.octets(octets)
        if self._ahead > READ_AHEAD and self._is_reading and self.transport is not None:
            self._is_reading = False
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """The client will send no more, but may still read: its replies are due."""
        if self._sniffing is not None:
            self._greet()
        if self._talk is not None and not self._fails_to_start_tls():
            self._note_truncation()
            self._talk.end("eof")
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone; what had arrived before is still taken."""
        if error is not None:
            self._take_what_the_kernel_holds()
        self._stop_sniffing()
        if self._talk is not None and not self._fails_to_start_tls():
            self._talk.lost("eof" if error is None else "reset")
        self.transport = None
        if self._talk is None or self._talk.has_ended:
            self._let_go()

    def _note_truncation(self) -> None:
        """Say so where the client ended the connection, but not TLS (RFC 8446 section 6.1)."""
        if self._tls is not None and not self._tls.has_ended and self._talk is not None:
            self._talk.note(TlsTruncated(now()))

    def _fails_to_start_tls(self) -> bool:
        """The client is gone in the middle of a handshake."""
        why = self._tls.cut_off if self._tls is not None else ""
        if not why or self._tls is None or self._talk is None:
            return False
        return self._talk.tls_failed(TlsFailed(now(), self._tls.hello, why), may_read=False)

    def pause_writing(self) -> None:
        """The client is slow to read: nothing more is answered until it has."""
        if self._talk is not None:
            self._talk.pause()

    def resume_writing(self) -> None:
        """The client has read."""
        if self._talk is not None:
            self._talk.resume()
            # Not at once: the transport is in the middle of writing, and this may close it.
            self.loop.call_soon(self._talk.advance)

    def _take_what_the_kernel_holds(self) -> None:
        """Read what came before a reset.

        asyncio gives a connection up at the first failed write, with octets of a client that
        sent all and left still unread in the socket.
        """
        assert self.transport is not None
        assert self._talk is not None
        descriptor = self.transport.get_extra_info("socket").fileno()
        try:
            while octets := os.read(descriptor, READ_AHEAD):
                if self._tls is None:
                    self._talk.held_back(octets)
                else:
                    self._talk.held_back(b"".join(self._tls.receive(octets)))
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
        assert self._talk is not None
        if self._talk.is_holding_back:
            self._heard = self.loop.time()
        left = self._heard + self._timeout_duration - self.loop.time()
        if left > 0:
            self._reset_timeout(left)
            return
        self._talk.time_out()
        if self.transport is not None and self.transport.get_write_buffer_size():
            self.abort()  # it does not read either: closing would wait for ever

    # What the talk asks for

    @property
    def is_gone(self) -> bool:
        """Nothing written now would reach the client."""
        return self.transport is None or self.transport.is_closing() or self._has_said_all

    def write(self, octets: bytes) -> None:
        """Send them, encrypted where TLS has started."""
        if not self.is_gone:
            assert self.transport is not None
            self.transport.write(self._tls.send(octets) if self._tls else octets)

    def read_on(self) -> None:
        """All that came is answered: more can be taken."""
        self._ahead = 0
        if not self._is_reading and self.transport is not None:
            self._is_reading = True
            self.transport.resume_reading()

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call it after so many seconds."""
        return self.loop.call_later(seconds, call)

    def linger(self, then: Callable[[], None]) -> None:
        """Let the client read the last reply before ``then`` closes."""
        # Closing with octets unread would reset the connection, and the reason be lost.
        assert self.transport is not None
        if self._tls is not None:
            self._write_records(self._tls.close())
        self._has_said_all = True
        with suppress(OSError):  # the client may have reset the connection by now
            self.transport.write_eof()
        self.later(LINGER, then)

    def hang_up(self, *, reset: bool) -> None:
        """The session has ended: close the connection when all is written, or reset it now."""
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        if self.transport is None:
            self._let_go()
            return
        if reset:
            self._reset(self.transport)
            return
        if self._tls is not None:
            self._write_records(self._tls.close())
        self.transport.close()
        if self.transport.get_write_buffer_size():
            # The timeout is over with the session: a client that never reads must not stay.
            self.later(FLUSH_WAIT, self.abort)

    def _let_go(self) -> None:
        # The talk points back here: without it the connection needs no garbage collector.
        self._talk = None
        self._on_end(self)

    def _reset(self, transport: asyncio.Transport) -> None:
        """Close with a RST instead of a FIN."""
        on, seconds = 1, 0
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", on, seconds)
            )
        transport.abort()

    # TLS

    def prepare_tls(self, kind: str, then: Callable[[str], None]) -> str | None:
        """Why TLS cannot start, "" when it can; None: ``then`` is called with that, later."""
        certificates = self._service.certificates
        if certificates.ready(_certificate(kind)) is not None:
            return ""

        def made(future: asyncio.Future[Any]) -> None:
            if not future.cancelled():
                error = future.exception()
                then("" if error is None else str(error) or type(error).__name__)

        # Not in the loop: making a certificate takes a tenth of a second.
        making = self.loop.run_in_executor(None, certificates.context, _certificate(kind))
        making.add_done_callback(made)
        return None

    def start_tls(self, kind: str, records: bytes) -> None:
        """What comes from now on is TLS; ``records`` have come already."""
        certificates = self._service.certificates
        context = certificates.context(_certificate(kind))
        self._tls = Tls(context, certificates.ca, refuses=kind == HANDSHAKE_FAILURE)
        self._take_records(records)

    def _take_records(self, records: bytes | memoryview) -> None:
        assert self._tls is not None
        assert self._talk is not None
        tls, talk = self._tls, self._talk
        for plain in tls.receive(records):
            if not plain:
                talk.tls_started(
                    TlsStarted(now(), tls.hello, tls.version, tls.cipher, tls.client_subject)
                )
            else:
                if tls.cut_off and plain.upper() == b"QUIT\r\n":  # as Postfix does, TLS refused
                    talk.remark(tls.left_at_once)
                talk.octets(plain)
        self._write_records(tls.send(b""))
        if tls.failure is not None:
            failure = tls.failure
            talk.tls_failed(TlsFailed(now(), tls.hello, failure.text, failure.error), may_read=True)
        elif tls.has_ended:
            # It may have wanted no more than to see the certificate, so nothing has failed.
            if tls.cut_off:
                talk.remark(tls.cut_off)
            talk.end("eof")

    def _write_records(self, records: bytes) -> None:
        if records and not self.is_gone:
            assert self.transport is not None
            self.transport.write(records)

    def _sniff(self, octets: memoryview) -> None:
        """See whether the client begins with TLS, though nothing was said yet."""
        assert self._talk is not None
        self._talk.held_back(bytes(octets))
        if self._talk.begins_tls:
            self._stop_sniffing()
            self._talk.begin_tls()
        elif not self._talk.may_begin_tls:
            self._greet()

    def _greet(self) -> None:
        self._stop_sniffing()
        assert self._talk is not None
        self._talk.greet()

    def _stop_sniffing(self) -> None:
        if self._sniffing is not None:
            self._sniffing.cancel()
            self._sniffing = None

    # The end

    def stop(self) -> None:
        """The server stops: end this session now, but let out what was already said."""
        self._stop_sniffing()
        self._is_stopped = True  # accepted this moment, it ends as soon as it begins
        if self._talk is not None:
            self._talk.stop()

    def abort(self) -> None:
        """End the connection at once; what was not written is lost."""
        if self.transport is not None:
            self.transport.abort()

    def give_up(self) -> None:
        """End session and connection at once, whatever is still to be answered."""
        if self._talk is not None:
            self._talk.give_up()
        self.abort()


def _certificate(kind: str) -> str:
    """The kind of certificate for a kind of TLS."""
    return "" if kind == HANDSHAKE_FAILURE else kind


def _peer(address: Any) -> Peer:
    """A socket address; one that is not IP has no port, and no address once it is gone."""
    if isinstance(address, tuple):
        return Peer(str(address[0]), int(address[1]))
    return Peer(str(address or "unknown"), 0)
