"""Each rule has a sample that it finds, and a twin that it does not."""

import pytest

from mailtrap.lint.catalogue import RULES
from mailtrap.lint.diagnostic import Rule
from mailtrap.lint.reactions import PROBES
from tests.lint.findings import findings, ids

rules = pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))


@rules
def test_the_bad_sample_is_found(rule: Rule) -> None:
    assert rule.id in ids(rule.bad)


@rules
def test_the_good_twin_is_not(rule: Rule) -> None:
    assert rule.good
    assert rule.id not in ids(rule.good)


@rules
def test_a_rule_says_all_that_explain_shows(rule: Rule) -> None:
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.source
    assert rule.why.endswith(".")
    assert rule.mend.endswith(".")
    assert set(rule.probes) <= set(PROBES)


@rules
def test_a_finding_is_one_line_and_within_the_octets_it_points_at(rule: Rule) -> None:
    for each in findings(rule.bad):
        assert "\n" not in each.detail
        if each.place.start is not None:
            assert each.place.end is not None
            assert 0 <= each.place.start <= each.place.end
