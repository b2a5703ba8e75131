"""Commands that send a message again: run as they are copied, by the real tools."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path as File

import pytest

from mailtrap.envelope import Envelope, Path
from mailtrap.message import Message
from mailtrap.tui import repro
from mailtrap.tui.endpoints import Address
from tests.clients.programs import PATIENCE, program
from tests.support import Running, running

LETTER = b"From: Ann <ann@example.org>\r\nSubject: Hello\r\n\r\nHi Bob\r\n"
USUAL = Envelope(Path(b"<ann@example.org>", b"SIZE=60"), (Path(b"<bob@example.org>"),))
BOUNCE = Envelope(
    Path(b"<>"), (Path(b"<bob+it's@example.org>"), Path(b"<cy$HOME`id`@example.org>"))
)
UTF8 = Envelope(Path(b"<ann@example.org>"), (Path("<bøb@example.org>".encode()),))
HARD = {
    "letter": LETTER,
    "shell": b"Subject: it's \\n %s %d $HOME `id` \"q\" !! \\0101 \\c\r\n\r\n-n\r\n'\r\n",
    "dots": b".first\r\n\r\n.\r\n..\r\n.two\r\nend\r\n",
    "blank": b"\r\n",
    "every octet": bytes(range(256)) + b"\r\n",
    "utf-8": "Subject: Grüße 日本\r\n\tfolded\r\n\r\n\u202eevil\u200b 🎉\r\n".encode(),
    "tokens of swaks": b"From me\r\nX: %BODY% %TO_ADDRESS% %DATE% \\n\r\n\r\nx\r\n",
    "line ends": b"bare\nlf\n.dot\rcr\r\r\nnul\x00\r\n",
    "long": b"x" * 100_000 + b"\r\n",
    "controls": b"\x1b]0;title\x07 \x1b[2J \x9b31m\r\n",
}
SHELLS = ["sh", "bash"]
Tool = Callable[[Envelope, bytes, Address], str]


@pytest.fixture(name="tool", params=["swaks", "curl"])
def fixture_tool(request: pytest.FixtureRequest) -> Tool:
    program(request.param, f"apt install {request.param}")
    tools: dict[str, Tool] = {"swaks": repro.swaks, "curl": repro.curl}
    return tools[request.param]


def ran(server: Running, *command: str, cwd: File) -> Message:
    """The message that a command sent."""
    environ = {**os.environ, "HOME": str(cwd)}
    done = subprocess.run(
        command, cwd=cwd, env=environ, capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return server.message()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("data", HARD.values(), ids=HARD)
def test_a_command_of_a_shell_sends_every_octet(
    tool: Tool, data: bytes, shell: str, tmp_path: File
) -> None:
    with running() as server:
        command = tool(USUAL, data, ("127.0.0.1", server.port))
        message = ran(server, program(shell, f"apt install {shell}"), "-c", command, cwd=tmp_path)

    assert message.data == data
    assert command.startswith("printf")


@pytest.mark.parametrize("envelope", [USUAL, BOUNCE, UTF8])
def test_a_command_of_a_shell_sends_the_envelope(
    tool: Tool, envelope: Envelope, tmp_path: File
) -> None:
    with running() as server:
        command = tool(envelope, LETTER, ("127.0.0.1", server.port))
        message = ran(server, "sh", "-c", command, cwd=tmp_path)

    assert message.envelope.reverse_path == envelope.reverse_path
    assert message.envelope.forward_paths == envelope.forward_paths
    assert command.startswith("printf")


def test_nothing_that_a_terminal_obeys_is_in_a_command(tool: Tool) -> None:
    nasty = b"\x1b]0;t\x07\x00\x7f\xc2\x9b\xe2\x80\xae\r\n"
    envelope = Envelope(Path(b"<a\x1b[2J@x>", b"X=\x1b\x07"), (Path(b"<\x9b\x08>"),))

    command = tool(envelope, nasty * 3, repro.DEFAULT)

    assert all(character.isprintable() or character == "\n" for character in command)


@pytest.mark.parametrize(
    ("envelope", "data", "said"),
    [
        (Envelope(None, USUAL.recipients), LETTER, "there was no MAIL"),
        (Envelope(USUAL.sender, ()), LETTER, "there was no RCPT"),
        (USUAL, b"no end", "the data did not end in CRLF"),
        (
            Envelope(Path(b"<ann@example.org>", b"BODY=8BITMIME SIZE=1"), USUAL.recipients),
            LETTER,
            "leaves out BODY=8BITMIME'",
        ),
        (
            Envelope(Path(b"Ann <ann@example.org>"), USUAL.recipients),
            LETTER,
            "the path was Ann <ann@example.org>",
        ),
        (
            Envelope(USUAL.sender, (Path("<bob@exämple.org>".encode()),)),
            LETTER,
            "the path was <bob@exämple.org>",
        ),
        (
            Envelope(USUAL.sender, (Path(b"<b\xf6b@example.org>"),)),
            LETTER,
            "the path was <b\\xf6b@example.org>",
        ),
    ],
)
def test_what_a_tool_cannot_send_is_said_in_a_line_that_does_nothing(
    tool: Tool, envelope: Envelope, data: bytes, said: str, tmp_path: File
) -> None:
    first = tool(envelope, data, repro.DEFAULT).splitlines()[0]

    assert said in first
    done = subprocess.run(["sh", "-c", first], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout + done.stderr == b""


def test_what_is_said_cannot_leave_its_quotes(tool: Tool, tmp_path: File) -> None:
    envelope = Envelope(Path(b"'; touch pwned; '"), (Path(b"<$(touch pwned)`touch pwned`@x>"),))

    first = tool(envelope, LETTER, repro.DEFAULT).splitlines()[0]
    subprocess.run(["sh", "-c", first], cwd=tmp_path, check=True)

    assert list(tmp_path.iterdir()) == []


ODD = Envelope(
    Path(b"Ann <ann@example.org>", b"BODY=8BITMIME X-ODD=1"),
    (Path("<bøb@example.org>".encode(), b"NOTIFY=NEVER"), Path(b"no brackets")),
)


@pytest.mark.parametrize("envelope", [USUAL, BOUNCE, ODD, Envelope()], ids=repr)
@pytest.mark.parametrize("data", [*HARD.values(), b"no end", b""], ids=[*HARD, "no end", "empty"])
def test_the_test_sends_everything_as_it_was_and_passes(
    data: bytes, envelope: Envelope, tmp_path: File
) -> None:
    if envelope == Envelope() and not data.endswith(b"\r\n"):
        pytest.skip("no client can send that: BDAT needs a MAIL, and DATA a line end")
    test = tmp_path / "test_copied.py"
    with running() as server:
        test.write_text(repro.smtplib(envelope, data, ("127.0.0.1", server.port), "a-1-2"))
        # What the test says is the same whoever runs it; pytest itself takes its time.
        call = "import test_copied as t; t.test_a_1_2_is_taken()"
        message = ran(server, sys.executable, "-c", call, cwd=tmp_path)

    assert message.data == data
    assert message.envelope.recipients == envelope.recipients
    assert message.envelope.reverse_path == envelope.reverse_path
    if envelope is ODD:
        assert message.envelope == envelope


def test_the_test_runs_under_pytest(tmp_path: File) -> None:
    (tmp_path / "test_copied.py").touch()
    with running() as server:
        snippet = repro.smtplib(USUAL, LETTER, ("127.0.0.1", server.port), "a-1-2")
        (tmp_path / "test_copied.py").write_text(snippet)
        command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", ".")
        assert ran(server, *command, cwd=tmp_path).data == LETTER


def test_what_is_copied_is_how_one_would_write_it() -> None:
    address = ("127.0.0.1", 1025)

    assert repro.curl(USUAL, LETTER, address) == (
        "printf '%b' \\\n"
        "  'From: Ann <ann@example.org>\\r\\n' \\\n"
        "  'Subject: Hello\\r\\n' \\\n"
        "  '\\r\\n' \\\n"
        "  'Hi Bob\\r\\n' |\n"
        "curl --url smtp://127.0.0.1:1025 --mail-from ann@example.org"
        " --mail-rcpt bob@example.org --upload-file -\n"
    )
    assert repro.smtplib(USUAL, LETTER, address, "k7x2-4-1") == (
        "import smtplib\n\n"
        "DATA = (\n"
        "    b'From: Ann <ann@example.org>\\r\\n'\n"
        "    b'Subject: Hello\\r\\n'\n"
        "    b'\\r\\n'\n"
        "    b'Hi Bob\\r\\n'\n"
        ")\n\n\n"
        "def test_k7x2_4_1_is_taken():\n"
        "    with smtplib.SMTP('127.0.0.1', 1025) as smtp:\n"
        "        refused = smtp.sendmail('ann@example.org', ['bob@example.org'], DATA)\n"
        "        assert refused == {}\n"
    )


def test_a_listener_on_all_interfaces_is_reached_at_loopback() -> None:
    assert repro.reached([("0.0.0.0", 2525)]) == ("127.0.0.1", 2525)
    assert repro.reached([]) == repro.DEFAULT
    assert "smtp://[::1]:25" in repro.curl(USUAL, LETTER, repro.reached([("::", 25)]))
