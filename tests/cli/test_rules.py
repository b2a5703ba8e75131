import json

import pytest

from mailtrap.cli import main
from mailtrap.lint.catalogue import RULES
from mailtrap.lint.diagnostic import Severity
from tests.throwaway import CHAPTER, enrol, rule


@pytest.fixture(autouse=True)
def _two_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    enrol(monkeypatch, rule("bad"), rule("noted-thing", Severity.INFO, source="RFC 2045 §4"))


def test_rules_are_listed_by_chapter_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules"]) == 0
    assert capsys.readouterr().out == (
        f"{CHAPTER}\n"
        "  bad          error    Something is wrong (RFC 5322 §3.6)\n"
        "  noted-thing  info     Something is wrong (RFC 2045 §4)\n"
    )


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["noted"], ["noted-thing"]),
        (["WRONG", "2045"], ["noted-thing"]),
        (["throw-away"], ["bad", "noted-thing"]),
        (["--level=warning"], ["bad"]),
    ],
)
def test_words_and_a_level_filter(
    words: list[str], ids: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "--json", *words]) == 0
    assert [each["rule"] for each in json.loads(capsys.readouterr().out)] == ids


def test_json_has_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    main(["rules", "--json", "bad"])

    assert json.loads(capsys.readouterr().out) == [
        {
            "rule": "bad",
            "severity": "error",
            "source": RULES["bad"].source,
            "title": "Something is wrong",
            "chapter": CHAPTER,
        }
    ]


def test_a_word_that_no_rule_has_is_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "quux"]) == 1
    heard = capsys.readouterr()
    assert (heard.out, heard.err) == (
        "",
        "mailtrap: no rule is about that; mailtrap rules lists all\n",
    )


def test_a_level_there_is_not_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--level=fatal"]) == 2
    assert "choose from 'error', 'warning', 'info'" in capsys.readouterr().err
