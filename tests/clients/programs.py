"""Real clients that are programs: find them, run them, and say what to do where one is missing."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

PATIENCE = 60.0  # seconds a client may take; each is done in one, on a machine at rest
NODEMAILER = "require('nodemailer')"
_SYSTEM_PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # not in every user's PATH


def missing(what: str, install: str) -> NoReturn:
    """Skip: the machine lacks a client.  In CI that is a failure, nothing there goes untested."""
    cannot(f"{what} is not installed; to run this test: {install}")


def cannot(reason: str) -> NoReturn:
    """Skip for that reason, but fail in CI."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str, install: str) -> str:
    """Where that program is; ``install`` says how to get it."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_PLACES))
    return shutil.which(name, path=places) or missing(name, install)


def works(*command: str, environ: Mapping[str, str] | None = None) -> bool:
    """The command ends well."""
    return _run(command, b"", environ or {}).returncode == 0


def output(*command: str) -> str:
    """What the command prints; "" where it fails."""
    done = _run(command, b"", {})
    return "" if done.returncode else done.stdout.decode()


@cache
def node_environ(node: str) -> Mapping[str, str]:
    """Where node finds nodemailer: by itself, by NODE_PATH, or among npm's global packages."""
    npm = shutil.which("npm")
    places = [os.environ.get("NODE_PATH", "")]
    if npm is not None:
        places.append(output(npm, "root", "--global").strip())
    environs = [{"NODE_PATH": place} for place in places]
    found = next((e for e in environs if works(node, "-e", NODEMAILER, environ=e)), None)
    return found or missing("nodemailer", "npm install --global nodemailer, or set NODE_PATH to it")


class Runner:
    """Runs clients to their good end, or to the bad one that a test wants.

    Their home is an empty directory, so that no settings of the user decide what they do.
    """

    def __init__(self, home: Path) -> None:
        self._environ = {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}

    def __call__(
        self, *command: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None
    ) -> str:
        """Run it, see that it ended well, and return what it printed."""
        code, said = self.ended(*command, stdin=stdin, environ=environ)
        assert code == 0, f"{command[0]} ended with {code}:\n{said}"
        return said

    def fails(self, *command: str, stdin: bytes = b"") -> str:
        """Run it, see that it ended badly, and return what it printed."""
        code, said = self.ended(*command, stdin=stdin)
        assert code != 0, f"{command[0]} ended well:\n{said}"
        return said

    def ended(
        self, *command: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """Run it, and return how it ended: exit code and what it printed."""
        done = _run(command, stdin, {**self._environ, **(environ or {})})
        return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def _run(
    command: tuple[str, ...], stdin: bytes, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, **environ},
    )
