"""The borders of how lines and mail data end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.samples import START
from mailtrap.lint.seen import MAX_LINE, has_odd_lines
from mailtrap.session import MailData
from tests.lint.findings import findings

BEFORE = (
    b"EHLO app.example.org\r\n",
    b"MAIL FROM:<ann@example.org>\r\n",
    b"RCPT TO:<bob@example.org>\r\n",
)
CHAPTER = ("bare-lf-data", "bare-cr-data", "cr-cr-lf-data", "eod-lookalike", "eod-nonstandard")


def told(*steps: bytes | MailData) -> dict[str, Diagnostic]:
    return {e.rule.id: e for e in findings((*BEFORE, *steps)) if e.rule.id in CHAPTER}


def data(content: bytes) -> dict[str, Diagnostic]:
    """What is found in mail data that is sent as it is, with its end."""
    return told(b"DATA\r\n", content + b"\r\n.\r\n")


def chunks(*contents: bytes) -> dict[str, Diagnostic]:
    steps = [b"BDAT %d\r\n" % len(content) + content for content in contents]
    return told(*steps, b"BDAT 0 LAST\r\n")


def test_mail_data_as_it_should_be_is_not_found() -> None:
    assert data(b"") == {}
    assert data(b"Subject: a\r\n\r\nhello.\r\n\r\n. and\r\n..\r\n...\r\n.a\r\nend.") == {}
    assert chunks(b"Subject: a\r\n\r\nhello\r\n.\r\nworld\r\n") == {}


@pytest.mark.parametrize(
    ("content", "rules"),
    [
        (b"a\nb", {"bare-lf-data"}),
        (b"\nb", {"bare-lf-data"}),
        (b"a\n", {"bare-lf-data"}),
        (b"a\rb", {"bare-cr-data"}),
        (b"\rb", {"bare-cr-data"}),
        (b"a\r\rb", {"bare-cr-data"}),
        (b"a\n\rb", {"bare-lf-data", "bare-cr-data"}),
        (b"a\r\r\nb", {"cr-cr-lf-data"}),
        (b"a\r\r\r\nb", {"cr-cr-lf-data"}),
        (b"a\r", {"cr-cr-lf-data"}),  # with the line end behind it
        (b"a\r\r\nb\rc\nd", {"bare-lf-data", "bare-cr-data", "cr-cr-lf-data"}),
    ],
)
def test_each_wrong_line_end_has_its_rule(content: bytes, rules: set[str]) -> None:
    assert set(data(content)) == rules


@pytest.mark.parametrize(
    ("content", "rule", "marked"),
    [
        (b"a\r\nb\nc\nd", "bare-lf-data", (4, 5)),
        (b"a\r\nb\r\r\nc\rd", "bare-cr-data", (8, 9)),
        (b"a\r\nb\r\r\nc", "cr-cr-lf-data", (4, 7)),
        (b"a\nb\n.\r\nc", "eod-lookalike", (3, 7)),
    ],
)
def test_the_first_is_marked(content: bytes, rule: str, marked: tuple[int, int]) -> None:
    place = data(content)[rule].place

    assert (place.start, place.end) == marked


def test_it_is_told_how_many_there_are() -> None:
    assert data(b"a\r\nb\nc\nd")["bare-lf-data"].detail == "2 of 4 lines, the first in line 2"
    assert data(b"a\rb\rc")["bare-cr-data"].detail == "2, the first in line 1"


LOOKALIKES = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\r.\n",
    b"\n.\r",
    b"\r\n.\r\r\n",
    b"\r\r\n.\r\r\n",
    b"\r\n\0.\r\n",
    b"\r\n.\0\r\n",
]


@pytest.mark.parametrize("lookalike", LOOKALIKES, ids=repr)
def test_each_known_lookalike_is_found_within_text(lookalike: bytes) -> None:
    assert "eod-lookalike" in data(b"hello" + lookalike + b"world")


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\r\n", b"\0\r\n"])
def test_a_lookalike_is_found_at_the_very_start(end: bytes) -> None:
    assert "eod-lookalike" in data(b"." + end + b"world")


@pytest.mark.parametrize("lookalike", LOOKALIKES, ids=repr)
def test_a_dot_that_was_doubled_is_no_lookalike_behind_crlf(lookalike: bytes) -> None:
    is_doubled = b"\r\n." in lookalike
    doubled = lookalike.replace(b"\r\n.", b"\r\n..")

    assert ("eod-lookalike" in data(b"hello" + doubled + b"world")) is not is_doubled


@pytest.mark.parametrize(
    "content", [b"The end.\nNext", b"a\r\nb.\rc", b"1.\n2", b"a.\r\n\nb", b"a\nb\r\n..\r\nc\n.d"]
)
def test_a_dot_in_a_line_is_no_lookalike(content: bytes) -> None:
    assert "eod-lookalike" not in data(content)


def test_a_client_that_speaks_lf_doubles_dots_behind_lf() -> None:
    found = told(b"DATA\n", b"Subject: a\n\nhello\n..\nworld\n.\n")

    assert set(found) == {"bare-lf-data", "eod-nonstandard"}
    assert found["eod-nonstandard"].detail == r"b'\n.\n'"


def test_an_end_that_silence_made_one_is_told() -> None:
    end = b"\r\n.\n"
    entry = MailData(START, b"Subject: a\r\n\r\nhello\r\n", size=21, terminator=end)

    assert set(told(b"DATA\r\n", entry)) == {"eod-nonstandard"}


def test_an_end_that_never_came_is_no_end() -> None:
    assert told(b"DATA\r\n", b"Subject: a\r\n\r\nhello\r") == {}


def test_a_line_end_may_be_cut_by_chunks() -> None:
    assert chunks(b"a\r", b"\nb\r\n") == {}
    assert chunks(b"a\r\n", b"b\n.\n\r\n").keys() == {"bare-lf-data", "eod-lookalike"}
    assert chunks(b"\na\r\n").keys() == {"bare-lf-data"}
    assert chunks(b"a\r\n", b"\nb\r\n").keys() == {"bare-lf-data"}
    assert chunks(b"a", b"\nb\r\n").keys() == {"bare-lf-data"}
    assert chunks(b"a\r", b"\n\nb\r\n")["bare-lf-data"].place.start == 1
    assert chunks(b"a\r", b"", b"\nb\r\n") == {}
    assert told(b"BDAT 2 LAST\r\na\r").keys() == {"bare-cr-data"}


def test_binary_octets_are_no_lines() -> None:
    mail = b"RSET\r\n", b"MAIL FROM:<ann@example.org> BODY=BINARYMIME\r\n", BEFORE[2]

    assert told(*mail, b"BDAT 9 LAST\r\na\n.\nb\rc\0d") == {}


octets = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\0", b"a", b"\r\n"])).map(b"".join)


@given(octets, octets)
def test_any_octets_can_be_read_and_are_marked(first: bytes, second: bytes) -> None:
    for found in (data(first), chunks(first, second)):
        for each in found.values():
            start, end = each.place.start, each.place.end
            assert start is None or end is None or 0 <= start < end


@given(octets.filter(lambda each: b"\r\n.\r\n" not in b"\r\n" + each + b"\r\n"))
def test_what_is_found_is_there(content: bytes) -> None:
    found = data(content).keys()
    ended = content + b"\r\n"
    pairs = ended.count(b"\r\n")

    assert ("bare-lf-data" in found) is (ended.count(b"\n") > pairs)
    assert bool(found & {"bare-cr-data", "cr-cr-lf-data"}) is (ended.count(b"\r") > pairs)


@given(st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b"\0", b"a", b"b" * 997, b"c" * 998])))
def test_mail_data_is_odd_by_its_lines_where_one_of_them_is(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    lines = data.split(b"\r\n")

    is_odd = any(len(line) > MAX_LINE or {*line} & {*b"\r\n\0"} for line in lines)

    assert has_odd_lines(data) is is_odd
