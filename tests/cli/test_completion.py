"""Completion in real shells: what is typed, the key, and what is on the line then."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mailtrap.cli import COMMANDS, main
from mailtrap.cli.completion import SHELLS
from mailtrap.cli.shells.grammar import Kind, commands
from tests.cli.command_lines import NAMES, options_of
from tests.cli.conftest import Out
from tests.clients.programs import program
from tests.test_terminal import Terminal, terminal

# What is typed, and what the line is after the key.
COMPLETED = {
    "mailtrap expl": "mailtrap explain",
    "mailtrap --smtps": "mailtrap --smtps-port",
    "mailtrap serve --max-m": "mailtrap serve --max-messages",
    "mailtrap serve --level err": "mailtrap serve --level error",
    "mailtrap serve --level=err": "mailtrap serve --level=error",
    "mailtrap explain dkim-missi": "mailtrap explain dkim-missing",
    "mailtrap check --select dkim-missi": "mailtrap check --select dkim-missing",
    "mailtrap list --maildir ma": "mailtrap list --maildir mails/",
    "mailtrap list --json --maildir ma": "mailtrap list --json --maildir mails/",
    "mailtrap check one": "mailtrap check one.eml",
    "mailtrap serve --tls-cert one": "mailtrap serve --tls-cert one.eml",
    "mailtrap help fil": "mailtrap help filters",
    "mailtrap completion fi": "mailtrap completion fish",
    "mailtrap service sys": "mailtrap service systemd",
    "mailtrap show lat": "mailtrap show latest",
    "mailtrap faults ch": "mailtrap faults check",
    "mailtrap faults check one": "mailtrap faults check one.eml",
    "mailtrap run -- quuxify": "mailtrap run -- quuxify-all",
}
START = {
    "bash": ("bash --norc --noprofile", 'eval "$(mailtrap completion bash)"'),
    "zsh": ("zsh -f", 'autoload -U compinit; compinit -D -u; eval "$(mailtrap completion zsh)"'),
    "fish": ("fish --no-config --private", "mailtrap completion fish | source"),
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with files to name, and programs to run in ``bin``."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "mailtrap").write_text(f'#!/bin/sh\nexec {sys.executable} -m mailtrap "$@"\n')
    (programs / "quuxify-all").write_text("#!/bin/sh\n")
    for each in programs.iterdir():
        each.chmod(0o755)
    place = tmp_path / "place"
    place.mkdir()
    (place / "mails").mkdir()
    (place / "mail.txt").touch()  # beside it, and no directory
    (place / "one.eml").touch()
    return place


def _environ(place: Path) -> Mapping[str, str]:
    path = os.pathsep.join((str(place.parent / "bin"), os.environ["PATH"]))
    return {"PATH": path, "HOME": str(place.parent), "PS1": "> ", "MAILTRAP_PORT": "0"}


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, place: Path) -> Iterator[Terminal]:
    """A terminal with that shell, which has read the script as the help says."""
    name = request.param
    program(name, f"apt-get install {name}")
    with terminal(place.parent, (100, 40)) as opened:
        assignments = " ".join(f"{k}={shlex.quote(v)}" for k, v in _environ(place).items())
        opened.run(f"cd {place}; exec env {assignments} {START[name][0]}")
        opened.until_shown("> ")
        opened.run(f"{START[name][1]}; echo started | tr a-z A-Z")
        opened.until_shown("STARTED")
        yield opened


def test_what_is_typed_is_completed(shell: Terminal) -> None:
    for typed, whole in COMPLETED.items():
        shell.keys("C-u", "C-l")
        shell.tmux("send-keys", "-l", typed)
        shell.until_shown(typed)
        shell.keys("Tab")
        shell.until_shown(whole)


def test_what_can_be_is_shown(shell: Terminal) -> None:
    shell.tmux("send-keys", "-l", "mailtrap serve --ma")
    shell.until_shown("--ma")
    shell.keys("Tab", "Tab")

    for option in ("--max-size", "--max-bytes", "--max-messages", "--max-age", "--maildir"):
        shell.until_shown(option)


def test_in_fish_every_option_of_every_command_is_offered(place: Path) -> None:
    fish = program("fish", "apt-get install fish")
    typed = {name: "mailtrap --" if name == "screen" else f"mailtrap {name} --" for name in NAMES}
    asked = [f"echo '== {name}'; complete -C '{text}'" for name, text in typed.items()]

    done = subprocess.run(
        [fish, "--no-config", "-c", "; ".join([START["fish"][1], *asked])],
        cwd=place,
        env={**os.environ, **_environ(place)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    offered = {
        name: {line.split("\t")[0] for line in lines}
        for name, *lines in (x.splitlines() for x in done.stdout.split("== ")[1:])
    }
    assert offered == {
        name: {flag for flag in options_of(name) if flag.startswith("--")} for name in NAMES
    }


@pytest.mark.parametrize("shell_name", SHELLS)
def test_the_script_has_all_commands_and_shells_can_read_it(shell_name: str, out: Out) -> None:
    assert main(["completion", shell_name]) == 0
    script = out()

    path = program(shell_name, f"apt-get install {shell_name}")
    subprocess.run([path, "-n"], input=script, text=True, check=True, timeout=60)
    assert all(name in script for name in COMMANDS)


def test_nothing_is_offered_where_nothing_can_be_known() -> None:
    serve = next(each for each in commands() if each.name == "serve")

    kinds = {option.flags[-1]: option.value and option.value.kind for option in serve.options}
    assert kinds["--timeout"] == Kind.ANY
    assert kinds["--tls"] is None
    assert kinds["--maildir"] == Kind.DIRECTORY
    assert serve.operand is None
    assert [each.name for each in commands()] == ["", *COMMANDS]


def test_another_shell_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    said = capsys.readouterr().err
    assert all(shell in said for shell in SHELLS)
