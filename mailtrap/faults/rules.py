"""A rule for faults: when the server does something wrong on purpose, and what.  Pure.

Whatever makes rules (a file, a test, a magic recipient) makes this value, and what cannot be
is refused here and nowhere else.
"""

import difflib
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from typing import TypeGuard

from mailtrap.errors import FaultsError
from mailtrap.faults.verbs import VERBS, canonical

PER = ("", "session", "peer", "recipient", "triplet")
TLS_FAILURES = ("unavailable", "handshake", "expired", "wrong_host", "untrusted")
MAX_SECONDS = 86_400.0

_TEXTS = ("verb", "to", "from_", "peer", "user", "header", "tls")
_NAMES = {"verb": "on", "from_": "from"}  # in files
_WITH_SENDER = ("MAIL", "RCPT", "DATA", "MESSAGE")
_WITH_RECIPIENT = ("RCPT", "DATA", "MESSAGE")
_WITH_DISCONNECT = ("stall", "after_bytes", "tls")


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do at a verb, and when.

    Globs are case-insensitive, "" is any.  Times in seconds.  Counts are kept for each ``per``.
    Raises FaultsError for what cannot be.
    """

    verb: str
    replies: tuple[bytes | None, ...] = ()  # one per hit, the last stays; None: as usual
    _: KW_ONLY
    to: str = ""  # at DATA and MESSAGE: any of the recipients
    from_: str = ""  # "<>" is the null reverse-path
    peer: str = ""  # numeric host
    user: str = ""
    header: str = ""  # "Name: glob"
    nth: int | None = None  # only the nth occasion that matches
    after: int = 0  # not the first so many
    times: int | None = None  # at most so many hits
    per: str = ""  # "session", "peer", "recipient", "triplet" (peer, sender, recipient)
    probability: float = 1.0
    seed: int = 0
    delay: float = 0.0  # until the reply
    drip: float = 0.0  # between the octets of the reply
    split: bool = False  # each octet of the reply in a segment of its own
    stall: float | None = None  # say nothing for so long, then close
    close: bool = False  # after the reply
    reset: bool = False  # the same with a RST
    after_bytes: int | None = None  # close after so many octets of mail data
    tls: str = ""
    name: str = ""
    optional: bool = False  # never to be hit is no failure

    def __post_init__(self) -> None:
        for key in _TEXTS:
            if not isinstance(getattr(self, key), str):
                raise _error(_NAMES.get(key, key), getattr(self, key), "is no text")
        object.__setattr__(self, "verb", canonical(self.verb))
        if self.verb not in VERBS:
            raise _error("on", self.verb, f"is no verb for faults; {nearest(self.verb, VERBS)}")
        self._check_criteria()
        self._check_numbers()
        self._check_effects()

    def _check_criteria(self) -> None:
        self._check_place("to", self.to, _WITH_RECIPIENT, "the recipients are not known there")
        self._check_place("from", self.from_, _WITH_SENDER, "the sender is not known there")
        self._check_place("user", self.user, ("AUTH",), "the user is only known there")
        self._check_place("header", self.header, ("MESSAGE",), "mail data has only come there")
        name, colon, _ = self.header.partition(":")
        if self.header and not (colon and name.strip()):
            raise _error("header", self.header, 'is no field; write "Name: glob"')
        if self.per not in PER:
            raise _error("per", self.per, f"is no way to count; {nearest(self.per, PER[1:])}")
        if self.per in ("recipient", "triplet"):
            self._check_place("per", self.per, _WITH_RECIPIENT, "no recipient is known there")

    def _check_place(self, key: str, value: str, verbs: tuple[str, ...], why: str) -> None:
        if value and self.verb not in verbs:
            places = _listed(verbs)
            raise _error(key, value, f"cannot be used at {self.verb}, only at {places}: {why}")

    def _check_numbers(self) -> None:
        _check_count("nth", self.nth, 1)
        _check_count("after", self.after, 0)
        _check_count("times", self.times, 1)
        _check_count("after_bytes", self.after_bytes, 0)
        if not _is_number(self.probability) or not 0 <= self.probability <= 1:
            raise _error("probability", self.probability, "is not from 0 to 1")
        for key, seconds in (("delay", self.delay), ("drip", self.drip), ("stall", self.stall)):
            is_time = _is_number(seconds) and 0 <= seconds <= MAX_SECONDS
            if seconds is not None and not is_time:
                raise _error(key, seconds, f"is not a time from 0 to {MAX_SECONDS:g} seconds")

    def _check_effects(self) -> None:
        if self.tls:
            self._check_place("tls", self.tls, ("STARTTLS",), "it is the TLS that fails")
            if self.tls not in TLS_FAILURES:
                raise _error("tls", self.tls, f"is no failure; {nearest(self.tls, TLS_FAILURES)}")
        if self.after_bytes is not None and self.verb != "DATA":
            raise _error(
                "after_bytes", self.after_bytes, f"cannot be used at {self.verb}, only at DATA"
            )
        silent = [key for key in _WITH_DISCONNECT if getattr(self, key) not in (None, "")]
        if silent and self.replies:
            raise _error(
                silent[0], getattr(self, silent[0]), "leaves no room for a reply; drop one"
            )
        if len(silent) > 1:
            raise _error(silent[0], getattr(self, silent[0]), f"and {silent[1]} exclude each other")


def nearest(word: str, known: Iterable[str]) -> str:
    """What may help where a word is not known: the one that was meant, or all there are."""
    words = list(known)
    by_lower = {each.lower(): each for each in words}
    close = difflib.get_close_matches(word.lower()[:64], by_lower, 1)
    return f"did you mean {by_lower[close[0]]}?" if close else f"there are {_listed(words)}"


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check_count(key: str, value: int | None, least: int) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise _error(key, value, "is no whole number")
    if value is not None and value < least:
        raise _error(key, value, f"is too small; the least is {least}")


def _error(key: str, value: object, what: str) -> FaultsError:
    return FaultsError(f"{key} = {value!r} {what}", key)
