"""``mailtrap serve`` as a process of its own."""

import contextlib
import json
import os
import re
import shlex
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import Client, running

MAILTRAP = [sys.executable, "-W", "error", "-m", "mailtrap"]


class Served:
    """A running ``mailtrap serve --json``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.ready = self.event()
        self.port: int = self.ready["listeners"][0]["port"]

    def event(self) -> dict[str, Any]:
        """The next line."""
        assert self.process.stdout is not None
        event: dict[str, Any] = json.loads(self.process.stdout.readline())
        return event

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """(exit code, what was written on stderr)."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


@contextmanager
def serving(*words: str, shell: str = "exec ", **environ: str) -> Iterator[Served]:
    process = subprocess.Popen(
        ["sh", "-c", shell + shlex.join([*MAILTRAP, "serve", "--json", "--port=0", *words])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ},
    )
    try:
        yield Served(process)
    finally:
        process.kill()
        process.communicate()


def mailtrap(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAILTRAP, *words],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def send(port: int, subject: str = "hi") -> None:
    with smtplib.SMTP("127.0.0.1", port, "client.test") as smtp:
        mail = f"Subject: {subject}\r\n\r\nhi\r\n".encode()
        smtp.sendmail("a@example.org", ["b@example.org"], mail)


def test_each_event_is_a_line_and_the_first_names_the_port() -> None:
    with serving("--transcript") as served:
        assert served.ready["event"] == "ready"
        assert served.ready["pid"] == served.process.pid
        send(served.port)
        events = [served.event()]
        while events[-1]["event"] != "session-closed":
            events.append(served.event())

    names = [event["event"] for event in events]
    assert [name for name in names if name != "entry"] == [
        "session-opened",
        "message",
        "session-closed",
    ]
    [message] = [event for event in events if event["event"] == "message"]
    assert message["subject"] == "hi"
    assert message["forward_paths"] == ["b@example.org"]
    texts = [event["text"] for event in events if event["event"] == "entry"]
    assert "mail from:<a@example.org> size=19" in [text.lower() for text in texts]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly_with_clients_connected(number: signal.Signals) -> None:
    with serving() as served, Client(served.port) as client:
        client.data()

        code, errors = served.stop(number)

        assert (code, errors) == (0, "")
        assert client.reply().startswith(b"421 4.3.2 ")


def test_the_session_of_a_stopped_server_is_closed_as_stopped() -> None:
    with serving() as served, Client(served.port) as client:
        client.greeted()
        opened = served.event()
        assert opened["event"] == "session-opened"
        served.process.terminate()

        closed = served.event()
    assert closed["event"] == "session-closed"
    assert (closed["session"], closed["reason"]) == (opened["session"], "stopped")


def test_it_never_imports_the_screen() -> None:
    script = (
        "import sys, mailtrap.cli, mailtrap.cli.serve, mailtrap.cli.headless;"
        "sys.argv = ['mailtrap', 'serve', '--help'];"
        "sys.stdout = sys.stderr;"
        "import contextlib\n"
        "with contextlib.suppress(SystemExit): mailtrap.cli.main()\n"
        "loaded = {'textual', 'rich', 'watchfiles', 'PIL', 'pygments'} & set(sys.modules)\n"
        "sys.exit(f'imported {loaded}' if loaded else 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "usage: mailtrap serve" in done.stderr


def test_a_port_in_use_is_one_sentence_and_exit_69() -> None:
    with running() as server:
        done = mailtrap("serve", "--host=127.0.0.1", f"--port={server.port}")

    assert done.returncode == 69
    assert done.stdout == ""
    assert done.stderr == (
        f"mailtrap: cannot listen on 127.0.0.1:{server.port}: the port is in use by another"
        " mailtrap; try another --port\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["serve", "--port=x"], "mailtrap: --port: 'x' is not a port"),
        (["serve", "--user=:s3cret"], "mailtrap: --user: has a user without a name"),
        (["sevre"], "mailtrap: there is no command 'sevre'; did you mean 'serve'?"),
        (["quux"], "mailtrap: there is no command 'quux'; see mailtrap --help"),
        (["serve", "extra"], "unrecognized arguments: extra; see mailtrap serve --help"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_2(words: list[str], sentence: str) -> None:
    done = mailtrap(*words)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_address_that_others_can_reach_is_warned_of_in_one_line() -> None:
    with serving("--host=0.0.0.0") as served:
        code, errors = served.stop()

    assert code == 0
    assert len(errors.splitlines()) == 1
    assert "0.0.0.0 can be reached from other machines" in errors


def test_the_environment_sets_options() -> None:
    environ = {"MAILTRAP_HOSTNAME": "mx.test", "MAILTRAP_EHLO": "-CHUNKING"}
    with serving(**environ) as served, Client(served.port) as client:
        assert client.reply().startswith(b"220 mx.test ESMTP mailtrap ")
        assert b"CHUNKING" not in client.say(b"EHLO x\r\n")


def test_the_ehlo_option_takes_a_value_that_begins_with_a_dash() -> None:
    with serving("--ehlo", "-CHUNKING,+X-NEW") as served, Client(served.port) as client:
        client.reply()
        reply = client.say(b"EHLO x\r\n")

    assert b"CHUNKING" not in reply
    assert b"250 X-NEW" in reply


def test_users_decide_who_may_log_in() -> None:
    users = {"MAILTRAP_USER": "ann:env"}
    with serving("--transcript", "--user=ann:a,b:c", "--user=bob:pw", **users) as served:
        with smtplib.SMTP("127.0.0.1", served.port, "client.test") as smtp:
            with pytest.raises(smtplib.SMTPAuthenticationError):
                smtp.login("ann", "env")
            assert smtp.login("ann", "a,b:c")[0] == 235
        events = [served.event()]
        while events[-1]["event"] != "session-closed":
            events.append(served.event())

    kinds = [event.get("kind") for event in events]
    assert kinds.count("authentication-failed") == 2  # by PLAIN, then by LOGIN
    assert kinds.count("authenticated") == 1
    assert "a,b:c" not in str(events)


def test_output_that_nobody_reads_any_more_ends_it_with_74() -> None:
    with serving() as served:
        assert served.process.stdout is not None
        assert served.process.stderr is not None
        served.process.stdout.close()
        with Client(served.port):
            pass

        assert served.process.wait(timeout=20) == 74
        assert served.process.stderr.read() == (
            "mailtrap: the output cannot be written any more, stopping\n"
        )
        served.process.stdout = None


def test_a_reader_that_stalls_stops_neither_mail_nor_signals() -> None:
    with serving("--transcript") as served:
        with Client(served.port) as client:
            client.greeted()
            client.codes(*[b"HELP\r\n"] * 2000)  # more than a pipe holds

            with Client(served.port) as other:
                assert other.data().say(b"hi\r\n.\r\n").startswith(b"250 ")
        served.process.send_signal(signal.SIGTERM)

        assert served.process.wait(timeout=20) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_one_sentence_and_exit_74() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*MAILTRAP, "serve", "--json", "--port=0"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )

    assert done.returncode == 74
    assert done.stderr == "mailtrap: the output cannot be written any more, stopping\n"


def test_closed_streams_are_told_apart_from_data() -> None:
    command = shlex.join([*MAILTRAP, "serve", "--json", "--port=0", "--host=0.0.0.0"])

    no_output = subprocess.run(
        f"{command} >&-", shell=True, stderr=subprocess.PIPE, timeout=30, check=False
    )
    with serving("--host=0.0.0.0", shell="exec 2>&-; exec ") as served:
        first = served.ready["event"]

    assert no_output.returncode == 74
    assert b"stdout is closed" in no_output.stderr
    assert first == "ready"


def test_too_many_clients_are_one_line_on_stderr_and_are_served_in_the_end() -> None:
    with serving(shell="ulimit -n 40; exec ") as served, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(served.port)) for _ in range(60)]
        assert clients[0].reply().startswith(b"220 ")
        for client in clients[:30]:
            client.socket.close()

        assert clients[-1].reply().startswith(b"220 ")
        _, errors = served.stop()

    assert errors.count("too many open files: new clients have to wait") == 1
    assert "Traceback" not in errors


def test_a_subject_the_output_cannot_encode_is_escaped() -> None:
    process = subprocess.Popen(
        [*MAILTRAP, "serve", "--port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert process.stderr is not None
    port = int(re.findall(r":(\d+)", process.stderr.readline())[0])

    send(port, "\u20ac")

    process.terminate()
    output, _ = process.communicate(timeout=20)
    assert "\\u20ac" in output
    assert process.returncode == 0


def test_without_a_terminal_it_says_so_and_writes_lines() -> None:
    process = subprocess.Popen(
        [*MAILTRAP, "--port=0"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    first, second = process.stderr.readline(), process.stderr.readline()
    process.terminate()
    process.communicate(timeout=20)

    assert "no terminal to draw on, writing lines instead" in first
    assert second.startswith("mailtrap: listening on 127.0.0.1:")
    assert process.returncode == 0


def test_version_and_help() -> None:
    assert mailtrap("--version").stdout.startswith("mailtrap 0.")
    shown = mailtrap("--help").stdout
    assert "usage: mailtrap [COMMAND] [OPTIONS]" in shown
    assert "serve" in shown
    assert "--json" not in shown
    assert "--json" in mailtrap("serve", "--help").stdout
