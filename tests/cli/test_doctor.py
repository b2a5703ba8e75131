"""``mailtrap doctor``: each check, where it has something to find and where it has not."""

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import mailtrap
from mailtrap.cli import main
from mailtrap.cli.checkup import installation, maildirs, network, terminal
from mailtrap.cli.checkup.finding import Finding, State
from mailtrap.version import __version__
from tests.cli.conftest import Out
from tests.cli.maildirs import server
from tests.cli.test_serve import MAILTRAP
from tests.support import running
from tests.terminals import at_a_terminal
from tests.test_terminal import terminal as tmux_terminal


@pytest.fixture
def held() -> Iterator[int]:
    """A port that something listens on, and says nothing."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


# Settings


def test_what_is_wrong_with_a_file_of_settings_is_one_of_the_things_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: Out
) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.mailtrap]\nprot = 3\n")
    monkeypatch.chdir(tmp_path)

    assert main(["doctor", "--json"]) == 1

    found = json.loads(out())
    assert found[0]["state"] == "todo"
    assert "line 2: 'prot' is no setting; did you mean 'port'?" in found[0]["text"]
    assert "Python" in [each["name"] for each in found]


# Network


def test_a_port_that_is_free_is_well() -> None:
    found = network.port(["127.0.0.1"], 0)

    assert found.state == State.OK
    assert "127.0.0.1:" in found.text


def test_a_port_that_something_holds_is_to_do(held: int) -> None:
    found = network.port(["127.0.0.1"], held)

    assert found == Finding(
        "port",
        State.TODO,
        f"cannot listen on 127.0.0.1:{held}: the port is in use",
        "try another --port",
    )


def test_a_port_that_a_mailtrap_holds_is_a_note() -> None:
    with running() as other:
        found = network.port(["127.0.0.1"], other.port)

    assert found.state == State.NOTE
    assert found.text == f"a mailtrap is at port {other.port} already"


def test_an_address_of_another_machine_is_to_do() -> None:
    found = network.port(["192.0.2.1"], 0)

    assert found.state == State.TODO
    assert found.remedy == "this machine does not have that address"


def test_a_machine_without_the_loopback_of_ipv6_is_noted() -> None:
    code = "from mailtrap.cli.checkup.network import ipv6; print(ipv6().state)"
    # A network namespace of its own has a loopback that is down.
    without = ["unshare", "--user", "--net", sys.executable, "-c", code]
    works = (
        shutil.which("unshare")
        and not subprocess.run(
            ["unshare", "--user", "--net", "true"], capture_output=True, check=False
        ).returncode
    )

    assert network.ipv6().state in (State.OK, State.NOTE)
    if not works:
        pytest.skip("unshare cannot make a network here; it takes Linux and the right to")
    done = subprocess.run(without, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "note\n"


def _unknown() -> set[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    ("addresses", "state", "text"),
    [
        (lambda: {"127.0.0.1", "::1"}, State.OK, "is 127.0.0.1 and ::1"),
        (lambda: {"192.0.2.7"}, State.TODO, "is 192.0.2.7, not this machine"),
        (_unknown, State.TODO, "nobody knows that name (Name or service not known)"),
    ],
)
def test_localhost_has_to_be_this_machine(
    addresses: Callable[[], set[str]], state: State, text: str
) -> None:
    found = network.localhost(addresses)

    assert (found.state, found.text) == (state, text)
    assert ("/etc/hosts" in found.remedy) == (state == State.TODO)


def test_the_resolver_is_asked_for_localhost() -> None:
    assert network.addresses_of_localhost() & {"127.0.0.1", "::1"}


def test_a_name_that_does_not_come_is_to_do() -> None:
    over = threading.Event()
    try:
        found = network.hostname(lambda: str(over.wait()), patience=0.01)
    finally:
        over.set()

    assert found.state == State.TODO
    assert "/etc/hosts" in found.remedy


def test_a_name_that_comes_late_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "SLOW", 0.0)

    found = network.hostname(lambda: "mx.test")

    assert found.state == State.NOTE
    assert found.text.startswith("mx.test, but that took ")


def test_a_name_that_comes_is_well() -> None:
    assert network.hostname(lambda: "mx.test").text == "mx.test, at once"


# Terminal


@pytest.mark.parametrize(
    ("found", "state", "told"),
    [
        (terminal.terminal({"TERM": "xterm"}, is_terminal=True), State.OK, "xterm"),
        (terminal.terminal({"TERM": "dumb"}, is_terminal=True), State.TODO, "TERM=xterm-256color"),
        (terminal.terminal({}, is_terminal=True), State.TODO, "not set"),
        (terminal.terminal({"TERM": "xterm"}, is_terminal=False), State.NOTE, "lines"),
        (terminal.size(80, 24), State.OK, "80x24"),
        (terminal.size(79, 24), State.NOTE, "79x24"),
        (terminal.size(80, 23), State.NOTE, "80x23"),
        (terminal.colours({"COLORTERM": "truecolor"}), State.OK, "all"),
        (terminal.colours({"TERM": "tmux-256color"}), State.OK, "256"),
        (terminal.colours({"TERM": "xterm"}), State.NOTE, "few"),
        (terminal.colours({"COLORTERM": "truecolor", "NO_COLOR": "1"}), State.NOTE, "NO_COLOR"),
        (terminal.letters("UTF-8"), State.OK, "UTF-8"),
        (terminal.letters("utf_8"), State.OK, "UTF-8"),
        (terminal.letters("ANSI_X3.4-1968"), State.TODO, "LC_ALL=C.UTF-8"),
        (terminal.clipboard({"PATH": ""}), State.NOTE, "OSC 52"),
        (terminal.clipboard({"PATH": "", "TMUX": "/tmp/tmux"}), State.OK, "tmux's"),
        (terminal.clipboard({"SSH_TTY": "/dev/pts/1"}), State.OK, "SSH"),
        (terminal.browser({"SSH_TTY": "/dev/pts/1", "DISPLAY": ":0"}), State.NOTE, "none here"),
    ],
)
def test_what_the_environment_says_of_a_terminal(found: Finding, state: State, told: str) -> None:
    assert found.state == state
    assert told in f"{found.text} {found.remedy}"


def test_programs_are_found_in_the_environment_and_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "nano").write_text("#!/bin/sh\n")
    (tmp_path / "nano").chmod(0o755)
    path = {"PATH": str(tmp_path)}

    def found(usual: str, **environ: str) -> Finding:
        return terminal.program("editor", ("VISUAL", "EDITOR"), (usual,), {**path, **environ})

    assert found("nano") == Finding("editor", State.OK, "nano")
    assert found("vi") == Finding(
        "editor", State.NOTE, "none is there", "install vi, or set EDITOR"
    )
    assert found("vi", EDITOR="nano -w").text == "nano -w (EDITOR)"
    assert found("nano", VISUAL="gone --wait", EDITOR="nano") == Finding(
        "editor",
        State.TODO,
        "VISUAL is 'gone --wait', which is not there",
        "install it, or set VISUAL",
    )


def test_a_clipboard_program_counts_where_its_desktop_is(tmp_path: Path) -> None:
    (tmp_path / "xclip").write_text("#!/bin/sh\n")
    (tmp_path / "xclip").chmod(0o755)

    assert terminal.clipboard({"PATH": str(tmp_path)}).state == State.NOTE
    assert terminal.clipboard({"PATH": str(tmp_path), "DISPLAY": ":0"}).text == "xclip"


def test_tmux_that_keeps_what_is_copied_to_itself_is_noted(tmp_path: Path) -> None:
    with tmux_terminal(tmp_path, (100, 40)) as opened:
        opened.tmux("set-option", "-s", "set-clipboard", "on")
        opened.run(_only_tmux())
        opened.until_shown("ok tmux set-clipboard is on")
        opened.tmux("set-option", "-s", "set-clipboard", "off")
        opened.run(_only_tmux())
        opened.until_shown("note tmux what is copied stays in its buffer")


def _only_tmux() -> str:
    code = (
        "import os; from mailtrap.cli.checkup.terminal import tmux;"
        "[print(each.state, each.name, each.text) for each in tmux(os.environ)]"
    )
    return f"clear; {sys.executable} -c '{code}'"


def test_outside_of_tmux_nothing_is_said_of_it() -> None:
    assert not list(terminal.tmux({}))


# Installation


def test_the_python_is_one_that_was_tested() -> None:
    assert installation.python((3, 11, 0)).state == State.OK
    assert installation.python((3, 10, 9)).state == State.TODO
    assert installation.python((3, 99, 0)).state == State.NOTE
    assert installation.python().state == State.OK


def _installed(site: Path, name: str, version: str, *requires: str) -> None:
    """What pip leaves behind of a distribution."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    needed = "".join(f"Requires-Dist: {each}\n" for each in requires)
    info.joinpath("METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}"
    )


def test_packages_have_to_be_there_in_tested_versions(tmp_path: Path) -> None:
    requires = ("one<2,>=1.4.6", "two<9,>=8.2", "three>=1", 'four>=1; extra == "dev"')
    _installed(tmp_path, "mailtrap-local", __version__, *requires)
    _installed(tmp_path, "one", "1.4.6")
    _installed(tmp_path, "two", "9.0.0")

    own, one, two, three = installation.packages([str(tmp_path)])

    assert (own.state, one.state) == (State.OK, State.OK)
    assert (two.state, two.text) == (State.TODO, "9.0.0, but tested with two<9,>=8.2")
    assert (three.state, three.text) == (State.TODO, "is not there")
    assert sys.executable in three.remedy


def test_files_of_one_version_and_metadata_of_another_are_to_do(tmp_path: Path) -> None:
    _installed(tmp_path, "mailtrap-local", "0.0.9")

    [own] = installation.packages([str(tmp_path)])

    assert own.state == State.TODO
    assert "installed as 0.0.9" in own.text


def test_run_without_being_installed_is_noted(tmp_path: Path) -> None:
    [own] = installation.packages([str(tmp_path)])

    assert own.state == State.NOTE


@pytest.mark.parametrize(
    ("version", "requirement", "is_met"),
    [
        ("1.4.6", "x<1.5,>=1.4.6", True),
        ("1.4.5", "x<1.5,>=1.4.6", False),
        ("1.5.0", "x<1.5,>=1.4.6", False),
        ("1.10", "x>=1.9", True),
        ("8.2.0rc1", "x<9,>=8.2", True),
        ("2.0", "x", True),
    ],
)
def test_versions_are_numbers(version: str, requirement: str, is_met: bool) -> None:  # noqa: FBT001
    assert installation.is_within(version, requirement) == is_met


@pytest.mark.parametrize(
    ("init", "state"),
    [
        ("from .client import MailtrapClient\n", State.NOTE),
        (Path(mailtrap.__file__).read_text(), State.NOTE),
        ("", State.TODO),
    ],
    ids=["theirs came last", "ours came last", "neither's is there"],
)
def test_the_sdk_of_the_same_import_name_is_found(tmp_path: Path, init: str, state: State) -> None:
    _installed(tmp_path, "mailtrap", "2.0.1")
    (tmp_path / "mailtrap").mkdir()
    (tmp_path / "mailtrap/__init__.py").write_text(init)

    found = installation.name_clash([str(tmp_path)])

    assert found.state == state
    assert "SDK 2.0.1" in found.text


def test_without_the_sdk_all_is_well(tmp_path: Path) -> None:
    _installed(tmp_path, "mailtrap-local", __version__)

    assert installation.name_clash([str(tmp_path)]).state == State.OK


# Maildirs


def _states(path: Path) -> dict[str, State]:
    return {each.name: each.state for each in maildirs.maildir(path)}


def test_a_maildir_that_can_be_used_is_well(tmp_path: Path) -> None:
    path = tmp_path / "mails"
    with server(path):
        before = sorted(path.rglob("*"))
        states = _states(path)
        assert sorted(path.rglob("*")) == before

    assert states["maildir"] == states["locks"] == State.OK


def test_a_maildir_that_would_be_made_is_well(tmp_path: Path) -> None:
    assert _states(tmp_path / "a" / "b") == {"maildir": State.OK}


def test_what_is_no_maildir_is_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert _states(tmp_path) == {"maildir": State.TODO}
    assert _states(tmp_path / "file") == {"maildir": State.TODO}
    assert _states(tmp_path / "file" / "below") == {"maildir": State.TODO}


def test_a_maildir_that_lacks_where_mail_is_written_is_to_do(tmp_path: Path) -> None:
    path = tmp_path / "mails"
    with server(path):
        pass
    shutil.rmtree(path / "tmp")
    (path / "tmp").touch()

    found, _ = maildirs.maildir(path)

    assert found.state == State.TODO
    assert "cannot be written" in found.text


def test_a_file_system_that_tells_of_no_changes_is_noted(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"2 1 0:5 / {tmp_path.resolve()}/a\\040b rw shared:1 - nfs4 host:/x rw\n"
    )

    assert maildirs.file_system(tmp_path / "a b" / "mails", mounts) == "nfs4"
    assert maildirs.file_system(tmp_path, mounts) == "ext4"
    assert maildirs._file_system(tmp_path / "a b", mounts).state == State.NOTE
    assert maildirs._file_system(tmp_path, mounts).state == State.OK
    assert maildirs.file_system(tmp_path, tmp_path / "gone") == ""


def test_few_watches_are_noted(tmp_path: Path) -> None:
    for name, count in (("max_user_instances", 128), ("max_user_watches", 8)):
        (tmp_path / name).write_text(f"{count}\n")

    found = maildirs.watches(tmp_path)

    assert found.state == State.NOTE
    assert found.remedy == "sysctl fs.inotify.max_user_watches=8192"
    (tmp_path / "max_user_watches").write_text("65536\n")
    assert maildirs.watches(tmp_path) == Finding("watches", State.OK, "enough")


# The command


def test_it_ends_with_1_where_something_is_to_do(held: int, out: Out) -> None:
    words = ["doctor", "--host=127.0.0.1", f"--port={held}"]

    assert main(words) == 1
    shown = out()
    assert f"\ntodo  port        cannot listen on 127.0.0.1:{held}" in shown
    assert "\n                  -> try another --port\n" in shown
    assert re.search(r"\n\n(one thing has|\d+ things have) to be done\n$", shown)
    assert max(map(len, shown.splitlines())) <= 80


def test_json_has_all_findings(held: int, out: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILTRAP_PORT", str(held))
    monkeypatch.setenv("MAILTRAP_HOST", "127.0.0.1")

    assert main(["doctor", "--json"]) == 1
    found = {each["name"]: each for each in json.loads(out())}
    assert found["port"]["state"] == "todo"
    assert found["Python"] == {
        "name": "Python",
        "state": "ok",
        "text": ".".join(map(str, sys.version_info[:3])),
        "remedy": "",
    }
    assert set(found) >= {"aiosmtpd", "textual", "SDK", "IPv6", "localhost", "hostname", "pager"}
    assert "maildir" not in found


def test_the_maildir_of_the_environment_is_looked_at(
    maildir: Path, out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILTRAP_PORT", "0")

    main(["doctor", "--json"])
    found = {each["name"]: each for each in json.loads(out())}
    assert found["maildir"]["text"] == f"{maildir} can be read and written"
    assert {"locks", "file system", "watches"} < set(found)


def test_a_port_that_is_none_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--port=smtp"]) == 2
    assert "--port: 'smtp' is not a port" in capsys.readouterr().err


def test_at_a_terminal_it_says_more(tmp_path: Path) -> None:
    environ = {"TERM": "xterm", "COLORTERM": "", "LC_ALL": "C", "PYTHONUTF8": "0"}
    environ |= {"PYTHONCOERCECLOCALE": "0", "TMUX": "", "PAGER": str(tmp_path / "gone")}
    command = [*MAILTRAP, "doctor", "--port=0", "--host=127.0.0.1"]

    code, shown = at_a_terminal(command, environ=environ, size=(70, 20))

    assert code == 1
    for line in ("note  size        \x1b[0m70x20", "note  colours     \x1b[0mfew"):
        assert line in shown
    assert "todo  letters" in shown
    assert "todo  pager" in shown
