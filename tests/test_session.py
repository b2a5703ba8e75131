import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.session import Chunk, Command, Credentials, Forwarded, MailData, Peer, Reply, Session
from tests.dialogues import START, play


@given(st.binary(max_size=50))
def test_reading_a_command_or_a_reply_never_raises(octets: bytes) -> None:
    command, reply = Command(START, octets), Reply(START, octets)

    assert command.verb == command.verb.upper()
    assert command.argument in octets
    assert 0 <= reply.code <= 999
    assert isinstance(Credentials(START, octets).is_complete, bool)


@pytest.mark.parametrize(
    ("raw", "code", "is_positive"),
    [
        (b"250-a\r\n250 b\r\n", 250, True),
        (b"354 go\r\n", 354, True),
        (b"421 bye\r\n", 421, False),
        (b"550", 550, False),
        (b"25\r\n", 0, False),
        ("²50 ok\r\n".encode(), 0, False),
        (b"", 0, False),
    ],
)
def test_the_code_of_a_reply(raw: bytes, code: int, is_positive: bool) -> None:  # noqa: FBT001 a table
    reply = Reply(START, raw)

    assert (reply.code, reply.is_positive) == (code, is_positive)


def test_entries_that_differ_only_in_timing_of_the_other_side_are_equal() -> None:
    assert Reply(START, b"250 ok\r\n", received=5) == Reply(START, b"250 ok\r\n", received=9)
    assert Reply(START, b"250 ok\r\n") != Reply(START + timedelta(1), b"250 ok\r\n")


def test_values_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Command(START, b"NOOP\r\n").raw = b""  # type: ignore[misc]


def test_a_peer_with_ipv6_has_brackets() -> None:
    assert str(Peer("::1", 25)) == "[::1]:25"
    assert str(Peer("127.0.0.1", 25)) == "127.0.0.1:25"


def test_a_session_knows_the_latest_greeting() -> None:
    session = play("""
        C: HELO first
        S: 250 ok
        C: EHLO second one
        S: 250 ok
        C: NOOP
        S: 250 ok
    """)

    assert session.client_name == "second one"
    assert session.greeting is not None
    assert session.greeting.verb == "EHLO"


def test_a_session_without_a_greeting_has_no_client_name() -> None:
    session = play("C: NOOP")

    assert (session.client_name, session.greeting, session.authenticated) == ("", None, None)


def test_message_ids_are_in_order_and_each_once() -> None:
    transcript = (
        Chunk(START, b"", 0, 1, message="a"),
        Chunk(START, b"", 9, 1, is_last=True, message="a"),
        MailData(START, b"x", 20, 1),
        MailData(START, b"", 30, 1, message="b"),
    )
    peer = Peer("::1", 1)

    assert Session("s", peer, peer, START, transcript=transcript).message_ids == ("a", "b")


def test_later_attributes_of_a_proxy_win() -> None:
    transcript = (
        Forwarded(START, b"", "XCLIENT", (("ADDR", "192.0.2.1"), ("NAME", "x"))),
        Forwarded(START, b"", "XFORWARD", (("NAME", "y"),)),
    )
    peer = Peer("::1", 1)

    session = Session("s", peer, peer, START, transcript=transcript)

    assert session.forwarded == {"ADDR": "192.0.2.1", "NAME": "y"}
