"""The borders of what is wrong with the octets of mail data."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.envelope import Envelope, Path
from mailtrap.lint.samples import Script
from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"
RCPT = b"RCPT TO:<bob@example.org>\r\n"
HEADER = b"From: ann@example.org\r\n"


def session(content: bytes, parameters: bytes = b"") -> tuple[bytes, ...]:
    mail = b"MAIL FROM:<ann@example.org>" + parameters + b"\r\n"
    return (EHLO, mail, RCPT, b"DATA\r\n", content + b".\r\n")


def detail(rule: str, content: bytes) -> str:
    [found] = [each for each in findings(session(content)) if each.rule.id == rule]
    return found.detail


@pytest.mark.parametrize("length", [997, 998])
def test_a_line_may_have_998_octets(length: int) -> None:
    line = b"x" * length + b"\r\n"

    assert "line-too-long" not in ids(session(line))
    assert "line-too-long" not in ids(session(line * 50 + b"short\r\n" + line))


def test_a_line_of_999_octets_is_too_long_wherever_it_is() -> None:
    line, short = b"x" * 999 + b"\r\n", b"x" * 70 + b"\r\n"

    assert detail("line-too-long", line) == "999 octets in line 1"
    assert detail("line-too-long", short * 100 + line + short) == "999 octets in line 101"
    assert detail("line-too-long", short + b"x" * 100_000 + b"\r\n") == "100000 octets in line 2"


def test_a_doubled_dot_does_not_count_for_the_length_of_a_line() -> None:
    assert "line-too-long" not in ids(session(b".." + b"x" * 997 + b"\r\n"))


def test_a_long_line_is_told_though_its_end_never_came() -> None:
    begun = session(b"")[:4]

    assert "line-too-long" in ids((*begun, b"x" * 999))
    assert "line-too-long" not in ids((*begun, b"x" * 998))


def chunks(*contents: bytes) -> list[str]:
    steps = [b"BDAT %d\r\n" % len(each) + each for each in contents]
    sample = (*session(b"")[:3], *steps, b"BDAT 0 LAST\r\n")
    return [each.detail for each in findings(sample) if each.rule.id == "line-too-long"]


def test_a_line_may_go_on_in_the_next_chunk() -> None:
    x = b"x" * 600

    assert chunks(x, x + b"\r\n") == ["1200 octets in line 1"]
    assert chunks(b"a\r\n" + x, b"", x, x + b"\r\n" + x) == ["1200 octets in line 1"]
    assert chunks(x * 2, x, b"\r\n" + x * 2) == [
        "1200 octets in line 1",
        "1200 octets in line 2",
    ]
    assert chunks(x, x[:398] + b"\r", b"\n" + x, b"\r\n") == []
    assert chunks(x, x[:398], b"\r\n" + x, b"\r\n" + x) == []
    assert chunks(x, x[:398] + b"\r", b"x\r\n") == ["1000 octets in line 1"]


@given(st.lists(st.integers(0, 2100), max_size=6), st.lists(st.integers(0, 5000), max_size=4))
def test_chunks_hide_no_long_line(lengths: list[int], cuts: list[int]) -> None:
    content = b"".join(b"x" * length + b"\r\n" for length in lengths)
    places = [0, *sorted(cuts), max([len(content), *cuts])]

    told = chunks(*(content[start:end] for start, end in pairwise(places)))

    assert bool(told) is any(length > 998 for length in lengths)


@given(st.lists(st.integers(0, 2100), max_size=12))
def test_long_lines_are_found_and_no_others(lengths: list[int]) -> None:
    content = b"".join(b"x" * length + b"\r\n" for length in lengths)

    assert ("line-too-long" in ids(session(content))) is any(length > 998 for length in lengths)


def test_characters_are_counted_where_they_are_not_octets() -> None:
    header = b"Subject: x\r\n\r\n"
    cyrillic = "ш".encode()

    assert "line-over-78" not in ids(header + cyrillic * 78 + b"\r\n")
    assert "line-over-78" in ids(header + cyrillic * 79 + b"\r\n")
    assert "line-over-78" in ids(header + cyrillic * 78 + b"\r\n" + b"x" * 79 + b"\r\n")


def test_long_lines_of_the_header_section_are_not_for_this_chapter() -> None:
    assert "line-over-78" not in ids(b"Subject: " + b"x" * 100 + b"\r\n\r\nhello\r\n")


def test_charsets_that_shift_need_control_characters() -> None:
    header = b"Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n"

    assert "control-in-data" not in ids(header + b"\x1b$B$3$s\x1b(B\r\n")
    assert "control-in-data" in ids(header + b"\x1b$B$3$s\x1b(B\x07\r\n")
    assert "control-in-data" in ids(b"Subject: x\r\n\r\n\x1b[31mred\x1b[0m\r\n")
    assert "control-in-data" in ids(b"Subject: x\r\n\r\nform\x0cfeed\r\n")


def test_binary_messages_have_any_octets() -> None:
    envelope = Envelope(Path(b"<ann@example.org>", b"BODY=BINARYMIME"))

    assert not {"control-in-data", "line-over-78"} & ids((envelope, b"\r\n\x07" + b"x" * 100))


def test_lone_dots_are_counted() -> None:
    assert detail("dot-not-stuffed", HEADER + b"\r\n.a\r\n..b\r\n.c\r\n") == "2 lines"


@pytest.mark.parametrize(
    ("parameters", "is_found"),
    [
        (b"", True),
        (b" SIZE=100", True),
        (b" BODY=7BIT", True),
        (b" body=8bitmime", False),
        (b" SMTPUTF8", True),
    ],
)
def test_8_bit_octets_of_the_body_need_the_parameter(parameters: bytes, *, is_found: bool) -> None:
    found = ids(session(HEADER + b"\r\n\xc3\xbc\r\n", parameters))

    assert ("8bit-without-8bitmime" in found) is is_found


def test_8_bit_octets_of_the_header_section_are_another_matter() -> None:
    header = b"Subject: \xc3\xbc\r\n"

    assert "8bit-without-8bitmime" not in ids(session(header + b"\r\nhello\r\n"))
    assert "8bit-without-8bitmime" not in ids(session(header + b"\r\nhello\r\n", b" SMTPUTF8"))
    assert "8bit-without-8bitmime" in ids(session(b"\xc3\xbc\r\n"))
    assert "8bit-without-8bitmime" in ids(session(b"\r\n\xc3\xbc\r\n"))


def test_8_bit_octets_of_later_chunks_are_in_the_body() -> None:
    begun = (EHLO, b"MAIL FROM:<ann@example.org>\r\n", RCPT)
    first = b"BDAT 14\r\nSubject: \xc3\xbc\r\n\r\n"[: 9 + 14]

    assert "8bit-without-8bitmime" in ids((*begun, first, b"BDAT 3 LAST\r\n\xc3\xbc\n"))
    assert "8bit-without-8bitmime" not in ids((*begun, first, b"BDAT 3 LAST\r\na\r\n"))


def test_whether_8bitmime_was_needed_is_told_of_whole_messages_only() -> None:
    mail = b"MAIL FROM:<ann@example.org> BODY=8BITMIME\r\n"

    assert "8bitmime-unneeded" not in ids((EHLO, mail, RCPT, b"DATA\r\n", b"Subj"))
    assert "8bitmime-unneeded" not in ids((EHLO, mail, RCPT, b"BDAT 1\r\na", b"BDAT 2 LAST\r\nbc"))
    assert "8bitmime-unneeded" in ids((EHLO, mail, RCPT, b"BDAT 2 LAST\r\nbc"))


def test_an_empty_message_is_one_without_any_octet() -> None:
    begun = (EHLO, b"MAIL FROM:<ann@example.org>\r\n", RCPT)

    assert "message-empty" in ids((*begun, b"BDAT 0 LAST\r\n"))
    assert "message-empty" not in ids((*begun, b"BDAT 1\r\na", b"BDAT 0 LAST\r\n"))
    assert "message-empty" not in ids(session(b"\r\n"))
    assert "message-empty" not in ids((*begun, b"DATA\r\n"))


def test_the_line_between_header_section_and_body_is_no_extra_line() -> None:
    assert "extra-crlf-before-dot" not in ids(session(HEADER + b"\r\n"))
    assert "extra-crlf-before-dot" not in ids(session(b"\r\n"))
    assert "extra-crlf-before-dot" in ids(session(HEADER + b"\r\nhello\r\n\r\n"))


@pytest.mark.parametrize("end", ["eof", "reset", "timeout", "stopped", "rule"])
def test_who_ended_it_decides_what_is_told(end: str) -> None:
    begun = session(b"")[:4]

    found = ids(Script((*begun, b"Subject: x\r\n"), end=end))

    assert ("disconnect-mid-data" in found) is (end in ("eof", "reset"))
    assert ("data-stalled" in found) is (end == "timeout")


@given(st.binary(max_size=200))
def test_any_octets_can_be_read(octets: bytes) -> None:
    assert findings((*session(b"")[:4], octets, b"\r\n.\r\n")) is not None
    assert findings(octets) is not None
