"""``mailtrap list``: which messages, how they are shown, exit codes."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mailtrap.cli import main
from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.session import SessionLint
from mailtrap.session import Entry, Session
from mailtrap.stores import log_files
from mailtrap.wrapping import cells
from tests.cli.conftest import Out
from tests.cli.maildirs import BEGIN, CODE, server
from tests.cli.test_serve import MAILTRAP
from tests.tui.letters import UNIX, greet, post


def ids(text: str) -> list[str]:
    return re.findall(r"^p-\d+-1(?=  )", text, re.MULTILINE)


@pytest.mark.usefixtures("maildir")
def test_in_a_pipe_each_message_is_a_whole_line(out: Out) -> None:
    assert main(["list"]) == 0

    lines = [line.split("  ") for line in out().splitlines()]
    assert [line[0] for line in lines] == ["p-1-1", "p-2-1", "p-3-1", "p-4-1"]
    assert lines[0][1:] == [
        BEGIN.replace(minute=1).astimezone().isoformat(timespec="seconds"),
        str(len(CODE)),
        "a@example.org",
        "bob@example.org",
        "Your code",
    ]
    assert lines[2][-1] == "evil ␛]0;PWN␇"
    assert "\t" not in out()


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["from:ann"], [1]),
        (["-from:ann"], [2, 3, 4]),
        (["!from:ann", "-(subject:evil)"], [2, 4]),
        (["from:ann", "OR", "has:attachment"], [1, 4]),
        (["from:ann OR has:attachment"], [1, 4]),
        (["--from", "ann"], [1]),
        (["--to", "dee@example.org"], [4]),
        (["--to=cy", "--subject=日本"], [2]),
        (["--subject", "your code", "--from", "shop"], []),
        (["--from", "ann", "invoice OR code"], [1]),
        (["is:read"], [2]),
        (["is:unread", "--limit", "2"], [3, 4]),
        (["--limit=1", "from:ann", "OR", "subject:日本"], [2]),
        (["--since", "2024-05-31T12:03:00Z"], [3, 4]),
        (["after:2024-05-31T12:02:00Z", "before:2024-05-31T12:04:00Z"], [2, 3]),
        (["--since", "5m"], []),
        (["age:>1d", "body:482913"], [1]),
        (["header:content-type=html"], [2]),
        (["ip:127.0.0.9", "session:p-3"], [3]),
        (["issue:control-in-data"], [2, 3]),
        (["is:error", "subject:code"], [1]),
        (["id:p-4"], [4]),
        (["--", "-code"], [2, 3, 4]),
    ],
    ids=str,
)
def test_which_messages_match(words: list[str], found: list[int], out: Out) -> None:
    assert main(["list", *words]) == (0 if found else 1)
    assert ids(out()) == [f"p-{number}-1" for number in found]


def test_what_other_mail_of_a_connection_did_is_no_issue_of_this(tmp_path: Path, out: Out) -> None:
    with server(tmp_path) as running:
        post(post(greet(running.trap), UNIX)).send(b"QUIT\r\n")

    assert main(["list", "--maildir", str(tmp_path), "issue:bare-lf-data"]) == 0
    assert re.findall(r"^p-1-\d(?=  )", out(), re.MULTILINE) == ["p-1-1"]


@pytest.mark.parametrize("word", ["is:tls", "is:error"])
def test_connections_that_took_turns_with_much_mail_are_read_once_each(
    tmp_path: Path, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(tmp_path) as running:
        clients = [greet(running.trap), greet(running.trap)]
        for _ in range(3):
            for client in clients:
                post(client)
        entries = sum(len(each.send(b"QUIT\r\n").session.transcript) for each in clients)
    read, stepped = log_files.session_in, SessionLint.step
    readings: list[str] = []
    steps: list[Entry] = []

    def reading(path: Path, session_id: str) -> Session | None:
        readings.append(session_id)
        return read(path, session_id)

    def step(lint: SessionLint, entry: Entry, data: bytes = b"") -> Sequence[Diagnostic]:
        steps.append(entry)
        return stepped(lint, entry, data)

    monkeypatch.setattr(log_files, "session_in", reading)
    monkeypatch.setattr(SessionLint, "step", step)
    assert main(["list", "--maildir", str(tmp_path), word]) == 1

    assert sorted(readings) == ["p-1", "p-2"]
    assert len(steps) == (entries if word == "is:error" else 0)


@pytest.mark.usefixtures("maildir")
def test_json_is_one_array_with_the_documented_keys(out: Out) -> None:
    main(["list", "--json", "is:read"])

    [message] = json.loads(out())
    assert message == {
        "id": "p-2-1",
        "session": "p-2",
        "at": "2024-05-31T12:02:00.000Z",
        "reverse_path": "a@example.org",
        "forward_paths": ["bob@example.org"],
        "size": 250,
        "subject": "日本語の件名がここにあります",
        "truncated": False,
        "from": "田中 <tanaka@example.org>",
        "to": "bob@example.org, cy@example.org",
        "read": True,
    }


@pytest.mark.usefixtures("maildir")
def test_nothing_matched_is_an_empty_array_a_sentence_and_exit_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list", "--json", "from:zed"]) == 1

    heard = capsys.readouterr()
    assert heard.out == "[]\n"
    assert heard.err == "mailtrap: nothing matches 'from:zed', of 4 messages\n"


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["form:ann"],
            "filter: there is no field 'form', at character 1: 'form:ann'; did you mean",
        ),
        (["a", "(b"], "filter: a parenthesis is not closed, at character 3: '('; end it with )"),
        (["issue:bare-fl"], "filter: there is no rule 'bare-fl', at character 7: 'bare-fl'; "),
        (["--since", "soon"], "--since: 'soon' is no time; write 5m, 2h, 3d, 12:00,"),
        (["--limit", "0"], "argument --limit: '0' is no count; give a whole number from 1 on"),
        (["--nope"], "unrecognized arguments: --nope; see mailtrap list --help"),
    ],
    ids=str,
)
def test_bad_usage_is_one_sentence_and_exit_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", *words]) == 2

    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith(f"mailtrap: {sentence}")


@pytest.mark.usefixtures("maildir")
def test_a_directory_is_no_filter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(tmp_path)]) == 2
    assert f"is named with --maildir {tmp_path}" in capsys.readouterr().err


def test_no_maildir_was_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 2
    assert "--maildir DIR, or set MAILTRAP_MAILDIR" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folders", "sentence"),
    [((), "there is no maildir"), (("x",), "is no maildir: there is no new in it")],
)
def test_what_is_no_maildir_is_told_and_exit_69(
    folders: tuple[str, ...], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "box"
    for folder in folders:
        (path / folder).mkdir(parents=True)

    assert main(["list", "--maildir", str(path)]) == 69
    assert sentence in capsys.readouterr().err
    assert path.exists() == bool(folders)


def test_a_maildir_of_another_format_is_left_alone(
    maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (maildir / "mailtrap/format").write_text("mailtrap maildir 9\n")

    assert main(["clear", "--all"]) == 69
    assert "mailtrap maildir 9" in capsys.readouterr().err
    assert len(list((maildir / "new").iterdir())) == 3


def test_mail_of_strangers_is_listed_too(maildir: Path, out: Out) -> None:
    (maildir / "new" / "1700000000.x.host").write_bytes(b"From: x@example.org\n\nhi\n")

    assert main(["list", "from:x@example.org"]) == 0
    assert out().startswith("1700000000.x.host  ")


def test_names_of_files_that_are_no_utf8_are_shown_and_in_json_that_all_can_read(
    maildir: Path, out: Out
) -> None:
    (maildir / "new" / os.fsdecode(b"170000000.\xff\x1b.host")).write_bytes(b"Subject: odd\n\nhi\n")

    assert main(["list", "odd"]) == 0
    assert out().startswith("170000000.\ufffd␛.host  ")
    main(["list", "odd", "--json"])
    assert json.loads(out())[0]["id"] == "170000000.\\xff\x1b.host"


def test_an_empty_maildir_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(tmp_path / "box"):
        assert main(["list", "--maildir", str(tmp_path / "box")]) == 1
    assert capsys.readouterr().err == "mailtrap: there is no mail\n"


def at_terminal(columns: int, *words: str) -> list[str]:
    """The lines of the command at a terminal that is so wide."""
    import fcntl
    import pty
    import struct
    import termios

    pid, terminal = pty.fork()
    if not pid:
        os.execve(
            sys.executable, [*MAILTRAP, *words], {**os.environ, "NO_COLOR": "1", "TERM": "xterm"}
        )
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    written = b""
    try:
        while octets := os.read(terminal, 65536):
            written += octets
    except OSError:  # the other end is gone
        pass
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return written.decode().splitlines()


@pytest.mark.usefixtures("maildir")
@pytest.mark.parametrize("columns", [20, 59, 60, 80, 100, 140])
def test_at_a_terminal_lines_fit_and_are_safe(columns: int) -> None:
    lines = at_terminal(columns, "list")

    assert len(lines) == 4
    assert all(cells(line) <= columns for line in lines)
    assert "\x1b" not in "".join(lines)
    assert ("bob@example.org" in lines[0]) == (columns >= 100)
    assert ("2024-05-31" in lines[0]) == (columns >= 60)


def test_help_needs_neither_the_screen_nor_the_server_nor_what_watches() -> None:
    code = """
import sys
from mailtrap.cli import main
for name in ("list", "show", "wait", "export", "clear", "tail"):
    main([name, "--help"])
    main([name, "--nonsense"])
heavy = "textual rich watchfiles aiosmtpd asyncio trustme mailtrap.lint.catalogue mailtrap.content"
print("loaded:", [module for module in heavy.split() if module in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.endswith("loaded: []\n")


@pytest.mark.usefixtures("maildir")
def test_a_reader_that_has_had_enough_is_told_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*MAILTRAP, "list"], stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (141, b"")
