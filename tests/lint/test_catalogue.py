"""The ids people ignore, assert on and look up: none is lost or renamed by accident."""

from pathlib import Path

from mailtrap.lint.catalogue import BY_CHAPTER, RULES

IDS = (Path(__file__).parent / "catalogue.txt").read_text().split()


def test_the_rules_are_those_of_the_catalogue() -> None:
    assert sorted(RULES) == IDS


def test_every_rule_is_in_one_chapter() -> None:
    in_chapters = [rule.id for rules in BY_CHAPTER.values() for rule in rules]

    assert sorted(in_chapters) == IDS
