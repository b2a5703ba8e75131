"""Imports: what paints is loaded when something is painted."""

import subprocess
import sys


def test_importing_the_package_does_not_import_what_paints() -> None:
    code = "import sys, mailtrap.tui; print([m for m in ('textual', 'rich') if m in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"


def test_what_serves_and_sends_is_imported_when_it_is_first_needed() -> None:
    names = "('http.server', 'smtplib', 'webbrowser', 'mailtrap.preview', 'mailtrap.page')"
    code = f"import sys, mailtrap.tui.app; print([m for m in {names} if m in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"
