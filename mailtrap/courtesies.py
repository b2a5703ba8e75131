"""Verbs whose answer is always the same, whatever was said before.  Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from mailtrap.answers import Answer, say
from mailtrap.transcriber import VERBS

_TAKES_ONLY = "502 5.5.1 mailtrap only takes mail, it never sends"
_HELP = (
    "214-2.0.0 mailtrap takes any SMTP session (RFC 5321) and delivers nothing.\r\n"
    f"214-2.0.0 {' '.join(sorted(verb.decode() for verb in VERBS))}\r\n"
    "214 2.0.0 On the command line: mailtrap --help"
)
COURTESIES: Mapping[str, Answer] = MappingProxyType(
    {
        "NOOP": say("250 2.0.0 ok"),
        "VRFY": say("252 2.5.2 not verified; any recipient is taken"),
        "EXPN": say("252 2.5.2 not expanded; any recipient is taken"),
        "ETRN": say("250 2.0.0 ok; nothing is queued here"),
        "ATRN": say(_TAKES_ONLY),
        "TURN": say(_TAKES_ONLY),
        "HELP": say(_HELP),
    }
)
