"""What went wrong, as an exit code."""

from collections.abc import Sequence

import pytest

from mailtrap.cli import main, rules


def test_a_bug_is_told_as_one_and_does_not_pass_for_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(words: Sequence[str]) -> int:
        return len(words) // 0

    monkeypatch.setattr(rules, "run", broken)

    assert main(["rules", "tls"]) == 70
    heard = capsys.readouterr()
    assert heard.out == ""
    assert "ZeroDivisionError" in heard.err
    assert heard.err.endswith("mailtrap: this is a bug in mailtrap; what is above says where\n")
