"""Borders of the rules of header lines that their samples do not show."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.envelope import Path
from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.message import diagnose
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
