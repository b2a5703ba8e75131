"""Faults by name: what servers out there do most often.  Pure.

The one table of them: files name them, tests call them, magic recipients stand for some.
"""

from collections.abc import Callable

from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule


def greylist(to: str = "*") -> tuple[Rule, ...]:
    """RCPT: 451 4.7.1 the first time for a peer, sender and recipient."""
    replies = wire_replies("RCPT", "451 4.7.1 greylisted, try again later")
    return (Rule("RCPT", replies, to=to, times=1, per="triplet", name="greylist"),)


def unknown_user(to: str = "*") -> tuple[Rule, ...]:
    """RCPT: 550 5.1.1, there is no such user."""
    return (
        Rule(
            "RCPT", wire_replies("RCPT", "550 5.1.1 no such user here"), to=to, name="unknown_user"
        ),
    )


def mailbox_full(to: str = "*", *, permanent: bool = False) -> tuple[Rule, ...]:
    """RCPT: 452 4.2.2, the mailbox is full; if permanent 552 5.2.2."""
    text = "552 5.2.2 mailbox full" if permanent else "452 4.2.2 mailbox full"
    return (Rule("RCPT", wire_replies("RCPT", text), to=to, name="mailbox_full"),)


def rate_limit(messages: int = 1) -> tuple[Rule, ...]:
    """MAIL: 421 4.7.0 and goodbye after so many in one session."""
    replies = wire_replies("MAIL", "421 4.7.0 too many messages in this session, try again later")
    return (Rule("MAIL", replies, after=messages, per="session", name="rate_limit"),)


def reject_auth(user: str = "*") -> tuple[Rule, ...]:
    """AUTH: 535 5.7.8, wrong credentials."""
    replies = wire_replies("AUTH", "535 5.7.8 authentication credentials invalid")
    return (Rule("AUTH", replies, user=user, name="reject_auth"),)


def slow(delay: float = 1.0) -> tuple[Rule, ...]:
    """MAIL, RCPT, DATA, MESSAGE: as usual, but so many seconds late."""
    return tuple(
        Rule(verb, delay=delay, name="slow") for verb in ("MAIL", "RCPT", "DATA", "MESSAGE")
    )


def tls_failure(kind: str = "handshake") -> tuple[Rule, ...]:
    """STARTTLS: unavailable, handshake, expired, wrong_host or untrusted."""
    return (Rule("STARTTLS", tls=kind, name="tls_failure"),)


PRESETS: dict[str, Callable[..., tuple[Rule, ...]]] = {
    preset.__name__: preset
    for preset in (
        greylist,
        unknown_user,
        mailbox_full,
        rate_limit,
        reject_auth,
        slow,
        tls_failure,
    )
}
