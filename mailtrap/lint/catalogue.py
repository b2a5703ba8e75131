"""All rules by id, and the registers of their checks, complete once this is imported."""

from mailtrap.lint import (
    addresses,
    alternatives,
    auth,
    boundaries,
    chunks,
    commands,
    connection,
    deliverability,
    dkim,
    encoded_bodies,
    encoded_words,
    encodings,
    ends,
    envelope,
    header,
    header_lines,
    identification,
    line_ends,
    lines,
    lists,
    mailboxes,
    mime,
    notifications,
    parameters,
    paths,
    pipelining,
    security,
    texts,
    transfer,
    values,
)
from mailtrap.lint.checks import (
    ARRIVALS,
    COMMANDS,
    DATA,
    ENDS,
    ENTRIES,
    LINES,
    MESSAGES,
    REPLIES,
    SESSIONS,
)
from mailtrap.lint.diagnostic import Rule

__all__ = [
    "ARRIVALS",
    "BY_CHAPTER",
    "COMMANDS",
    "DATA",
    "ENDS",
    "ENTRIES",
    "LINES",
    "MESSAGES",
    "REPLIES",
    "RULES",
    "SESSIONS",
]

# In the order of the chapters.
CHAPTERS = {
    "Connection and greeting": connection,
    "Command lines": lines,
    "Commands": commands,
    "Envelope": envelope,
    "Paths": paths,
    "Mailboxes": mailboxes,
    "ESMTP parameters": parameters,
    "Values of parameters": values,
    "Notifications": notifications,
    "Pipelining": pipelining,
    "Mail data": transfer,
    "Line ends": line_ends,
    "Chunks": chunks,
    "TLS": security,
    "AUTH": auth,
    "The end of a session": ends,
    "Header section": header,
    "Header lines": header_lines,
    "Date and Message-ID": identification,
    "Addresses": addresses,
    "Encoded words": encoded_words,
    "MIME": mime,
    "Boundaries": boundaries,
    "Transfer encodings": encodings,
    "Base64 and quoted-printable": encoded_bodies,
    "Text and its charset": texts,
    "Alternatives and images": alternatives,
    "DKIM": dkim,
    "Lists": lists,
    "Deliverability": deliverability,
}
_REGISTERED = {
    rule.id: rule
    for register in (LINES, COMMANDS, REPLIES, ENTRIES, DATA, ENDS, MESSAGES, ARRIVALS, SESSIONS)
    for checks in register.values()
    for rule, _ in checks
}


def _rules_of(chapter: object) -> list[Rule]:
    """The rules of a module, in the order they are written."""
    values = vars(chapter).values()
    return [value for value in values if isinstance(value, Rule) and value.id in _REGISTERED]


BY_CHAPTER: dict[str, list[Rule]] = {
    title: _rules_of(chapter) for title, chapter in CHAPTERS.items()
}
RULES: dict[str, Rule] = {rule.id: rule for rules in BY_CHAPTER.values() for rule in rules}
