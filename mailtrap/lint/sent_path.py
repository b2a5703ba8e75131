"""A path as it stands in a line of MAIL or RCPT, cut apart for the rules that look at it.

What belongs to the path is decided in ``envelope``; here is where in the line it is, and where
its parts are.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from mailtrap.envelope import read_path
from mailtrap.lint.syntax import MAIL_VERBS, is_another_path, split_mailbox

PATH_VERBS = (*MAIL_VERBS, "RCPT")

_VERB = re.compile(rb"\s*+\S++\s*+")
_KEYWORD = re.compile(
    rb"(?P<word>(?:FROM|TO)(?=[ \t:<]|\Z))?+(?P<before>[ \t]*+)(?P<colon>:?+)(?P<after>[ \t]*+)",
    re.IGNORECASE,
)
# Text, brackets, text, brackets; a quoted string may hold brackets.  Nothing is tried twice.
_TEXT = rb'(?:[^<>"\\]++|"(?:[^"\\]++|\\.)*+"|\\.|["\\])*+'
_INSIDE = rb'(?:[^>"\\]++|"(?:[^"\\]++|\\.)*+"|\\.|["\\])*+'
_PARTS = re.compile(
    rb"(?P<text>" + _TEXT + rb")(?P<opening><*+)(?P<inside>" + _INSIDE + rb")(?P<closing>>*+)",
    re.DOTALL,
)
_ROUTE = re.compile(rb"@[^:]*+:")
# What nearly every line is: short, in ASCII, and with nothing that any rule asks for.
_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?"
_USUAL = re.compile(
    rb"(?:MAIL FROM|RCPT TO):<[A-Za-z0-9_+=-]{1,30}(?:\.[A-Za-z0-9_+=-]{1,30})?+"
    rb"@(?:" + _LABEL + rb"\.){1,3}[A-Za-z]{2,30}>(?: [A-Za-z0-9-]++(?:=[!-<>-~]*+)?+)*+\r\n",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SentPath:
    """The argument of MAIL or RCPT.  Offsets count from the start of the line."""

    is_rcpt: bool
    start: int  # of the path
    mailbox_start: int
    word: bytes = b""  # FROM or TO as it was sent; b"" where the other one or none was
    before: bytes = b""  # blanks before the colon
    colon: bytes = b""
    after: bytes = b""  # blanks behind it
    raw: bytes = b""  # the path, brackets and all
    text: bytes = b""  # before the first bracket
    opening: bytes = b""  # brackets
    closing: bytes = b""
    route: bytes = b""  # a source route, with its colon
    mailbox: bytes = b""
    local: bytes = b""
    domain: bytes | None = None  # None without an @
    rest: bytes = b""  # what is behind the path
    is_several: bool = False  # there is more than one path in it

    @property
    def end(self) -> int:
        """Where the path ends."""
        return self.start + len(self.raw)

    @property
    def domain_start(self) -> int:
        """Where the domain starts."""
        return self.mailbox_start + len(self.mailbox) - len(self.domain or b"")

    @property
    def is_mailbox(self) -> bool:
        """There is one mailbox, whatever is wrong with it."""
        return bool(self.mailbox) and not self.is_several


@lru_cache(maxsize=2)
def sent_path(line: bytes) -> SentPath:
    """The path in a line whose verb is one of ``PATH_VERBS``.

    Without FROM or TO there is no telling what the argument is: the path is empty then.  A line
    in which there is nothing to find may get the path of another such line: clients send many.
    """
    return _USUAL_PATH if _USUAL.fullmatch(line) else _cut(line)


def _cut(line: bytes) -> SentPath:
    content = line.rstrip()
    verb = _VERB.match(content)
    start = verb.end() if verb else len(content)
    is_rcpt = content[:start].strip().upper() == b"RCPT"
    keyword = _KEYWORD.match(content, start)
    assert keyword is not None  # every part may be empty
    word = keyword["word"] or b""
    if word.upper() != (b"TO" if is_rcpt else b"FROM"):
        return SentPath(is_rcpt, start, start)
    start = keyword.end()
    path = read_path(b"FROM:" + content[start:], b"FROM")
    parts = _PARTS.match(path.raw)
    assert parts is not None  # the same
    text, opening, closing = parts["text"], parts["opening"], parts["closing"]
    inside, inside_start = parts["inside"], start + parts.start("inside")
    if not opening:
        # All that there is, is the path.
        text, inside, inside_start = b"", text, start
    found = _ROUTE.match(inside)
    route = found[0] if found else b""
    mailbox = inside[len(route) :]
    local, domain = split_mailbox(mailbox)
    is_list = mailbox.count(b"@") > 1 and (b"," in local or b";" in local) and local[:1] != b'"'
    return SentPath(
        is_rcpt=is_rcpt,
        start=start,
        mailbox_start=inside_start + len(route),
        word=word,
        before=keyword["before"],
        colon=keyword["colon"],
        after=keyword["after"],
        raw=path.raw,
        text=text,
        opening=opening,
        closing=closing,
        route=route,
        mailbox=mailbox,
        local=local,
        domain=domain,
        rest=path.rest,
        is_several=is_list or is_another_path(path.rest),
    )


_USUAL_PATH = _cut(b"MAIL FROM:<ann@example.org>\r\n")
