"""Borders of the rules of header lines that their samples do not show."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.envelope import Path
from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.message import MAX_READ, diagnose
from mailtrap.lint.samples import ENVELOPE, LETTER
from tests.lint.findings import HEADER, findings, ids

PIECES = (
    *(b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b"=?", b"?=", b"?q?", b"?b?", b"utf-8", b"=0A"),
    *(b"Subject", b"To", b"From", b"Date", b"Bcc", b"Message-ID", b"Sender", b"a@example.org"),
    *(b"<", b">", b'"', b",", b";", b"(", b")", b"[", b"]", b"\\", b".", b"@", b"\0", b"\xff"),
    *(b"\xc3\xbc", b"Fri, 2 Jan 2026 03:04:05", b"+0000", b"+9999", b"99999", b"=C3", b"xx"),
)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=3)), max_size=40))
def test_no_octets_make_a_rule_fail_and_places_are_within_them(pieces: list[bytes]) -> None:
    data = b"".join(pieces)

    report = diagnose(data, ENVELOPE)

    for each in report.diagnostics:
        assert "\n" not in each.detail
        assert "\r" not in each.detail
        if each.place.start is not None:
            assert each.place.end is not None
            assert 0 <= each.place.start <= each.place.end <= len(data)


@pytest.mark.parametrize(
    ("octet", "length"),
    [
        (b"(", 2**18),
        (b"\r", 2**18),
        (b'"', 2**18),
        (b"<", 2**18),
        (b'\\"', 2**17),
        (b"=0A", 2**16),
        (b"=?u?q?", 2**15),
    ],
)
@pytest.mark.timeout(20)
def test_long_fields_take_no_longer_than_they_are_long(octet: bytes, length: int) -> None:
    for name in (b"To: ", b"Subject: =?u?q?", b"Date: ", b"Message-ID: "):
        data = (name + octet * length)[: 2**18 - 4] + b"\r\n\r\n"

        assert diagnose(data).diagnostics


def test_a_body_without_a_blank_line_before_it_is_found_where_it_begins() -> None:
    data = b"Subject: Hello\r\nHello Bob,\r\n\r\nhow are you?\r\n"

    [found] = [f for f in findings(data, *HEADER) if f.rule.id == "header-body-separator-missing"]

    assert (found.place.start, found.detail) == (16, "'Hello Bob,'")


def test_a_header_section_alone_needs_no_blank_line() -> None:
    data = LETTER.partition(b"\r\n\r\n")[0] + b"\r\n"

    assert ids(data, *HEADER) == set()


def test_lines_of_a_body_that_nothing_separates_are_no_header_lines() -> None:
    data = b"Hello\r\n" + b"x" * 2000 + b"\xff\r\n \r\n\ra\r\n"

    found = ids(data, *HEADER)

    assert "header-body-separator-missing" in found
    assert not {each for each in found if not each.startswith("header-missing")} - {
        "header-body-separator-missing"
    }


@pytest.mark.parametrize("line", [b" folded nothing", b":no name", b"Caf\xe9: a", b"From ann"])
def test_a_first_line_that_is_no_field_is_found(line: bytes) -> None:
    data = line + b"\r\n" + LETTER

    assert "header-syntax" in ids(data, *HEADER)


@pytest.mark.parametrize("line", [b"X-Empty:", b"a:", b"X!#$%: a", b"Subject2:a\r\n\tb"])
def test_odd_names_and_empty_fields_are_fields(line: bytes) -> None:
    data = line + b"\r\n" + LETTER

    assert "header-syntax" not in ids(data, *HEADER)


@pytest.mark.parametrize(
    ("length", "severity"),
    [(78, None), (79, Severity.INFO), (998, Severity.INFO), (999, Severity.ERROR)],
)
def test_a_header_line_may_have_78_octets_and_must_not_have_999(
    length: int, severity: Severity | None
) -> None:
    data = b"X-Data: " + b"x" * (length - 8) + b"\r\n" + LETTER

    found = [
        each.severity for each in findings(data, *HEADER) if each.rule.id == "header-line-too-long"
    ]

    assert found == ([] if severity is None else [severity])


def test_78_is_a_number_of_characters_not_of_octets() -> None:
    data = b"Subject: " + "ü".encode() * 60 + b"\r\n" + LETTER

    assert "header-line-too-long" not in ids(data, *HEADER)


def test_many_lines_that_are_a_bit_long_are_told_once() -> None:
    data = (b"X-Data: " + b"x" * 80 + b"\r\n") * 5 + LETTER

    [found] = [each for each in findings(data, *HEADER) if each.rule.id == "header-line-too-long"]

    assert found.detail == "88 characters, the longest of 5 lines"


def test_utf_8_in_a_header_section_is_right_with_smtputf8() -> None:
    envelope = replace(ENVELOPE, sender=Path(b"<ann@example.org>", b"SMTPUTF8"))

    found = ids((envelope, LETTER.replace(b"Hello\r\nM", b"Gr\xc3\xbc\xc3\x9fe\r\nM")), *HEADER)

    assert found == set()


def test_a_line_of_blanks_in_the_body_is_none_of_a_field() -> None:
    data = LETTER + b" \r\n\t\r\n"

    assert ids(data, *HEADER) == set()


def test_cr_cr_lf_is_no_bare_cr() -> None:
    data = LETTER.replace(b"Hello\r\nM", b"Hello\r\r\nM")

    found = ids(data, *HEADER)

    assert found == {"header-cr-cr-lf"}


PARTS = LETTER.replace(
    b"Content-Type: text/plain; charset=us-ascii\r\n\r\nHello Bob\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n--b\r\n%s--b--\r\n",
)
TYPE = b"Content-Type: text/plain\r\n"


@pytest.mark.parametrize(
    ("part", "found"),
    [
        (TYPE + b"Hello Bob\r\n", ("header-body-separator-missing", "'Hello Bob'")),
        (b"Hello Bob\r\nhow are you?\r\n", ("header-body-separator-missing", "'Hello Bob'")),
        (TYPE + b"X Tag: a\r\nX: b\r\n\r\nhi\r\n", ("header-syntax", "'X Tag: a'")),
        (b" a\r\n" + TYPE + b"\r\nhi\r\n", ("header-syntax", "' a'")),
        (b"Content-Type : a/b\r\n\r\nhi\r\n", ("header-space-before-colon", "'Content-Type :'")),
        (b"Content-Type: a/b;\r\n \r\n a=b\r\n\r\nhi\r\n", ("header-blank-fold", "' '")),
        (TYPE * 2 + b"\r\nhi\r\n", ("mime-header-duplicate", "Content-Type, 2 times")),
        (b"X-Tag: \xc3\xbc\r\n\r\nhi\r\n", ("header-non-ascii", "'\\xc3\\xbc'")),
    ],
)
def test_the_header_of_a_part_has_the_lines_of_one(part: bytes, found: tuple[str, str]) -> None:
    told = findings((ENVELOPE, PARTS % part), *HEADER)

    assert [(each.rule.id, each.detail) for each in told] == [found]
    assert told[0].place.part == "2"


def test_octets_of_a_part_that_are_not_utf_8_are_found_where_they_are() -> None:
    data = PARTS % b"X-Tag: \xfc\r\n\r\nhi\r\n"

    [found] = [each for each in findings(data, *HEADER) if each.rule.id == "header-invalid-utf8"]

    assert found.place.start == data.index(b"\xfc")


@pytest.mark.parametrize(
    "part",
    [
        TYPE,  # fields alone: MIME-part-headers [CRLF *OCTET]
        TYPE + b"\r\n",
        b"\r\n",
        b"\r\nHello Bob\r\n",
        b"\r\nContent-Type : a/b\r\n \r\nno field\r\n\xfc\r\n",  # all of it is text
        b"Content-Type: message/rfc822\r\n\r\nSubject : a\r\nSubject: b\r\nno field\r\n",
    ],
)
def test_what_is_no_line_of_a_part_of_the_message_itself_is_not_told(part: bytes) -> None:
    assert ids((ENVELOPE, PARTS % part), *HEADER) == set()


def test_the_header_of_a_part_that_is_not_looked_at_to_its_end_is_not_judged() -> None:
    seen = (PARTS % b"\r\n").removesuffix(b"--b--\r\n") + b"x" * MAX_READ
    begun = b"\r\n--b\r\nContent-T"
    data = seen[: MAX_READ - len(begun)] + begun + b"ype: text/plain\r\n\r\n--b--\r\n"

    assert ids(data, *HEADER) == set()


def test_many_headers_of_parts_are_read_in_time_that_does_not_explode() -> None:
    parts = (b"--b\r\nA : \xfc\r\n \r\nno field\r\nB: c\r\n\r\n") * 40_000
    data = PARTS % parts

    assert "header-blank-fold" in ids(data, *HEADER)


@pytest.mark.parametrize(
    "field",
    [
        b"Date: Fri, 2 Jan 2026 03:04:05 +0000\r\n",
        b"Message-ID: <1.hello@example.org>\r\n",
        b"MIME-Version: 1.0\r\n",
        b"To: Bob <bob@example.org>\r\n",
        b"Content-Type: text/plain; charset=us-ascii\r\n",
        b"Content-Transfer-Encoding: 7bit\r\n",
        b"List-Unsubscribe: <https://example.org/u/1>\r\n",
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    ],
)
@pytest.mark.parametrize("junk", [b"X Tag: a\r\n", b"X-Tag\r\n", b"caf\xe9: a\r\n"])
def test_a_line_that_is_no_field_makes_the_field_before_it_no_worse(
    field: bytes, junk: bytes
) -> None:
    data = LETTER.replace(b"\r\n\r\n", b"\r\nX-A: b\r\n\r\n")
    data = data if field in data else data.replace(b"MIME-Version", field + b"MIME-Version")

    found = ids(data.replace(field, field + junk))

    of_its_own = {"header-syntax", "header-non-ascii", "header-invalid-utf8"}
    assert "header-syntax" in found
    assert found - of_its_own == ids(data)


def test_octets_of_a_line_that_is_no_field_are_shown() -> None:
    data = LETTER.replace(b"Content-Type", b"caf\xc3\xa9: a\r\nContent-Type")

    [found] = [each for each in findings(data, *HEADER) if each.rule.id == "header-non-ascii"]

    assert found.detail == r"'1.0\r\ncaf\xc3\xa9: a'"
