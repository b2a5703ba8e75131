"""Programs that hand their mail to sendmail, and get ``mailtrap sendmail``."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailtrap.faults.policy import Policy
from tests.clients.programs import Runner, cannot, missing, program, works
from tests.clients.sendmails import IDENTITY, MAILTRAP, Shim, shim
from tests.support import WAIT, Running, running


@pytest.fixture(name="server")
def fixture_server() -> Iterator[Running]:
    with running(policy=Policy()) as server:
        yield server


@pytest.fixture(name="sendmail")
def fixture_sendmail(server: Running, tmp_path: Path) -> Shim:
    return shim(tmp_path / "bin", server)


# PHP


def php(run: Runner, sendmail: str, script: str, environ: dict[str, str] | None = None) -> str:
    name = program("php", "apt install php-cli, or brew install php")
    return run(name, "-n", "-d", f"sendmail_path={sendmail}", "-r", script, environ=environ)


def test_mail_of_php_is_passed_on_with_its_fields_and_sender(run: Runner, sendmail: Shim) -> None:
    script = r"""
        $fields = "From: Ann <ann@example.org>\r\nCc: cy@example.org\r\nBcc: dee@example.org\r\n"
            . "X-Tag: sale";
        var_dump(mail("Bob <bob@example.org>", "Hello", ".\n.dot\r\nnaïve \t\n", $fields,
            "-fbounce@example.org"));
    """

    said = php(run, f"{sendmail.path} -t -i", script)

    message = sendmail.message()
    assert said == "bool(true)\n"
    assert sendmail.arguments == ["-t", "-i", "-fbounce@example.org"]
    assert message.envelope.reverse_path == "bounce@example.org"
    assert message.envelope.forward_paths == (
        "bob@example.org",
        "cy@example.org",
        "dee@example.org",
    )
    assert message.data.startswith(b"To: Bob <bob@example.org>\r\nSubject: Hello\r\n")
    assert b"X-Tag: sale\r\n" in message.data
    assert b"dee@example.org" not in message.data
    assert message.data.endswith(b"\r\n\r\n.\r\n.dot\r\nna\xc3\xafve \t\r\n\r\n")


@pytest.mark.parametrize(
    ("recipient", "told"),
    [("bob@example.org", "true"), ("550@fault.test", "false"), ("data-554@fault.test", "false")],
)
def test_php_is_told_whether_mail_was_taken(
    recipient: str, told: str, run: Runner, sendmail: Shim
) -> None:
    script = f'var_dump(mail("{recipient}", "Hello", "Hi", "From: ann@example.org"));'

    said = php(run, f"{MAILTRAP} sendmail -t -i", script, sendmail.environ)

    assert f"bool({told})" in said


def test_php_is_told_that_there_is_no_server(run: Runner, server: Running) -> None:
    server.thread.stop()
    script = 'var_dump(mail("bob@example.org", "Hello", "Hi"));'

    said = php(run, f"{MAILTRAP} sendmail -t -i --host 127.0.0.1 --port {server.port}", script)

    assert "bool(false)" in said
    assert f"sendmail: nothing listens on 127.0.0.1:{server.port}" in said


# cron

# In its own namespace of mounts cron finds our program where it was built to find sendmail, and no
# crontab but ours.  What is due at @reboot it does at once.
CRON = r"""
set -e
mount -t tmpfs none /run
mount -t tmpfs none /etc/cron.d
mount -t tmpfs none /var/spool/cron/crontabs
mount --bind /dev/null /etc/crontab
[ -e /usr/sbin/sendmail ] && mount --bind "$1" /usr/sbin/sendmail
printf 'MAILTO=bob@example.org\n@reboot echo Gr\303\274\303\237e; echo .; echo .x\n' \
    >/var/spool/cron/crontabs/root
chmod 600 /var/spool/cron/crontabs/root
exec "$2" -f
"""


def test_what_a_job_of_cron_prints_is_passed_on(sendmail: Shim, server: Running) -> None:
    cron = program("cron", "apt install cron, which has crontabs in /var/spool/cron/crontabs")
    if os.geteuid() != 0:
        cannot("only root can give cron a sendmail of its own; to run this test be root")
    if not works("unshare", "-m", "true"):
        pytest.skip("this container may not mount, and so cron would have the machine's sendmail")
    if not Path("/usr/sbin/sendmail").exists():
        missing("sendmail", "apt install postfix; cron looks for no other")
    command = ["unshare", "-m", "sh", "-c", CRON, "sh", str(sendmail.path), cron]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            server.until(
                lambda: all(s.closed for s in server.trap.sessions) and server.trap.messages
            )
        finally:
            process.terminate()

    message = sendmail.message()
    assert sendmail.arguments == ["-FCronDaemon", "-i", "-B8BITMIME", "-oem", "bob@example.org"]
    assert message.envelope.forward_paths == ("bob@example.org",)
    assert message.envelope.sender is not None
    assert message.envelope.sender.raw.startswith(b"<root@")
    assert message.envelope.sender.rest == b"BODY=8BITMIME"
    assert b"\r\nX-Cron-Env: <MAILTO=bob@example.org>\r\n" in message.data
    assert message.data.endswith("\r\n\r\nGrüße\r\n.\r\n.x\r\n".encode())


def test_mail_is_passed_on_as_cron_calls_its_mailer(run: Runner, sendmail: Shim) -> None:
    output = b"From: root (Cron Daemon)\nTo: root\nSubject: Cron <root@box> job\n\n.\nlast\n"

    run(str(sendmail.path), "-FCronDaemon", "-odi", "-i", "-oem", "root", stdin=output)

    message = sendmail.message()
    [recipient] = message.envelope.forward_paths
    assert recipient.startswith("root@")
    assert message.data.endswith(b"\r\n\r\n.\r\nlast\r\n")


# git


PATCH_OPTIONS = ("--from=Ann <ann@example.org>", "--to=bob@example.org", "--cc=cy@example.org")


@pytest.mark.parametrize("way", ["--smtp-server", "sendemail.sendmailCmd"])
def test_patches_of_git_are_passed_on(way: str, run: Runner, sendmail: Shim, patch: Path) -> None:
    git = program("git", "apt install git")
    if not works(git, "send-email", "--dump-aliases"):
        missing("git send-email", "apt install git-email")
    words = ["send-email", "--quiet", "--confirm=never", "--suppress-cc=all", *PATCH_OPTIONS]
    if way == "--smtp-server":
        command = [git, *words, f"{way}={sendmail.path}"]
    else:
        command = [git, "-c", f"{way}={sendmail.path}", *words]

    run(*command, "--envelope-sender=bounce@example.org", str(patch), environ=IDENTITY)

    message = sendmail.message()
    assert sendmail.arguments[:3] == ["-f", "bounce@example.org", "-i"]
    assert message.envelope.reverse_path == "bounce@example.org"
    assert message.envelope.forward_paths == ("bob@example.org", "cy@example.org")
    assert message.data.startswith(b"From: Ann <ann@example.org>\r\nTo: bob@example.org\r\n")
    assert "\r\n+Grüße\r\n+.\r\n".encode() in message.data


# mutt and mailx


def test_mail_of_mutt_is_passed_on(run: Runner, sendmail: Shim, tmp_path: Path) -> None:
    mutt = program("mutt", "apt install mutt")
    settings = tmp_path / "muttrc"
    settings.write_text(
        f'set sendmail="{sendmail.path} -oem -oi"\nset from="Ann <ann@example.org>"\n'
        "set use_envelope_from=yes\nset copy=no\nset charset=utf-8\nset send_charset=utf-8\n"
    )
    words = (
        "-n",
        "-F",
        str(settings),
        "-s",
        "Grüße",
        "-c",
        "cy@example.org",
        "-b",
        "d@example.org",
    )

    run(mutt, *words, "bob@example.org", stdin=".\nnaïve\n".encode(), environ={"LC_ALL": "C.UTF-8"})

    message = sendmail.message()
    assert sendmail.arguments[:4] == ["-oem", "-oi", "-f", "ann@example.org"]
    assert message.envelope.reverse_path == "ann@example.org"
    assert message.envelope.forward_paths == ("bob@example.org", "cy@example.org", "d@example.org")
    assert b"d@example.org" not in message.data
    assert message.data.endswith("\r\n\r\n.\r\nnaïve\r\n".encode())


def test_mail_of_mailx_is_passed_on(run: Runner, sendmail: Shim, tmp_path: Path) -> None:
    mailx = program("bsd-mailx", "apt install bsd-mailx")
    settings = tmp_path / "mailrc"
    settings.write_text(f"set sendmail={sendmail.path}\n")
    words = ("-n", "-r", "ann@example.org", "-s", "Report", "-c", "cy@example.org")

    run(mailx, *words, "bob@example.org", stdin=b"one\n", environ={"MAILRC": str(settings)})

    sendmail.server.until(lambda: sendmail.server.trap.messages, "mail: mailx does not wait")
    message = sendmail.message()
    assert message.envelope.reverse_path == "ann@example.org"
    assert message.envelope.forward_paths == ("bob@example.org", "cy@example.org")
    assert message.data.endswith(b"\r\n\r\none\r\n")


# Perl and Python


def test_mail_of_mime_lite_is_passed_on(run: Runner, sendmail: Shim) -> None:
    perl = program("perl", "apt install perl")
    if not works(perl, "-MMIME::Lite", "-e", "1"):
        missing("MIME::Lite", "apt install libmime-lite-perl")
    script = """
        use MIME::Lite;
        my $mail = MIME::Lite->new(From => 'Ann <ann@example.org>', To => 'bob@example.org',
            Cc => 'cy@example.org', Bcc => 'dee@example.org', Subject => 'Report',
            Type => 'multipart/mixed');
        $mail->attach(Type => 'TEXT', Data => ".\\n.dot\\n");
        $mail->attach(Type => 'image/png', Data => "\\x89PNG\\r\\n\\x00", Filename => 'a.png');
        $mail->send('sendmail', Sendmail => $ARGV[0], FromSender => 'bounce@example.org') or die;
    """

    run(perl, "-e", script, str(sendmail.path))

    message = sendmail.message()
    assert sendmail.arguments == ["-t", "-oi", "-oem", "-fbounce@example.org"]
    assert message.envelope.reverse_path == "bounce@example.org"
    assert message.envelope.forward_paths == (
        "bob@example.org",
        "cy@example.org",
        "dee@example.org",
    )
    assert b"\r\n.\r\n.dot\r\n" in message.data
    assert b"dee@example.org" not in message.data


def test_mail_of_a_script_in_python_is_passed_on(run: Runner, sendmail: Shim) -> None:
    script = """
import subprocess, sys
from email.message import EmailMessage
message = EmailMessage()
message["From"], message["To"], message["Subject"] = "ann@example.org", "bob@example.org", "Grüße"
message["Bcc"] = "Dee <dee@example.org>"
message.set_content("naïve\\n.\\n")
subprocess.run([sys.argv[1], "-t", "-oi"], input=message.as_bytes(), check=True)
"""

    run(sys.executable, "-c", script, str(sendmail.path))

    message = sendmail.message()
    assert message.envelope.forward_paths == ("bob@example.org", "dee@example.org")
    assert b"dee@example.org" not in message.data


# Called by its name


def test_a_link_called_sendmail_is_sendmail(run: Runner, sendmail: Shim, tmp_path: Path) -> None:
    link = tmp_path / "sendmail"
    link.symlink_to(MAILTRAP)

    run(str(link), "bob@example.org", stdin=b"Subject: Hi\n\nx\n", environ=sendmail.environ)

    [message] = sendmail.server.trap.messages
    assert message.data.startswith(b"Subject: Hi\r\nMessage-Id: <")


def test_a_link_called_mailq_tells_of_an_empty_queue(run: Runner, tmp_path: Path) -> None:
    link = tmp_path / "mailq"
    link.symlink_to(MAILTRAP)

    assert run(str(link)) == "Mail queue is empty\n"


def test_smtp_on_stdin_and_stdout_goes_to_the_server(sendmail: Shim) -> None:
    dialogue = (
        b"EHLO c.test\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
        b"..dot\nbare\r\n.\r\nQUIT\r\n"
    )
    command = [str(MAILTRAP), "sendmail", "-bs"]

    done = subprocess.run(
        command,
        input=dialogue,
        stdout=subprocess.PIPE,
        env={**os.environ, **sendmail.environ},
        timeout=WAIT,
        check=True,
    )

    [message] = sendmail.server.trap.messages
    assert message.data == b".dot\nbare\r\n"
    assert done.stdout.startswith(b"220 ")
    assert done.stdout.endswith(b"221 2.0.0 trap.test closing\r\n")
