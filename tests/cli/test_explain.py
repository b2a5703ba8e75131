import json
import subprocess
import sys
from pathlib import Path

import pytest

from mailtrap.cli import main
from mailtrap.lint.catalogue import RULES
from mailtrap.lint.explanation import explained
from tests.throwaway import enrol, rule


def test_a_rule_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "no-helo"]) == 0
    assert capsys.readouterr().out.splitlines() == explained(RULES["no-helo"], 80)


def test_several_rules_are_explained_in_the_order_they_were_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol(monkeypatch, rule("first"), rule("second"))

    assert main(["explain", "Second,first"]) == 0
    shown = capsys.readouterr().out
    assert shown.index("second: ") < shown.index("-" * 80) < shown.index("first: ")


def test_json_has_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "no-helo", "--json"])

    [keys] = json.loads(capsys.readouterr().out)
    assert list(keys) == [
        *("rule", "title", "severity", "source", "quote", "why", "mend"),
        *("bad", "good", "measured", "documented"),
    ]
    assert keys["measured"][2] == {
        "probe": "no-helo",
        "server": "Exim 4.96",
        "answer": "503 HELO or EHLO required",
        "refuses": True,
    }


@pytest.mark.parametrize(
    ("rule_id", "sentence"),
    [
        ("no-hello", "there is no rule 'no-hello'; did you mean no-helo?"),
        ("helo", "there is no rule 'helo'; did you mean no-helo?"),
        ("quux", "there is no rule 'quux'; mailtrap rules lists them"),
    ],
)
def test_an_unknown_id_is_one_sentence_and_exit_2(
    rule_id: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    enrol(monkeypatch, RULES["no-helo"])

    assert main(["explain", rule_id]) == 2
    assert capsys.readouterr().err == f"mailtrap: {sentence}\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_exit_74() -> None:
    command = [sys.executable, "-W", "error", "-m", "mailtrap", "explain", "no-helo"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False
        )

    assert done.returncode == 74
    assert done.stderr == "mailtrap: the output cannot be written: No space left on device\n"


def test_a_reader_that_has_had_enough_is_no_reason_to_complain() -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "mailtrap", "explain", "no-helo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None

    assert process.stderr.read() == b""
    assert process.wait(timeout=30) == 141
    process.stderr.close()
