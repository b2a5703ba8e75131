"""What a rule does, in one line for people.  Pure."""

from mailtrap.amounts import amount
from mailtrap.faults.rules import Rule
from mailtrap.sanitize import sanitize, shown

_LONGEST = 120  # code points of a reply
_TLS = {
    "unavailable": "TLS is not available",
    "handshake": "the handshake fails",
    "expired": "the certificate has expired",
    "wrong_host": "the certificate is for another host",
    "untrusted": "the certificate is of an unknown authority",
}


def described(rule: Rule) -> str:
    """What a rule does: ``RCPT to *@slow.test: 451 4.7.1 try later, then as usual, 2 s late``."""
    when = ", ".join(_limits(rule))
    line = f"{rule.verb}{_criteria(rule)}: {', '.join(_effects(rule))}"
    return sanitize(f"{line} ({when})" if when else line)


def _criteria(rule: Rule) -> str:
    given = {
        "to": rule.to,
        "from": rule.from_,
        "by peer": rule.peer,
        "as user": rule.user,
        "with header": rule.header,
    }
    return "".join(f" {word} {glob}" for word, glob in given.items() if glob not in ("", "*"))


def _effects(rule: Rule) -> list[str]:
    effects = []
    if rule.tls:
        effects.append(_TLS[rule.tls])
    elif rule.stall is not None:
        effects.append(f"silence for {rule.stall:g} s" if rule.stall else "no reply")
    elif rule.after_bytes is not None:
        effects.append(f"as usual until {amount(rule.after_bytes, 'octet')} of mail data")
    else:
        effects.append(", then ".join(_reply(reply) for reply in rule.replies or (None,)))
    if rule.delay:
        effects.append(f"{rule.delay:g} s late")
    if rule.drip:
        effects.append(f"an octet every {rule.drip:g} s")
    if rule.split:
        effects.append("each octet in a segment of its own")
    if rule.reset:
        effects.append("then the connection is reset")
    elif rule.close or rule.stall is not None or rule.after_bytes is not None:
        effects.append("then the connection is closed")
    return effects


def _reply(reply: bytes | None) -> str:
    if reply is None:
        return "as usual"
    if not reply:
        return "nothing"
    text = shown(reply.removesuffix(b"\r\n").replace(b"\r\n", b" / "))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _limits(rule: Rule) -> list[str]:
    each = f" per {rule.per}" if rule.per else ""
    limits = []
    if rule.nth is not None:
        limits.append(f"only number {rule.nth}{each}")
    if rule.after:
        limits.append(f"after the first {rule.after}{each}")
    if rule.times is not None:
        limits.append(f"at most {'once' if rule.times == 1 else f'{rule.times} times'}{each}")
    if each and not limits:
        limits.append(f"counted{each}")
    if rule.probability < 1:
        limits.append(f"{rule.probability:.4g} of the time, seed {rule.seed}")
    return limits
