"""Each demo, sent to a real server past a witness: what came, and what is wrong with it."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mailtrap.cli import main
from mailtrap.faults.policy import Policy
from mailtrap.gallery.catalogue import BROKEN, DEMOS, GOOD
from mailtrap.gallery.demo import Demo, Occasion
from mailtrap.gallery.playing import LEFT, play
from mailtrap.lint import message as message_lint
from mailtrap.lint import session as session_lint
from mailtrap.lint.diagnostic import Severity
from mailtrap.message import Message
from mailtrap.sending.connection import Connection
from mailtrap.session import Session
from tests.clients.scene import Scene, scene
from tests.clients.wire import mail_data
from tests.terminals import at_a_terminal

EACH = pytest.mark.parametrize("demo", DEMOS.values(), ids=DEMOS)
OCCASION = Occasion(datetime.now(UTC), "1.demo")


@pytest.fixture(name="at")
def fixture_at() -> Iterator[Scene]:
    with scene(policy=Policy()) as at:
        yield at


def played(at: Scene, demo: Demo) -> str:
    """Play it; what is told about it."""
    connection = Connection(at.host, at.port)
    try:
        assert connection.reply().code == 220
        return play(connection, demo.steps(OCCASION))
    finally:
        connection.close()
        at.until_over()


def wrong(session: Session, messages: dict[str, Message]) -> set[str]:
    """The rules that find an error or a warning."""
    found = session_lint.diagnose(session, lambda i: messages[i].data)
    for message in messages.values():
        report = message_lint.diagnose(message.data, message.envelope, received=message.received)
        found = [*found, *report.diagnostics]
    return {each.rule.id for each in found if each.severity is not Severity.INFO}


@EACH
def test_what_a_demo_says_crosses_the_wire_octet_for_octet(demo: Demo, at: Scene) -> None:
    played(at, demo)

    assert at.client_streams() == [b"".join(step.octets for step in demo.steps(OCCASION))]


@EACH
def test_what_is_kept_is_what_was_sent_and_what_is_wrong_is_what_the_demo_shows(
    demo: Demo, at: Scene
) -> None:
    played(at, demo)

    session = at.session()
    if demo.has_message:
        [message] = at.messages()
        assert mail_data(at.client_streams()[0]) == [message.data]
        assert wrong(session, {message.id: message}) == set(demo.shows)
    else:
        assert session.message_ids == ()
        assert wrong(session, {}) == set(demo.shows)


@pytest.mark.parametrize("demo", GOOD.values(), ids=GOOD)
def test_a_well_made_mail_is_the_same_for_the_same_occasion_and_another_for_another(
    demo: Demo,
) -> None:
    again = Occasion(OCCASION.at, OCCASION.token)
    other = Occasion(OCCASION.at, "2.demo")

    assert demo.steps(OCCASION) == demo.steps(again)
    assert demo.steps(OCCASION) != demo.steps(other)


def test_nothing_is_wrong_with_those_that_are_well_made_and_something_with_the_others() -> None:
    assert {name for name, demo in GOOD.items() if demo.shows or not demo.has_message} == set()
    refused_in_part = {"partly-refused"}  # the client does nothing wrong
    assert {
        name for name, demo in BROKEN.items() if not demo.shows and demo.has_message
    } == refused_in_part


def test_the_dot_that_is_not_stuffed_gets_lost(at: Scene) -> None:
    played(at, DEMOS["dots"])

    [message] = at.messages()
    assert b"\r\nhtaccess\r\n" in message.data
    assert b"\r\n.htaccess\r\n" in at.client_streams()[0]


def test_who_leaves_within_the_mail_data_is_told_so(at: Scene) -> None:
    assert played(at, DEMOS["aborted"]) == LEFT
    with pytest.raises(ValueError, match="subsection not found"):
        mail_data(at.client_streams()[0])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("hello", "250 2.0.0 kept as t-1-1"),
        ("refused", "550 5.1.1 no such user here (to RCPT TO:<550@fault.test>)"),
        ("rejected", "554 5.6.0 message content refused (to the mail data)"),
        ("login", "504 5.5.4 that mechanism is not known here (to AUTH NTLM)"),
    ],
)
def test_how_it_went_is_told(name: str, told: str, at: Scene) -> None:
    assert played(at, DEMOS[name]) == told


def test_a_server_that_refuses_data_is_not_sent_the_message() -> None:
    with scene(require_tls=True) as strict:
        told = played(strict, DEMOS["hello"])

        assert told == "530 5.7.0 say STARTTLS first (to MAIL FROM:<mailtrap@example.org>)"
        [stream] = strict.client_streams()
    assert stream.endswith(b"DATA\r\nQUIT\r\n")


def test_the_command_sends_all_of_them_a_session_each(
    at: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["send", "--host", at.host, "--port", str(at.port), "--demo", "all"]) == 0

    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown] == [*DEMOS]
    at.until_over()
    assert len(at.sessions()) == len(DEMOS)


def test_the_list_has_each_of_them_with_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "--demo"]) == 0
    without = capsys.readouterr().out
    assert main(["send", "--demo", "list"]) == 0

    assert capsys.readouterr().out == without
    for demo in DEMOS.values():
        [line] = [line for line in without.splitlines() if line.split()[0] == demo.name]
        assert demo.about in line
        assert all(rule in line for rule in demo.shows)


def test_at_a_terminal_the_list_is_cut_where_words_end() -> None:
    command = [sys.executable, "-m", "mailtrap", "send", "--demo"]
    code, shown = at_a_terminal(command, environ={**os.environ, "NO_COLOR": "1"}, size=(80, 24))

    lines = shown.splitlines()
    assert code == 0
    assert max(map(len, lines)) <= 80
    assert f"{' ' * 18}cte-7bit-has-8bit, charset-missing)" in lines


def test_groups_and_names_may_be_mixed(at: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    main(["send", "--host", at.host, "--port", str(at.port), "--demo", "nul", "good"])

    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["nul", *GOOD]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--demo", "ordre"], "--demo: there is no 'ordre'; did you mean order?"),
        (["--demo", "xyzzy"], "--demo: there is no 'xyzzy'; mailtrap send --demo lists them"),
        (["--demo", "nul", "--to", "a@b"], "--demo sends mail as it is; leave out --to"),
    ],
)
def test_a_name_that_is_not_there_is_told(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["send", *words]) == 2
    assert capsys.readouterr().err == f"mailtrap: {sentence}\n"
