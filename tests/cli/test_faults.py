import io
import sys
from pathlib import Path

import pytest

from mailtrap.cli import main
from mailtrap.cli.faults import HELP
from mailtrap.faults import magic
from mailtrap.faults.presets import PRESETS
from mailtrap.faults.rules import TLS_FAILURES
from mailtrap.faults.syntax import read_rules
from mailtrap.faults.verbs import VERBS


def test_checking_says_what_each_rule_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        """\
# faults
[[rule]]
name = "a try"
on = "RCPT"
to = "*@slow.test"
reply = ["451 4.7.1 try later", "normal"]
delay = 2

[[rule]]
preset = "greylist"
""",
        "utf-8",
    )

    assert main(["faults", "check", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "line 2: RCPT to *@slow.test: 451 4.7.1 try later, then as usual, 2 s late -- a try",
        (
            "line 9: RCPT: 451 4.7.1 greylisted, try again later (at most once per triplet)"
            " -- greylist"
        ),
    ]


def test_a_file_without_rules_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rules.toml"
    path.touch()

    assert main(["faults", "check", str(path)]) == 0
    assert capsys.readouterr().out == "no rules\n"


def test_what_is_wrong_is_one_sentence_and_the_exit_code_of_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\non = "RCPT"\nrply = "550"\n')

    assert main(["faults", "check", str(path)]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err == (
        f"mailtrap: {path}, line 3: 'rply' is no key of a rule; did you mean reply?\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["check", "/nowhere/rules.toml"], "cannot read the faults file '/nowhere/rules.toml': No"),
        (["check"], "check takes one file; write mailtrap faults check FILE"),
        (["check", "a", "b"], "check takes one file"),
        (["chek", "a"], "there is no faults command 'chek'; write mailtrap faults check FILE"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["faults", *words]) == 2
    assert capsys.readouterr().err.startswith(f"mailtrap: {sentence}")


@pytest.mark.parametrize("words", [[], ["--help"], ["check", "-h"]])
def test_the_help_names_everything_there_is(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["faults", *words]) == 0
    shown = capsys.readouterr().out

    recipients = [f"{word}@fault.test" for word in magic.WORDS]
    for name in (*VERBS, *PRESETS, *TLS_FAILURES, *recipients):
        assert name in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_the_example_in_the_help_is_right() -> None:
    example = HELP[HELP.index("    [[rule]]") : HELP.index("on       ")]

    assert len(read_rules(example)) == 2


def test_the_command_is_in_the_help_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0

    assert "  faults      make the server fail on purpose" in capsys.readouterr().out


def test_a_stdout_of_few_letters_and_a_closed_one_are_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\non = "RCPT"\nname = "für Ann"\n', "utf-8")
    octets = io.BytesIO()

    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(octets, "ascii", write_through=True))
    assert main(["faults", "check", str(path)]) == 0
    assert octets.getvalue() == b"line 1: RCPT: as usual -- f\\xfcr Ann\n"

    monkeypatch.setattr(sys, "stdout", None)
    assert main(["faults", "check", str(path)]) == 0
