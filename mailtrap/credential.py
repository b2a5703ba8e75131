"""What a client gives to prove who it is, and whether that is right.  Pure.

A server without passwords takes any credential; one with passwords takes those alone.
"""

import hmac
import stringprep
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from unicodedata import ucd_3_2_0

from mailtrap.envelope import decoded

Passwords = Mapping[str, str]  # by user name; with none of them any credential is right

INVALID = "authentication credentials invalid"  # the words of RFC 4954 section 4.1


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client gave to prove who it is."""

    identity: str
    secret: str = field(default="", repr=False)
    error: str = ""  # why it proves nothing, in words for the client
    last_challenge: bytes = b""  # says more of the error; the client answers it, then hears 535

    @property
    def is_right(self) -> bool:
        """The client may go on as who it says it is."""
        return not self.error


Exchange = Generator[bytes, bytes, Credential]

# A first challenge that says nothing: the client starts, and may send its response along with
# AUTH instead (RFC 4954 section 4).
CLIENT_STARTS = b""


def judged(identity: bytes, secret: bytes, passwords: Passwords, *, is_proven: bool) -> Credential:
    """The credential of a client that has proven to be who it says it is, or has not."""
    error = INVALID if passwords and not is_proven else ""
    return Credential(decoded(identity), decoded(secret), error)


def checked(identity: bytes, secret: bytes, passwords: Passwords) -> Credential:
    """The credential of a client that sent the password itself."""
    password = password_of(identity, passwords)
    is_proven = password is not None and hmac.compare_digest(
        prepared(password), prepared(decoded(secret))
    )
    return judged(identity, secret, passwords, is_proven=is_proven)


def password_of(identity: bytes, passwords: Passwords) -> str | None:
    """The password of that user, or None for an unknown one."""
    name = prepared(decoded(identity))
    return next((passwords[user] for user in passwords if prepared(user) == name), None)


def prepared(text: str) -> bytes:
    """Text as it is compared and hashed: mapped and normalized by SASLprep, in UTF-8.

    RFC 4013 sections 2.1 and 2.2.  What section 2.3 prohibits stays: the password is what the
    user of mailtrap chose.
    """
    if text.isascii():
        return text.encode()
    mapped = "".join(
        " " if stringprep.in_table_c12(character) else character
        for character in text
        if not stringprep.in_table_b1(character)
    )
    return encoded(ucd_3_2_0.normalize("NFKC", mapped))


def encoded(text: str) -> bytes:
    """The octets that ``decoded`` made that text of."""
    return text.encode("utf-8", "surrogateescape")


def from_saslname(name: bytes) -> bytes:
    """A name without the escapes of "," and "=" (RFC 5802 section 5.1)."""
    return name.replace(b"=2C", b",").replace(b"=3D", b"=")
