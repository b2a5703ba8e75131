"""A path as it stands in a line of MAIL or RCPT, cut apart for the rules that look at it.

What belongs to the path is decided in ``envelope``; here is where in the line it is, and where
its parts are.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from mailtrap.envelope import read_path
from mailtrap.lint.syntax import MAIL_VERBS, split_mailbox

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


@dataclass(frozen=True, slots=True)
class SentPath:
    """The argument of MAIL or RCPT.  Offsets count from the start of the line."""

    is_rcpt: bool
    word: bytes  # FROM or TO as it was sent; b"" where the other one or none was
    before: bytes  # blanks before the colon
    colon: bytes
    after: bytes  # blanks behind it
    start: int  # of the path
    raw: bytes  # the path, brackets and all
    rest: bytes  # what is behind it
    text: bytes  # before the first bracket
    opening: bytes  # brackets
    closing: bytes
    route: bytes  # a source route, with its colon
    mailbox: bytes
    mailbox_start: int
    local: bytes
    domain: bytes | None  # None without an @

    @property
    def end(self) -> int:
        """Where the path ends."""
        return self.start + len(self.raw)

    @property
    def domain_start(self) -> int:
        """Where the domain starts."""
        return self.mailbox_start + len(self.mailbox) - len(self.domain or b"")

    @property
    def is_several(self) -> bool:
        """There is more than one path in it."""
        listed = self.domain is not None and self.mailbox.count(b"@") > 1
        is_list = listed and (b"," in self.local or b";" in self.local) and self.local[:1] != b'"'
        return is_list or self.rest.startswith((b",", b";", b"<"))

    @property
    def is_mailbox(self) -> bool:
        """There is one mailbox, whatever is wrong with it."""
        return bool(self.mailbox) and not self.is_several


@lru_cache(maxsize=2)
def sent_path(line: bytes) -> SentPath:
    """The path in a line whose verb is one of ``PATH_VERBS``.

    Without FROM or TO there is no telling what the argument is: the path is empty then.
    """
    content = line.rstrip()
    verb = _VERB.match(content)
    start = verb.end() if verb else len(content)
    is_rcpt = content[:start].strip().upper() == b"RCPT"
    keyword = _KEYWORD.match(content, start)
    assert keyword is not None  # every part may be empty
    word = keyword["word"] or b""
    if word.upper() != (b"TO" if is_rcpt else b"FROM"):
        return SentPath(
            is_rcpt, b"", b"", b"", b"", start, b"", b"", b"", b"", b"", b"", b"", start, b"", None
        )
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
    return SentPath(
        is_rcpt,
        word,
        keyword["before"],
        keyword["colon"],
        keyword["after"],
        start,
        path.raw,
        path.rest,
        text,
        opening,
        closing,
        route,
        mailbox,
        inside_start + len(route),
        local,
        domain,
    )
