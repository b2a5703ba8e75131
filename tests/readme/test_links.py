"""Whatever the README points at is there."""

import re

import pytest

from tests.readme.page import ROOT, prose

TARGETS = sorted(set(re.findall(r"\]\(([^)\s]+)\)", prose())))
INSIDE = [target for target in TARGETS if "://" not in target]


def anchors() -> set[str]:
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", prose(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("target", INSIDE)
def test_a_target_is_there(target: str) -> None:
    if target.startswith("#"):
        assert target[1:] in anchors()
    else:
        assert (ROOT / target).exists()


def test_headings_differ_so_that_each_has_its_anchor() -> None:
    assert len(anchors()) == len(re.findall(r"^#+ ", prose(), re.MULTILINE))


def test_pictures_have_words_for_those_who_do_not_see_them() -> None:
    pictures = re.findall(r"!\[([^]]*)\]\(", prose())

    assert len(pictures) >= 3
    assert all(len(words) > 20 for words in pictures)


def test_other_sites_are_reached_safely() -> None:
    assert [
        target for target in TARGETS if "://" in target and not target.startswith("https:")
    ] == []
