"""``mailtrap rules``: all that can be wrong, by chapter."""

import json
from collections.abc import Mapping, Sequence

from mailtrap.cli import EX_NO_MATCH, tell
from mailtrap.cli.output import beside, coloured, say
from mailtrap.lint.catalogue import BY_CHAPTER
from mailtrap.lint.diagnostic import LEVELS, Rule, Severity
from mailtrap.parsers import Parser, bare_parser

DESCRIPTION = """\
List the rules by chapter.  With words only those whose id, title, source or
chapter has all of them, such as "mailtrap rules 5322 duplicate"."""
EXAMPLES = """\
mailtrap rules dkim
mailtrap rules 5322 duplicate --level error"""


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap rules", DESCRIPTION, EXAMPLES)
    parser.add_argument("words", nargs="*", metavar="WORD", help="what a rule is to be about")
    parser.add_argument(
        "--level", choices=[*map(str, LEVELS)], help="these and worse", metavar="LEVEL"
    )
    parser.add_argument("--json", action="store_true", help="one JSON array")
    return parser


def run(words: Sequence[str]) -> int:
    """List them; returns the exit code."""
    arguments = command_line().parse_args(words)
    found = _matching(arguments.words, Severity(arguments.level or "info"))
    if arguments.json:
        say(
            json.dumps([_keys(chapter, rule) for chapter, rules in found.items() for rule in rules])
        )
    else:
        _show(found)
    if not found:
        tell("no rule is about that; mailtrap rules lists all")
    return 0 if found else EX_NO_MATCH


def _matching(words: Sequence[str], level: Severity) -> dict[str, list[Rule]]:
    wanted = [word.casefold() for word in words]
    found = {
        chapter: [
            rule
            for rule in rules
            if rule.severity.rank <= level.rank
            and all(word in _searched(chapter, rule) for word in wanted)
        ]
        for chapter, rules in BY_CHAPTER.items()
    }
    return {chapter: rules for chapter, rules in found.items() if rules}


def _searched(chapter: str, rule: Rule) -> str:
    return f"{rule.id} {rule.title} {rule.source} {chapter}".casefold()


def _keys(chapter: str, rule: Rule) -> dict[str, str]:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "source": rule.source,
        "title": rule.title,
        "chapter": chapter,
    }


def _show(found: Mapping[str, Sequence[Rule]]) -> None:
    first = max((len(rule.id) for rules in found.values() for rule in rules), default=0)
    for number, (chapter, rules) in enumerate(found.items()):
        if number:
            say()
        say(coloured(chapter, "strong"))
        for rule in rules:
            _show_rule(rule, first)


def _show_rule(rule: Rule, first: int) -> None:
    """Id, severity, title; the title wrapped for people, and on one line for grep."""
    indent = 2 + first + 2 + len("warning") + 2
    lines = beside(f"{rule.title} ({rule.source})", indent)
    severity = coloured(f"{rule.severity:<7}", rule.severity)
    say(f"  {rule.id:<{first}}  {severity}  {lines[0]}")
    for line in lines[1:]:
        say(" " * indent + line)
