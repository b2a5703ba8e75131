"""SCRAM without channel binding, for users whose passwords are known (RFC 5802, RFC 7677).  Pure.

On failure the exchange ends without a server-final-message (section 7 lets it): a client then
shows the reply of the server, whose text is the server-error-value.
"""

import base64
import hashlib
import hmac
import re

from mailtrap.credential import (
    CLIENT_STARTS,
    INVALID,
    Credential,
    Exchange,
    Passwords,
    from_saslname,
    password_of,
    prepared,
)
from mailtrap.envelope import decoded

ITERATIONS = 4096  # RFC 7677 section 4 asks for no less

_CLIENT_FIRST = re.compile(
    rb"(?P<gs2_header>(?P<binding>[ny]|p=[^,]*),(?:a=[^,]*)?,)"
    rb"(?P<bare>(?P<mandatory>m=[^,]*,)?n=(?P<name>[^,]*),r=(?P<nonce>[!-+\x2d-~]+)(?:,.*)?)",
    re.DOTALL,
)
_CLIENT_FINAL = re.compile(
    rb"(?P<without_proof>c=(?P<binding>[^,]*),r=(?P<nonce>[^,]*)(?:,.*)?),p=(?P<proof>[^,]*)",
    re.DOTALL,
)
_BAD_ESCAPE = re.compile(rb"=(?!2C|3D)")


def scram(digest: str, server_nonce: bytes, salt: bytes, passwords: Passwords) -> Exchange:
    """The exchange of section 3; the secret of its credential is the client's proof.

    ``digest``: a hash by its name in hashlib.  ``server_nonce``: printable ASCII without a
    comma, another one for each exchange.
    """
    first = _CLIENT_FIRST.fullmatch((yield CLIENT_STARTS))
    if first is None:
        return Credential("", error=_refusal("invalid-encoding"))
    name = from_saslname(first["name"])
    identity = decoded(name)
    if error := _first_error(first):
        return Credential(identity, error=_refusal(error))
    nonce = first["nonce"] + server_nonce
    server_first = b"r=%b,s=%b,i=%d" % (nonce, base64.b64encode(salt), ITERATIONS)

    final = _CLIENT_FINAL.fullmatch((yield server_first))
    if final is None:
        return Credential(identity, error=_refusal("invalid-encoding"))
    proof = decoded(final["proof"])
    if final["binding"] != base64.b64encode(first["gs2_header"]):
        return Credential(identity, proof, _refusal("channel-bindings-dont-match"))
    if final["nonce"] != nonce:
        return Credential(identity, proof, _refusal("other-error"))
    password = password_of(name, passwords)
    if password is None:
        return Credential(identity, proof, _refusal("invalid-proof"))
    auth_message = b",".join((first["bare"], server_first, final["without_proof"]))
    salted = hashlib.pbkdf2_hmac(digest, prepared(password), salt, ITERATIONS)
    expected = base64.b64encode(_client_proof(digest, salted, auth_message))
    if not hmac.compare_digest(expected, final["proof"]):
        return Credential(identity, proof, _refusal("invalid-proof"))

    yield b"v=" + base64.b64encode(_server_signature(digest, salted, auth_message))
    return Credential(identity, proof)


def _first_error(first: re.Match[bytes]) -> str:
    """The server-error-value for a client-first-message, "" for a good one."""
    if first["binding"].startswith(b"p="):
        return "channel-binding-not-supported"
    if first["mandatory"]:
        return "extensions-not-supported"
    return "invalid-username-encoding" if _BAD_ESCAPE.search(first["name"]) else ""


def _refusal(error: str) -> str:
    return f"{INVALID} (e={error})"


# Section 3 names the values of these.


def _client_proof(digest: str, salted_password: bytes, auth_message: bytes) -> bytes:
    client_key = hmac.digest(salted_password, b"Client Key", digest)
    stored_key = hashlib.new(digest, client_key).digest()
    client_signature = hmac.digest(stored_key, auth_message, digest)
    return bytes(a ^ b for a, b in zip(client_key, client_signature, strict=True))


def _server_signature(digest: str, salted_password: bytes, auth_message: bytes) -> bytes:
    server_key = hmac.digest(salted_password, b"Server Key", digest)
    return hmac.digest(server_key, auth_message, digest)
