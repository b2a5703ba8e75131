"""AUTH on the server's side: exchanges, and what becomes of them (RFC 4954).  Pure."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from mailtrap import sasl
from mailtrap.answers import Answer, ruled, say
from mailtrap.credential import INVALID, Credential, Exchange
from mailtrap.faults.policy import Decision
from mailtrap.session import (
    Authenticated,
    AuthenticationFailed,
    ClientEntry,
    Command,
    Credentials,
    Remark,
)

Decide = Callable[[str], Decision | None]


class Authentication:
    """The AUTH exchanges of one session, one after the other."""

    def __init__(
        self,
        passwords: Mapping[str, str],
        nonce: str,
        check: Callable[[str, str], bool] | None = None,
    ) -> None:
        """``passwords`` by user name; without any, all credentials pass that ``check`` lets.

        ``nonce``: text that no other connection has, for challenges (RFC 2195 section 2),
        written as a message identifier, ``<...@host>``.
        """
        self._passwords = passwords
        self._nonce = nonce
        self._check = check
        self.is_done = False  # somebody has proven to be a user
        self._mechanism = ""
        self._exchange: Exchange | None = None
        self._exchanges = 0  # begun so far
        self._refusal: Answer | None = None  # due when the client has answered the last challenge

    def begin(self, command: Command, decide: Decide) -> Answer:
        """The answer to AUTH; ``decide``: what fault rules say to credentials of a user."""
        self._refusal = None
        name, initial = (*command.argument.split(None, 1), b"", b"")[:2]
        self._mechanism = name.decode("ascii", "backslashreplace").upper()
        mechanism = sasl.mechanisms(self._passwords).get(self._mechanism)
        if mechanism is None:
            return say("504 5.5.4 that mechanism is not known here")
        # RFC 5802 section 5.1: the nonce must differ between the exchanges of a session, too.
        self._exchanges += 1
        nonce = self._nonce.replace("<", f"<{self._exchanges}.", 1)
        self._exchange = mechanism(nonce, self._passwords)
        challenge = next(self._exchange)
        return self._respond(initial, command, decide) if initial else _challenge(challenge)

    def go_on(self, line: Credentials, decide: Decide) -> Answer:
        """The answer to a line of the exchange."""
        response = line.raw.strip()
        if response == b"*":
            self._exchange = self._refusal = None
            return say("501 5.7.0 AUTH cancelled")
        return self._respond(response, line, decide)

    def _respond(self, response: bytes, entry: ClientEntry, decide: Decide) -> Answer:
        if self._refusal is not None:
            refusal, self._refusal = self._refusal, None
            return refusal
        if self._exchange is None:
            return say("500 5.5.1 unknown command; AUTH was refused or is over")
        try:
            return _challenge(self._exchange.send(_from_base64(response)))
        except StopIteration as end:
            self._exchange = None
            return self._judge(end.value, entry.at, decide)

    def _judge(self, credential: Credential, at: datetime, decide: Decide) -> Answer:
        decision = decide(credential.identity)
        if decision is None:
            return self._verify(credential, at)
        answer = ruled(decision, at, lambda: self._verify(credential, at))
        if not decision.refuses:
            return answer
        given = (at, b"", self._mechanism, credential.identity, credential.secret)
        return replace(answer, entries=(*answer.entries, AuthenticationFailed(*given)))

    def _verify(self, credential: Credential, at: datetime) -> Answer:
        given = (at, b"", self._mechanism, credential.identity, credential.secret)
        if self._check is not None and credential.is_right:
            try:
                is_right = self._check(credential.identity, credential.secret)
            except Exception as error:  # noqa: BLE001 it is the caller's, and may raise anything
                # Not what it says: that may be a password.
                why = f"the function that decides who may log in raised {type(error).__name__}"
                answer = say("454 4.7.0 nobody could decide whether that is right")
                noted = (AuthenticationFailed(*given), Remark(at, b"", why))
                return replace(answer, entries=noted)
            credential = replace(credential, error="" if is_right else INVALID)
        if credential.is_right:
            self.is_done = True
            return replace(say("235 2.7.0 authenticated"), entries=(Authenticated(*given),))
        answer = say(f"535 5.7.8 {credential.error}")
        if credential.last_challenge:
            self._refusal, answer = answer, _challenge(credential.last_challenge)
        # Noted at once: curl leaves without an answer to the challenge.
        return replace(answer, entries=(AuthenticationFailed(*given),))


def _challenge(challenge: bytes) -> Answer:
    return Answer((b"334 " + base64.b64encode(challenge) + b"\r\n",))


def _from_base64(response: bytes) -> bytes:
    """The response; "=" is an empty one.  What is not base64 is taken as it stands."""
    if response == b"=":
        return b""
    try:
        return base64.b64decode(response + b"=" * (-len(response) % 4), validate=True)
    except binascii.Error:
        return response
