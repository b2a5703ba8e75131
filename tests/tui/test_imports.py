"""Imports: what paints is loaded when something is painted."""

import subprocess
import sys


def test_importing_the_package_does_not_import_what_paints() -> None:
    code = "import sys, mailtrap.tui; print([m for m in ('textual', 'rich') if m in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"
