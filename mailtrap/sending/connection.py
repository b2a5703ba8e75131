"""One connection to a server: octets out, replies in.

Everything that crosses is told to whoever wants to show it.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from select import select
from typing import TYPE_CHECKING

from mailtrap.errors import UnreachableError
from mailtrap.sanitize import sanitize, shown
from mailtrap.sending.replies import LINE, Reply, is_last

if TYPE_CHECKING:
    import ssl

Tell = Callable[[str, bytes], object]  # C:, S: or --, and the octets
CLIENT, SERVER, NOTE = "C:", "S:", "--"
MASK = b"********"
TIMEOUT = 30.0  # seconds without an answer
_MOST = 2**20  # octets of one reply
_PIECE = 65536  # octets to read at once
_LONGEST_SHOWN = 80  # characters of what is no reply


class Connection:
    """The client's end of a connection."""

    def __init__(
        self, host: str, port: int, *, timeout: float = TIMEOUT, tell: Tell | None = None
    ) -> None:
        """Connect.  Raises UnreachableError."""
        self.where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._timeout = timeout
        self._tell = tell or _tell_nobody
        self._read = b""
        self._after = "the connection was made"
        # What is raised where something would have to be waited for.
        self._not_now: tuple[type[OSError], ...] = (BlockingIOError,)
        try:
            self._socket = socket.create_connection((host, port), timeout)
        except (OSError, UnicodeError) as error:
            raise UnreachableError(_why_not(self.where, error)) from error
        # Mail data and the dot behind it may be two segments.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def local_host(self) -> str:
        """The own address, as a literal of RFC 5321 section 4.1.3."""
        host = self._socket.getsockname()[0].partition("%")[0]
        return f"[IPv6:{host}]" if ":" in host else f"[{host}]"

    def send(self, octets: bytes, after: str, told: bytes | None = None) -> None:
        """Send octets.  ``after``: what was sent, in an error; ``told``: instead of a secret."""
        self._tell(CLIENT, octets if told is None else told)
        self._after = after
        left = memoryview(octets)
        try:
            # Not sendall: its timeout is for all of it, and to a slow server large mail takes long.
            while left:
                left = left[self._socket.send(left) :]
        except OSError as error:
            raise UnreachableError(self._lost(error)) from error

    def reply(self) -> Reply:
        """The next reply.  Raises UnreachableError."""
        lines = self._line()
        last = lines
        while not is_last(last) and len(lines) < _MOST:
            last = self._line()
            lines += last
        self._tell(SERVER, lines)
        return Reply(lines)

    def ask(self, command: bytes, told: bytes | None = None) -> Reply:
        """Send a command, without its line end, and read the reply."""
        verb = shown(command).partition(" ")[0]
        self.send(command + b"\r\n", verb, None if told is None else told + b"\r\n")
        return self.reply()

    def start_tls(self, context: "ssl.SSLContext", host: str) -> None:
        """Go on over TLS.  Raises UnreachableError."""
        from ssl import SSLWantReadError, SSLWantWriteError

        self._read = b""  # RFC 3207 section 6: what came in clear text is not to be trusted
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except (OSError, ValueError) as error:
            raise UnreachableError(_no_tls(self.where, error)) from error
        self._not_now = (SSLWantReadError, SSLWantWriteError)
        self._tell(NOTE, f"{self._socket.version()} begins".encode())

    def pass_on(self, caller: socket.socket) -> Iterator[bytes]:
        """What the server says from now on, in any cut, while it hears what the caller says.

        Ends with the server.  A caller may be silent for as long as it likes.  Raises
        UnreachableError.
        """
        if self._read:
            yield self._read
            self._read = b""
        self._after = "what the caller said"
        self._socket.settimeout(0)
        unsent, is_over = b"", False
        while True:
            heard = [self._socket] if unsent or is_over else [self._socket, caller]
            due = self._timeout if unsent or is_over else None
            readable, writable, _ = select(heard, [self._socket] if unsent else [], [], due)
            if not readable and not writable:
                raise UnreachableError(self._lost(TimeoutError()))
            if self._socket in readable and (octets := self._receive()) is not None:
                if not octets:
                    return
                yield octets
            if writable:
                unsent = unsent[self._taken(unsent) :]
            if caller in readable:
                unsent = caller.recv(_PIECE)
                is_over = not unsent
                if is_over:
                    self._finish()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def _receive(self) -> bytes | None:
        """What comes next, in any cut; b"" at the end, None where nobody waits for it."""
        try:
            return self._socket.recv(_PIECE)
        except self._not_now:
            return None
        except OSError as error:
            raise UnreachableError(self._lost(error)) from error

    def _taken(self, octets: bytes) -> int:
        """How many of the octets the server takes now; all of them where it takes none any more."""
        try:
            return self._socket.send(octets)
        except self._not_now:
            return 0
        except OSError:
            return len(octets)  # whoever reads its replies says so

    def _finish(self) -> None:
        """Say that nothing more comes."""
        with suppress(OSError):
            # Not the method of its own: over TLS that would go on in clear text.
            socket.socket.shutdown(self._socket, socket.SHUT_WR)

    def _line(self) -> bytes:
        while b"\n" not in self._read and len(self._read) < _MOST:
            octets = self._receive()
            if not octets:
                raise UnreachableError(self._lost(None))
            self._read += octets
        line, end, self._read = self._read.partition(b"\n")
        if not LINE.match(line + end):
            said = sanitize(line.decode("utf-8", "backslashreplace").strip())[:_LONGEST_SHOWN]
            raise UnreachableError(
                f"{self.where} does not answer as an SMTP server does, but: {said!r};"
                " is it the right port?"
            )
        return line + end

    def _lost(self, error: Exception | None) -> str:
        if isinstance(error, TimeoutError):
            return f"{self.where} did not answer for {self._timeout:g} s after {self._after}"
        reason = f" ({getattr(error, 'strerror', None) or error})" if error else ""
        return f"{self.where} closed the connection after {self._after}{reason}"


def _tell_nobody(_who: str, _octets: bytes) -> None:
    pass


def _why_not(where: str, error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens on {where}; start a catcher with mailtrap, or mailtrap serve"
    if isinstance(error, TimeoutError):
        return f"{where} does not answer; is the host right, and is there a firewall?"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return f"the host of {where} cannot be found; is it spelled right?"
    return f"cannot connect to {where}: {getattr(error, 'strerror', None) or error}"


def _no_tls(where: str, error: Exception) -> str:
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {where} is not trusted ({error.verify_message}); give the CA with"
            " --ca FILE (mailtrap --tls names it at the start), or take any with --insecure"
        )
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return f"TLS with {where} failed: {reason}; is it the right port for this kind of TLS?"
