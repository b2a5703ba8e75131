"""``mailtrap sendmail`` against a real server; its callers are in tests/clients."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailtrap.cli import main
from mailtrap.faults.policy import Policy
from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule
from mailtrap.session import Authenticated, Command, TlsStarted
from tests.support import CERTIFICATES, WAIT, Running, entries_of, running

Call = Callable[..., int]
HELLO = b"Subject: Hello\n\n.hi\n.\nrest\n"


@pytest.fixture(name="call")
def fixture_call(server: Running, monkeypatch: pytest.MonkeyPatch) -> Call:
    def call(*words: str, stdin: bytes = HELLO) -> int:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        return main(["sendmail", "--host", "127.0.0.1", "--port", str(server.port), *words])

    return call


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ((), b".hi\r\n"),
        (("-i",), b".hi\r\n.\r\nrest\r\n"),
        (("-oi",), b".hi\r\n.\r\nrest\r\n"),
    ],
)
def test_a_line_with_a_dot_alone_ends_the_message_unless_told_otherwise(
    words: tuple[str, ...], body: bytes, call: Call, server: Running
) -> None:
    assert call(*words, "bob@example.org") == 0

    assert server.message().data.partition(b"\r\n\r\n")[2] == body


def test_notifications_go_with_the_envelope(call: Call, server: Running) -> None:
    assert call("-N", "success,delay", "-R", "hdrs", "-V", "abc", "-fann@x.org", "bob@x.org") == 0

    envelope = server.message().envelope
    assert envelope.sender is not None
    assert (envelope.sender.raw, envelope.sender.rest) == (b"<ann@x.org>", b"RET=HDRS ENVID=abc")
    assert [path.rest for path in envelope.recipients] == [b"NOTIFY=SUCCESS,DELAY"]


@pytest.mark.parametrize("sender", ["", "<>"])
def test_the_sender_may_be_nobody(sender: str, call: Call, server: Running) -> None:
    assert call("-f", sender, "bob@example.org") == 0

    assert server.message().envelope.reverse_path == ""


def test_octets_above_127_are_sent_with_8bitmime(call: Call, server: Running) -> None:
    assert call("bob@example.org", stdin=b"Subject: x\n\nna\xefve\n") == 0

    message = server.message()
    assert message.envelope.sender is not None
    assert message.envelope.sender.rest == b"BODY=8BITMIME"
    assert message.data.endswith(b"\r\n\r\nna\xefve\r\n")


@pytest.mark.parametrize(
    ("recipients", "code", "kept"),
    [
        (["unknown@fault.test"], 67, 0),
        (["unknown@fault.test", "bob@example.org"], 67, 1),
        (["451@fault.test"], 75, 0),
        (["552@fault.test"], 69, 0),
        (["550-5.7.1@fault.test"], 77, 0),
        (["data-554@fault.test"], 69, 0),
        (["data-451@fault.test"], 75, 0),
        (["451@fault.test", "550@fault.test"], 67, 0),
        (["421@fault.test", "bob@example.org"], 75, 0),
        (["drop@fault.test"], 69, 0),
    ],
)
def test_a_refusal_is_told_and_has_its_exit_code(
    recipients: list[str],
    code: int,
    kept: int,
    call: Call,
    server: Running,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(*recipients) == code

    assert len(server.trap.messages) == kept
    heard = capsys.readouterr()
    assert heard.out == ""
    assert heard.err.startswith("sendmail: ")


def test_a_server_that_wants_a_login_is_exit_77(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(require_auth=True) as strict:
        assert call("--port", str(strict.port), "bob@example.org") == 77
    assert "530 5.7.0 authentication required" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "there is no recipient; name one, or take those of the fields with -t"),
        (("-t",), "there is no recipient in To, Cc or Bcc of the message"),
    ],
)
def test_mail_for_nobody_is_exit_64(
    words: tuple[str, ...], sentence: str, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*words) == 64
    assert capsys.readouterr().err == f"sendmail: {sentence}\n"


@pytest.mark.parametrize(
    "words",
    [
        ("-f", '"a\nb"@c', "bob@example.org"),
        ('"a\r\nb"@c',),
        ("-V", "x\r\nRSET", "bob@example.org"),
    ],
)
def test_a_word_that_would_become_commands_is_exit_64(
    words: tuple[str, ...], call: Call, server: Running
) -> None:
    assert call(*words) == 64
    assert server.trap.messages == ()


def test_a_port_that_is_none_is_exit_64(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sendmail", "--port", "x", "bob@example.org"]) == 64
    assert capsys.readouterr().err.startswith("sendmail: --port: 'x' is not a port")


@pytest.mark.parametrize("words", [("bob@example.org",), ("-bs",)])
def test_a_server_that_is_not_there_is_exit_69(
    words: tuple[str, ...], call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    with running() as gone:
        port = gone.port

    assert call("--port", str(port), *words) == 69
    assert capsys.readouterr().err == (
        f"sendmail: nothing listens on 127.0.0.1:{port}; start a catcher with mailtrap, or"
        " mailtrap serve\n"
    )


def test_a_server_that_turns_everybody_away_is_told(
    call: Call, server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = Policy()
    policy.replace([Rule("CONNECT", wire_replies("CONNECT", "421 4.3.2 busy"))])
    with running(policy=policy) as busy:
        assert call("--port", str(busy.port), "bob@example.org") == 75

    assert (
        capsys.readouterr().err == "sendmail: the server refused the connection: 421 4.3.2 busy\n"
    )
    assert server.trap.messages == ()


def test_mail_goes_over_tls_where_the_url_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    CERTIFICATES.write_ca()
    with running(host="localhost", starttls=True) as server:
        monkeypatch.setenv("MAILTRAP_URL", f"smtp+starttls://ann:pw@localhost:{server.port}")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HELLO)))
        assert main(["sendmail", "bob@example.org"]) == 69
        assert "is not trusted" in capsys.readouterr().err

        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificates.ca))
        assert main(["sendmail", "bob@example.org"]) == 0

        [message] = server.trap.messages
        session = server.trap.session(message.session)
        assert session is not None
        assert len(entries_of(session, TlsStarted)) == len(entries_of(session, Authenticated)) == 1


def spoken(url: str, dialogue: bytes, **environ: str) -> "subprocess.CompletedProcess[bytes]":
    """What a caller of ``-bs`` hears who says all of it at once."""
    return subprocess.run(
        [sys.executable, "-m", "mailtrap", "sendmail", "-bs"],
        input=dialogue,
        capture_output=True,
        timeout=WAIT,
        check=False,
        env={**os.environ, "MAILTRAP_URL": url, **environ},
    )


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_dialogue_goes_over_tls_where_the_url_says_so(scheme: str) -> None:
    CERTIFICATES.write_ca()
    dialogue = b"EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<bob@x.org>\r\nDATA\r\nhi\r\n.\r\n"
    with running(host="localhost", starttls=True, smtps=True) as server:
        port = server.smtps_port if scheme == "smtps" else server.port
        url = f"{scheme}://ann:pw@localhost:{port}"

        untrusted = spoken(url, dialogue)
        done = spoken(url, dialogue, SSL_CERT_FILE=str(server.certificates.ca))

        assert (untrusted.returncode, untrusted.stdout) == (69, b"")
        assert b"is not trusted" in untrusted.stderr
        assert (done.returncode, done.stderr) == (0, b"")
        assert [line[:4] for line in done.stdout.splitlines() if line[3:4] == b" "] == [
            b"220 ", b"250 ", b"250 ", b"250 ", b"354 ", b"250 ",
        ]  # fmt: skip
        session = server.trap.session(server.message().session)
        assert session is not None
        assert len(entries_of(session, TlsStarted)) == len(entries_of(session, Authenticated)) == 1


def test_a_caller_without_stdin_has_nothing_to_say(server: Running) -> None:
    words = ["sendmail", "-bs", "--host", "127.0.0.1", "--port", str(server.port)]
    # As where stdin was closed, and its descriptor is now that of something else.
    script = f"import sys; sys.stdin = None; from mailtrap.cli import main; sys.exit(main({words}))"

    done = subprocess.run(
        [sys.executable, "-c", script],
        input=b"NOOP\r\n",
        capture_output=True,
        timeout=WAIT,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"220 ")
    assert [entry for entry in server.session().transcript if isinstance(entry, Command)] == []


def test_stdin_that_cannot_be_read_is_exit_74(server: Running, tmp_path: Path) -> None:
    where = ["--host", "127.0.0.1", "--port", str(server.port)]
    with (tmp_path / "for writing").open("wb") as stdin:
        done = subprocess.run(
            [sys.executable, "-m", "mailtrap", "sendmail", "-i", *where, "bob@example.org"],
            stdin=stdin,
            stderr=subprocess.PIPE,
            text=True,
            timeout=WAIT,
            check=False,
        )

    assert (done.returncode, server.trap.messages) == (74, ())
    assert done.stderr == "sendmail: the message cannot be read from stdin: Bad file descriptor\n"


def test_a_user_without_an_entry_is_told_by_the_environment(
    call: Call, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 2)
    monkeypatch.setenv("USER", "app")
    monkeypatch.setenv("NAME", "The App")

    assert call("bob@example.org") == 0

    assert b"\r\nFrom: The App <app@" in server.message().data


@pytest.mark.parametrize("flags", [["-bi"], ["-q"], ["-q30m"], ["-bd", "-q1h"], ["-bv", "bob"]])
def test_what_there_is_nothing_to_do_for_is_done(flags: list[str]) -> None:
    assert main(["sendmail", *flags]) == 0


def test_the_queue_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sendmail", "-bp"]) == 0
    assert capsys.readouterr().out == "Mail queue is empty\n"


def test_what_is_said_is_shown_where_that_is_wanted(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("-v", "bob@example.org") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("S: 220 ")
    assert "C: RCPT TO:<bob@example.org>" in lines
    assert lines[-1].startswith("S: 221 ")


def test_it_imports_nothing_that_takes_long() -> None:
    script = "import sys, mailtrap.cli.sendmail; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=WAIT,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    slow = {"asyncio", "email", "argparse", "dataclasses", "ssl", "smtplib", "aiosmtpd", "textual"}
    assert slow & set(done.stdout.split()) == set()


def test_its_help_names_the_flags_and_where_it_sends(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sendmail", "--help"]) == 0

    shown = capsys.readouterr().out
    assert all(text in shown for text in ("-t ", "-oi", "-f ADDRESS", "MAILTRAP_PORT", "-bs"))
