"""Our types as the editors of our users see them.  mypy reads ``user.py`` with all the rest."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

USER = Path(__file__).with_name("user.py")


def pyright(path: Path) -> list[tuple[int, str]]:
    """(line, rule) of what it finds wrong."""
    program = Path(sys.executable).with_name("pyright")
    if not program.exists():
        pytest.skip("pyright is not installed")
    done = subprocess.run(
        [program, "--outputjson", "--pythonpath", sys.executable, path],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    try:
        found = json.loads(done.stdout)["generalDiagnostics"]
    except ValueError:
        pytest.skip(f"pyright cannot run here: {(done.stdout + done.stderr)[-200:]}")
    lines = [each["range"]["start"]["line"] for each in found if each["severity"] == "error"]
    return [(line + 1, "error") for line in sorted(set(lines))]


@pytest.mark.skipif(shutil.which("node") is None, reason="pyright needs node")
def test_pyright_finds_the_mistakes_and_nothing_else(tmp_path: Path) -> None:
    lines = USER.read_text().splitlines()
    copy = tmp_path / "user.py"
    copy.write_text("\n".join(line.partition("  # type: ignore")[0] for line in lines))
    mistakes = [number for number, line in enumerate(lines, 1) if "  # type: ignore" in line]

    found = pyright(copy)

    assert [line for line, _ in found] == mistakes
