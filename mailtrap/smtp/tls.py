"""TLS between the socket and the session: records on one side, plain text on the other.

No socket and no event loop: asyncio's own TLS tells the protocol nothing of a handshake that
fails, drops what came early, and reports half-open connections on stderr.
"""

import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mailtrap.tls_hello import HANDSHAKE, RECORD_HEADER, read_client_hello

_MOST_HELLO = 2**14  # octets kept of what a handshake began with
# A fatal alert, handshake_failure: what a server says that has nothing in common with a client
# (RFC 8446 section 6.2).
_REFUSAL = b"\x15\x03\x03\x00\x02\x02\x28"
_BLOCK = 2**18  # octets of plain text asked for at once

_REMEDY = "let it trust {ca}, or turn off verification in the client"
_UNTRUSTED = "the client does not trust our certificate{alert}; " + _REMEDY
_LEFT = "the client {left}; many do so when they do not trust a certificate or its name: " + _REMEDY
_WRONG_END = "{what}; the ports are: plain SMTP with or without STARTTLS, and implicit TLS (smtps)"
# OpenSSL's names for what can go wrong in a handshake, in words that help.
_REASONS = {
    "TLSV1_ALERT_UNKNOWN_CA": _UNTRUSTED,
    "SSLV3_ALERT_BAD_CERTIFICATE": (
        "the client refuses our certificate{alert}: it does not trust it, or the name it wants is"
        " not in it; let it trust {ca}, and connect by a name the certificate has"
    ),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": _UNTRUSTED,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": _UNTRUSTED,
    "TLSV1_ALERT_DECRYPT_ERROR": _UNTRUSTED,
    "TLSV1_ALERT_ACCESS_DENIED": _UNTRUSTED,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (
        "our certificate is out of date for the client{alert}; renew the one of --tls-cert, or set"
        " the client's clock right"
    ),
    "TLSV1_UNRECOGNIZED_NAME": "the client wants another server name than it got{alert}",
    "HTTP_REQUEST": _WRONG_END.format(what="the client spoke HTTP where TLS was due"),
    "HTTPS_PROXY_REQUEST": _WRONG_END.format(what="the client spoke HTTP where TLS was due"),
    "WRONG_VERSION_NUMBER": _WRONG_END.format(what="the client did not speak TLS"),
    "UNSUPPORTED_PROTOCOL": "the client offers no version of TLS that can be had here ({offer})",
    "VERSION_TOO_LOW": "the client offers no version of TLS that can be had here ({offer})",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the client refuses our version of TLS ({offer}){alert}",
    "NO_SHARED_CIPHER": (
        "no cipher suits both sides; our throwaway key is of the EC kind, and old clients may know"
        " RSA only: give such a key with --tls-cert and --tls-key"
    ),
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the client found nothing both sides can do{alert}",
    "CERTIFICATE_VERIFY_FAILED": (
        "the client's certificate is not signed by the CA of --tls-client-ca ({detail})"
    ),
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the client sent no certificate",
    "TLSV1_ALERT_USER_CANCELLED": "the client gave up{alert}",
    "TLSV1_ALERT_INTERNAL_ERROR": "the client failed inside{alert}",
}


@dataclass(frozen=True, slots=True)
class TlsFailure:
    """Why a handshake or a record failed, and what may help."""

    text: str
    error: str = ""  # OpenSSL's name for it, "" where it has no say


class Tls:
    """The server's end of TLS on one connection."""

    def __init__(self, context: ssl.SSLContext, ca: Path | None, *, refuses: bool = False) -> None:
        """``ca``: file of the CA that clients have to trust, None when it is not known.

        ``refuses``: end the handshake as soon as the client has begun it.
        """
        self._ca = ca
        self._refuses = refuses
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.hello = b""  # what the client began with
        self._received = 0  # octets
        self.is_established = False
        self.has_ended = False  # the client said that it will send no more
        self.failure: TlsFailure | None = None  # nothing more can be read
        self._has_spoken = False  # the client, since the handshake

    def receive(self, octets: bytes | memoryview) -> Iterator[bytes]:
        """The plain text of each whole record, and b"" when the handshake is done.

        Record by record, because after a bad one nothing can be sent any more: ``failure`` says so.
        """
        if self.failure is not None:
            return
        if not self.is_established:
            self.hello = (self.hello + bytes(octets[:_MOST_HELLO]))[:_MOST_HELLO]
        if self._refuses:
            self._refuse()
            return
        self._received += self._incoming.write(octets)
        try:
            if not self.is_established:
                self._object.do_handshake()
                self.is_established = True
                self.hello = self.hello[: _flight_size(self.hello)]
                yield b""
            while block := self._object.read(_BLOCK):
                yield block
                self._has_spoken = True
            # Nothing is read, and nothing more wanted, at the end alone.
            self.has_ended = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            if not self.is_established:
                # What came along with what made it fail would come after it in another segment.
                self.hello = self.hello[: self._received - self._incoming.pending]
            self.failure = TlsFailure(self._explained(error), error.reason or "")

    def _refuse(self) -> None:
        if len(self.hello) >= min(_MOST_HELLO, _flight_size(self.hello)):
            self.hello = self.hello[: _flight_size(self.hello)]
            self._outgoing.write(_REFUSAL)
            self.failure = TlsFailure("a fault rule has it fail")

    def send(self, plain: bytes) -> bytes:
        """The records that carry it, behind those that were due before."""
        if plain and self.failure is None:
            self._object.write(plain)
        return self._outgoing.read()

    def close(self) -> bytes:
        """The records that end TLS from this side (RFC 8446 section 6.1)."""
        if self.is_established:
            with suppress(ssl.SSLError):  # the client has not answered yet, and need not
                self._object.unwrap()
        return self._outgoing.read()

    @property
    def version(self) -> str:
        """Such as ``TLSv1.3``."""
        return self._object.version() or ""

    @property
    def cipher(self) -> str:
        """The name of the cipher suite in OpenSSL's words."""
        cipher = self._object.cipher()
        return cipher[0] if cipher else ""

    @property
    def client_subject(self) -> str:
        """The subject of the client's certificate, such as ``CN=ann,O=Example``."""
        certificate = self._object.getpeercert() or {}
        names: list[str] = []
        for relative in certificate.get("subject", ()):
            assert isinstance(relative, tuple)
            names += (f"{_SHORT.get(pair[0], pair[0])}={pair[1]}" for pair in relative)
        return ",".join(names)

    @property
    def cut_off(self) -> str:
        """Why the client may have gone away just now; "" where TLS is no likely reason."""
        if not self.is_established:
            return cut_off(self.hello, self._ca)
        return "" if self._has_spoken else self.left_at_once

    @property
    def left_at_once(self) -> str:
        """Why the client may have done no more than start TLS."""
        return _left("left right after TLS began", self._ca)

    def _explained(self, error: ssl.SSLError) -> str:
        reason = error.reason or ""
        offered = read_client_hello(self.hello).versions
        is_alert = "ALERT" in reason
        text = _REASONS.get(reason, "the handshake failed{alert}{other}")
        return text.format(
            alert=f" (it says: {_spoken(reason)})" if is_alert else "",
            other="" if is_alert else f": {_spoken(reason) or error}",
            ca=_named(self._ca),
            offer=f"it offers {', '.join(offered)}" if offered else "it did not say which",
            detail=getattr(error, "verify_message", ""),  # of SSLCertVerificationError
        )


_WAITED = "; TLS comes first at this port, and a client without TLS waits for a greeting here"
_SHORT = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
}


def cut_off(hello: bytes = b"", ca: Path | None = None, *, is_greeted: bool = True) -> str:
    """Why a handshake may have failed whose client went away without a word.

    ``is_greeted``: it was, before TLS; where TLS comes first it may have waited for that.
    """
    if not hello:
        return "the client went away before it said anything" + ("" if is_greeted else _WAITED)
    if not hello.startswith(HANDSHAKE):
        return "the client did not speak TLS, and went away"
    return _left("went away in the middle of the handshake", ca)


def _left(left: str, ca: Path | None) -> str:
    return _LEFT.format(left=left, ca=_named(ca))


def _named(ca: Path | None) -> str:
    """What clients have to trust."""
    return f"the CA in {ca}" if ca else "the CA of our certificate (--tls writes it to a file)"


def _flight_size(octets: bytes) -> int:
    """Octets of the record that a handshake begins with."""
    return RECORD_HEADER + int.from_bytes(octets[3:RECORD_HEADER], "big")


def _spoken(reason: str) -> str:
    """OpenSSL's name for an error without its prefixes: ``unknown ca``."""
    for prefix in ("TLSV1_ALERT_", "SSLV3_ALERT_", "TLSV13_ALERT_", "TLSV1_"):
        reason = reason.removeprefix(prefix)
    return reason.replace("_", " ").lower()
