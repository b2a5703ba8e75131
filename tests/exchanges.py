"""The client's side of SASL exchanges, for tests of the server's side."""

import base64
import hashlib
import hmac

from mailtrap.credential import Credential, Exchange


def carried_out(exchange: Exchange, responses: list[bytes]) -> tuple[list[bytes], Credential]:
    """The challenges, and what the exchange then makes of the responses.

    Responses that are left over when it ends are not sent.
    """
    challenges = [next(exchange)]
    for response in responses:
        try:
            challenges.append(exchange.send(response))
        except StopIteration as end:
            credential: Credential = end.value
            return challenges, credential
    raise AssertionError(f"the exchange wants more than {len(responses)} responses")


class ScramClient:
    """A client that knows a password, as RFC 5802 section 3 has it."""

    def __init__(self, digest: str, name: str, password: str, *, header: str = "n,,") -> None:
        self.first_bare = f"n={name},r=fyko+d2lbbFgONRv9qkxdawL".encode()
        self.first = header.encode() + self.first_bare
        self._digest = digest
        self._password = password.encode()
        self._binding = base64.b64encode(header.encode())
        self._auth_message = b""
        self._salted = b""

    def final(self, server_first: bytes) -> bytes:
        """The client-final-message that answers the server-first-message."""
        fields = dict(field.split(b"=", 1) for field in server_first.split(b","))
        salt, iterations = base64.b64decode(fields[b"s"]), int(fields[b"i"])
        unproven = b"c=" + self._binding + b",r=" + fields[b"r"]
        self._auth_message = b",".join((self.first_bare, server_first, unproven))
        self._salted = hashlib.pbkdf2_hmac(self._digest, self._password, salt, iterations)
        client_key = self._hmac(self._salted, b"Client Key")
        stored_key = hashlib.new(self._digest, client_key).digest()
        signature = self._hmac(stored_key, self._auth_message)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        return unproven + b",p=" + base64.b64encode(proof)

    def server_final(self) -> bytes:
        """What a server says that knows the password."""
        server_key = self._hmac(self._salted, b"Server Key")
        return b"v=" + base64.b64encode(self._hmac(server_key, self._auth_message))

    def _hmac(self, key: bytes, text: bytes) -> bytes:
        return hmac.digest(key, text, self._digest)
