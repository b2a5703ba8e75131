"""The envelope of a message: reverse-path, forward-paths and their ESMTP parameters.

Reading a path never fails: whatever a client wrote after ``FROM:`` or ``TO:`` is split into a
path and parameters as well as it can be, and the exact bytes stay beside what was read.
"""

import re
from dataclasses import dataclass

# A word that starts the parameters even where the path before it is not closed: RFC 5321
# section 4.1.2 (esmtp-keyword "=" value) and the two keywords that are defined without a value.
_PARAMETER_WORD = re.compile(
    rb"[ \t](?=[A-Za-z0-9][A-Za-z0-9-]*=|(?:SMTPUTF8|REQUIRETLS)(?:[ \t]|\Z))", re.IGNORECASE
)
_KEYWORD = {
    b"FROM": re.compile(rb"[ \t]*(?:FROM)?[ \t]*:?[ \t]*", re.IGNORECASE),
    b"TO": re.compile(rb"[ \t]*(?:TO)?[ \t]*:?[ \t]*", re.IGNORECASE),
}
_SOURCE_ROUTE = re.compile(rb"@[^:]*:")
# The text before the first "<", that between it and its ">", and the ">"s.  A quoted string may
# hold brackets (RFC 5321 section 4.1.2).  Nothing is tried twice, so the time is linear.
_QUOTED = rb'"(?:[^"\\]++|\\.)*+"'
_BRACKETS = re.compile(
    rb'(?:[^<>"\\]++|' + _QUOTED + rb"|\\.)*+<?+"
    rb'(?P<inside>(?:[^>"\\]++|' + _QUOTED + rb"|\\.)*+)(?P<closing>>*+)",
    re.DOTALL,
)


def decoded(octets: bytes) -> str:
    """Text of octets in UTF-8; octets that are not UTF-8 become lone surrogates (reversible)."""
    return octets.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One ESMTP parameter as sent, such as ``SIZE=1000`` (RFC 5321 section 4.1.2)."""

    raw: bytes

    @property
    def keyword(self) -> str:
        """The part before ``=``, in upper case: keywords are not case-sensitive."""
        return decoded(self.raw.partition(b"=")[0]).upper()

    @property
    def value(self) -> str | None:
        """The part after ``=`` with its case kept; None where there is no ``=``."""
        _, equals, value = self.raw.partition(b"=")
        return decoded(value) if equals else None


@dataclass(frozen=True, slots=True)
class Path:
    """A reverse-path or forward-path with its parameters, exactly as sent.

    ``raw`` is the path between the colon and the first parameter, brackets included where
    they were sent; ``rest`` is what follows it.
    """

    raw: bytes
    rest: bytes = b""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The words behind the path, in order."""
        return tuple(Parameter(word) for word in self.rest.split())

    @property
    def address(self) -> str:
        """The mailbox: no brackets, no display name, no source route; "" for ``<>``.

        Source routes are ignored as RFC 5321 section 4.1.1.3 asks.  Case and quoting are kept:
        only the receiving host may fold a local-part (section 2.4).
        """
        start, end, _ = _brackets(self.raw)
        mailbox = self.raw[start:end].strip(b" \t<>")
        if route := _SOURCE_ROUTE.match(mailbox):
            mailbox = mailbox[route.end() :]
        return decoded(mailbox)

    def parameter(self, keyword: str) -> Parameter | None:
        """The first parameter of that keyword (upper case), or None."""
        return next((p for p in self.parameters if p.keyword == keyword), None)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the client said about a message outside the message (RFC 5321 section 2.3.1).

    A catcher takes mail data without MAIL or RCPT too, so each part may be missing.
    """

    sender: Path | None = None
    recipients: tuple[Path, ...] = ()

    @property
    def reverse_path(self) -> str | None:
        """The sender's mailbox, "" for the null reverse-path, None when MAIL was never sent."""
        return None if self.sender is None else self.sender.address

    @property
    def forward_paths(self) -> tuple[str, ...]:
        """The mailbox of each recipient, in the order of the RCPT commands."""
        return tuple(path.address for path in self.recipients)

    @property
    def size(self) -> int:
        """Octets of all paths and parameters."""
        paths = self.recipients if self.sender is None else (self.sender, *self.recipients)
        return sum(len(path.raw) + len(path.rest) for path in paths)


def read_path(argument: bytes, keyword: bytes) -> Path:
    """The path and the parameters in the argument of MAIL (b"FROM") or RCPT (b"TO").

    Never fails: a missing keyword, colon or bracket, a display name, blanks inside the path
    or text after it all give a path that holds what was sent.
    """
    skipped = _KEYWORD[keyword].match(argument)
    rest = argument[skipped.end() :] if skipped else argument
    end = _end_of_path(rest)
    return Path(rest[:end].rstrip(b" \t"), rest[end:].strip(b" \t"))


def _end_of_path(rest: bytes) -> int:
    """Where the path stops and the parameters begin."""
    first_word = _PARAMETER_WORD.search(rest)
    limit = first_word.start() if first_word else len(rest)
    opening, closing, end = _brackets(rest)
    return end if 0 < opening <= limit and closing < end else limit


def _brackets(path: bytes) -> tuple[int, int, int]:
    """Where the text between ``<`` and ``>`` starts and ends, and where the last ``>`` ends.

    Without ``<`` the text starts at 0, without ``>`` it ends at the end.
    """
    found = _BRACKETS.match(path)
    assert found is not None  # every part may be empty
    start, end = found.span("inside")
    start = start if path[start - 1 : start] == b"<" else 0
    return (start, end, found.end()) if found["closing"] else (start, len(path), len(path))
