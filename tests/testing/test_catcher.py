"""The server of a catcher: start, stop, TLS, users, and what it knows."""

import asyncio
import gc
import os
import resource
import smtplib
import ssl
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailtrap.testing import ListenError, MailTrap, MailtrapError, UsageError
from tests.support import WAIT, Client, free_ports
from tests.testing.posting import connected, post, written


def test_a_host_that_is_not_here_is_told() -> None:
    with pytest.raises(ListenError, match=r"does not have that address; leave|not have that addr"):
        MailTrap(host="192.0.2.1").start()


FORKING = """
import os, sys, smtplib
from mailtrap.testing import MailTrap, MailtrapError

trap = MailTrap(tls="starttls")
trap.start()
child = os.fork()
if not child:
    with smtplib.SMTP(trap.host, trap.port) as client:
        client.sendmail("a@example.org", ["b@example.org"], "Subject: from the child")
    for ask in (lambda: trap.messages, trap.transcript, trap.expect().__enter__, trap.greylist):
        try:
            ask()
        except MailtrapError as error:
            assert "belongs to the process that forked this one" in str(error)
        else:
            sys.exit("a child does what nobody sees")
    trap.stop()
    sys.exit(7)  # the interpreter tidies up
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert trap.wait_for(timeout=0).subject == "from the child"
with smtplib.SMTP(trap.host, trap.port) as client:
    client.starttls(context=trap.client_context())
ca = trap.ca_path
assert ca.exists()
trap.stop()
print(ca)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_that_ends_leaves_its_parent_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()


def test_many_servers_leave_nothing_behind() -> None:
    with MailTrap() as trap:
        post(trap)
    gc.collect()
    threads = threading.active_count()
    files = len([*Path("/dev/fd").iterdir()])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(20):
            with MailTrap() as trap:
                post(trap)
        gc.collect()

    assert threading.active_count() == threads
    assert len([*Path("/dev/fd").iterdir()]) <= files + 2


def test_a_client_of_the_same_loop_does_not_stop_the_end() -> None:
    async def main() -> None:
        async with MailTrap() as trap:
            reader, writer = await asyncio.open_connection(trap.host, trap.port)
            await reader.readline()
        assert (await reader.readline()).startswith(b"421 ")
        writer.close()

    asyncio.run(asyncio.wait_for(main(), WAIT))


def test_what_came_is_there_after_the_end() -> None:
    with MailTrap() as trap:
        post(trap, "Reset")

    trap.stop()
    assert trap.wait_for(subject="Reset", timeout=0)
    assert "kept as" in trap.transcript()
    assert not trap.is_running
    assert repr(trap) == "<MailTrap, not running>"


def test_before_the_start_and_after_the_end_it_says_so() -> None:
    trap = MailTrap()
    asked: list[Callable[[], object]] = [
        lambda: trap.port,
        lambda: trap.messages,
        lambda: trap.sessions,
        lambda: trap.diagnostics,
        trap.transcript,
        trap.assert_clean,
        trap.expect().__enter__,
        lambda: trap.settings("env"),
    ]
    for ask in asked:
        with pytest.raises(UsageError, match="was not started"):
            ask()
    trap.start()
    with pytest.raises(UsageError, match="runs already"):
        trap.start()
    trap.stop()

    with pytest.raises(UsageError, match="was stopped; make a new one"):
        trap.start()
    for ask in (trap.expect().__enter__, trap.greylist):
        with pytest.raises(UsageError, match="was stopped, and nothing comes any more; make a new"):
            ask()


def test_after_the_end_nobody_waits_and_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with MailTrap() as trap:
        post(trap, "Reset")
    waits: list[float] = []
    until = trap._catcher.journal.until

    def noted(look: Callable[[], Any], seconds: float) -> object:
        waits.append(seconds)
        return until(look, seconds)

    monkeypatch.setattr(trap._catcher.journal, "until", noted)

    with pytest.raises(AssertionError) as raised:
        trap.wait_for(subject="Welcome", timeout=WAIT)
    trap.assert_none(subject="Welcome", within=WAIT)

    assert waits == [0, 0]
    assert str(raised.value) == (
        "waited 0 s for a message (subject with 'Welcome')\n"
        "\n"
        "1 message arrived:\n"
        "  1. 'Reset' to bob@example.org\n"
        "     subject: wanted 'Welcome', but it is 'Reset'\n"
        "\n"
        "this MailTrap was stopped, and nothing comes any more"
    )


def test_one_that_runs_already_ends_with_the_block() -> None:
    trap = MailTrap().start()

    with trap as same:
        assert same is trap
        assert trap.is_running

    assert not trap.is_running


def test_a_view_that_was_stopped_takes_no_rules() -> None:
    with MailTrap() as trap:
        view = trap.view()
        view.stop()

        with pytest.raises(UsageError, match="this view was stopped, and with it all its rules"):
            view.greylist()

        post(trap)


WRONG = [
    ({"port": -1}, "port = -1 is no port; 0 takes a free one"),
    ({"port": "25"}, "port = '25' is no port"),
    ({"tls": "ssl"}, "tls = 'ssl' is no kind of TLS"),
    ({"require_tls": True}, 'require_tls needs a kind of TLS; add tls="starttls"'),
    ({"auth": "user:secret"}, "auth takes ("),
    ({"auth": ("user",)}, "auth takes ("),
    ({"timeout": -1}, "timeout = -1 is no time"),
    ({"max_size": 0}, "max_size = 0 takes no mail"),
    ({"max_size": "1k"}, "max_size = '1k' takes no mail; give octets"),
    ({"host": None}, "host = None is no host; leave it out for 127.0.0.1"),
    ({"port": True}, "port = True is no port"),
    ({"auth": {"ann": 1}}, "auth takes ("),
    ({"auth": {}}, "auth = {} has no user, and would let everybody in"),
    ({"maildir": 3}, "maildir = 3 is no directory; give a path"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG, ids=str)
def test_arguments_that_cannot_be_are_told(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        MailTrap(**arguments)

    assert sentence in str(raised.value)
    assert "secret" not in str(raised.value)


def test_starttls_with_a_certificate_that_verifies() -> None:
    with MailTrap(tls="starttls", require_tls=True) as trap:
        with connected(trap) as client, pytest.raises(smtplib.SMTPSenderRefused):
            client.send_message(written())
        with connected(trap) as client:
            client.starttls(context=trap.client_context())
            client.send_message(written())

        assert trap.one().tls


def test_tls_first_with_a_certificate_that_verifies() -> None:
    with MailTrap(tls="smtps") as trap:
        assert trap.url.startswith("smtps://")
        with smtplib.SMTP_SSL(trap.host, trap.port, context=trap.client_context()) as client:
            client.send_message(written())

        assert trap.one().tls


def test_the_bundle_trusts_us_and_what_the_machine_trusts() -> None:
    with MailTrap(tls="smtps") as trap:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(trap.bundle_path)
        with smtplib.SMTP_SSL(trap.host, trap.port, context=context) as client:
            client.noop()

    machine = ssl.create_default_context().get_ca_certs(binary_form=True)
    assert set(machine) <= set(context.get_ca_certs(binary_form=True))
    assert len(context.get_ca_certs()) > len(machine)


def test_only_who_has_logged_in_may_send() -> None:
    with MailTrap(auth=("ann", "secret"), require_auth=True) as trap:
        with connected(trap) as client:
            with pytest.raises(smtplib.SMTPSenderRefused) as raised:
                client.send_message(written())
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("ann", "wrong")
            client.login("ann", "secret")
            client.send_message(written())

        assert raised.value.smtp_code == 530
        assert trap.one().auth_user == "ann"
        assert "secret" not in trap.transcript()
        assert "********" in trap.transcript()
        assert "YW5uAHNlY3JldA" not in trap.transcript()
        assert "secret" in trap.transcript(redact_auth=False)


def test_a_login_in_clear_text_is_forgotten_when_tls_starts() -> None:
    with MailTrap(tls="starttls", require_auth=True) as trap, connected(trap) as client:
        client.login("ann", "secret")
        client.starttls(context=trap.client_context())

        with pytest.raises(smtplib.SMTPSenderRefused):
            client.send_message(written())


def test_a_function_decides_who_may_log_in() -> None:
    asked = []

    def check(user: str, password: str) -> bool:
        asked.append((user, password))
        return password == "right"

    with MailTrap(auth=check) as trap:
        with connected(trap) as client, pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("ann", "wrong")
        with connected(trap) as client:
            client.login("bob", "right")

    assert ("ann", "wrong") in asked
    assert asked[-1] == ("bob", "right")


def test_a_function_that_raises_is_told_as_what_it_is(caplog: pytest.LogCaptureFixture) -> None:
    users = {"ann": "secret"}
    with MailTrap(auth=lambda user, password: users[user] == password) as trap:
        with connected(trap) as client:
            client.ehlo()
            code, text = client.docmd("AUTH", "PLAIN AGJvYgBzZWNyZXQ=")
            assert (code, text[:6]) == (454, b"4.7.0 ")
            assert client.noop()[0] == 250
        transcript = trap.transcript()

    assert "-- the function that decides who may log in raised KeyError\n" in transcript
    assert "mailtrap failed" not in transcript
    [record] = caplog.records
    assert record.getMessage() == "the function given as auth raised"
    assert "KeyError: 'bob'" in caplog.text


def test_a_coroutine_function_cannot_decide() -> None:
    async def check(user: str, password: str) -> bool:
        return user == password

    with pytest.raises(UsageError, match="auth is a coroutine function, and nobody awaits it"):
        MailTrap(auth=check)  # type: ignore[arg-type] # what is tested


def test_several_users_may_log_in() -> None:
    with MailTrap(auth={"ann": "1", "bob": "2"}) as trap:
        for user, password in (("ann", "1"), ("bob", "2")):
            with connected(trap) as client:
                client.login(user, password)


def test_mail_is_kept_in_a_maildir_too(tmp_path: Path) -> None:
    with MailTrap(maildir=tmp_path / "mails") as trap:
        view = trap.view()
        post(trap, "Reset")
        view.stop()
        trap.clear()

    [path] = (tmp_path / "mails" / "new").iterdir()
    assert b"Subject: Reset" in path.read_bytes()
    assert list((tmp_path / "mails" / "mailtrap" / "sessions").iterdir())


def test_a_maildir_that_cannot_be_is_told_and_leaves_the_port_free(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    port = free_ports(1)

    with pytest.raises(MailtrapError):
        MailTrap(port=port, maildir=tmp_path / "file").start()

    with MailTrap(port=port) as trap:
        post(trap)


def test_sessions_that_are_over_for_the_client_are_over_in_the_trap() -> None:
    with MailTrap() as trap:
        for number in range(30):
            with Client(trap.port) as client:
                client.greeted()

            # The client has only closed its socket: nothing told it that the server knows.
            assert len(trap.sessions) == number + 1
            assert trap.sessions[-1].reason == "eof"


def test_what_a_client_has_sent_counts_though_the_server_has_not_read_it() -> None:
    with MailTrap() as trap, Client(trap.port) as client:
        client.greeted()
        thread = trap._catcher._thread
        assert thread is not None
        for _ in range(10):
            # As if it were busy with others.
            thread._loop.call_soon_threadsafe(time.sleep, 0.02)
            client.send(b"NOOP\r\n")

            noops = trap.transcript().count("NOOP")

            client.reply()
            assert noops == trap.transcript().count("NOOP")


def test_what_is_wrong_is_known_and_can_be_ignored() -> None:
    with MailTrap() as trap:
        with connected(trap) as client:
            client.sendmail("ann@example.org", ["bob@example.org"], b"Subject: x\r\n\r\nhi\r\n")

        with pytest.raises(AssertionError) as raised:
            trap.assert_clean()

        ids = [each.rule.id for each in trap.diagnostics if each.severity == "error"]
        assert ids == ["header-missing-date", "header-missing-from"]
        assert str(raised.value) == (
            "2 things are wrong with what was sent:\n"
            "  error header-missing-date: No Date field (RFC 5322 §3.6)\n"
            "     in 'x' to bob@example.org\n"
            "  error header-missing-from: No From field (RFC 5322 §3.6)\n"
            "     in 'x' to bob@example.org\n"
            "\n"
            "`mailtrap explain header-missing-date` says why and how to mend it; where it is meant"
            " to be so: ignore=['header-missing-date', 'header-missing-from']"
        )
        trap.assert_clean(ignore=ids)
        with pytest.raises(UsageError, match=r"write ignore=\['x'\]"):
            trap.assert_clean(ignore="x")
        with pytest.raises(UsageError, match="level = 'fatal'"):
            trap.assert_clean(level="fatal")  # type: ignore[arg-type] # what is tested


def test_clean_mail_is_clean() -> None:
    with MailTrap() as trap:
        post(trap)

        trap.assert_clean()


@pytest.mark.parametrize("last", [0, -1, "x"])
def test_a_number_of_sessions_that_cannot_be_is_told(last: Any) -> None:
    with MailTrap() as trap, pytest.raises(UsageError, match=f"last = {last!r} is no number of"):
        trap.transcript(last=last)


def test_the_transcript_of_the_latest_sessions_only() -> None:
    with MailTrap() as trap:
        post(trap, from_="one@example.org")
        post(trap, from_="two@example.org")

        assert "one@example.org" not in trap.transcript(last=1)
        assert "two@example.org" in trap.transcript(last=1)
        assert "one@example.org" in trap.transcript()


def test_its_memory_does_not_grow_with_the_tests() -> None:
    with MailTrap() as trap:
        for _ in range(3):
            view = trap.view()
            post(trap, text="x" * 2**20)
            view.stop()
        usual = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        for _ in range(30):
            view = trap.view()
            post(trap, text="x" * 2**20)
            view.stop()

        # 30 MiB more, if each were kept.
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - usual < 20 * 2**10


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wait", "MailTrap has no 'wait'; did you mean wait_for?"),
        ("messges", "MailTrap has no 'messges'; did you mean messages?"),
        ("xyzzy", "MailTrap has no 'xyzzy'"),
    ],
)
def test_a_name_that_it_has_not_is_told_with_one_that_it_has(name: str, said: str) -> None:
    with pytest.raises(AttributeError) as caught:
        getattr(MailTrap(), name)

    assert str(caught.value) == said


def test_what_fails_within_it_is_told_as_it_is() -> None:
    class Broken(MailTrap):
        @property
        def sender(self) -> str:
            return str(self._nobody_has_set_that)  # type: ignore[attr-defined]  # so it is

    with pytest.raises(AttributeError, match="_nobody_has_set_that"):
        _ = Broken().sender
