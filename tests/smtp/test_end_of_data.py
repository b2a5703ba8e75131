"""What ends mail data, what does not, and what is kept of it."""

import pytest

from mailtrap.session import Discarded, MailData
from mailtrap.smtp import talk
from mailtrap.transcriber import LINE_LIMIT
from tests.support import Running, entries_of, running

# Line end, dot, line end as some server or other takes it, and what comes before the dot.
LOOKALIKES = {
    "LF.LF": (b"\n", b".\n"),
    "LF.CRLF": (b"\n", b".\r\n"),
    "CRLF.LF": (b"\r\n", b".\n"),
    "CR.CR": (b"\r", b".\r"),
    "CR.CRLF": (b"\r", b".\r\n"),
    "CRLF.CR": (b"\r\n", b".\r"),
    "CR.LF": (b"\r", b".\n"),
    "LF.CR": (b"\n", b".\r"),
    "CRLF.CRCRLF": (b"\r\n", b".\r\r\n"),
    "CRCRLF.CRCRLF": (b"\r\r\n", b".\r\r\n"),
    "CRLF NUL.CRLF": (b"\r\n", b"\0.\r\n"),
    "CRLF.NUL CRLF": (b"\r\n", b".\0\r\n"),
}


def data_of(server: Running) -> MailData:
    [session] = server.trap.sessions
    [entry] = entries_of(session, MailData)
    assert isinstance(entry, MailData)
    return entry


@pytest.fixture
def short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "SILENCE", 0.05)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"hi\r\n.\r\n", b"hi\r\n"),
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"..a\r\n...\r\n.b\r\n.\r\n", b".a\r\n..\r\nb\r\n"),
        (b"no final line end \xff\0\r\n\r\n.\r\n", b"no final line end \xff\0\r\n\r\n"),
        (b"bare\nlf and\rcr\r\r\n.\r\n", b"bare\nlf and\rcr\r\r\n"),
        (b"a\n..b\r\n.\r\n", b"a\n..b\r\n"),
        (b"x" * 300_000 + b"\r\n.\r\n", b"x" * 300_000 + b"\r\n"),
    ],
)
def test_mail_data_is_kept_to_the_byte_but_for_dot_stuffing(sent: bytes, kept: bytes) -> None:
    with running() as server, server.client() as client:
        client.data()

        assert client.say(sent).startswith(b"250 2.0.0 kept as t-1-1")

        assert server.message().data == kept
        assert client.say(b"NOOP\r\n").startswith(b"250 ")


@pytest.mark.parametrize(("before", "dot"), LOOKALIKES.values(), ids=LOOKALIKES)
@pytest.mark.usefixtures("short_silence")
def test_a_lookalike_and_silence_end_mail_data(before: bytes, dot: bytes) -> None:
    with running() as server, server.client() as client:
        client.data()

        assert client.say(b"hi" + before + dot).startswith(b"250 ")

        assert server.message().data == b"hi" + before
        assert data_of(server).terminator == before + dot


@pytest.mark.parametrize(("before", "dot"), LOOKALIKES.values(), ids=LOOKALIKES)
def test_a_lookalike_inside_mail_data_never_makes_two_messages(before: bytes, dot: bytes) -> None:
    smuggled = b"hi" + before + dot + b"MAIL FROM:<smuggled@example.org>\r\nDATA\r\nhi\r\n"
    with running() as server, server.client() as client:
        client.data()

        assert client.say(smuggled + b".\r\n").startswith(b"250 ")

        # A dot at the start of a CRLF line is dot-stuffing, whatever follows it.
        kept = smuggled.replace(b"\r\n.", b"\r\n")
        assert server.message().data == kept


@pytest.mark.usefixtures("short_silence")
def test_a_lookalike_that_is_only_the_dot_ends_empty_mail_data() -> None:
    with running() as server, server.client() as client:
        client.data()

        assert client.say(b".\n").startswith(b"250 ")

        assert server.message().data == b""
        assert data_of(server).terminator == b".\n"


@pytest.mark.usefixtures("short_silence")
def test_lines_that_end_in_lf_are_unstuffed_when_a_lookalike_ends_them() -> None:
    with running() as server, server.client() as client:
        client.data()

        assert client.say(b"..one\ntwo\n.\n").startswith(b"250 ")

        assert server.message().data == b".one\ntwo\n"


@pytest.mark.usefixtures("short_silence")
def test_a_line_feed_that_comes_late_is_no_command() -> None:
    with running() as server, server.client() as client:
        client.data()
        assert client.say(b"hi\r\n.\r").startswith(b"250 ")

        client.send(b"\nNOOP\r\n")

        assert client.reply() == b"250 2.0.0 ok\r\n"
        [late] = entries_of(server.trap.sessions[0], Discarded)
    assert late.raw == b"\n"


def test_with_strict_eod_a_lookalike_is_content_however_long_the_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(talk, "SILENCE", 0.01)
    with running(strict_eod=True, timeout=0.3) as server, server.client() as client:
        client.data()

        assert client.say(b"hi\n.\n").startswith(b"421 4.4.2")

        session = server.session()
    assert session.reason == "timeout"
    [left] = entries_of(session, MailData)
    assert (left.raw, left.is_complete) == (b"hi\n.\n", False)


@pytest.mark.parametrize("dot", [b"\n.\n", b"\r\n.\r\n"])
def test_a_client_whose_data_command_ended_in_lf_speaks_lf(dot: bytes) -> None:
    with running() as server, server.client() as client:
        client.reply()
        assert client.codes(b"EHLO x\n", b"MAIL FROM:<a@b>\n", b"DATA\n") == [250, 250, 354]

        assert client.say(b"..one\ntwo" + dot).startswith(b"250 ")

        assert server.message().data == b".one\ntwo" + dot[: dot.index(b".")]
        assert client.say(b"NOOP\n").startswith(b"250 ")


def test_a_client_that_speaks_lf_can_send_an_empty_message_and_go_on() -> None:
    with running() as server, server.client() as client:
        client.reply()

        client.send(b"EHLO x\nMAIL FROM:<a@b>\nDATA\n.\nQUIT\n")

        codes = [int(client.reply()[:3]) for _ in range(5)]
        assert codes == [250, 250, 354, 250, 221]
        assert server.message().data == b""


def test_stuffed_and_lone_dots_are_counted() -> None:
    with running() as server, server.client() as client:
        client.data()

        client.say(b"..a\r\n.b\r\n..\r\nc\r\n.\r\n")

        entry = data_of(server)
    assert (entry.stuffed, entry.lone_dots, entry.size) == (2, 1, 16)


def test_a_message_of_just_the_limit_is_whole_and_one_octet_more_is_not() -> None:
    with running(max_size=100) as server, server.client() as client:
        client.data()

        assert client.say(b"x" * 98 + b"\r\n.\r\n").startswith(b"250 ")
        client.codes(b"MAIL FROM:<a@b>\r\n", b"DATA\r\n")
        assert client.say(b"y" * 99 + b"\r\n.\r\n").startswith(b"552 5.3.4 ")

        whole, head = server.trap.messages
        assert (whole.data, whole.truncated) == (b"x" * 98 + b"\r\n", False)
        assert (head.data, head.truncated) == (b"y" * 99 + b"\r", True)
        assert client.say(b"NOOP\r\n").startswith(b"250 ")


def test_stuffed_dots_do_not_count_against_the_limit() -> None:
    lines = b"." * 8 + b"\r\n"
    with running(max_size=100) as server, server.client() as client:
        client.data()

        assert client.say((b"." + lines) * 10 + b".\r\n").startswith(b"250 ")
        client.codes(b"MAIL FROM:<a@b>\r\n", b"DATA\r\n")
        assert client.say((b"." + lines) * 10 + b"x\r\n.\r\n").startswith(b"552 ")

        whole, head = server.trap.messages
    assert whole.data == head.data == lines * 10


def test_a_message_far_past_the_limit_keeps_its_head_and_the_session_goes_on() -> None:
    with running(max_size=1000) as server, server.client() as client:
        client.data()

        assert client.say(b"z" * 3_000_000 + b"\r\n.\r\n").startswith(b"552 5.3.4 ")

        message = server.message()
        assert (message.data, message.truncated) == (b"z" * 1000, True)
        assert data_of(server).size == 3_000_002
        assert client.say(b"NOOP\r\n").startswith(b"250 ")


def test_a_command_past_the_limit_is_answered_552_and_its_head_kept() -> None:
    with running(max_size=1000) as server, server.client() as client:
        client.greeted()

        assert client.say(b"NOOP " + b"z" * 2_000_000 + b"\r\n").startswith(b"552 5.3.4 ")

        command = server.trap.sessions[0].transcript[-2]
        assert command.raw == b"NOOP " + b"z" * (LINE_LIMIT - 5)
        assert client.say(b"NOOP\r\n").startswith(b"250 ")
