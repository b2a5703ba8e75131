"""``mailtrap explain``: a rule, why it is one, how to mend what it finds, who would mind."""

import json
from collections.abc import Sequence
from typing import Any

from mailtrap.cli.output import coloured, say, width
from mailtrap.cli.rule_ids import rules_named
from mailtrap.lint.diagnostic import Rule
from mailtrap.lint.exhibits import exhibit
from mailtrap.lint.explanation import explained
from mailtrap.lint.reactions import reactions, refuses
from mailtrap.parsers import Parser, bare_parser

DESCRIPTION = """\
Explain rules: what is wrong, why it matters, the words of the RFC, how to mend
it, a sample that does it and one that does not, and what real servers answer."""
EXAMPLES = "mailtrap explain dkim-missing"


def command_line() -> Parser:
    """What it takes."""
    parser = bare_parser("mailtrap explain", DESCRIPTION, EXAMPLES)
    parser.add_argument("ids", nargs="+", metavar="ID", help="see mailtrap rules")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    return parser


def run(words: Sequence[str]) -> int:
    """Explain; returns the exit code."""
    arguments = command_line().parse_args(words)
    rules = rules_named(arguments.ids)
    if arguments.json:
        say(json.dumps([_keys(rule) for rule in rules]))
        return 0
    for number, rule in enumerate(rules):
        if number:
            say("\n" + "-" * width() + "\n")
        for line in explained(rule, width()):
            say(_styled(line, rule))
    return 0


def _styled(line: str, rule: Rule) -> str:
    """The line in colours where they help to find one's way."""
    if line.startswith(f"{rule.id}: ") or (line.endswith(":") and not line.startswith(" ")):
        return coloured(line, "strong")
    if line.startswith("> "):
        return coloured(line, rule.severity)
    if line.endswith("^") and set(line) <= set(" |^"):
        return coloured(line, "mark")
    return line


def _keys(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "source": rule.source,
        "quote": rule.quote,
        "why": rule.why,
        "mend": rule.mend,
        "bad": exhibit(rule, rule.bad, rule.good),
        "good": exhibit(rule, rule.good, rule.bad),
        "measured": [
            {"probe": probe, "server": server, "answer": answer, "refuses": refuses(answer)}
            for probe in rule.probes
            for server, answer in reactions(probe).items()
        ],
        "documented": [{"server": server, "reaction": text} for server, text in rule.elsewhere],
    }
