"""Odd shapes that fuzzing found worth keeping: none breaks a rule, and each is read in no time."""

from pathlib import Path

import pytest

from mailtrap.lint import message, session
from mailtrap.lint.samples import Script, play

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_an_odd_shape_is_read_and_each_finding_is_in_it_and_on_one_line(path: Path) -> None:
    octets = path.read_bytes()

    if path.suffix == ".smtp":
        played = play(Script((octets,)))
        found = session.diagnose(played.session, played.data.get)
    else:
        found = list(message.diagnose(octets).diagnostics)

    for each in found:
        assert len(each.text.splitlines()) == 1
        if each.place.start is not None and path.suffix == ".eml":
            assert 0 <= each.place.start <= (each.place.end or 0) <= len(octets)


def test_a_field_of_many_faults_among_many_fields_is_read_in_time_that_does_not_explode() -> None:
    octets = b"Content-Type: a/b" + b";x" * 8000 + b"\r\n" + b"a:\r\n" * 8000 + b"\r\nx"

    found = message.diagnose(octets).diagnostics  # it took seventeen seconds once

    assert "content-type-syntax" in {each.rule.id for each in found}
