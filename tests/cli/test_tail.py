"""``mailtrap tail``: what was and what is, as ``serve`` writes it."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mailtrap.cli import main
from mailtrap.stores.log_files import log_path
from tests.cli.conftest import Out
from tests.cli.maildirs import server
from tests.cli.test_serve import MAILTRAP, send, serving
from tests.support import WAIT


@pytest.mark.usefixtures("maildir")
def test_the_last_lines_are_those_of_serve(out: Out) -> None:
    assert main(["tail"]) == 0

    lines = [line.split("  ", 1)[1] for line in out().splitlines()]
    assert len(lines) == 10
    sent = "a@example.org -> bob@example.org"
    assert lines[-3:] == [
        "127.0.0.9:5000         connected",
        f"127.0.0.9:5000         message p-4-1: {sent}, 330 octets, Invoice 7",
        "127.0.0.9:5000         closed after QUIT",
    ]


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize(("number", "lines"), [(1, 1), (5, 5), (12, 12), (1000, 12)])
def test_so_many_lines_as_are_wanted(number: int, lines: int, out: Out) -> None:
    assert main(["tail", "-n", str(number), "--json"]) == 0

    events = [json.loads(line) for line in out().splitlines()]
    assert len(events) == lines
    assert events[-1] == {
        "event": "session-closed",
        "session": "p-4",
        "at": "2024-05-31T12:04:00.000Z",
        "reason": "quit",
    }
    assert [each["at"] for each in events] == sorted(each["at"] for each in events)


@pytest.mark.usefixtures("maildir")
def test_the_transcript_has_the_message_where_it_was_kept(out: Out) -> None:
    assert main(["tail", "--transcript", "--json", "-n", "9"]) == 0

    events = [json.loads(line) for line in out().splitlines()]
    assert [event.get("kind", event["event"]) for event in events] == [
        *("session-opened", "reply", "command", "reply", "command", "data", "message"),
        *("reply", "session-closed"),
    ]


def test_mail_without_a_session_is_told_too(maildir: Path, out: Out) -> None:
    (maildir / "new" / "1800000000.x.host").write_bytes(b"Subject: odd\n\nhi\n")

    main(["tail", "-n", "1"])
    assert "-                      message 1800000000.x.host: nobody -> nobody" in out()


def test_an_empty_maildir_has_no_events(tmp_path: Path, out: Out) -> None:
    with server(tmp_path / "mails"):
        assert main(["tail", "--maildir", str(tmp_path / "mails")]) == 0
    assert out() == ""


def test_following_tells_what_happens_each_event_once_and_in_order(tmp_path: Path) -> None:
    with serving("--maildir", str(tmp_path / "mails"), "--level=none", "--transcript") as served:
        send(served.port, "before")
        expected = until_closed(served.event)
        process = subprocess.Popen(
            [*MAILTRAP, "tail", "-f", "-n", "1000", "--json", "--transcript"],
            env={**os.environ, "MAILTRAP_MAILDIR": str(tmp_path / "mails")},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            output = process.stdout

            def event() -> dict[str, Any]:
                told: dict[str, Any] = json.loads(output.readline())
                return told

            told = until_closed(event)
            for number in range(3):
                send(served.port, f"number {number}")
                expected += until_closed(served.event)
                told += until_closed(event)
        finally:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=20)

    # A message may be found a little later than what its session said next.
    assert sorted(told, key=str) == sorted(expected, key=str)
    assert without_messages(told) == without_messages(expected)
    assert rest == ""
    assert process.returncode == 130


def without_messages(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] != "message"]


def until_closed(event: Any) -> list[dict[str, Any]]:
    events = [event()]
    while events[-1]["event"] != "session-closed":
        events.append(event())
    return events


@pytest.mark.usefixtures("maildir")
def test_following_ends_when_nobody_reads_any_more(maildir: Path) -> None:
    command = [*MAILTRAP, "tail", "-f", "--maildir", str(maildir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            process.stdout.close()

            assert process.wait(WAIT) == 141
            assert process.stderr is not None
            assert process.stderr.read() == b""
        finally:
            process.kill()


def test_bad_usage_is_one_sentence_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tail", "-n", "few"]) == 2
    assert "'few' is no count" in capsys.readouterr().err


def test_what_a_damaged_log_says_is_safe_to_show(maildir: Path, out: Out) -> None:
    opened = '{"event": "session-opened", "session": "%s", "at": "2024-05-31T12:00:00Z", %s}\n'
    closed = '{"event": "session-closed", "at": "2024-05-31T12:00:00Z", "reason": "\\u001b[2J"}\n'
    for number, session in ((1, "evil-1"), (2, "\\u001b[2J")):
        log_path(maildir, f"evil-{number}").write_text(
            opened % (session, '"peer": "\\u001b[2J:5"') + closed
        )

    main(["tail", "-n", "100"])

    said = out()
    assert "␛[2J" in said
    assert "\x1b" not in said
