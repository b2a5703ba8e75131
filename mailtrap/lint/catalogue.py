"""All rules by id, and the registers of their checks, complete once this is imported."""

from mailtrap.lint import (
    chunks,
    commands,
    connection,
    deliverability,
    header,
    line_ends,
    mime,
    notifications,
    parameters,
    paths,
    pipelining,
    security,
    transfer,
    values,
)
from mailtrap.lint.checks import COMMANDS, DATA, ENDS, ENTRIES, LINES, MESSAGES, REPLIES
from mailtrap.lint.diagnostic import Rule

__all__ = ["COMMANDS", "DATA", "ENDS", "ENTRIES", "LINES", "MESSAGES", "REPLIES", "RULES"]

# In the order of the chapters.
CHAPTERS = {
    "Connection and greeting": connection,
    "Command lines": commands,
    "Envelope": paths,
    "ESMTP parameters": parameters,
    "Values of parameters": values,
    "Notifications": notifications,
    "Pipelining": pipelining,
    "Mail data": transfer,
    "Line ends": line_ends,
    "Chunks": chunks,
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


RULES: dict[str, Rule] = {
    rule.id: rule for chapter in CHAPTERS.values() for rule in _rules_of(chapter)
}
