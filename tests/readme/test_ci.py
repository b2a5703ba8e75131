"""The recipes for CI: real files, which the README quotes; their commands are run."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.clients.programs import Runner, program
from tests.readme.conftest import Shell
from tests.readme.page import ROOT, blocks, section

DIRECTORY = ROOT / "tests" / "examples" / "ci"
SCHEMAS = {
    "github-actions.yml": "vendor.github-workflows",
    "gitlab-ci.yml": "vendor.gitlab-ci",
    "compose.yaml": "vendor.compose-spec",
}
# What the tests of somebody's project do: they send, to where the environment says.
SENDS = 'mailtrap send --url "$SMTP_URL" --to bob@example.org --subject Welcome'


def recipe(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(DIRECTORY / name)
    return found


def test_the_readme_quotes_the_files() -> None:
    quoted = [each.text for each in blocks() if each.heading == "In CI"]

    assert quoted == [(DIRECTORY / name).read_text("utf-8") for name in SCHEMAS]
    assert {path.name for path in DIRECTORY.iterdir()} == set(SCHEMAS)
    for name in SCHEMAS:
        assert f"(tests/examples/ci/{name})" in section("In CI")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_recipe_is_one_by_the_schema_of_who_reads_it(name: str, tmp_path: Path) -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[name]]

    Runner(tmp_path)(*check, str(DIRECTORY / name))


def without_installing(commands: list[str]) -> list[str]:
    """The commands but for the first, which installs mailtrap (test_packaging does)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert commands[0] == f"pip install {project['name']}"
    return commands[1:]


def test_the_steps_of_github_actions_run(shell: Shell) -> None:
    program("npm", "apt install npm, or brew install node")
    (shell.directory / "package.json").write_text(f'{{"scripts": {{"test": {quoted(SENDS)}}}}}')
    steps = recipe("github-actions.yml")["jobs"]["tests"]["steps"]

    shell.run("\n".join(without_installing([step["run"] for step in steps if "run" in step])))

    [artifact] = [
        step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")
    ]
    assert (shell.directory / artifact).stat().st_size > 0
    assert "Welcome" in shell.run("mailtrap list --maildir mails")


def quoted(text: str) -> str:
    """A string as JSON has it."""
    return '"' + text.replace('"', '\\"') + '"'


def test_the_script_of_gitlab_runs(shell: Shell) -> None:
    program("make", "apt install make")
    (shell.directory / "Makefile").write_text(f"test:\n\t{SENDS.replace('$', '$$')}\n")
    job = recipe("gitlab-ci.yml")["tests"]
    commands = without_installing(job["script"])
    shell.environ.update(job["variables"])
    assert job["variables"]["SMTP_URL"] == "smtp://localhost:1025"
    # The port is a free one here, and the server ends with its shell.
    listening = "SMTP_URL=$(sed -n 's/.*listening on \\(127[^ ]*\\).*/smtp:\\/\\/\\1/p' serve.log)"
    script = [*commands[:2], f"export {listening}", *commands[2:]]

    said = shell.run("\n".join(["trap 'kill $!' EXIT", *script]))

    assert "Welcome" in said
    for path in job["artifacts"]["paths"]:
        assert (shell.directory / path).exists()
    assert "C: QUIT" in (shell.directory / "serve.log").read_text()


def test_compose_and_the_image_speak_of_the_same_port_and_directory() -> None:
    services = recipe("compose.yaml")["services"]
    image = (ROOT / ".docker" / "Dockerfile").read_text("utf-8")
    [volume] = re.findall(r"^VOLUME (\S+)$", image, re.MULTILINE)
    [port] = re.findall(r"^EXPOSE (\d+)$", image, re.MULTILINE)

    assert services["mailtrap"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert services["mailtrap"]["volumes"] == [f"mails:{volume}"]
    assert services["app"]["environment"] == {"SMTP_HOST": "mailtrap", "SMTP_PORT": port}
    assert set(services["app"]["depends_on"]) == {"mailtrap"}
    assert "HEALTHCHECK" in image
