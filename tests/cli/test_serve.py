"""``mailtrap serve`` as a process of its own."""

import contextlib
import ctypes
import json
import os
import re
import shlex
import signal
import smtplib
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.support import WAIT, Client, running

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
def serving(
    *words: str, shell: str = "exec ", program: Sequence[str] = MAILTRAP, **environ: str
) -> Iterator[Served]:
    process = subprocess.Popen(
        ["sh", "-c", shell + shlex.join([*program, "serve", "--json", "--port=0", *words])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environ},
    )
    try:
        yield Served(process)
    finally:
        process.terminate()  # it takes its CA file with it
        try:
            process.communicate(timeout=20)
        finally:
            process.kill()


def mailtrap(
    *words: str, cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MAILTRAP, *words],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        check=False,
        cwd=cwd,
    )


def send(port: int, subject: str = "hi") -> None:
    with smtplib.SMTP("127.0.0.1", port, "client.test") as smtp:
        mail = f"Subject: {subject}\r\n\r\nhi\r\n".encode()
        smtp.sendmail("a@example.org", ["b@example.org"], mail)


def test_each_event_is_a_line_and_the_first_names_the_port() -> None:
    with serving("--transcript", "--level=none") as served:
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


def badly(port: int) -> None:
    """A session without a greeting."""
    with Client(port) as client:
        client.reply()
        assert client.codes(b"MAIL FROM:<a@example.org>\r\n", b"QUIT\r\n") == [250, 221]


def until_closed(served: Served) -> list[dict[str, Any]]:
    events = [served.event()]
    while events[-1]["event"] != "session-closed":
        events.append(served.event())
    return events


def test_what_is_wrong_is_told_right_after_what_caused_it() -> None:
    with serving("--transcript") as served:
        badly(served.port)
        events = until_closed(served)

    [at] = [n for n, event in enumerate(events) if event.get("rule") == "no-helo"]
    assert events[at] == {
        "event": "diagnostic",
        "rule": "no-helo",
        "severity": "error",
        "source": "RFC 5321 §4.1.1.1",
        "session": events[0]["session"],
        "message": None,
        "detail": "",
        "place": {"offset": 0},
    }
    before = [event for event in events[:at] if event["event"] == "entry"]
    assert [(entry["offset"], entry["text"]) for entry in before[-2:]] == [
        (0, "MAIL FROM:<a@example.org>"),
        (None, "250 2.1.0 sender ok"),
    ]
    assert "QUIT" not in [entry["text"] for entry in before]


def test_level_none_looks_for_nothing() -> None:
    with serving(MAILTRAP_LEVEL="none") as served:
        badly(served.port)
        events = until_closed(served)

    assert {event["event"] for event in events} == {"session-opened", "session-closed"}


def test_diagnostics_of_sessions_that_open_before_the_rules_are_there_are_not_lost() -> None:
    script = (
        "import sys, socket, threading\n"
        "from mailtrap.smtp import server\n"
        "start = server.Server.start\n"
        "async def slow(self):\n"
        "    import asyncio\n"
        "    await start(self)\n"
        "    assert 'mailtrap.lint.session' not in sys.modules\n"
        "    reader, writer = await asyncio.open_connection(*self.addresses[0])\n"
        "    for line in (b'MAIL FROM:<a@example.org>\\r\\n', b'QUIT\\r\\n'):\n"
        "        await reader.readline()\n"
        "        writer.write(line)\n"
        "    await reader.read()\n"
        "    writer.close()\n"
        "server.Server.start = slow\n"
        "from mailtrap.cli import main\n"
        "sys.exit(main(['serve', '--json', '--port=0', '--host=127.0.0.1']))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    names = []
    while "diagnostic" not in names:
        event = json.loads(process.stdout.readline())
        names.append(event["event"])
    process.terminate()
    process.communicate(timeout=20)

    assert names[0] == "session-opened"
    assert names.index("session-closed") < names.index("ready") < names.index("diagnostic")


@pytest.mark.parametrize("words", [["--help"], ["serve", "--help"], ["--version"]], ids=str)
def test_help_costs_no_import_of_the_rules(words: list[str]) -> None:
    script = (
        "import sys, mailtrap.cli\n"
        f"mailtrap.cli.main({words!r})\n"
        "sys.exit(any(name.startswith('mailtrap.lint') for name in sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", script], timeout=60, check=False)

    assert done.returncode == 0


def test_it_never_imports_the_screen() -> None:
    script = (
        "import sys, mailtrap.cli, mailtrap.cli.serve, mailtrap.cli.headless;"
        "sys.argv = ['mailtrap', 'serve', '--help'];"
        "sys.stdout = sys.stderr;"
        "mailtrap.cli.main()\n"
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
    assert "\n  --json" not in shown
    assert "--json" in mailtrap("serve", "--help").stdout


def test_tls_names_its_ca_and_clients_that_trust_it_can_verify_the_server() -> None:
    with serving("--tls", "--smtps-port=0") as served:
        [smtps] = [x for x in served.ready["listeners"] if x["protocol"] == "smtps"][:1]
        trusting = ssl.create_default_context(cafile=served.ready["ca"])

        with smtplib.SMTP("localhost", served.port) as smtp:
            smtp.starttls(context=trusting)
            starttls = smtp.noop()
        with smtplib.SMTP_SSL("127.0.0.1", smtps["port"], context=trusting) as smtp:
            implicit = smtp.noop()
        served.stop()

        assert (starttls[0], implicit[0]) == (250, 250)
        assert not Path(served.ready["ca"]).exists()


def test_the_ca_is_written_where_the_user_wants_it(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"

    with serving("--tls", f"--tls-ca={ca}") as served:
        assert served.ready["ca"] == str(ca)
        assert ca.read_text().startswith("-----BEGIN CERTIFICATE-----")


def test_the_session_shows_how_it_was_encrypted() -> None:
    with serving("--transcript", "--tls") as served:
        trusting = ssl.create_default_context(cafile=served.ready["ca"])
        with smtplib.SMTP("localhost", served.port) as smtp:
            smtp.starttls(context=trusting)

        events = iter(served.event, None)
        tls = next(event for event in events if event.get("kind") == "tls")

    assert re.fullmatch(r"TLS started: TLSv1\.\d, \S+, asked for localhost", tls["text"])


def without_the_right_to_low_ports() -> None:
    """Gives up what root may, too, as soon as another program is run (capabilities(7))."""
    drop, net_bind_service = 24, 10
    ctypes.CDLL(None).prctl(drop, net_bind_service, 0, 0, 0)


def everyone_may_listen_on(port: int) -> bool:
    """As on macOS, and in many containers."""
    lowest = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    return not lowest.exists() or int(lowest.read_text()) <= port


@pytest.mark.skipif(everyone_may_listen_on(25), reason="everyone may listen on any port here")
def test_a_port_below_1024_without_rights_is_one_sentence_and_exit_69() -> None:
    ended = subprocess.run(
        [*MAILTRAP, "serve", "--host=127.0.0.1", "--port=25"],
        preexec_fn=without_the_right_to_low_ports,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (ended.returncode, ended.stderr.count("\n")) == (69, 1)
    assert "cannot listen on 127.0.0.1:25: Permission denied" in ended.stderr
    assert "try --port 1025" in ended.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--tls-cert=nope.pem"], "--tls-cert: cannot read 'nope.pem': No such file or directory"),
        (["--tls-cert=cert.pem"], "--tls-cert: no certificate and key in 'cert.pem'"),
        (
            ["--tls-cert=cert.pem", "--tls-key=other.pem"],
            "--tls-key: 'other.pem' is not the key of the certificate in 'cert.pem'",
        ),
        (["--tls-key=key.pem"], "--tls-key: 'key.pem' needs a certificate: --tls-cert"),
        (["--tls-cert=key.pem", "--tls-key=key.pem"], "--tls-cert"),
        (["--tls-cert=cert.pem", "--tls-ca=x"], "--tls-ca: nothing can be written to 'x'"),
        (["--tls", "--tls-ca=/nowhere/x"], "--tls-ca: cannot write '/nowhere/x'"),
        (["--tls", "--tls-client-ca=key.pem"], "--tls-client-ca: no CA certificate can be read"),
        (["--tls", "--tls-client-ca=nope"], "--tls-client-ca: no CA certificate can be read"),
        (["--tls-ca=x"], "--tls-ca: 'x' is of no use without --tls or --smtps-port"),
        (["--smtps-port=1025", "--port=1025"], "--smtps-port: 1025 is that of --port already"),
        (["--tls-ca=~nobody-here/x"], "--tls-ca: '~nobody-here/x' has a home directory that"),
        (["--faults=huge.toml"], "huge.toml, line 3: nth is larger than 9007199254740992"),
        (["--faults=nope.toml"], "cannot read the faults file 'nope.toml'"),
        (["--faults=bad.toml"], "bad.toml, line 3: reply '99' has no reply code"),
        (["--faults=preset.toml"], "preset.toml, line 2:"),
    ],
    ids=" ".join,
)
def test_a_file_that_cannot_be_used_is_one_sentence_and_exit_2(
    words: list[str], sentence: str, tmp_path: Path
) -> None:
    ours, other = (trustme.CA().issue_cert("localhost") for _ in range(2))
    ours.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    ours.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    other.private_key_pem.write_to_path(str(tmp_path / "other.pem"))
    (tmp_path / "bad.toml").write_text('[[rule]]\non = "RCPT"\nreply = "99"\n')
    (tmp_path / "huge.toml").write_text(f'[[rule]]\non = "RCPT"\nnth = 0x{"f" * 5000}\n')
    (tmp_path / "preset.toml").write_text('[[rule]]\npreset = "graylist"\n')

    ended = mailtrap("serve", "--port=0", *words, cwd=tmp_path)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"mailtrap: {sentence}")
    assert ended.stderr.count("\n") == 1


def test_a_port_for_smtps_that_is_in_use_is_one_sentence_and_exit_69() -> None:
    with running() as server:
        ended = mailtrap("serve", "--port=0", f"--smtps-port={server.port}", "--host=127.0.0.1")

    assert ended.returncode == 69
    assert f"cannot listen on 127.0.0.1:{server.port}: the port is in use" in ended.stderr


def test_the_faults_file_decides_and_is_followed_while_a_client_sends(tmp_path: Path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[rule]]\non = "RCPT"\nreply = "451 4.7.1 not now"\n')
    with serving(f"--faults={faults}") as served, Client(served.port) as client:
        client.greeted()
        client.say(b"MAIL FROM:<ann@example.org>\r\n")
        before = client.say(b"RCPT TO:<bob@example.org>\r\n")

        faults.write_text("[[rule]]\nbroken = 1\n")
        assert served.process.stderr is not None
        complaint = served.process.stderr.readline()
        meanwhile = client.say(b"RCPT TO:<bob@example.org>\r\n")
        faults.write_text('[[rule]]\npreset = "unknown_user"\n')
        told = served.process.stderr.readline()
        after = client.say(b"RCPT TO:<bob@example.org>\r\n")

    assert before == meanwhile == b"451 4.7.1 not now\r\n"
    assert after == b"550 5.1.1 no such user here\r\n"
    assert f"{faults}, line 2: " in complaint
    assert complaint.endswith("; the rules from before stay in force\n")
    assert told == f"mailtrap: {faults} has changed: 1 rule is in force\n"


def test_magic_recipients_need_no_set_up_and_can_be_turned_off() -> None:
    command = b"RCPT TO:<550@fault.test>\r\n"

    with serving() as served, Client(served.port) as client:
        magic = client.greeted().say(command)
    with serving("--no-magic") as served, Client(served.port) as client:
        plain = client.greeted().say(command)

    assert (magic[:3], plain[:3]) == (b"550", b"250")


def test_a_client_in_a_loop_loses_no_reply_when_the_faults_file_changes(tmp_path: Path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text('[[rule]]\non = "RCPT"\nreply = "451"\n')
    codes: list[bytes] = []
    with serving(f"--faults={faults}") as served, Client(served.port) as client:
        client.greeted()
        began = time.monotonic()
        while codes.count(b"550") < 100 and time.monotonic() < began + WAIT:
            if len(codes) == 100:
                faults.write_text('[[rule]]\non = "RCPT"\nreply = "550"\n')
            codes.append(client.say(b"RCPT TO:<bob@example.org>\r\n")[:3])
        client.say(b"NOOP last\r\n")

    assert codes == sorted(codes)  # 451 until it changed, 550 from then on, and nothing else
    assert codes.count(b"550") == 100


def test_rules_from_a_pipe_are_read_once_and_stay() -> None:
    command = shlex.join([*MAILTRAP, "serve", "--json", "--port=0", "--faults=/dev/stdin"])
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write('[[rule]]\non = "NOOP"\nreply = "450"\n')
    process.stdin.close()
    process.stdin = None
    served = Served(process)

    with Client(served.port) as client:
        reply = client.greeted().say(b"NOOP\r\n")

    assert reply.startswith(b"450 ")
    assert served.stop()[0] == 0


@pytest.mark.parametrize("hostname", ["foo-.x", "-foo", "xn--zz", "a" * 64, "a_b.test", "10.0.0.1"])
def test_any_hostname_can_be_used_with_tls(hostname: str) -> None:
    with serving("--tls", f"--hostname={hostname}") as served, Client(served.port) as client:
        assert client.reply().startswith(f"220 {hostname} ".encode())
        trusting = ssl.create_default_context(cafile=served.ready["ca"])
        with smtplib.SMTP("localhost", served.port) as smtp:
            assert smtp.starttls(context=trusting)[0] == 220


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_no_file_behind(number: signal.Signals) -> None:
    with serving("--tls") as served:
        ca = Path(served.ready["ca"])
        assert ca.exists()

        assert served.stop(number)[0] == 0
        assert not ca.parent.exists()


# Gets the signal that stopped it once more, while it tidies up and when all is done.
TWICE = """
import atexit, signal, sys
from mailtrap.cli import main
from mailtrap.smtp.certificates import Certificates
usual = Certificates.close
def close(self):
    signal.raise_signal({number})
    usual(self)
Certificates.close = close
atexit.register(signal.raise_signal, {number})
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="raise_signal ends a process there")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_comes_again_leaves_nothing_and_loses_no_code(
    number: signal.Signals,
) -> None:
    program = [sys.executable, "-W", "error", "-c", TWICE.format(number=int(number))]
    with serving("--tls", program=program) as served:
        ca = Path(served.ready["ca"])

        assert served.stop(number) == (0, "")
        assert not ca.parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="knows no SIGHUP")
def test_a_terminal_that_goes_away_stops_no_server_that_ignores_it() -> None:
    with serving(shell="trap '' HUP; exec ") as served:
        served.process.send_signal(signal.SIGHUP)

        send(served.port)

        assert served.event()["event"] == "session-opened"
        assert served.stop() == (0, "")
