"""``mailtrap settings``, and what commands make of settings that are in files."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailtrap.cli import main
from mailtrap.tui.registry import ACTIONS
from tests.cli.conftest import Out
from tests.support import running

MAILTRAP = [sys.executable, "-W", "error", "-m", "mailtrap"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pyproject.toml of an empty project, which is the working directory."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    directory = tmp_path / "shop"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory / "pyproject.toml"


def rows(out: Out, *words: str) -> dict[str, dict[str, Any]]:
    assert main(["settings", "--json", *words]) == 0
    found = json.loads(out())
    return {each.get("name") or each.get("action") or each["what"]: each for each in found}


def test_it_says_of_each_setting_where_it_is_from(
    project: Path, out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write_text(
        '[tool.mailtrap]\nport = 2\nmaildir = "mails"\n[tool.mailtrap.wait]\ntimeout=3'
    )
    monkeypatch.setenv("MAILTRAP_HOST", "127.0.0.1,::1")

    assert main(["settings"]) == 0
    lines = [line.split("\t") for line in out().splitlines()]

    assert ["host", "127.0.0.1,::1", "MAILTRAP_HOST"] in lines
    assert ["port", "2", "pyproject.toml:2"] in lines
    assert ["maildir", str(project.parent / "mails"), "pyproject.toml:3"] in lines
    assert ["max-messages", "0", "default"] in lines
    assert ["max-size", "64M", "default"] in lines
    assert ["wait.timeout", "3", "pyproject.toml:5"] in lines


def test_as_json_each_is_an_object(project: Path, out: Out) -> None:
    project.write_text('[tool.mailtrap]\nmax-size = "1k"\ntls-ca = "ca.pem"\nehlo = "-DSN,+X"\n')

    found = rows(out)

    assert found["max-size"] == {
        "name": "max-size",
        "value": 1024,
        "from": "file",
        "where": f"{project}, line 2",
        "file": str(project),
        "line": 2,
        "option": "--max-size",
        "variable": "MAILTRAP_MAX_SIZE",
    }
    assert found["tls-ca"]["value"] == str(project.parent / "ca.pem")
    assert found["ehlo"]["value"] == ["-DSN", "+X"]
    assert (found["port"]["from"], found["port"]["where"]) == ("default", None)


@pytest.mark.parametrize("words", [["settings"], ["settings", "--json"]])
def test_no_password_is_shown(project: Path, out: Out, words: list[str]) -> None:
    project.write_text('[tool.mailtrap]\nuser = ["ann:hunter2", "bob:hunter3"]\n')

    assert main(words) == 0

    said = out()
    assert "ann:********" in said
    assert "hunter" not in said


def test_control_characters_of_a_file_are_made_visible(project: Path, out: Out) -> None:
    project.write_text('[tool.mailtrap]\nfaults = "a\\u001b]2;PWNED\\u0007"\n')

    assert main(["settings"]) == 0

    assert "\x1b" not in out()


def test_what_was_chosen_on_the_screen_is_told_unless_a_setting_says_otherwise(
    project: Path, out: Out
) -> None:
    memory = project.parents[1] / "home" / "mailtrap" / "screen.json"
    memory.parent.mkdir(parents=True)
    memory.write_text('{"theme": "nord", "split": 70}')
    project.write_text('[tool.mailtrap]\ntheme = "gruvbox"\n')

    found = rows(out)

    assert (found["theme"]["value"], found["theme"]["from"]) == ("gruvbox", "file")
    assert (found["split"]["value"], found["split"]["from"]) == (70, "screen")
    assert found["split"]["file"] == str(memory)
    assert (found["layout"]["value"], found["layout"]["from"]) == (None, "default")


def test_it_lists_actions_with_their_keys(project: Path, out: Out) -> None:
    project.write_text("[tool.mailtrap.keys]\napp.zoom = 'w'\nlist.severity = ['z', 'f5']\n")

    found = rows(out, "--keys")

    assert list(found) == [action.id for action in ACTIONS]
    assert (found["app.zoom"]["usual"], found["app.zoom"]["keys"]) == (["z"], ["w"])
    assert found["list.severity"]["keys"] == ["z", "f5"]
    assert found["app.quit"]["keys"] == found["app.quit"]["usual"] == ["q"]
    assert rows(out)["keys.app.zoom"]["value"] == ["w"]


def test_it_lists_the_files(project: Path, out: Out) -> None:
    assert main(["settings", "--path"]) == 0
    kinds = [line.split("\t") for line in out().splitlines()]
    assert [(what, path) for what, path, _ in kinds] == [
        ("project", str(project)),
        ("user", str(project.parents[1] / "home" / "mailtrap" / "mailtrap.toml")),
        ("screen", str(project.parents[1] / "home" / "mailtrap" / "screen.json")),
    ]

    project.write_text("[tool.mailtrap]\n")
    assert rows(out, "--path")["project"]["found"] == "read"


@pytest.mark.usefixtures("project")
def test_a_variable_that_is_no_setting_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAILTRAP_PROT", "1")
    monkeypatch.setenv("MAILTRAP_TEST_PORT", "1")

    assert main(["settings"]) == 0

    assert capsys.readouterr().err == (
        "mailtrap: MAILTRAP_PROT in the environment is no setting; did you mean MAILTRAP_PORT?\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 'x'", "pyproject.toml, line 2: port = 'x' is not a port"),
        ("prot = 1", "pyproject.toml, line 2: 'prot' is no setting; did you mean 'port'?"),
        ("keys.app.zoon = 'w'", "line 2: there is no action 'app.zoon'; did you mean app.zoom"),
        ("keys.app.zoom = 'q'", "line 2: 'q' is for app.quit (quit; mail that is only in memory"),
        ("split = 5", "pyproject.toml, line 2: split = 5 is no share; give per cent"),
        ("check.ignore = [1]", "check.ignore = [1] must be text in quotes, or a list of it"),
    ],
)
def test_what_is_wrong_anywhere_is_exit_2(
    project: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write_text(f"[tool.mailtrap]\n{text}\n")

    assert main(["settings"]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.startswith(f"mailtrap: {project}, line 2: ")
    assert captured.err.count("\n") == 1


# Other commands


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["serve", "--help"], 0),
        (["settings", "--help"], 0),
        (["explain", "no-helo"], 0),
        (["rules"], 0),
        (["serve", "--port=0"], 2),
        (["list"], 2),
        (["settings"], 2),
    ],
    ids=str,
)
def test_a_broken_file_stops_only_who_needs_it(project: Path, words: list[str], code: int) -> None:
    project.write_text("[tool.mailtrap]\nport = \n")

    done = subprocess.run(
        [*MAILTRAP, *words], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == code
    said = "" if code == 0 else f"mailtrap: {project}, line 2: no TOML: Invalid value\n"
    assert done.stderr == said


@pytest.mark.usefixtures("maildir")
def test_commands_find_the_maildir_of_the_project(
    project: Path, out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = os.environ["MAILTRAP_MAILDIR"]
    monkeypatch.delenv("MAILTRAP_MAILDIR")
    assert main(["list"]) == 2
    project.write_text(f"[tool.mailtrap]\nmaildir = '{path}'\n[tool.mailtrap.tail]\nlines = 2\n")

    assert main(["list"]) == 0
    assert len(out().splitlines()) == 4
    assert main(["tail"]) == 0
    assert len(out().splitlines()) == 2
    assert main(["tail", "-n", "3"]) == 0
    assert len(out().splitlines()) == 3


def test_check_ignores_what_the_project_ignores(project: Path, out: Out) -> None:
    Path("mail.eml").write_bytes(b"From: a@example.org\r\nFrom: b@example.org\r\n\r\nhi\r\n")
    assert main(["check", "mail.eml"]) == 1
    project.write_text("[tool.mailtrap.check]\nselect = ['header-duplicate']\n")
    assert main(["check", "mail.eml"]) == 1
    assert "1 message: 1 error" in out()

    project.write_text(
        "[tool.mailtrap.check]\nignore = ['header-duplicate, header-missing-date']\n"
    )

    assert main(["check", "mail.eml"]) == 0


def test_run_takes_ports_of_its_own_and_sets_what_the_project_wants(project: Path) -> None:
    project.write_text(
        "[tool.mailtrap]\nport = 2525\nsmtps-port = 2465\n"
        "run.env = ['MAIL=smtp://{host}:{port}?{smtps_port}']\n"
    )
    code = "import os; print(os.environ['MAIL'])"

    done = subprocess.run(
        [*MAILTRAP, "run", "--", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.startswith("smtp://127.0.0.1:")
    assert not {"2525", "2465"} & set(done.stdout.strip().replace("?", ":").split(":"))


@pytest.mark.parametrize("command", [["send"], ["sendmail", "bob@example.org"]], ids=str)
def test_what_sends_mail_finds_the_port_of_the_project(project: Path, command: list[str]) -> None:
    with running() as server:
        project.write_text(f"[tool.mailtrap]\nhost = ['127.0.0.1', '::1']\nport = {server.port}\n")

        subprocess.run([*MAILTRAP, *command], input=b"hi\n", timeout=60, check=True)

        assert server.message()


def test_what_a_file_sets_for_another_time_is_no_mistake(project: Path) -> None:
    project.write_text("[tool.mailtrap]\nfsync = true\nmax-age = '3d'\ntls-ca = 'ca.pem'\n")

    done = subprocess.run(
        [*MAILTRAP, "run", "--", sys.executable, "-c", "print('ran')"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "ran\n", "")


def test_help_reads_no_files_and_imports_nothing_that_does() -> None:
    code = (
        "import sys; from mailtrap.cli import main\n"
        "main(['--help'])\n"
        "print([m for m in ('tomllib', 'textual', 'difflib') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.endswith("[]\n")


def test_without_files_nothing_that_reads_them_is_imported(project: Path) -> None:
    code = (
        "import sys; from mailtrap.cli import main\n"
        "main(['list', '--maildir=nowhere'])\n"
        "print([m for m in ('tomllib', 'textual') if m in sys.modules])"
    )
    project.write_text('[project]\nname = "mailtrap-user"\n')

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout == "[]\n"


def test_no_test_sees_files_of_whoever_runs_it() -> None:
    done = subprocess.run(
        [*MAILTRAP, "settings", "--path", "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    for place in json.loads(done.stdout)[1:]:
        assert not Path(place["file"]).is_relative_to(Path.home() / ".config")
        assert not Path(place["file"]).is_relative_to(Path.home() / ".local")
