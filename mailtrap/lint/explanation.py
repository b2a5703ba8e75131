"""A rule explained: what, why, how to mend it, samples, what real servers make of it.  Pure.

Lines of text for any front; each is safe to show.
"""

import textwrap
from collections.abc import Sequence

from mailtrap.lint.diagnostic import Rule
from mailtrap.lint.exhibits import exhibit
from mailtrap.lint.reactions import described, reactions
from mailtrap.sanitize import sanitize

_MEASURED = "Real servers, measured:"
_DOCUMENTED = "By their documentation, not measured:"


def explained(rule: Rule, width: int = 80) -> list[str]:
    """All there is to say about a rule, in lines of so many columns."""
    head = [
        *_wrapped(f"{rule.id}: {rule.title}", width),
        *_wrapped(f"{rule.severity}, {rule.source}", width),
    ]
    paragraphs = [
        _wrapped(f'"{rule.quote}"' if rule.quote else "", width, "  "),
        _wrapped(rule.why, width),
        _wrapped(rule.mend, width),
        ["Wrong:", *exhibit(rule, rule.bad, rule.good, width)],
        ["Right:", *exhibit(rule, rule.good, rule.bad, width)],
        *reaction_paragraphs(rule, width),
    ]
    return [*head, *(line for each in paragraphs if each for line in ["", *each])]


def reaction_paragraphs(rule: Rule, width: int = 80) -> list[list[str]]:
    """What servers do: what was measured, and what is only documented."""
    paragraphs = []
    if len(rule.probes) == 1:
        rows = [(server, described(said)) for server, said in reactions(rule.probes[0]).items()]
        paragraphs.append([_MEASURED, *_table(rows, width)])
    elif rule.probes:
        grouped = (line for probe in rule.probes for line in _grouped(probe, width))
        paragraphs.append([_MEASURED, *grouped])
    if rule.elsewhere:
        paragraphs.append([_DOCUMENTED, *_table(rule.elsewhere, width)])
    return paragraphs


def _grouped(probe: str, width: int) -> list[str]:
    """One probe of several: the servers by what they do."""
    servers: dict[str, list[str]] = {}
    for server, answer in reactions(probe).items():
        servers.setdefault(described(answer), []).append(server)
    return [
        f"  {sanitize(probe)}",
        *(
            line
            for what, which in servers.items()
            for line in textwrap.wrap(
                f"{sanitize(what)}: {', '.join(which)}",
                width,
                initial_indent=" " * 4,
                subsequent_indent=" " * 6,
            )
        ),
    ]


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(sanitize(text), width, initial_indent=indent, subsequent_indent=indent)


def _table(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Two columns, the second wrapped."""
    first = max(len(name) for name, _ in rows) + 2
    return [
        line
        for name, text in rows
        for line in textwrap.wrap(
            sanitize(text),
            width,
            initial_indent=f"  {name:<{first}}",
            subsequent_indent=" " * (first + 2),
        )
    ]
