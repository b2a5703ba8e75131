"""What a client says first in TLS: which server it wants, in which version.  Never raises.

Read from the octets themselves (RFC 8446 section 4.1.2), because a handshake that fails leaves
nothing else behind that could tell why.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

RECORD_HEADER = 5  # type, version, length (RFC 8446 section 5.1)
HANDSHAKE = b"\x16\x03"  # how a record begins that carries a handshake, in any version
_CLIENT_HELLO = 1
_SERVER_NAME, _ALPN, _SUPPORTED_VERSIONS = 0, 16, 43  # RFC 6066, RFC 7301, RFC 8446
_VERSIONS = {
    0x0300: "SSLv3",
    0x0301: "TLSv1",
    0x0302: "TLSv1.1",
    0x0303: "TLSv1.2",
    0x0304: "TLSv1.3",
}


@dataclass(frozen=True, slots=True)
class ClientHello:
    """The parts of a ClientHello that say what the client wants."""

    server_name: str = ""  # SNI; "" when the client named none
    alpn: tuple[str, ...] = ()  # application protocols, the client's choice first
    versions: tuple[str, ...] = ()  # that it offers, such as "TLSv1.3"


def read_client_hello(records: bytes) -> ClientHello:
    """What the records at the start of a connection say; what is missing or broken is left out."""
    try:
        return _read(_handshake(records))
    except (struct.error, IndexError, ValueError):
        return ClientHello()


def _handshake(records: bytes) -> bytes:
    """The handshake message in one record or several."""
    message = b""
    while records.startswith(HANDSHAKE[:1]):
        (length,) = struct.unpack_from(">H", records, 3)
        message += records[RECORD_HEADER : RECORD_HEADER + length]
        records = records[RECORD_HEADER + length :]
    return message


def _read(message: bytes) -> ClientHello:
    if message[0] != _CLIENT_HELLO:
        return ClientHello()
    (version,) = struct.unpack_from(">H", message, 4)
    rest = message[4 + 2 + 32 :]  # behind length, version and random
    _session, rest = _vector(rest, 1)
    _ciphers, rest = _vector(rest, 2)
    _compressions, rest = _vector(rest, 1)
    if not rest:
        return ClientHello(versions=_names([version]))
    extensions = dict(_extensions(_vector(rest, 2)[0]))
    names = extensions.get(_SERVER_NAME)
    alpn = extensions.get(_ALPN)
    versions = extensions.get(_SUPPORTED_VERSIONS)
    offered = _numbers(_vector(versions, 1)[0]) if versions else [version]
    return ClientHello(
        _text(_vector(names[3:], 2)[0]) if names else "",
        tuple(map(_text, _items(_vector(alpn, 2)[0]))) if alpn else (),
        _names(offered),
    )


def _vector(octets: bytes, size: int) -> tuple[bytes, bytes]:
    """A vector whose length is in its first ``size`` octets, and what follows it."""
    end = size + int.from_bytes(octets[:size], "big")
    return octets[size:end], octets[end:]


def _extensions(octets: bytes) -> Iterator[tuple[int, bytes]]:
    while octets:
        (kind,) = struct.unpack_from(">H", octets)
        value, octets = _vector(octets[2:], 2)
        yield kind, value


def _items(octets: bytes) -> Iterator[bytes]:
    while octets:
        item, octets = _vector(octets, 1)
        yield item


def _numbers(octets: bytes) -> list[int]:
    return [number for (number,) in struct.iter_unpack(">H", octets)]


def _names(versions: list[int]) -> tuple[str, ...]:
    # Others are the values clients make up to keep servers tolerant (RFC 8701).
    return tuple(_VERSIONS[version] for version in versions if version in _VERSIONS)


def _text(octets: bytes) -> str:
    return octets.decode("ascii", "backslashreplace")
