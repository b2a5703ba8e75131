"""Small projects as our users have them; their own tests pass.

The README quotes them: see ``test_quotes``.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.clients.programs import missing, node_environ, program

HERE = Path(__file__).parent
PYTEST = [sys.executable, "-m", "pytest", "-q"]
EXAMPLES: dict[str, tuple[tuple[str, ...], list[str]]] = {  # what it needs, how its tests are run
    "smtplib_app": ((), PYTEST),
    "unittest_app": ((), [sys.executable, "-m", "unittest", "-q"]),
    "aiosmtplib_app": (("aiosmtplib", "pytest_asyncio"), PYTEST),
    "django_app": (("django",), PYTEST),
    "flask_app": (("flask", "flask_mailman"), PYTEST),
    "fastapi_app": (("fastapi", "fastapi_mail", "httpx"), PYTEST),
    "celery_app": (("celery",), PYTEST),
    "gunicorn_app": (("gunicorn",), PYTEST),
}


def run_tests(name: str, command: list[str], directory: Path, **environ: str) -> None:
    """Run the tests of an example, in a place of its own."""
    project = directory / name
    shutil.copytree(HERE / name, project)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}

    done = subprocess.run(
        command,
        cwd=project,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={**ours, **environ},
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_tests_of_the_example_pass(name: str, tmp_path: Path) -> None:
    needs, command = EXAMPLES[name]
    for module in needs:
        if importlib.util.find_spec(module) is None:
            missing(module, "pip install -e '.[examples]'")

    run_tests(name, command, tmp_path)


def test_the_tests_of_the_example_of_node_pass(tmp_path: Path) -> None:
    environ: Mapping[str, str] = node_environ(program("node", "apt install nodejs"))
    npm = program("npm", "apt install npm, or brew install node")
    # Where mailtrap and its command are.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))

    run_tests("node_app", [npm, "test"], tmp_path, PATH=path, **environ)

    assert (tmp_path / "node_app" / "mails" / "new").is_dir()


def test_every_example_is_run() -> None:
    directories = {path.name for path in HERE.glob("*_app")}

    assert directories == {*EXAMPLES, "node_app"}
