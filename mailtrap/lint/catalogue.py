"""All rules by id, and the registers of their checks, complete once this is imported."""

from mailtrap.lint import (
    commands,
    connection,
    deliverability,
    header,
    mime,
    parameters,
    paths,
    pipelining,
    security,
    transfer,
)
from mailtrap.lint.checks import COMMANDS, DATA, ENDS, ENTRIES, LINES, MESSAGES, REPLIES
from mailtrap.lint.diagnostic import Rule

__all__ = [
    "BY_CHAPTER",
    "COMMANDS",
    "DATA",
    "ENDS",
    "ENTRIES",
    "LINES",
    "MESSAGES",
    "REPLIES",
    "RULES",
]

# In the order of the chapters.
CHAPTERS = {
    "Connection and greeting": connection,
    "Command lines": commands,
    "Envelope": paths,
    "ESMTP parameters": parameters,
    "Pipelining": pipelining,
    "Mail data": transfer,
    "TLS, AUTH and the end": security,
    "Header section": header,
    "MIME": mime,
    "Deliverability": deliverability,
}
_REGISTERED = {
    rule.id: rule
    for register in (LINES, COMMANDS, REPLIES, ENTRIES, DATA, ENDS, MESSAGES)
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
