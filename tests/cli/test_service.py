"""``mailtrap service``: what is printed, as those read it for whom it is."""

import json
import os
import plistlib
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mailtrap.cli import main
from mailtrap.cli.program import command
from mailtrap.cli.service import compose, launchd, systemd
from tests.cli.command_lines import accepts
from tests.cli.conftest import Out
from tests.clients.programs import program
from tests.support import Client

ODD = ["/opt/my apps/mailtrap", "serve", "--user=ann:a%b$c\"d\\e 'f;", "--maildir=/m/50%"]


def exec_start(unit: str) -> list[str]:
    """The words of ExecStart, as systemd reads them."""
    [line] = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    words = shlex.split(line.removeprefix("ExecStart="))
    return [word.replace("%%", "%").replace("$$", "$") for word in words]


def verified(unit: Path) -> "subprocess.CompletedProcess[str]":
    """What systemd says of a unit."""
    analyze = program("systemd-analyze", "apt-get install systemd")
    home = str(unit.parent)
    return subprocess.run(
        [analyze, "verify", "--user", unit],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"XDG_RUNTIME_DIR": home, "HOME": home, "PATH": "/usr/bin:/bin"},
    )


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path, out: Out) -> None:
    unit = tmp_path / "mailtrap.service"
    assert main(["service", "systemd", "--maildir", str(tmp_path / "my mails"), "--tls"]) == 0
    unit.write_text(out())

    done = verified(unit)

    assert unit.name not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


def test_systemd_finds_a_program_that_is_not_there(tmp_path: Path) -> None:
    unit = tmp_path / "mailtrap.service"
    unit.write_text(systemd(["/nowhere/mailtrap", "serve"]))

    done = verified(unit)

    assert "/nowhere/mailtrap" in done.stderr


def test_the_command_of_the_unit_serves(tmp_path: Path, out: Out) -> None:
    words = ["--port=0", "--host=127.0.0.1", "--json", "--user", "ann:a b", "--maildir"]
    assert main(["service", "systemd", *words, str(tmp_path / "mails")]) == 0

    started = exec_start(out())
    process = subprocess.Popen(started, stdout=subprocess.PIPE, cwd="/")
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        with Client(ready["listeners"][0]["port"]) as client:
            client.greeted()
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()

    assert ready["maildir"] == str(tmp_path / "mails")


def test_any_word_comes_through_a_unit_and_a_property_list() -> None:
    assert exec_start(systemd(ODD)) == ODD
    assert plistlib.loads(launchd(ODD).encode())["ProgramArguments"] == ODD


def test_who_has_no_home_is_told_what_the_agent_needs_it_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 2)

    assert main(["service", "launchd"]) == 2
    assert capsys.readouterr().err == (
        "mailtrap: there is no home directory for the log of the agent; set HOME\n"
    )


def test_the_agent_of_launchd_starts_and_is_kept_running(out: Out) -> None:
    assert main(["service", "launchd", "--max-age=3d", "--no-magic"]) == 0

    agent = plistlib.loads(out().encode())
    assert agent["Label"] == "local.mailtrap"
    assert agent["ProgramArguments"][-3:] == ["serve", "--max-age=3d", "--no-magic"]
    assert Path(agent["ProgramArguments"][0]).is_absolute()
    assert agent["RunAtLoad"] is True
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert Path(agent["StandardOutPath"]).name == "mailtrap.log"


def test_the_service_of_compose_publishes_its_port_to_this_machine_alone() -> None:
    text = compose(["--port=2525", "--user=ann:$x"], 2525)

    lines = [line.strip() for line in text.splitlines()]
    words = [json.loads(line[2:]) for line in lines if line.startswith('- "-') or "serve" in line]
    assert words[:3] == ["serve", "--host=0.0.0.0", "--maildir=/mail"]
    assert words[3:] == ["--port=2525", "--user=ann:$$x"]  # $$ is how compose writes a $
    assert '- "127.0.0.1:2525:2525"' in lines
    accepts(shlex.join(["mailtrap", *words]))


def test_paths_are_absolute_and_lists_are_whole(
    tmp_path: Path, out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--maildir=m", "--host=::1", "--host", "127.0.0.1", "--ehlo", "-CHUNKING"]

    assert main(["service", "systemd", *words]) == 0
    assert sorted(exec_start(out())[-4:]) == [
        "--ehlo=-CHUNKING",
        "--host=127.0.0.1",
        "--host=::1",
        f"--maildir={tmp_path / 'm'}",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the following arguments are required: KIND"),
        (["upstart"], "invalid choice: 'upstart'"),
        (["systemd", "--port=x"], "--port: 'x' is not a port"),
        (["systemd", "--prot=1"], "did you mean --port?"),
        (["compose", "--maildir=m"], "leave them out"),
        (["compose", "--tls-cert=c.pem"], "--tls-cert names a file of this machine"),
        (["systemd", "--user=ann:a\nb"], "has a control character"),
    ],
)
def test_what_cannot_be_passed_on_is_told(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["service", *words]) == 2

    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_the_command_is_the_program_that_was_called_or_its_python(tmp_path: Path) -> None:
    called = tmp_path / "mailtrap"
    called.write_text("#!/bin/sh\n")

    assert command(str(called), "/usr/bin/python3") == ("/usr/bin/python3", "-m", "mailtrap")
    called.chmod(0o755)
    assert command(str(called), "/usr/bin/python3") == (str(called),)
    assert command("/lib/mailtrap/__main__.py")[1:] == ("-m", "mailtrap")
    assert Path(sys.executable).samefile(command("pytest")[0])
