"""The client behind a proxy (Postfix, XCLIENT_README and XFORWARD_README).  Pure."""

import re

from mailtrap.envelope import decoded
from mailtrap.session import Command, Forwarded

KEYWORDS = (
    "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",
    "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",
)
_XTEXT = re.compile(r"\+([0-9A-Fa-f]{2})")  # RFC 3461 section 4


def forwarded(command: Command) -> Forwarded:
    """What the proxy says of its client with XCLIENT or XFORWARD."""
    pairs = (word.partition("=") for word in decoded(command.argument).split())
    attributes = tuple((name.upper(), _from_xtext(value)) for name, _, value in pairs)
    return Forwarded(command.at, b"", command.verb, attributes)


def _from_xtext(value: str) -> str:
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), value)
