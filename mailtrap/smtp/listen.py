"""Sockets to listen on: which addresses a host name stands for, and why one cannot be had."""

import errno
import ipaddress
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

from mailtrap.errors import ListenError
from mailtrap.session import Peer

# Where every address is listened on: that, and an address to reach it.
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 compared, not bound
LOOPBACK = ("127.0.0.1", "::1")  # what "localhost" means here, whatever the resolver says
BACKLOG = 512  # connections that may wait to be accepted
GREETING_WAIT = 0.25  # seconds for whoever holds a port to say what it is
_ATTEMPTS = 20  # ports to try until one is free on every address
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)
_HINTS = {
    errno.EACCES: "ports below 1024 need more rights; try --port 1025",
    errno.EPERM: "ports below 1024 need more rights; try --port 1025",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


def bind(hosts: Sequence[str], port: int) -> list[socket.socket]:
    """Listening sockets, one for each address of ``hosts``, all on the same port.

    ``localhost`` is 127.0.0.1 and, where the machine has it, ::1.  Port 0 takes a free one.
    Raises ListenError at once when one of them cannot be had; none is left open then.
    """
    attempts = 1 if port else _ATTEMPTS
    while True:
        attempts -= 1
        try:
            return _bind_all(hosts, port)
        except _TakenElsewhereError as taken:
            # The free port of the first address is in use on another one.
            if not attempts:
                raise ListenError(str(taken)) from taken


def is_loopback(address: str) -> bool:
    """Only this machine can reach that numeric address."""
    return ipaddress.ip_address(address).is_loopback


class _TakenElsewhereError(Exception):
    """A port that was free on one address is in use on the next."""


def _bind_all(hosts: Sequence[str], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    asked_for_free_port = port == 0
    address = ""
    try:
        for family, address, scope, is_optional in _addresses(hosts):
            listener = _listener(family, (address, port, *scope))
            if listener is not None:
                sockets.append(listener)
                port = listener.getsockname()[1]
            elif not is_optional:
                raise ListenError(_cannot(address, port, errno.EADDRNOTAVAIL))
    except OSError as error:
        _close(sockets)
        if asked_for_free_port and sockets and error.errno == errno.EADDRINUSE:
            raise _TakenElsewhereError(_cannot(address, port, errno.EADDRINUSE)) from error
        raise ListenError(_cannot(address, port, error.errno or 0)) from error
    except ListenError:
        _close(sockets)
        raise
    return sockets


_Address = tuple[socket.AddressFamily, str, tuple[int, ...], bool]  # ..., scope, is optional


def _addresses(hosts: Sequence[str]) -> list[_Address]:
    """The addresses of all hosts, each once, and none that a wildcard among them covers."""
    found = [address for host in hosts for address in _addresses_of(host)]
    everywhere = {family for family, address, *_ in found if address in WILDCARDS}
    wanted = {
        (family, address): (family, address, scope, is_optional)
        for family, address, scope, is_optional in found
        if family not in everywhere or address in WILDCARDS
    }
    return list(wanted.values())


def _addresses_of(host: str) -> list[_Address]:
    if host.lower() == "localhost":
        ipv4, ipv6 = LOOPBACK
        return [(socket.AF_INET, ipv4, (), False), (socket.AF_INET6, ipv6, (), True)]
    name = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ListenError(
            f"cannot listen on {host!r}: no such host ({error}); give an address such as"
            " 127.0.0.1 or 0.0.0.0"
        ) from error
    return [
        (family, str(address[0]), tuple(map(int, address[2:])), False)
        for family, *_, address in found
    ]


def _listener(family: socket.AddressFamily, address: tuple[str | int, ...]) -> socket.socket | None:
    """A listening socket, None where the machine does not have that address."""
    try:
        # With protocol 0 asyncio leaves TCP_NODELAY unset, and a message takes 40 ms longer.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        if error.errno in _NOT_HERE:
            return None
        raise
    try:
        if os.name == "posix" and sys.platform != "cygwin":
            # Else a restart has to wait until the connections of the last run are forgotten.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.settimeout(0)
    except OSError as error:
        listener.close()
        if error.errno in _NOT_HERE:
            return None
        raise
    return listener


def _close(sockets: Sequence[socket.socket]) -> None:
    for listener in sockets:
        listener.close()


def _cannot(address: str, port: int, number: int) -> str:
    where = Peer(address, port)
    if number == errno.EADDRINUSE:
        return f"cannot listen on {where}: the port is in use{_holder(address, port)}"
    hint = _HINTS.get(number)
    reason = os.strerror(number) if number else "it failed"
    return f"cannot listen on {where}: {reason}" + (f"; {hint}" if hint else "")


def _holder(address: str, port: int) -> str:
    """Who holds the port, as far as it says so itself, and what may help."""
    other = "; try another --port"
    reachable = WILDCARDS.get(address, address)
    greeting = b""
    with suppress(OSError), socket.create_connection((reachable, port), GREETING_WAIT) as peer:
        peer.settimeout(GREETING_WAIT)
        greeting = peer.recv(512)
        peer.sendall(b"QUIT\r\n")
    if b"mailtrap" in greeting:
        return " by another mailtrap" + other
    if greeting.startswith(b"220"):
        return " by another mail server" + other
    return other
