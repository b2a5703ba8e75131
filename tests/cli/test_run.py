"""``mailtrap run`` as a process of its own."""

import json
import os
import signal
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

RUN = [sys.executable, "-W", "error", "-m", "mailtrap", "run"]
WAIT = 30


def run(*words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*RUN, *words],
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
        env={**os.environ, **environ},
    )


def python(script: str) -> list[str]:
    return ["--", sys.executable, "-c", script]


def test_the_command_finds_the_server_in_its_environment(tmp_path: Path) -> None:
    script = """
import os, smtplib
with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])) as client:
    client.sendmail("ann@example.org", ["bob@example.org"], "Subject: Hi")
assert os.environ["SMTP_URL"] == f"smtp://{os.environ['SMTP_HOST']}:{os.environ['SMTP_PORT']}"
"""

    done = run("--maildir", str(tmp_path / "mails"), *python(script))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    [path] = (tmp_path / "mails" / "new").iterdir()
    assert b"Subject: Hi" in path.read_bytes()


def test_the_command_finds_the_mail_that_it_sent(tmp_path: Path) -> None:
    script = f"""
import os, smtplib, subprocess, sys
with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])) as client:
    client.sendmail("ann@example.org", ["bob@example.org"], "Subject: Code 493021")
os.chdir({str(tmp_path)!r})
subprocess.run([sys.executable, "-m", "mailtrap", "wait", "--code", "to:bob"], check=True)
"""

    relative = os.path.relpath(tmp_path / "mails")
    done = run("--maildir", relative, *python(script))

    assert (done.returncode, done.stdout, done.stderr) == (0, "493021\n", "")


def test_further_names_are_filled_in() -> None:
    script = 'import os, json; print(json.dumps([os.environ[x] for x in ("URL", "SAME", "CA")]))'

    done = run(
        "--tls", "--smtps-port=0", "--env=URL=smtp://{host}:{port}/{{x}}", "--env", "SAME={url}",
        "--env=CA={ca:>5}", *python(script),
    )  # fmt: skip

    url, same, ca = json.loads(done.stdout)
    assert url == f"{same}/{{x}}"
    assert ca.endswith(".pem")


def test_its_port_is_free_whatever_a_person_has_set_for_the_screen() -> None:
    done = run(*python("import os; print(os.environ['SMTP_PORT'])"), MAILTRAP_PORT="1025")

    assert int(done.stdout) > 1025


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_the_exit_code_is_that_of_the_command(code: int) -> None:
    assert run(*python(f"raise SystemExit({code})")).returncode == code


def test_a_command_that_a_signal_ended_is_told_as_shells_do() -> None:
    done = run(*python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))

    assert done.returncode == 128 + signal.SIGKILL


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"])
def test_signals_are_passed_on(name: str) -> None:
    script = f"""
import signal, sys
def handler(number, frame):
    print(signal.Signals(number).name, flush=True)
    sys.exit(42)
signal.signal(signal.{name}, handler)
print("ready", flush=True)
signal.pause()
"""
    with subprocess.Popen(
        [*RUN, *python(script)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

        process.send_signal(getattr(signal, name))

        assert process.communicate(timeout=WAIT)[0] == f"{name}\n"
        assert process.returncode == 42


# Gets a signal right behind a step.
SIGNALLED = """
import signal, sys
from mailtrap.cli import main
from {module} import {name}
usual = {name}.{method}
def signalled(*given):
    usual(*given)
    signal.raise_signal({number})
{name}.{method} = signalled
sys.exit(main(["run", "--tls", "--", *{command}]))
"""


def signalled(
    step: str, number: int, command: list[str], **environ: str
) -> "subprocess.CompletedProcess[bytes]":
    """``mailtrap run`` of a command, with a signal behind a step, as ``module:Class.method``."""
    module, _, place = step.partition(":")
    name, method = place.split(".")
    code = SIGNALLED.format(
        module=module, name=name, method=method, number=int(number), command=command
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=WAIT,
        check=False,
        env={**os.environ, **environ},
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize(
    ("step", "command", "code"),
    [
        ("mailtrap.smtp.certificates:Certificates.write_ca", ["sleep", "20"], None),
        ("mailtrap.smtp.server:ServerThread.start", ["sleep", "20"], None),
        ("mailtrap.smtp.server:ServerThread.stop", ["sh", "-c", "exit 7"], 7),
        ("mailtrap.smtp.certificates:Certificates.close", ["sh", "-c", "exit 7"], 7),
    ],
)
def test_a_signal_before_or_after_the_command_leaves_nothing_and_loses_no_code(
    step: str, command: list[str], code: int | None, number: int, tmp_path: Path
) -> None:
    done = signalled(step, number, command, TMPDIR=str(tmp_path))

    assert (done.returncode, done.stderr) == (128 + number if code is None else code, b"")
    assert list(tmp_path.iterdir()) == []


# Gets a signal in Python's own end.
LATE = """
import atexit, signal, sys
from mailtrap.cli import main
atexit.register(signal.raise_signal, {number})
sys.exit(main(["run", "--", "sh", "-c", "exit 7"]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_when_all_is_done_loses_no_code(number: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATE.format(number=int(number))],
        capture_output=True,
        timeout=WAIT,
        check=False,
    )

    assert (done.returncode, done.stderr) == (7, b"")


def test_the_server_lives_no_longer_than_the_command() -> None:
    done = run(*python("import os; print(os.environ['SMTP_PORT'])"))

    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", int(done.stdout))


def test_a_command_that_is_not_there_or_cannot_be_run_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    missing, unfit = run("--", "no-such-command"), run("--", str(tmp_path / "file"))

    assert (missing.returncode, unfit.returncode) == (127, 126)
    assert missing.stderr == "mailtrap: there is no command 'no-such-command'\n"
    assert "cannot run" in unfit.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "there is no command to run; write it behind --: mailtrap run -- pytest"),
        (["--env", "X", "--", "true"], "--env: 'X' sets nothing; write NAME=smtp://{host}:{port}"),
        (["--env=A=1", "--env=B", "--env=C=2", "--", "true"], "--env: 'B' sets nothing; write"),
        (["--env=X={hots}", "--", "true"], "cannot be filled in ('hots'); there are {host}"),
        (["--env=X={host[x]}", "--", "true"], "cannot be filled in (string indices must be"),
        (["--prot=1", "--", "true"], "see mailtrap run --help\n"),
        (["pytest", "-x"], "what is to run goes behind --: mailtrap run -- pytest"),
        (["--port=x", "--", "true"], "--port: 'x' is not a port"),
    ],
)
def test_what_cannot_be_is_told(words: list[str], sentence: str) -> None:
    done = run(*words)

    assert done.returncode == 2
    assert sentence in done.stderr


def test_what_is_behind_the_dashes_is_the_command_s_own() -> None:
    done = run("--", "echo", "--port", "--", "--help")

    assert done.stdout == "--port -- --help\n"
