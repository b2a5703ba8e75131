"""Terminals and files that know few characters: columns stay columns, and nothing is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailtrap.cli.letters import spelled
from tests.support import WAIT
from tests.terminals import at_a_terminal

MAILTRAP = [sys.executable, "-m", "mailtrap"]
ASCII = {"PYTHONIOENCODING": "ascii"}
UMLAUTS = "Subject: Gr\u00fc\u00dfe \u4f60\u597d\r\n\r\nx\r\n"


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("Gr\u00fc\u00dfe \u2026 \u2500", "utf-8", "Gr\u00fc\u00dfe \u2026 \u2500"),
        ("Gr\u00fc\u00dfe \u2026", "latin-1", "Gr\u00fc\u00dfe ..."),
        ("Gr\u00fc\u00dfe \u4f60", "ascii", "Gr\\xfc\\xdfe \\u4f60"),
        ("x (RFC 5321 \u00a72.3.8), \u00a72", "ascii", "x (RFC 5321 section 2.3.8), \\xa72"),
        ("a\u240d\u240a", "ascii", "a<CR><LF>"),
    ],
)
def test_what_an_encoding_does_not_know_is_spelled(text: str, encoding: str, shown: str) -> None:
    assert spelled(text, encoding) == shown


def test_marks_are_below_what_they_mark(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(UMLAUTS.encode())
    done = subprocess.run(
        [*MAILTRAP, "check", str(mail)],
        env={**os.environ, **ASCII},
        capture_output=True,
        timeout=WAIT,
        check=False,
    )
    quoted = [line for line in done.stdout.decode("ascii").splitlines() if " | " in line]

    text, marks = quoted[0], quoted[1]
    assert text.endswith("Subject: Gr\\xfc\\xdfe \\u4f60\\u597d")
    assert marks.index("^") == text.index("Subject")
    assert len(marks) == len(text)


def test_the_screen_needs_letters_and_says_so(tmp_path: Path) -> None:
    code, shown = at_a_terminal([*MAILTRAP, "view", str(tmp_path)], environ=ASCII)

    assert code == 2
    assert "view: the screen needs UTF-8, and this terminal is set to ascii" in shown
    assert "(unset PYTHONIOENCODING)" in shown
