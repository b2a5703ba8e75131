r"""Replies as people write them, and the octets they become on the wire.  Pure.

``"451 4.7.1 try later"`` is a reply, ``"550"`` gets the enhanced code and the text that fit the
verb, ``"normal"`` or None means behave normally, octets are taken as they are.
"""

import re
from collections.abc import Sequence

from mailtrap.errors import FaultsError
from mailtrap.faults.verbs import canonical

NORMAL = "normal"
_REPLY = re.compile(r"([0-9]+)(?:[ -](.*))?", re.DOTALL)
_ENHANCED = re.compile(
    r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: +(.*))?", re.DOTALL
)  # RFC 3463 section 2
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # RFC 5321 section 4.2: textstring
# RFC 2034 section 4: no enhanced code in the greeting and in replies to HELO and EHLO.
_WITHOUT_ENHANCED = frozenset({"CONNECT", "HELO", "EHLO"})

# The positive replies that fit a verb (RFC 5321 section 4.3.2, RFC 3207, RFC 4954).
POSITIVE = {
    "CONNECT": (220,),
    "HELO": (250,),
    "EHLO": (250,),
    "STARTTLS": (220,),
    "AUTH": (235,),
    "MAIL": (250,),
    "RCPT": (250, 251),
    "DATA": (354,),
    "MESSAGE": (250,),
    "RSET": (250,),
    "NOOP": (250,),
    "QUIT": (221,),
    "VRFY": (250, 251, 252),
    "EXPN": (250, 252),
    "HELP": (211, 214),
}

# By verb and code; then by code; then by class (RFC 5321 section 4.2.3, RFC 3463, RFC 4954).
_BY_VERB = {
    ("CONNECT", 220): ("", "ready"),
    ("CONNECT", 554): ("", "no SMTP service here"),
    ("STARTTLS", 220): ("2.0.0", "ready to start TLS"),
    ("STARTTLS", 454): ("4.7.0", "TLS not available due to a temporary reason"),
    ("AUTH", 421): ("4.7.0", "too many failed logins, closing the connection"),
    ("AUTH", 454): ("4.7.0", "temporary authentication failure"),
    ("AUTH", 500): ("5.5.6", "authentication exchange line is too long"),
    ("AUTH", 535): ("5.7.8", "authentication credentials invalid"),
    ("MAIL", 250): ("2.1.0", "sender ok"),
    ("MAIL", 450): ("4.1.8", "sender's domain not found"),
    ("MAIL", 451): ("4.7.1", "try again later"),
    ("MAIL", 452): ("4.3.1", "insufficient system storage"),
    ("MAIL", 550): ("5.7.1", "sender refused by policy"),
    ("MAIL", 552): ("5.3.4", "message size exceeds the limit"),
    ("MAIL", 553): ("5.1.7", "sender's mailbox syntax incorrect"),
    ("MAIL", 554): ("5.7.1", "sender refused by policy"),
    ("RCPT", 250): ("2.1.5", "recipient ok"),
    ("RCPT", 251): ("2.1.5", "user not local, will forward"),
    ("RCPT", 450): ("4.2.1", "mailbox unavailable"),
    ("RCPT", 451): ("4.7.1", "try again later"),
    ("RCPT", 452): ("4.2.2", "mailbox full"),
    ("RCPT", 550): ("5.1.1", "no such user here"),
    ("RCPT", 551): ("5.1.6", "user not local"),
    ("RCPT", 552): ("5.2.2", "mailbox full"),
    ("RCPT", 553): ("5.1.3", "mailbox name not allowed"),
    ("RCPT", 554): ("5.7.1", "recipient refused by policy"),
    ("DATA", 354): ("", "end data with <CR><LF>.<CR><LF>"),
    ("DATA", 554): ("5.5.1", "no valid recipients"),
    ("MESSAGE", 250): ("2.0.0", "message accepted"),
    ("MESSAGE", 451): ("4.3.0", "local error in processing"),
    ("MESSAGE", 452): ("4.3.1", "insufficient system storage"),
    ("MESSAGE", 550): ("5.7.1", "message refused by policy"),
    ("MESSAGE", 552): ("5.3.4", "message size exceeds the limit"),
    ("MESSAGE", 554): ("5.6.0", "message content refused"),
}
_BY_CODE = {
    211: ("2.0.0", "system status"),
    214: ("2.0.0", "help follows"),
    220: ("2.0.0", "ready"),
    221: ("2.0.0", "closing the connection"),
    235: ("2.7.0", "authentication succeeded"),
    250: ("2.0.0", "ok"),
    251: ("2.1.5", "user not local, will forward"),
    252: ("2.5.2", "cannot verify the user"),
    354: ("", "go on"),
    421: ("4.3.2", "service not available, closing the connection"),
    432: ("4.7.12", "a password transition is needed"),
    450: ("4.2.0", "mailbox unavailable"),
    451: ("4.3.0", "local error in processing"),
    452: ("4.3.1", "insufficient system storage"),
    454: ("4.7.0", "temporarily not available"),
    455: ("4.5.4", "parameters cannot be accommodated now"),
    500: ("5.5.2", "syntax error, command not recognized"),
    501: ("5.5.4", "syntax error in parameters"),
    502: ("5.5.1", "command not implemented"),
    503: ("5.5.1", "bad sequence of commands"),
    504: ("5.5.4", "command parameter not implemented"),
    521: ("5.3.2", "server does not accept mail"),
    523: ("5.3.4", "message too large"),
    530: ("5.7.0", "authentication required"),
    534: ("5.7.9", "authentication mechanism is too weak"),
    535: ("5.7.8", "authentication credentials invalid"),
    538: ("5.7.11", "encryption required for that mechanism"),
    550: ("5.7.1", "refused by policy"),
    551: ("5.1.6", "user not local"),
    552: ("5.2.2", "exceeded storage allocation"),
    553: ("5.1.3", "mailbox name not allowed"),
    554: ("5.0.0", "transaction failed"),
    555: ("5.5.4", "parameters not recognized or not implemented"),
    556: ("5.1.10", "recipient's domain does not accept mail"),
}
_BY_CLASS = {
    2: ("2.0.0", "ok"),
    3: ("", "go on"),
    4: ("4.0.0", "temporary failure, try again later"),
    5: ("5.0.0", "permanent failure"),
}
# RFC 3463 section 3 and the registry it founded: what subject and detail of a code mean.
_BY_DETAIL = {
    "1.1": "bad destination mailbox address",
    "1.2": "bad destination system address",
    "1.3": "bad destination mailbox address syntax",
    "1.6": "destination mailbox has moved",
    "1.7": "bad sender's mailbox address syntax",
    "1.8": "bad sender's system address",
    "2.1": "mailbox disabled, not accepting messages",
    "2.2": "mailbox full",
    "2.3": "message length exceeds administrative limit",
    "3.1": "mail system full",
    "3.2": "system not accepting network messages",
    "3.4": "message too big for system",
    "4.1": "no answer from host",
    "4.2": "bad connection",
    "4.4": "unable to route",
    "4.5": "system congested",
    "4.7": "delivery time expired",
    "5.1": "invalid command",
    "5.2": "syntax error",
    "5.3": "too many recipients",
    "5.4": "invalid command arguments",
    "6.0": "message content refused",
    "7.0": "security or policy reasons",
    "7.1": "delivery not authorized",
    "7.8": "authentication credentials invalid",
    "7.9": "authentication mechanism is too weak",
    "7.25": "reverse DNS validation failed",
    "7.26": "multiple authentication checks failed",
}


def wire_replies(verb: str, *replies: str | bytes | int | None) -> tuple[bytes | None, ...]:
    """The octets of each reply; None where it is ``"normal"`` or None.

    Octets stay as they are, whatever they say.  Raises FaultsError for a text that is no reply
    or that does not fit ``verb``.
    """
    return tuple(
        each if each is None or isinstance(each, bytes) else wire_reply(verb, str(each))
        for each in replies
    )


def wire_reply(verb: str, text: str) -> bytes | None:
    """The octets of one reply: each line of the text is a line of the reply (RFC 5321 4.2.1)."""
    if text.strip().lower() == NORMAL:
        return None
    code, enhanced, lines = _parsed(canonical(verb), text.strip(" \r\n"))
    prefix = f"{enhanced} " if enhanced else ""
    last = len(lines) - 1
    marked = (f"{code}{' ' if i == last else '-'}{prefix}{x}\r\n" for i, x in enumerate(lines))
    return "".join(marked).encode("utf-8", "replace")


def _parsed(verb: str, text: str) -> tuple[int, str, Sequence[str]]:
    """Code, enhanced code and the lines without them."""
    found = _REPLY.fullmatch(text)
    if found is None:
        raise _error(text, 'is no reply; begin with a code, such as "451 4.7.1 try later"')
    if len(found[1]) != 3 or not 200 <= int(found[1]) <= 599:
        raise _error(text, "has no reply code from 200 to 599; use raw for other octets")
    if _UNFIT.search(text.replace("\r\n", "\n")):
        raise _error(text, "has control characters; use raw for octets as they are")
    code = int(found[1])
    _check_fits(verb, code, text)
    first, *others = (found[2] or "").replace("\r\n", "\n").split("\n")
    same_code = re.compile(rf"{code}[ -]")
    lines = [first.strip(), *(same_code.sub("", line, count=1) for line in others)]
    if not lines[0] and not others:
        enhanced, usual = _usual(verb, code)
        return code, enhanced, (usual,)
    with_code = _ENHANCED.fullmatch(lines[0])
    if with_code is None:
        return code, "", lines
    enhanced = with_code[1]
    lines[0] = with_code[2] or _text_of(verb, code, enhanced)
    return code, enhanced, [line.removeprefix(f"{enhanced} ") for line in lines]


def _check_fits(verb: str, code: int, text: str) -> None:
    fitting = POSITIVE.get(verb, ())
    if fitting and code < 400 and code not in fitting:
        listed = " or ".join(map(str, fitting))
        raise _error(text, f"does not fit {verb}, where {listed} is positive; use raw to send it")


def _usual(verb: str, code: int) -> tuple[str, str]:
    """Enhanced code and text that fit."""
    known = _BY_VERB.get((verb, code)) or _BY_CODE.get(code) or _BY_CLASS[code // 100]
    return ("", known[1]) if verb in _WITHOUT_ENHANCED else known


def _text_of(verb: str, code: int, enhanced: str) -> str:
    usual, text = _usual(verb, code)
    return text if usual == enhanced else _BY_DETAIL.get(enhanced[2:], text)


def _error(text: str, what: str) -> FaultsError:
    return FaultsError(f"reply {text!r} {what}", "reply")
