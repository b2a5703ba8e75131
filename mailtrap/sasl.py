"""The server's side of SASL mechanisms.  Pure.

One coroutine-style generator per mechanism: it yields challenges, is sent responses (both
without base64) and returns what the client gave.  With no passwords to compare, whatever a
client sends is right; SCRAM is known only where there are some, because there the client checks
that the server knows the password.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from mailtrap.credential import (
    CLIENT_STARTS,
    Credential,
    Exchange,
    Passwords,
    checked,
    encoded,
    from_saslname,
    judged,
    password_of,
)
from mailtrap.scram import scram

Mechanism = Callable[[str, Passwords], Exchange]  # of a nonce that no other exchange has

# RFC 7628 section 3.2.2: a failure is told in a challenge before the exchange fails.
INVALID_TOKEN = b'{"status":"invalid_token","schemes":"bearer"}'

# RFC 2195 wants MD5, which a machine under FIPS 140 gives only for what keeps nothing secure.
_MD5 = partial(hashlib.md5, usedforsecurity=False)


def plain(_nonce: str, passwords: Passwords) -> Exchange:
    """RFC 4616 section 2: authzid NUL authcid NUL passwd; one NUL is taken as authcid, passwd.

    Without a NUL nobody can tell a name from a password, so all of it is the secret.
    """
    response = yield CLIENT_STARTS
    if response.count(b"\0") >= 2:
        response = response.partition(b"\0")[2]
    identity, nul, secret = response.partition(b"\0")
    return checked(identity, secret, passwords) if nul else checked(b"", response, passwords)


def login(_nonce: str, passwords: Passwords) -> Exchange:
    """draft-murchison-sasl-login-00: user name, then password."""
    identity = yield b"Username:"
    secret = yield b"Password:"
    return checked(identity, secret, passwords)


def cram_md5(nonce: str, passwords: Passwords) -> Exchange:
    """RFC 2195 section 2: a challenge, answered by user name SP digest."""
    challenge = nonce.encode()
    identity, _, digest = (yield challenge).rpartition(b" ")
    password = password_of(identity, passwords)
    is_proven = password is not None and hmac.compare_digest(
        hmac.new(encoded(password), challenge, _MD5).hexdigest().encode(), digest.lower()
    )
    return judged(identity, digest, passwords, is_proven=is_proven)


def xoauth2(_nonce: str, passwords: Passwords) -> Exchange:
    """Google's XOAUTH2: ``user=`` and ``auth=Bearer`` fields, each ended by 0x01."""
    fields = dict(_fields((yield CLIENT_STARTS)))
    return _bearer(fields.get(b"user", b""), fields, passwords)


def oauthbearer(_nonce: str, passwords: Passwords) -> Exchange:
    """RFC 7628 section 3.1: a GS2 header with ``a=``, then fields as in XOAUTH2."""
    response = yield CLIENT_STARTS
    identity = re.search(rb"(?:^|,)a=([^,\x01]*)", response)
    name = from_saslname(identity[1]) if identity else b""
    return _bearer(name, dict(_fields(response)), passwords)


def external(_nonce: str, passwords: Passwords) -> Exchange:
    """RFC 4422 appendix A: the client names itself, something outside SASL proves it."""
    return judged((yield CLIENT_STARTS), b"", passwords, is_proven=False)


def anonymous(_nonce: str, passwords: Passwords) -> Exchange:
    """RFC 4505 section 2: trace information, no proof."""
    return judged((yield CLIENT_STARTS), b"", passwords, is_proven=False)


def _scram(digest: str, nonce: str, passwords: Passwords) -> Exchange:
    # Printable and without a comma, as RFC 5802 section 5.1 wants it, whatever the nonce is.
    drawn = hashlib.sha512(nonce.encode()).digest()
    return scram(digest, base64.b64encode(drawn[:24]), drawn[24:40], passwords)


_ADVERTISED: Mapping[str, Mechanism] = {
    "PLAIN": plain,
    "LOGIN": login,
    "XOAUTH2": xoauth2,
    "OAUTHBEARER": oauthbearer,
}
_ADVERTISED_WITH_PASSWORDS: Mapping[str, Mechanism] = {
    "SCRAM-SHA-1": partial(_scram, "sha1"),
    "SCRAM-SHA-256": partial(_scram, "sha256"),
}
# A client that may choose would pick these and hide what it knows.
_UNADVERTISED: Mapping[str, Mechanism] = {
    "CRAM-MD5": cram_md5,
    "EXTERNAL": external,
    "ANONYMOUS": anonymous,
}


def advertised(passwords: Passwords) -> Mapping[str, Mechanism]:
    """The mechanisms that the EHLO reply lists, by name, in its order."""
    return {**_ADVERTISED, **(_ADVERTISED_WITH_PASSWORDS if passwords else {})}


def mechanisms(passwords: Passwords) -> Mapping[str, Mechanism]:
    """The mechanisms that a client may use, by name."""
    return {**advertised(passwords), **_UNADVERTISED}


def _fields(response: bytes) -> list[tuple[bytes, bytes]]:
    parts = (part.partition(b"=") for part in response.split(b"\x01"))
    return [(name, value) for name, equals, value in parts if equals]


def _bearer(identity: bytes, fields: Mapping[bytes, bytes], passwords: Passwords) -> Credential:
    auth = fields.get(b"auth", b"")
    scheme, _, token = auth.partition(b" ")
    if scheme.lower() == b"bearer":
        credential = checked(identity, token, passwords)
    else:
        credential = judged(identity, auth, passwords, is_proven=False)
    return credential if credential.is_right else replace(credential, last_challenge=INVALID_TOKEN)
