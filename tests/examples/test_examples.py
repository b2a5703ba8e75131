"""Small projects as our users have them; their own tests pass."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = {  # by directory: what it needs, how its tests are run
    "smtplib_app": ((), ["pytest", "-q"]),
    "unittest_app": ((), ["unittest", "-q"]),
    "django_app": (("django",), ["pytest", "-q"]),
    "flask_app": (("flask", "flask_mailman"), ["pytest", "-q"]),
    "fastapi_app": (("fastapi", "fastapi_mail", "httpx"), ["pytest", "-q"]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_tests_of_the_example_pass(name: str, tmp_path: Path) -> None:
    needs, command = EXAMPLES[name]
    for module in needs:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    project = tmp_path / name
    shutil.copytree(Path(__file__).parent / name, project)

    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_example_is_run() -> None:
    directories = {path.name for path in Path(__file__).parent.glob("*_app")}

    assert directories == set(EXAMPLES)
