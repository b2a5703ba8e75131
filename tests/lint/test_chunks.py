"""The borders of BDAT."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.envelope import Envelope, Path
from mailtrap.lint.samples import LETTER, START, Script
from mailtrap.session import Command, Reply
from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>\r\n"
RCPT = b"RCPT TO:<bob@example.org>\r\n"
BEGUN = (EHLO, MAIL, RCPT)
CHAPTER = {
    "bdat-not-advertised",
    "bdat-syntax",
    "bdat-order",
    "bdat-after-last",
    "data-after-bdat",
    "binarymime-with-data",
    "bdat-count-wrong",
    "dot-stuffed-in-bdat",
    "no-final-crlf",
    "disconnect-mid-bdat",
}


def told(*steps: bytes | Command | Reply, end: str = "eof") -> list[str]:
    found = findings(Script(steps, end=end))
    return [each.rule.id for each in found if each.rule.id in CHAPTER]


def bdat(text: bytes, *, last: bool = True) -> bytes:
    return b"BDAT %d%s\r\n" % (len(text), b" LAST" if last else b"") + text


def test_chunks_as_they_should_be_are_not_found() -> None:
    first, second = bdat(b"Subject: x\r\n\r\n", last=False), bdat(b"hello\r\n")

    assert told(*BEGUN, first, second, b"QUIT\r\n") == []
    assert told(*BEGUN, first + second + MAIL + RCPT, first, b"BDAT 0 LAST\r\n") == []
    assert told(*BEGUN, first, b"RSET\r\n", MAIL, RCPT, b"DATA\r\n", b"hello\r\n.\r\n") == []
    assert told(*BEGUN, b"bdat 2 last\r\na\n", MAIL) == []


@pytest.mark.parametrize("argument", [b"", b"x", b"-1", b"1 FIRST", b"1 LAST 2", b"0x10"])
def test_a_count_is_a_decimal_number(argument: bytes) -> None:
    assert "bdat-syntax" in told(*BEGUN, b"BDAT " + argument + b"\r\n")


def test_a_line_that_was_cut_is_not_judged() -> None:
    assert told(*BEGUN, b"BDAT 1 LA") == []
    assert told(*BEGUN, bdat(b"a\r\n"), b"QUI") == []


def test_what_is_missing_before_a_chunk_is_told_once() -> None:
    chunk = bdat(b"a\r\n", last=False)
    refusal = Command(START, RCPT), Reply(START, b"550 5.1.1 no such user\r\n")

    assert told(EHLO, chunk, chunk) == ["bdat-order"]
    assert told(EHLO, MAIL, bdat(b"a\r\n")) == ["bdat-order"]
    assert told(EHLO, MAIL, *refusal, bdat(b"a\r\n")) == []


def test_a_second_message_needs_its_own_mail() -> None:
    assert told(*BEGUN, bdat(b"a\r\n"), bdat(b"b\r\n")) == ["bdat-after-last"]
    assert told(*BEGUN, bdat(b"a\r\n"), b"NOOP\r\n", bdat(b"b\r\n")) == ["bdat-order"]
    assert told(*BEGUN, bdat(b"a\r\n"), MAIL, RCPT, bdat(b"b\r\n")) == []


@pytest.mark.parametrize("left", [b"\r\n", b"hello\r\n", b"\xff\xfe\r\n", b"Subject: x\r\n"])
def test_what_is_left_of_a_chunk_is_no_command(left: bytes) -> None:
    assert "bdat-count-wrong" in told(*BEGUN, bdat(b"a\r\n") + left)
    assert "bdat-count-wrong" not in told(*BEGUN, bdat(b"a\r\n"), b"NOOP\r\n", left)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        (b"a\r\n..\r\nb\r\n", True),
        (b"a\r\n..b\r\n..c\r\n", True),
        (b"a\r\n..b\r\n", False),  # once is how people write an ellipsis
        (b"a\r\n...\r\n", False),
        (b"a\r\n../b\r\n../c\r\n", False),
        (b"a\r\n.\r\n..\r\nb\r\n", False),  # a listing of files
        (b"a\r\n.b\r\n..c\r\n..d\r\n", False),
    ],
)
def test_dots_that_look_doubled_are_told(text: bytes, *, is_found: bool) -> None:
    assert ("dot-stuffed-in-bdat" in told(*BEGUN, bdat(text))) is is_found


def test_the_last_octet_of_the_message_is_looked_at() -> None:
    assert told(*BEGUN, bdat(b"a", last=False), bdat(b"\r\n")) == []
    assert told(*BEGUN, bdat(b"a\r", last=False), bdat(b"\n")) == []
    assert told(*BEGUN, bdat(b"a\r\n", last=False), bdat(b"b")) == ["no-final-crlf"]
    assert told(*BEGUN, bdat(b"a", last=False), bdat(b"")) == ["no-final-crlf"]
    assert told(*BEGUN, bdat(b"a\r\n", last=False), bdat(b"")) == []


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (b"--b\r\n\r\nhi\nyou\r\n--b--\r\n", 11),
        (b"--b\r\nContent-Type: text/html\r\n\r\nhi\nyou\r\n--b--\r\n", 12),
        (b"--b\r\nContent-Type: image/png\n\r\nhi\r\n--b--\r\n", 10),
        (b"hi\nyou\r\n--b\r\n\r\nhi\r\n--b--\r\n", 9),
        (b"--b\r\nContent-Type: image/png\r\n\r\nhi\nyou\r\n--b\n\r\n--b--\r\n", 14),
        (b"--b\r\nContent-Type: image/png\r\n\r\nhi\nyou\r\n--b--\r\na\n", 15),
        (b"--b\r\nContent-Type: image/png\r\n\r\nhi\nyou\n\r\n--b--\r\n", None),
        (b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: a\n\nhi\n\r\n--b--\r\n", None),
        (b"--b\r\n\r\nhi\r\nyou\r\n--b--\r\n", None),
    ],
)
def test_lines_around_binary_parts_end_with_crlf(parts: bytes, line: int | None) -> None:
    multipart = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts
    data = LETTER.partition(b"Content-Type")[0] + multipart
    binary = Envelope(Path(b"<ann@example.org>", b"BODY=BINARYMIME"))

    found = [each.detail for each in findings((binary, data)) if each.rule.id == "bdat-text-lf"]

    assert found == ([] if line is None else [f"the first in line {line}"])


def test_a_message_of_chunks_must_be_ended() -> None:
    first = bdat(b"a\r\n", last=False)

    assert told(*BEGUN, first) == ["disconnect-mid-bdat"]
    assert told(*BEGUN, b"BDAT 9\r\nhello") == ["disconnect-mid-bdat"]
    assert told(*BEGUN, b"BDAT 9\r\nhello", end="rule") == []
    assert told(*BEGUN, first, b"RSET\r\n") == []
    assert told(*BEGUN, first, b"QUIT\r\n") == []


def test_who_was_refused_may_leave() -> None:
    refused = Reply(START, b"452 4.3.1 no room\r\n")

    assert told(*BEGUN, bdat(b"a\r\n", last=False), refused) == []


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_octets_can_be_read(argument: bytes, octets: bytes) -> None:
    assert ids((*BEGUN, b"BDAT " + argument + b"\r\n" + octets, bdat(octets), octets)) is not None
