"""Rules of more than one message or session, and how much of the past is kept."""

from dataclasses import replace
from datetime import timedelta

from mailtrap.content import Content
from mailtrap.lint.ends import STORM
from mailtrap.lint.history import MAX_HOSTS, MAX_MESSAGES, HistoryLint
from mailtrap.lint.mail import Mail
from mailtrap.lint.samples import LETTER, START
from mailtrap.session import Peer, Session

LOCAL = Peer("127.0.0.1", 1025)
SESSION = Session("s-1", Peer("127.0.0.1", 50000), LOCAL, START, START, "quit")


def mail(data: bytes) -> Mail:
    return Mail(Content(data), len(data))


def test_a_copy_with_other_trace_fields_is_the_same_message() -> None:
    lint = HistoryLint()
    lint.message(mail(b"Received: from a\r\n" + LETTER), "m-1")

    found = lint.message(mail(b"Received: from b\r\nReceived: from a\r\n" + LETTER), "m-2")

    assert found == []


def test_a_message_to_somebody_else_with_the_same_message_id_is_another() -> None:
    lint = HistoryLint()
    lint.message(mail(LETTER), "m-1")

    [found] = lint.message(mail(LETTER.replace(b"bob@", b"eve@")), "m-2")

    assert found.detail == "'<1.hello@example.org>', as in m-1"
    assert found.place.field == "Message-ID"


def test_only_the_latest_message_ids_are_remembered() -> None:
    lint = HistoryLint()
    lint.message(mail(LETTER), "m-0")

    for number in range(MAX_MESSAGES):
        lint.message(mail(b"Message-ID: <%d@example.org>\r\n\r\n" % number), f"m-{number + 1}")

    assert len(lint.past.messages) == MAX_MESSAGES
    assert lint.message(mail(LETTER + b"another"), "m-n") == []


def test_a_storm_is_told_once_for_all_its_sessions() -> None:
    lint = HistoryLint()

    found = [len(lint.session(SESSION)) for _ in range(2 * STORM)]

    assert [number + 1 for number, count in enumerate(found) if count] == [STORM, 2 * STORM]


def test_sessions_that_take_their_time_are_no_storm() -> None:
    lint = HistoryLint()
    step = timedelta(seconds=2.1)

    found = [
        lint.session(replace(SESSION, opened=START + number * step)) for number in range(3 * STORM)
    ]

    assert not any(found)


def test_sessions_of_other_hosts_are_no_storm_and_few_hosts_are_remembered() -> None:
    lint = HistoryLint()

    found = [
        lint.session(replace(SESSION, peer=Peer(f"host-{number}", 1)))
        for number in range(MAX_HOSTS + STORM)
    ]

    assert not any(found)
    assert len(lint.past.fruitless) == MAX_HOSTS
