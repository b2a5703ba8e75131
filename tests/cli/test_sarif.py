"""The log against the parts of the SARIF 2.1.0 schema that code scanning needs."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from mailtrap.cli import main
from mailtrap.cli.sarif import log
from mailtrap.lint.diagnostic import Found, Severity
from tests.throwaway import enrol, finds, marks, rule

BAD, NOTED = rule("x-bad", source="RFC 5322 §3.6.2"), rule("x-noted", Severity.INFO)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    """The run that checks one message."""
    finds(monkeypatch, (BAD, marks(b"bad\r\n")), (NOTED, lambda _mail: [Found("no place")]))
    monkeypatch.chdir(tmp_path)
    Path("a mail.eml").write_bytes("é bad\r\n".encode())
    assert main(["check", "--sarif", "a mail.eml"]) == 1
    made = json.loads(capsys.readouterr().out)
    assert made["version"] == "2.1.0"
    assert made["$schema"].endswith("sarif-2.1.0.json")
    [only] = made["runs"]
    assert isinstance(only, dict)
    return only


def test_every_rule_is_described(run: dict[str, Any]) -> None:
    driver = run["tool"]["driver"]

    assert driver["name"] == "mailtrap"
    assert [each["id"] for each in driver["rules"]] == ["x-bad", "x-noted"]
    for each in driver["rules"]:
        assert each["shortDescription"]["text"]
        assert each["fullDescription"]["text"]
        assert each["help"]["text"]
        assert each["defaultConfiguration"]["level"] in ("error", "warning", "note")
    uri = driver["rules"][0]["helpUri"]
    assert uri == "https://www.rfc-editor.org/rfc/rfc5322#section-3.6.2"


def test_every_result_names_its_rule_and_has_a_place(run: dict[str, Any]) -> None:
    rules = run["tool"]["driver"]["rules"]

    assert {each["level"] for each in run["results"]} == {"error", "note"}
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["message"]["text"]
        [location] = each["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "a%20mail.eml"
        assert place["region"]["startLine"] >= 1


def test_regions_count_characters_and_octets(run: dict[str, Any]) -> None:
    [bad] = [each for each in run["results"] if each["ruleId"] == "x-bad"]

    assert run["columnKind"] == "unicodeCodePoints"
    assert bad["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 1,
        "startColumn": 3,
        "endLine": 2,
        "endColumn": 1,
        "byteOffset": 3,
        "byteLength": 5,
    }


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ("RFC 5321 §F.1", "https://www.rfc-editor.org/rfc/rfc5321#appendix-F.1"),
        ("RFC 6066", "https://www.rfc-editor.org/rfc/rfc6066"),
        ("Gmail guidelines", None),
    ],
)
def test_the_help_is_the_clause_where_it_is_in_an_rfc(
    monkeypatch: pytest.MonkeyPatch, source: str, uri: str | None
) -> None:
    enrol(monkeypatch, rule(source=source))

    [described] = log([])["runs"][0]["tool"]["driver"]["rules"]

    assert described.get("helpUri") == uri


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text on other systems")
def test_a_file_whose_name_is_no_text_has_its_octets_in_the_uri(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = os.fsdecode(b"b\xfe.eml")
    Path(file).write_bytes(b"no header")

    main(["check", "--sarif", file])

    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    places = [each["locations"][0]["physicalLocation"] for each in results]
    assert {each["artifactLocation"]["uri"] for each in places} == {"b%FE.eml"}
