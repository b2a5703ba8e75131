"""Rules for the length of a test, whatever rules there are besides."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import pytest

from mailtrap.lint import session
from mailtrap.lint.catalogue import BY_CHAPTER, DATA, MESSAGES, RULES
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.mail import Mail

CHAPTER = "Throw-away"


def rule(rule_id: str = "x-test", severity: Severity = Severity.ERROR, **other: Any) -> Rule:
    """A rule that says all it has to."""
    usual = {
        "source": "RFC 5322 §3.6",
        "why": "It breaks.",
        "mend": "Do not.",
        "bad": (b"NOOP\r\n",),
        "good": (b"QUIT\r\n",),
    }
    return Rule(rule_id, "Something is wrong", severity, **{**usual, **other})


def enrol(patch: pytest.MonkeyPatch, *rules: Rule) -> None:
    """The catalogue has those rules and no others."""
    for known in tuple(RULES):
        patch.delitem(RULES, known)
    for chapter in tuple(BY_CHAPTER):
        patch.delitem(BY_CHAPTER, chapter)
    patch.setitem(BY_CHAPTER, CHAPTER, list(rules))
    for each in rules:
        patch.setitem(RULES, each.id, each)


def finds(
    patch: pytest.MonkeyPatch, *checks: tuple[Rule, Callable[[Mail], Iterable[Found]]]
) -> None:
    """Messages are checked for those rules and no others."""
    enrol(patch, *(rule for rule, _ in checks))
    patch.setitem(MESSAGES, "", list(checks))


def in_data(patch: pytest.MonkeyPatch, rule: Rule, check: Callable[..., Iterable[Found]]) -> None:
    """Mail data of sessions is checked for that rule and no other."""
    patch.setitem(DATA, "", [(rule, check)])
    # Which checks are asked of mail data is remembered.
    patch.setattr(session, "_of_mail_data", lru_cache(session._of_mail_data.__wrapped__))


def marks(octets: bytes, detail: str = "") -> Callable[[Mail], Iterable[Found]]:
    """A check that finds each place where those octets are."""

    def check(mail: Mail) -> Iterable[Found]:
        data, at = mail.content.data, -1
        while (at := data.find(octets, at + 1)) >= 0:
            yield Found(detail, at, at + len(octets))

    return check
