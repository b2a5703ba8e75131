"""Ids of rules as people type them, and what they may have meant."""

from collections.abc import Iterable

from mailtrap.errors import UsageError
from mailtrap.lint.catalogue import RULES
from mailtrap.lint.diagnostic import Rule


def rules_named(words: Iterable[str]) -> list[Rule]:
    """The rules of those ids, which may be joined by commas.  Raises UsageError."""
    ids = [part.strip().lower() for word in words for part in word.split(",") if part.strip()]
    return [_rule(rule_id) for rule_id in ids]


def _rule(rule_id: str) -> Rule:
    if rule_id in RULES:
        return RULES[rule_id]
    import difflib

    close = difflib.get_close_matches(rule_id, RULES, 3)
    within = [known for known in RULES if rule_id in known]
    meant = list(dict.fromkeys([*close, *within]))[:3]
    hint = f"did you mean {' or '.join(meant)}?" if meant else "mailtrap rules lists them"
    raise UsageError(f"there is no rule {rule_id!r}; {hint}")
