from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrap.dialogue import Dialogue
from mailtrap.session import ClientEntry, Command, Discarded, Entry, MailData, Reply, TlsHello
from mailtrap.terms import Terms
from mailtrap.transcriber import LINE_LIMIT, Transcriber, bdat_arguments
from tests.dialogues import START, cut, play


def answered(segments: list[bytes], max_size: int | None = None) -> list[Entry]:
    """The transcript of a client that sends those segments to the real dialogue and leaves."""
    transcriber, dialogue = (
        Transcriber(max_size=max_size),
        Dialogue(Terms(max_size=max_size), "<n>"),
    )
    [greeting] = dialogue.greet(START).replies
    transcript: list[Entry] = [transcriber.server(greeting, START)]
    is_over = False
    for segment in segments:
        transcriber.client(segment, START)
        while not is_over and (entry := transcriber.next()) is not None:
            transcript.append(entry)
            answer = dialogue.answer(entry)
            replies = dialogue.kept("ID") if answer.delivery else answer.replies
            transcript += [transcriber.server(reply, START) for reply in replies]
            is_over = answer.close
    left = transcriber.discard() if is_over else transcriber.end()
    return transcript if left is None else [*transcript, left]


LINES = st.sampled_from(
    b"EHLO x|MAIL FROM:<a@b>|RCPT TO:<c@d>|DATA|BDAT 3|BDAT 4 LAST|AUTH LOGIN|AUTH PLAIN|cHc=|*|"
    b".|..|.x|hi|QUIT|\x16\x03\x01\x00\x02|\x00|\xff| NOOP\tx||xxxxxxxxxxxxxxxxxxxxxxxxxxx".split(
        b"|"
    )
)
ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r\r\n", b"\r", b""])


@given(
    lines=st.lists(st.tuples(LINES, ENDS), max_size=30),
    data=st.data(),
    max_size=st.sampled_from([None, 10, 40]),
)
def test_any_split_of_any_client_gives_the_same_transcript(
    lines: list[tuple[bytes, bytes]], data: st.DataObject, max_size: int | None
) -> None:
    octets = b"".join(line + end for line, end in lines)
    places = data.draw(st.sets(st.integers(0, len(octets))))

    assert answered(cut(octets, places), max_size) == answered([octets], max_size)


PIECES = st.sampled_from(
    [b"\r\n", b"\r\n.", b"\r\n..", b"\n", b"\n.", b"\n..", b"\r", b".", b"xxx"]
)


@settings(max_examples=300)
@given(
    data_command=st.sampled_from([b"DATA\r\n", b"DATA\n"]),
    pieces=st.lists(PIECES, max_size=40),
    end=st.sampled_from([b"\r\n.\r\n", b"\n.\n", b""]),
    data=st.data(),
    max_size=st.integers(0, 40),
)
def test_any_split_of_mail_past_the_limit_keeps_the_same_octets_and_counts(
    data_command: bytes, pieces: list[bytes], end: bytes, data: st.DataObject, max_size: int
) -> None:
    octets = data_command + b"".join(pieces) + end
    places = data.draw(st.sets(st.integers(0, len(octets))))

    assert answered(cut(octets, places), max_size) == answered([octets], max_size)


@pytest.mark.parametrize("cut_at", [None, 30])
def test_of_mail_past_the_limit_only_dots_in_what_is_kept_are_counted(cut_at: int | None) -> None:
    octets = b"DATA\r\n" + b"..\r\n.x\r\n" + b"y" * 100 + b"\r\n..\r\n.z\r\n.\r\n"

    entries = answered(cut(octets, {cut_at} if cut_at else set()), max_size=10)

    [mail] = [entry for entry in entries if isinstance(entry, MailData)]
    assert (mail.raw, mail.stuffed, mail.lone_dots) == (b".\r\nx\r\nyyyy", 1, 1)
    assert mail.truncated


@given(octets=st.binary(max_size=300), data=st.data())
def test_client_entries_without_limit_hold_every_octet_in_order(
    octets: bytes, data: st.DataObject
) -> None:
    places = data.draw(st.sets(st.integers(0, len(octets))))
    transcriber = Transcriber()
    entries: list[ClientEntry] = []

    for segment in cut(octets, places):
        transcriber.client(segment, START)
        while (entry := transcriber.next()) is not None:
            entries.append(entry)
            transcriber.server(b"250 ok\r\n", START)
    left = transcriber.end()

    kept = b"".join(entry.raw for entry in [*entries, *([left] if left else [])])
    assert kept == octets
    assert [e.offset for e in entries] == [
        sum(len(e.raw) for e in entries[:i]) for i in range(len(entries))
    ]


def test_a_reply_decides_what_comes_next() -> None:
    refused = play("""
        C: DATA
        S: 503 no
        C: Subject: hi
    """)
    taken = play("""
        C: DATA
        S: 354 go on
        C: Subject: hi
    """)

    assert [type(e) for e in refused.transcript] == [Command, Reply, Command]
    assert [type(e) for e in taken.transcript] == [Command, Reply, MailData]


def test_the_time_of_an_entry_is_when_the_last_of_its_octets_arrived() -> None:
    transcriber = Transcriber()
    times = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(4)]
    for segment, at in zip([b"NO", b"OP\r\nRS", b"ET\r\n", b"Q"], times, strict=True):
        transcriber.client(segment, at)

    first, second = transcriber.next(), transcriber.next()

    assert first is not None
    assert second is not None
    assert (first.at, second.at) == (times[1], times[2])
    assert transcriber.next() is None
    left = transcriber.end()
    assert left is not None
    assert left.at == times[3]


def test_pipelining_shows_in_offsets_and_octets_received() -> None:
    transcriber = Transcriber()
    transcriber.client(b"EHLO x\r\nNOOP\r\n", START)
    transcriber.next()

    reply = transcriber.server(b"250 x\r\n", START)
    early = transcriber.next()

    assert early is not None
    assert early.offset == 8
    assert reply.received == 14  # more than the offset: NOOP was sent before the reply


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        (b"5", (5, False)),
        (b"0 LAST", (0, True)),
        (b"12 last", (12, True)),
        (b"12  LAST", (12, True)),
        (b"", None),
        (b"LAST", None),
        (b"5 FIRST", None),
        (b"-5", None),
        (b"9" * 21, None),
    ],
)
def test_bdat_arguments(argument: bytes, expected: tuple[int, bool] | None) -> None:
    assert bdat_arguments(argument) == expected


def test_silence_is_only_for_what_ends_like_mail_data() -> None:
    transcriber = Transcriber()
    transcriber.client(b"DATA\r\n", START)
    transcriber.next()
    transcriber.server(b"354 go\r\n", START)
    transcriber.client(b"hi\r\n", START)

    assert not transcriber.ends_in_lookalike
    with pytest.raises(ValueError, match="look-alike"):
        transcriber.silence()


def test_mail_data_past_the_limit_does_not_pile_up() -> None:
    transcriber = Transcriber(max_size=100)
    transcriber.client(b"DATA\r\n", START)
    transcriber.next()
    transcriber.server(b"354 go\r\n", START)

    for _ in range(1000):
        transcriber.client(b"x" * 1000, START)
        assert transcriber.next() is None
        assert transcriber.pending < 1100

    transcriber.client(b"\r\n.\r\n", START)
    entry = transcriber.next()
    assert isinstance(entry, MailData)
    assert (entry.raw, entry.size, entry.truncated) == (b"x" * 100, 1_000_002, True)


def test_a_tls_record_is_cut_by_its_length() -> None:
    transcriber = Transcriber()
    transcriber.client(b"\x16\x03\x01\x00\x03abcNOOP\r\n", START)

    hello, command = transcriber.next(), transcriber.next()

    assert isinstance(hello, TlsHello)
    assert hello.raw == b"\x16\x03\x01\x00\x03abc"
    assert command is not None
    assert command.raw == b"NOOP\r\n"


def test_octets_of_a_long_line_that_look_like_tls_are_not() -> None:
    octets = b"A" * (LINE_LIMIT + 10) + b"\x16\x03\x01\x00\x02ab\r\nNOOP\r\n"
    cut_there = LINE_LIMIT + 10

    whole = answered([octets])

    assert answered([octets[:cut_there], octets[cut_there:]]) == whole
    assert [entry.kind for entry in whole].count("tls") == 0


def test_what_is_discarded_is_counted_and_its_head_kept() -> None:
    transcriber = Transcriber()
    assert transcriber.discard() is None
    transcriber.client(b"x" * 10_000, START)

    left = transcriber.discard()

    assert isinstance(left, Discarded)
    assert (len(left.raw), left.size, left.offset) == (4096, 10_000, 0)
    assert transcriber.pending == 0
