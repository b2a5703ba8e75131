"""Magic recipients: ``451-4.7.1@fault.test`` is refused with 451 4.7.1, with no set-up.  Pure.

Only in a domain that can never be anyone's (RFC 6761 section 6.2 reserves .test), so that no
real address is ever refused by accident.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from mailtrap.errors import FaultsError
from mailtrap.faults import presets
from mailtrap.faults.replies import wire_reply
from mailtrap.faults.rules import Rule, nearest

DOMAIN = "@fault.test"
MARK = DOMAIN.encode()  # in RCPT, in lower case, where the recipient may be a magic one
AFTER_DATA = "data-"  # before a word: not at RCPT, but after the final dot
WORDS = {  # an example of each form, and what it does, for people
    "550": "refused with that reply code",
    "451-4.7.1": "refused with that reply code and enhanced code",
    "greylist": "451 the first time, taken when it is tried again",
    "full": "452, the mailbox is full",
    "unknown": "550, no such user",
    "slow": "taken, a second late",
    "delay5s": "taken, so much late (delay500ms, delay1.5s)",
    "stall30s": "no reply for so long, then the connection is closed",
    "drop": "no reply, the connection is closed",
    "reset": "no reply, the connection is reset",
}
MAX_SECONDS = 3600.0
_LONGEST = 64  # octets of a local-part (RFC 5321 section 4.5.3.1.1)

_CODE = re.compile(r"(\d{3})(?:-(\d\.\d{1,3}\.\d{1,3}))?", re.ASCII)
_TIME = re.compile(r"(delay|stall)(\d+(?:\.\d+)?)(m?)s", re.ASCII)
_PRESETS: dict[str, Callable[[], tuple[Rule, ...]]] = {
    "greylist": presets.greylist,
    "full": presets.mailbox_full,
    "unknown": presets.unknown_user,
    "slow": presets.slow,
}


def magic_rule(recipient: str, verb: str) -> Rule | None:
    """What that recipient does at RCPT or at MESSAGE; None for nothing special."""
    local_part = _local_part(recipient)
    rule = None if local_part is None else _rule(local_part)
    return rule if rule is not None and rule.verb == verb else None


def unknown_magic(recipient: str) -> str | None:
    """A sentence that helps where a recipient of the magic domain is no magic word, else None."""
    local_part = _local_part(recipient)
    if local_part is None or _rule(local_part) is not None:
        return None
    word = local_part.removeprefix(AFTER_DATA)
    if found := _CODE.fullmatch(word):
        hint = f"{found[1]} is no reply that fits {_verb(local_part)}"
    else:
        hint = f"{nearest(word, WORDS)} (each also with {AFTER_DATA} before it)"
    return f"{recipient[-_LONGEST:]!r} is no magic recipient, so it was not refused: {hint}"


def _local_part(recipient: str) -> str | None:
    """In lower case; None outside of the domain, and where it is too long for a local-part."""
    local_part, domain = recipient[: -len(DOMAIN)], recipient[-len(DOMAIN) :]
    return local_part.lower() if domain.lower() == DOMAIN and len(local_part) <= _LONGEST else None


def _verb(local_part: str) -> str:
    return "MESSAGE" if local_part.startswith(AFTER_DATA) else "RCPT"


@lru_cache(maxsize=256)
def _rule(local_part: str) -> Rule | None:
    """What a local-part does; None where it is no magic word."""
    verb, name = _verb(local_part), local_part + DOMAIN
    word = local_part.removeprefix(AFTER_DATA)
    if found := _CODE.fullmatch(word):
        try:
            return Rule(verb, (wire_reply(verb, word.replace("-", " ")),), name=name)
        except FaultsError:
            return None
    if found := _TIME.fullmatch(word):
        seconds = min(float(found[2]) / (1000 if found[3] else 1), MAX_SECONDS)
        if found[1] == "stall":
            return Rule(verb, stall=seconds, name=name)
        return Rule(verb, delay=seconds, name=name)
    if word in ("drop", "reset"):
        return Rule(verb, stall=0, reset=word == "reset", name=name)
    if preset := _PRESETS.get(word):
        [rule] = (rule for rule in preset() if rule.verb == "RCPT")
        return Rule(verb, rule.replies, times=rule.times, per=rule.per, delay=rule.delay, name=name)
    return None
