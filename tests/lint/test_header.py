"""Borders of the rules of header fields that their samples do not show."""

import pytest

from mailtrap.fields import MAX_HEADER
from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.message import MAX_FOUND, MAX_READ
from mailtrap.lint.samples import ENVELOPE, LETTER, START
from tests.lint.findings import HEADER, findings, ids

MISSING = {
    "header-missing-date",
    "header-missing-from",
    "header-missing-message-id",
    "header-missing-to",
    "header-missing-subject",
}


def test_a_usual_letter_has_nothing_to_find() -> None:
    sample = (ENVELOPE, LETTER, START)

    assert findings(sample, *HEADER) == []


def test_no_mail_data_at_all_lacks_all_fields_and_has_no_other_flaw() -> None:
    found = ids(b"", *HEADER)

    assert found == MISSING


def test_a_field_behind_what_is_read_is_not_missing() -> None:
    data = b"X-Pad: " + b"x" * MAX_HEADER + b"\r\n" + LETTER

    assert not ids(data, *HEADER) & MISSING


def test_a_field_in_the_part_that_is_not_looked_at_is_not_missing() -> None:
    data = b"Subject: x\r\n" + b"X: " + b"y" * MAX_READ

    assert not ids(data, *HEADER) & MISSING


@pytest.mark.parametrize("name", [b"DATE", b"date"])
def test_names_of_fields_have_no_case(name: bytes) -> None:
    data = LETTER.replace(b"Date", name)

    assert "header-missing-date" not in ids(data, *HEADER)


def test_a_copy_for_blind_recipients_alone_lacks_no_recipient() -> None:
    data = LETTER.replace(b"To: Bob <bob@example.org>", b"Bcc:")

    assert "header-missing-to" not in ids(data, *HEADER)


def test_what_may_be_repeated_is_no_duplicate() -> None:
    data = b"Received: a\r\nReceived: b\r\nX-Tag: a\r\nX-Tag: b\r\nComments: a\r\n" + LETTER

    assert ids(data, *HEADER) == set()


def test_a_duplicate_differs_in_case_and_is_told_once_with_its_number() -> None:
    data = LETTER.replace(b"Subject", b"SUBJECT: a\r\nsubject: b\r\nSubject")

    [found] = [each for each in findings(data, *HEADER) if each.rule.id == "header-duplicate"]

    assert found.detail == "subject, 3 times"


@pytest.mark.parametrize(
    "fields",
    [
        b"Precedence: list\r\n",
        b"Precedence: bulk\r\nList-Id: <a.example.org>\r\n",
        b"Precedence: bulk\r\nAuto-Submitted: no\r\n",
        b"Precedence: first-class\r\n",
    ],
)
def test_mail_of_lists_and_of_people_is_not_taken_for_automatic(fields: bytes) -> None:
    data = fields + LETTER

    assert "precedence-bulk-no-auto" not in ids(data, *HEADER)


@pytest.mark.parametrize(
    ("subject", "severity"),
    [
        (b"Subject: a\rBcc: eve@example.org\r\n", Severity.ERROR),
        (b"Subject: a\r\rBcc: eve@example.org\r\n", Severity.ERROR),
        (b"Subject: =?utf-8?q?a=0D=0ABcc:_eve@example.org?=\r\n", Severity.ERROR),
        (b"Subject: =?utf-8?b?YQ0KQmNjOiBldmVAZXhhbXBsZS5vcmc=?=\r\n", Severity.ERROR),
        (b"Subject: a\r\nTo: eve@example.org\r\n", Severity.WARNING),
    ],
)
def test_an_injected_field_is_found(subject: bytes, severity: Severity) -> None:
    data = LETTER.replace(b"Subject: Hello\r\n", subject)

    [found] = [each for each in findings(data, *HEADER) if each.rule.id == "header-injection"]

    assert found.severity is severity


@pytest.mark.parametrize(
    "data",
    [
        LETTER.replace(b"\r\n", b"\n"),  # a client of another line end
        LETTER.replace(b"\r\n", b"\n").replace(b"\n\n", b"\n\r\n"),
        LETTER.replace(b"Hello\r\n", b"Hello\nX-Tag: a\r\n"),  # an odd line end, of no interest
        LETTER.replace(b"Hello\r\n", b"re=0D=0ABcc: literally\r\n"),
        LETTER.replace(b"Hello\r\n", b"=?utf-8?q?a=0D=0Ab?=\r\n"),
        LETTER.replace(b"Hello Bob", b"a\rBcc: b"),
    ],
)
def test_what_only_resembles_an_injection_is_none(data: bytes) -> None:
    assert "header-injection" not in ids(data, *HEADER)


def test_a_return_path_in_a_file_is_no_more_than_worth_knowing() -> None:
    data = b"Return-Path: <ann@example.org>\r\n" + LETTER

    [in_a_file] = findings(data, *HEADER)
    [sent] = findings((ENVELOPE, data), *HEADER)

    assert (in_a_file.rule.id, in_a_file.severity) == ("return-path-present", Severity.INFO)
    assert (sent.rule.id, sent.severity) == ("return-path-present", Severity.WARNING)


def test_findings_of_one_rule_are_limited() -> None:
    data = b"Return-Path: <>\r\n" * (2 * MAX_FOUND) + LETTER

    found = findings(data, *HEADER)

    assert len(found) == MAX_FOUND
