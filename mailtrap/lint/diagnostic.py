"""The values: a rule, where something is, a diagnostic."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailtrap.lint.samples import Sample


class Severity(StrEnum):
    """How bad it is; the order is that of ``LEVELS``."""

    ERROR = "error"  # against a MUST, or refused by a server that many use
    WARNING = "warning"  # against a SHOULD, or legal but refused somewhere
    INFO = "info"  # worth knowing; every stock client does some of it

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return LEVELS.index(self)


LONGEST = 400  # code points of a detail
_LINE_END = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")  # as str.splitlines has them

LEVELS = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong.  The id is stable: people ignore it and look it up."""

    id: str
    title: str  # one line, without a full stop: "MAIL before EHLO or HELO"
    severity: Severity
    source: str  # "RFC 5321 §4.1.1.1"; where no clause has it, what does: "Gmail guidelines"
    quote: str = ""  # the words of that clause
    why: str = ""  # what goes wrong in the world because of it, one to three sentences
    mend: str = ""  # what to do about it, one to three sentences
    bad: "Sample" = field(default=(), repr=False)  # yields it
    good: "Sample" = field(default=(), repr=False)  # the twin that does not
    probes: tuple[str, ...] = ()  # keys of reactions.PROBES: what real servers answered
    elsewhere: tuple[tuple[str, str], ...] = ()  # (server, documented reaction), not measured


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is; what does not apply is None or "".

    ``start`` and ``end`` count octets: in a message those of its mail data, in a session those
    of the ``raw`` of the entry at ``offset``.
    """

    offset: int | None = None  # ClientEntry.offset of the entry
    start: int | None = None
    end: int | None = None
    field: str = ""  # name of a header field
    part: str = ""  # path of a MIME part: "1.2"


@dataclass(frozen=True, slots=True)
class Found:
    """What a check yields: the actual values, and where as far as the check knows better."""

    detail: str = ""  # one line; text from the wire may be in it as it is
    start: int | None = None
    end: int | None = None
    field: str = ""
    part: str = ""
    offset: int | None = None  # of another entry than the one at hand
    severity: Severity | None = None  # where it is not that of the rule


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding."""

    rule: Rule
    severity: Severity
    detail: str
    place: Place

    @property
    def text(self) -> str:
        """Title and detail on one line."""
        return f"{self.rule.title}: {self.detail}" if self.detail else self.rule.title


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A diagnostic of a server that runs, and what it is about."""

    session: str  # id
    peer: str
    message: str | None  # id, where it is about a message or its mail data
    at: datetime
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True)
class Undiagnosed:
    """So many messages were not read: too many came, or they were gone too soon."""

    count: int


def diagnosed(rule: Rule, found: Found, offset: int | None = None) -> Diagnostic:
    """The diagnostic of a finding at the entry of that offset."""
    place = Place(
        offset if found.offset is None else found.offset,
        found.start,
        found.end,
        found.field,
        found.part,
    )
    detail = found.detail
    if len(detail) > LONGEST or not detail.isprintable():
        detail = _LINE_END.sub(" ", detail[:LONGEST])
    return Diagnostic(rule, found.severity or rule.severity, detail, place)
