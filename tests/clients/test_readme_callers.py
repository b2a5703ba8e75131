"""The table of the README: each line, as it is written there, hands mail to the catcher."""

import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.clients.programs import Runner, missing, program, works
from tests.clients.sendmails import IDENTITY, MAILTRAP
from tests.support import Running, running

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("\n## Send\n")[2].partition("\n## ")[0]
LINES: dict[str, str] = dict(re.findall(r"^\| ([^|]+?) \| `(.+)` \|$", SECTION, re.MULTILINE))


@pytest.fixture(name="server")
def fixture_server() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture(name="environ")
def fixture_environ(server: Running, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Where mailtrap is, and where it finds the catcher."""
    monkeypatch.setenv("PATH", str(MAILTRAP.parent), prepend=":")
    return {"MAILTRAP_HOST": "127.0.0.1", "MAILTRAP_PORT": str(server.port)}


def test_the_table_has_no_line_that_is_not_tested() -> None:
    assert [who.partition(",")[0].split()[0] for who in LINES] == [
        "PHP", "git", "mutt", "MIME::Lite", "Python", "mailx", "cron",
    ]  # fmt: skip


def line(who: str) -> str:
    """What the table says for that caller."""
    [found] = [text for name, text in LINES.items() if name.startswith(who)]
    return found


def assert_caught(server: Running, *fields: bytes) -> None:
    """The only message has these lines, and is for Bob."""
    message = server.message()
    assert message.envelope.forward_paths == ("bob@example.org",)
    assert set(fields) <= set(message.data.split(b"\r\n"))


def test_the_line_for_php(
    run: Runner, server: Running, environ: Mapping[str, str], tmp_path: Path
) -> None:
    php = program("php", "apt install php-cli")
    (tmp_path / "php.ini").write_text(line("PHP"))
    script = 'mail("bob@example.org", "Hi", "x") or exit(1);'

    run(php, "-n", "-c", str(tmp_path / "php.ini"), "-r", script, environ=environ)

    assert_caught(server, b"Subject: Hi")


def test_the_line_for_git(
    run: Runner, server: Running, environ: Mapping[str, str], patch: Path, tmp_path: Path
) -> None:
    if not works(program("git", "apt install git"), "send-email", "--dump-aliases"):
        missing("git send-email", "apt install git-email")
    at = f"cd {shlex.quote(str(tmp_path / 'work'))}"
    options = "--quiet --confirm=never --suppress-cc=all --to=bob@example.org"

    run(
        *("sh", "-ec", f"{at}; {line('git')}; git send-email {options} {shlex.quote(str(patch))}"),
        environ={**environ, **IDENTITY},
    )

    assert_caught(server, b"To: bob@example.org")


def test_the_line_for_mutt(
    run: Runner, server: Running, environ: Mapping[str, str], tmp_path: Path
) -> None:
    mutt = program("mutt", "apt install mutt")
    (tmp_path / "muttrc").write_text(f"{line('mutt')}\nset copy=no\n")
    words = ("-n", "-F", str(tmp_path / "muttrc"), "-s", "Hi", "bob@example.org")

    run(mutt, *words, stdin=b"x\n", environ=environ)

    assert_caught(server, b"Subject: Hi")


def test_the_line_for_mime_lite(run: Runner, server: Running, environ: Mapping[str, str]) -> None:
    perl = program("perl", "apt install perl")
    if not works(perl, "-MMIME::Lite", "-e", "1"):
        missing("MIME::Lite", "apt install libmime-lite-perl")
    made = "my $mail = MIME::Lite->new(To => 'bob@example.org', Subject => 'Hi', Data => 'x');"

    run(perl, "-MMIME::Lite", "-e", f"{made} {line('MIME::Lite')}", environ=environ)

    assert_caught(server, b"Subject: Hi")


def test_the_line_for_python(run: Runner, server: Running, environ: Mapping[str, str]) -> None:
    script = f"import subprocess; octets = b'To: bob@example.org\\n\\nHi\\n'; {line('Python')}"

    run(sys.executable, "-c", script, environ=environ)

    assert_caught(server, b"To: bob@example.org")


def test_the_lines_for_mailx_and_for_whoever_looks_for_sendmail(
    run: Runner, server: Running, environ: Mapping[str, str], tmp_path: Path
) -> None:
    mailx = program("bsd-mailx", "apt install bsd-mailx")
    link = str(tmp_path / "sendmail")
    run("sh", "-ec", line("cron").replace("/usr/sbin/sendmail", shlex.quote(link)))
    setting = line("mailx").replace("/usr/local/bin/sendmail", link)
    (tmp_path / "mailrc").write_text(f"{setting}\n")

    settings = {"MAILRC": str(tmp_path / "mailrc")}
    run(mailx, "-n", "-s", "Hi", "bob@example.org", stdin=b"x\n", environ={**environ, **settings})

    assert_caught(server, b"Subject: Hi")


# The commands above the table


def test_each_command_of_the_section_sends_what_it_says(
    run: Runner, server: Running, environ: Mapping[str, str], tmp_path: Path
) -> None:
    [commands] = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.4\n")
    (tmp_path / "broken.eml").write_bytes(b"To: bob@example.org\r\n\r\n\x00\r\n")
    (tmp_path / "render-newsletter").write_text("#!/bin/sh\necho '<h1>News</h1>'\n")
    (tmp_path / "render-newsletter").chmod(0o755)

    said = run("sh", "-exc", f"cd {shlex.quote(str(tmp_path))}\n{commands}", environ=environ)

    assert len(server.trap.messages) == 4 + 3
    first, second, third, fourth, *_ = (message.data for message in server.trap.messages)
    assert b"Subject: Hello\r\n" in first
    assert b'filename="report.pdf"' in second
    assert b"<h1>News</h1>" in third
    assert fourth == b"To: bob@example.org\r\n\r\n\x00\r\n"
    assert "C: DATA" in said
    assert "bare-lf" in said
