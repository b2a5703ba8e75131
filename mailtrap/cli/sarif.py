"""Findings as a SARIF 2.1.0 log (OASIS), which code scanning and editors read."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from mailtrap.cli.findings import Checked
from mailtrap.cli.mail_files import STDIN
from mailtrap.lint.catalogue import BY_CHAPTER, RULES
from mailtrap.lint.diagnostic import Diagnostic, Rule, Severity
from mailtrap.lint.quotation import position
from mailtrap.sanitize import without_surrogates
from mailtrap.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SECTION = re.compile(r"RFC (\d+)(?: §([A-Z]?[\d.]*\d))?")


def log(found: Iterable[tuple[Checked, Sequence[Diagnostic]]]) -> dict[str, Any]:
    """The log of one run: every rule, and the results."""
    index = {rule_id: number for number, rule_id in enumerate(RULES)}
    results: list[dict[str, Any]] = []
    notifications: list[dict[str, Any]] = []
    for checked, diagnostics in found:
        results += [_result(checked, each, index[each.rule.id]) for each in diagnostics]
        if checked.is_partial:
            notifications.append(_partial(checked))
    driver = {
        "name": "mailtrap",
        "version": __version__,
        "rules": [_rule(rule, chapter) for chapter, rules in BY_CHAPTER.items() for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule, chapter: str) -> dict[str, Any]:
    described = {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "help": {"text": f"{rule.mend} ({rule.source})".strip()},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["email", chapter], "source": rule.source},
    }
    if uri := _uri_of_source(rule.source):
        described["helpUri"] = uri
    return described


def _uri_of_source(source: str) -> str | None:
    """Where the clause can be read; None where it is in no RFC."""
    section = _SECTION.match(source)
    if section is None:
        return None
    anchor = ""
    if section[2]:
        kind = "section" if section[2][0].isdigit() else "appendix"
        anchor = f"#{kind}-{section[2]}"
    return f"https://www.rfc-editor.org/rfc/rfc{section[1]}{anchor}"


def _result(checked: Checked, each: Diagnostic, index: int) -> dict[str, Any]:
    return {
        "ruleId": each.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[each.severity],
        "message": {"text": without_surrogates(each.text)},
        "locations": [{"physicalLocation": _location(checked, each)}],
    }


def _location(checked: Checked, each: Diagnostic) -> dict[str, Any]:
    place, data = each.place, checked.data
    # Viewers leave out what has no line: what is missing is missing from the first.
    region = {"startLine": 1}
    if place.start is not None:
        end = max(place.start, place.end or 0)
        line, column = position(data, place.start)
        end_line, end_column = position(data, end)
        region = {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
            "byteOffset": place.start,
            "byteLength": end - place.start,
        }
    return {"artifactLocation": {"uri": _uri(checked.file)}, "region": region}


def _uri(file: str) -> str:
    """A relative file as a relative reference, any other as a file: URI (RFC 3986, RFC 8089)."""
    if file == STDIN:
        return "stdin"
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))


def _partial(checked: Checked) -> dict[str, Any]:
    text = f"only the first {checked.read:,} of {len(checked.data):,} octets were looked at"
    location = {"physicalLocation": {"artifactLocation": {"uri": _uri(checked.file)}}}
    return {"level": "warning", "message": {"text": text}, "locations": [location]}
