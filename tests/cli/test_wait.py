"""``mailtrap wait`` beside a server that writes the maildir."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mailtrap.cli import main
from tests.cli.conftest import Out
from tests.cli.maildirs import BEGIN, CODE, HTML, server
from tests.cli.test_serve import MAILTRAP, send, serving
from tests.support import WAIT


@contextmanager
def waiting(maildir: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """``mailtrap wait`` in a process of its own."""
    process = subprocess.Popen(
        [*MAILTRAP, "wait", "--maildir", str(maildir), "--timeout", "30", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def heard(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    written, errors = process.communicate(timeout=WAIT)
    return process.returncode, written, errors


def test_it_wakes_when_a_real_server_takes_what_matches(tmp_path: Path) -> None:
    maildir = tmp_path / "mails"
    with serving("--maildir", str(maildir)) as served:
        send(served.port, "welcome")
        with waiting(maildir, "--json", "subject:reset ip:127.0.0.1") as process:
            until_watching(process)
            send(served.port, "goodbye")
            send(served.port, "reset it")
            code, written, errors = heard(process)

    assert (code, errors) == (0, "")
    [message] = json.loads(written)
    assert message["subject"] == "reset it"


def test_after_now_what_is_there_does_not_count(tmp_path: Path) -> None:
    with serving("--maildir", str(tmp_path / "mails")) as served:
        send(served.port, "old")
        with waiting(tmp_path / "mails", "--after", "now", "--id") as process:
            # Until it has begun nobody knows whether this one is old or new.
            while process.poll() is None:
                send(served.port, "new")
            code, written, _ = heard(process)

    assert code == 0
    assert written != f"{first_id(tmp_path / 'mails')}\n"


def first_id(maildir: Path) -> str:
    done = subprocess.run(
        [*MAILTRAP, "list", "--maildir", str(maildir), "old", "--json"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return str(found[0]["id"])


def test_it_waits_for_as_many_as_are_wanted(tmp_path: Path) -> None:
    maildir = tmp_path / "mails"
    with (
        serving("--maildir", str(maildir)) as served,
        waiting(maildir, "--count", "3", "to:b@example.org") as process,
    ):
        until_watching(process)
        for number in range(3):
            assert process.poll() is None
            send(served.port, f"number {number}")
        code, written, errors = heard(process)

    assert (code, errors) == (0, "")
    subjects = [line.split("  ")[-1] for line in written.splitlines()]
    assert subjects == ["number 0", "number 1", "number 2"]


# What is there already


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--id"], "p-4-1\n"),
        (["--id", "from:ann"], "p-1-1\n"),
        (["--id", "--count", "2"], "p-3-1\np-4-1\n"),
        (["--id", "--after", "p-3-1"], "p-4-1\n"),
        (["--id", "--after", "p-1", "--count=3"], "p-2-1\np-3-1\np-4-1\n"),
        (["--code", "subject:code"], "482913\n"),
        (["--link", "login", "--from", "ann"], "https://example.org/login?x=1\n"),
        (["--link", "/A\\?", "has:html"], "https://example.org/a?b=1&c\n"),
    ],
    ids=str,
)
def test_mail_that_is_there_counts(words: list[str], shown: str, out: Out) -> None:
    assert main(["wait", *words]) == 0
    assert out() == shown


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--count", "2", "from:ann", "--after", "p-3"],
            "waited 0 s for 2 of 'from:ann'; what arrived instead:\n",
        ),
        (
            ["--count", "2", "from:ann OR is:read", "--after", "p-1"],
            "waited 0 s for 2 of 'from:ann OR is:read', 1 came; what arrived besides:\n",
        ),
        (["--after", "p-4-1"], "waited 0 s for any mail; nothing arrived\n"),
        (["--count=5"], "waited 0 s for 5 of any mail, 4 came; nothing else arrived\n"),
        (["--after", "q-1-1"], "there is no message 'q-1-1'; did you mean p-1-1"),
        (["--code", "subject:日本"], "p-2-1 came, but has no one-time code\n"),
        (
            ["--link", "logout", "subject:code"],
            "p-1-1 came, but has no link with 'logout'; it has https://example.org/login?x=1\n",
        ),
    ],
    ids=str,
)
def test_what_did_not_come_is_told(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wait", "--timeout", "0", *words]) == 1

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"mailtrap: {sentence}")


@pytest.mark.usefixtures("maildir")
def test_what_came_instead_is_told_nearest_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wait", "--timeout", "0", "from:zed", "to:bob", "code"]) == 1

    assert capsys.readouterr().err == (
        "mailtrap: waited 0 s for 'from:zed to:bob code'; what arrived instead:\n"
        "  p-1-1 'Your code' to bob@example.org: not from:zed\n"
        "  p-4-1 'Invoice 7' to bob@example.org: not from:zed, code\n"
        "  p-3-1 'evil ␛]0;PWN␇' to bob@example.org: not from:zed, code\n"
        "  p-2-1 '日本語の件名がここにあります' to bob@example.org: not from:zed, code\n"
    )


def test_of_many_others_the_nearest_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(tmp_path / "mails") as running:
        for _ in range(9):
            running.take(CODE)
        running.take(HTML)

    main(["wait", "--timeout=0", "--maildir", str(tmp_path / "mails"), "from:田中", "to:zed"])
    lines = capsys.readouterr().err.splitlines()
    assert lines[1].startswith("  p-10-1 ")
    assert lines[-1] == "  and 5 more"
    assert len(lines) == 7


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--timeout", "soon"], "--timeout: 'soon' is no time; give seconds,"),
        (["--link", "("], "argument --link: '(': the regex is wrong: missing )"),
        (["--code", "--json"], "argument --json: not allowed with argument --code"),
        (["form:x"], "filter: there is no field 'form'"),
    ],
    ids=str,
)
def test_bad_usage_is_one_sentence_and_exit_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["wait", *words]) == 2
    assert capsys.readouterr().err.startswith(f"mailtrap: {sentence}")


def test_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    with server(tmp_path / "mails"), waiting(tmp_path / "mails", "x") as process:
        until_watching(process)
        process.send_signal(signal.SIGINT)
        code, written, errors = heard(process)

    assert (code, written, errors) == (130, "", "")


def until_watching(process: "subprocess.Popen[str]") -> None:
    """Until it has its threads: then signals are Python's."""
    tasks = Path(f"/proc/{process.pid}/task")
    if not tasks.exists():  # only Linux tells
        time.sleep(1)
    end = time.monotonic() + WAIT
    while tasks.exists() and len(list(tasks.iterdir())) < 2:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_message_of_a_day_that_was_is_no_reason_to_wait_longer(maildir: Path) -> None:
    begun = time.monotonic()

    assert main(["wait", f"before:{BEGIN.isoformat()}", "--timeout", "0.2"]) == 1
    assert 0.2 <= time.monotonic() - begun < WAIT
    assert maildir.exists()
