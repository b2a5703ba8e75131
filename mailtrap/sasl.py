"""The server's side of SASL mechanisms that take any credentials.  Pure.

One coroutine-style generator per mechanism: it yields challenges, is sent responses (both
without base64) and returns what the client gave.  Whatever a client sends is taken; SCRAM and
DIGEST-MD5 are missing because there the client checks that the server knows the password.
"""

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from mailtrap.envelope import decoded


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client gave to prove who it is."""

    identity: str
    secret: str = field(default="", repr=False)


Exchange = Generator[bytes, bytes, Credential]

# A first challenge that says nothing: the client starts, and may send its response along with
# AUTH instead (RFC 4954 section 4).
CLIENT_STARTS = b""


def plain(_nonce: str) -> Exchange:
    """RFC 4616 section 2: authzid NUL authcid NUL passwd; one NUL is taken as authcid, passwd.

    Without a NUL nobody can tell a name from a password, so all of it is the secret.
    """
    response = yield CLIENT_STARTS
    if response.count(b"\0") >= 2:
        response = response.partition(b"\0")[2]
    identity, nul, secret = response.partition(b"\0")
    return Credential(decoded(identity), decoded(secret)) if nul else _unnamed(response)


def login(_nonce: str) -> Exchange:
    """draft-murchison-sasl-login-00: user name, then password."""
    identity = yield b"Username:"
    secret = yield b"Password:"
    return Credential(decoded(identity), decoded(secret))


def cram_md5(nonce: str) -> Exchange:
    """RFC 2195 section 2: a challenge, answered by user name SP digest."""
    identity, _, digest = (yield nonce.encode()).rpartition(b" ")
    return Credential(decoded(identity), decoded(digest))


def xoauth2(_nonce: str) -> Exchange:
    """Google's XOAUTH2: ``user=`` and ``auth=Bearer`` fields, each ended by 0x01."""
    fields = dict(_fields((yield CLIENT_STARTS)))
    return Credential(decoded(fields.get(b"user", b"")), _token(fields))


def oauthbearer(_nonce: str) -> Exchange:
    """RFC 7628 section 3.1: a GS2 header with ``a=``, then fields as in XOAUTH2."""
    response = yield CLIENT_STARTS
    identity = re.search(rb"(?:^|,)a=([^,\x01]*)", response)
    name = identity[1].replace(b"=2C", b",").replace(b"=3D", b"=") if identity else b""
    return Credential(decoded(name), _token(dict(_fields(response))))


def external(_nonce: str) -> Exchange:
    """RFC 4422 appendix A: the client names itself, something outside SASL proves it."""
    return Credential(decoded((yield CLIENT_STARTS)))


def anonymous(_nonce: str) -> Exchange:
    """RFC 4505 section 2: trace information, no proof."""
    return Credential(decoded((yield CLIENT_STARTS)))


MECHANISMS: dict[str, Callable[[str], Exchange]] = {
    "PLAIN": plain,
    "LOGIN": login,
    "XOAUTH2": xoauth2,
    "OAUTHBEARER": oauthbearer,
    # Not advertised: a client that may choose would pick these and hide what it knows.
    "CRAM-MD5": cram_md5,
    "EXTERNAL": external,
    "ANONYMOUS": anonymous,
}
ADVERTISED = ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER")


def _unnamed(secret: bytes) -> Credential:
    return Credential("", decoded(secret))


def _fields(response: bytes) -> list[tuple[bytes, bytes]]:
    parts = (part.partition(b"=") for part in response.split(b"\x01"))
    return [(name, value) for name, equals, value in parts if equals]


def _token(fields: dict[bytes, bytes]) -> str:
    auth = fields.get(b"auth", b"")
    scheme, _, token = auth.partition(b" ")
    return decoded(token if scheme.lower() == b"bearer" else auth)
