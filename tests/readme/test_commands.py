"""The shell blocks of the README, typed into a shell."""

import json
import re
import shlex
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from tests.cli.maildirs import CODE, MAILS
from tests.cli.maildirs import server as writing
from tests.clients.programs import program
from tests.readme.conftest import Shell
from tests.readme.page import block
from tests.support import Running
from tests.terminals import at_a_terminal


def statements(heading: str, first: str) -> list[str]:
    """The lines of a block; what ends in a backslash goes on in the next."""
    text = block(heading, first).text.replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip()]


def test_a_first_mail_and_the_demos_are_sent(shell: Shell, server: Running) -> None:
    said = shell.run(block("Start", "mailtrap send").text, MAILTRAP_PORT=str(server.port))

    assert b"Subject: Hello\r\n" in server.trap.messages[0].data
    assert len(server.trap.messages) > 5
    assert "order" in said
    assert "bare-lf" in said


@pytest.mark.parametrize("command", statements("Start", "mailtrap serve"))
def test_a_server_without_a_screen(command: str, shell: Shell) -> None:
    with shell.begun(command, "ready" if "--json" in command else "listening on") as lines:
        pass

    if "--json" in command:
        assert json.loads(lines[0])["listeners"][0]["port"] > 0


# A screen


SCREENS = [
    *statements("TLS", "mailtrap --tls"),
    *statements("Keep mail", "mailtrap --maildir mails"),
    *statements("Keep mail", "mailtrap view mails"),
]


@pytest.mark.parametrize("command", SCREENS)
def test_a_screen_opens(command: str, shell: Shell) -> None:
    certificate = trustme.CA().issue_cert("localhost")
    certificate.private_key_pem.write_to_path(shell.directory / "k.pem")
    certificate.cert_chain_pems[0].write_to_path(shell.directory / "c.pem")
    (shell.directory / "mails").mkdir()
    with writing(shell.directory / "mails") as maildir:
        maildir.take(CODE)
    script = f"cd {shlex.quote(str(shell.directory))}; {command.replace('1465', '0')}"
    environ = {**shell.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": str(shell.directory)}
    keeps = "mails" in command

    code, text = at_a_terminal(
        ["sh", "-c", script],
        "Your code" if keeps else "in memory",
        keys="q",
        environ=environ,
        size=(120, 30),
    )

    assert code == 0, text


# Mail in a maildir


def test_mail_of_a_maildir(shell: Shell) -> None:
    now = datetime.now(UTC)
    with writing(shell.directory / "mails") as maildir:
        for data in (*MAILS, CODE):
            maildir.take(data, at=now)
    *commands, follow = statements("From scripts", "export MAILTRAP_MAILDIR=mails")

    said = shell.run("\n".join(commands))

    assert "Invoice 7" in said.splitlines()[0]
    assert "\n482913\n" in said
    mbox = (shell.directory / "mails.mbox").read_bytes()
    assert mbox.count(b"\nSubject: ") >= len(MAILS)
    assert shell.run("mailtrap list --json --maildir mails || true") == "[]\n"
    shell.environ["MAILTRAP_MAILDIR"] = "mails"
    with writing(shell.directory / "mails") as maildir:
        maildir.take(CODE)
    with shell.begun(follow, "message"):
        pass


@contextmanager
def application(port: int) -> Iterator[int]:
    """A web application that mails a link to who asks for one; its port."""

    class Forgot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"]))
            assert (self.path, form) == ("/forgot", b"user=bob")
            text = "Subject: Reset your password\n\nhttps://example.org/reset?token=7\n"
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                smtp.sendmail(
                    "app@example.org", ["bob@example.org"], f"To: bob@example.org\n{text}"
                )
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Forgot) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield http.server_port
        finally:
            http.shutdown()
            thread.join()


def test_the_link_of_a_mail(shell: Shell) -> None:
    program("curl", "apt install curl, or brew install curl")
    script = block("From scripts", "mailtrap clear --all").text
    shell.environ["MAILTRAP_MAILDIR"] = "mails"

    with shell.begun("mailtrap serve --json", '"ready"') as lines:
        port = json.loads(lines[0])["listeners"][0]["port"]
        with application(port) as web:
            asked = script.replace("localhost:8000", f"127.0.0.1:{web}")
            assert asked != script
            # There is nothing to clear, which is exit code 1.
            said = shell.run(f'set +e\n{asked}\nprintf %s "$link"')

    assert said.endswith("https://example.org/reset?token=7")


# What is wrong


@pytest.mark.usefixtures("newsletter")
@pytest.mark.parametrize(
    "command", statements("What is wrong with it", "mailtrap check mail.eml mails/")
)
def test_check(command: str, shell: Shell) -> None:
    (shell.directory / "mail.eml").write_bytes(CODE)
    (shell.directory / "mails").mkdir()
    (shell.directory / "mails" / "a.eml").write_bytes(CODE)

    code, out, errors = shell.ended(command)

    assert (code, errors) == (1, ""), out  # neither mail has a Date
    written = shell.directory / "mails.sarif"
    if "--sarif" in command:
        results = json.loads(written.read_text())["runs"][0]["results"]
        assert "header-missing-date" in {result["ruleId"] for result in results}
    else:
        assert "error header-missing-date" in out


# TLS and settings


def test_curl_trusts_the_ca(shell: Shell) -> None:
    program("curl", "apt install curl, or brew install curl")
    (shell.directory / "mail.txt").write_text("Subject: hi\n\nhi\n")
    serve, curl = statements("TLS", "mailtrap serve --tls --tls-ca ca.pem &")

    with shell.begun(serve.removesuffix(" &"), "listening on") as lines:
        found = re.search(r"127\.0\.0\.1:(\d+)", "".join(lines))
        assert found
        assert ":1025 " in curl
        shell.run(curl.replace(":1025 ", f":{found[1]} "))

    assert "message" in "".join(lines)
    assert Path(shell.directory / "ca.pem").exists()


@pytest.mark.parametrize("command", statements("Settings", "mailtrap settings"))
def test_the_settings_are_printed(command: str, shell: Shell) -> None:
    said = shell.run(command)

    told = {"": "max-size", "--path": "mailtrap.toml", "--keys": "app.zoom"}
    option = shlex.split(command, comments=True)[2:]
    assert told["".join(option)] in said
