"""Rules of the house that no linter knows."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mailtrap

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mailtrap"
MODULES = sorted(PACKAGE.rglob("*.py"))
# Another distribution installs an import package of the same name with these modules; in one
# environment the two would overwrite each other.
NOT_OURS = {"api", "client", "config", "exceptions", "http", "models", "webhooks"}
FRONTS = ("tui", "console.py", "cli", "__main__.py", "testing", "pytest_plugin.py")


def test_no_module_has_a_name_of_the_other_distribution() -> None:
    assert not {path.stem for path in PACKAGE.iterdir()} & NOT_OURS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_types_are_shipped() -> None:
    assert (PACKAGE / "py.typed").exists()


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    project = tomllib.loads("\n".join(lines))["project"]
    named = project["dependencies"] + project["optional-dependencies"]["dev"]

    for requirement in named:
        [number] = [n for n, line in enumerate(lines) if f'"{requirement}"' in line]
        above = lines[number - 1].strip()
        assert "#" in lines[number] or above.startswith("#"), f"{requirement} does not say why"


def test_every_suppression_says_why() -> None:
    bare = re.compile(r"# (?:noqa(?:: [A-Z0-9, ]+)?|type: ignore(?:\[[\w, -]+\])?)\s*$")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ]

    assert not found


def test_the_changelog_knows_the_version() -> None:
    assert f"## {mailtrap.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_says_first_what_this_is_not() -> None:
    head = "\n".join((ROOT / "README.md").read_text().splitlines()[:12])

    assert "not the Mailtrap company's SDK" in head


def test_what_is_below_the_fronts_works_without_them(tmp_path: Path) -> None:
    copy = tmp_path / "mailtrap"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns(*FRONTS, "__pycache__"))
    names = [
        ".".join(path.relative_to(tmp_path).with_suffix("").parts) for path in copy.rglob("*.py")
    ]
    script = f"""
import importlib, smtplib
for name in {[name.removesuffix(".__init__") for name in names]!r}:
    importlib.import_module(name)
from mailtrap.terms import Terms
from mailtrap.smtp.listen import bind
from mailtrap.smtp.server import Server, ServerThread
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Trap
trap = Trap(MemoryStore())
server = Server(trap, bind(["127.0.0.1"], 0), Terms())
host, port = server.addresses[0]
thread = ServerThread(server)
thread.start()
with smtplib.SMTP(host, port) as smtp:
    smtp.sendmail("a@example.org", "b@example.org", "hi")
thread.stop()
assert [message.data for message in trap.messages] == [b"hi\\r\\n"]
"""

    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=60)
