"""Borders of the rules of Date and Message-ID that their samples do not show."""

from datetime import timedelta

import pytest

from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.samples import ENVELOPE, LETTER, START
from tests.lint.findings import HEADER, findings, ids

DATE = b"Fri, 2 Jan 2026 03:04:05 +0000"
MESSAGE_ID = b"<1.hello@example.org>"


@pytest.mark.parametrize(
    "date",
    [
        b"2 Jan 2026 03:04:05 +0000",
        b"Fri, 02 Jan 2026 03:04 +0000",
        b"fri, 2 JAN 2026 03:04:05 -0000",
        b"Fri,  2 Jan 2026\r\n 03:04:05 +0545 (some (nested) zone)",
        rb"Fri, 2 Jan 2026 03:04:05 +0000 (W. \) Time)",
        b"Fri, 2(second)Jan 2026 (a) 03:04:05 +0000",
        b"Wed, 31 Dec 2025 23:59:60 +0000",
        b"Thu, 29 Feb 2024 00:00:00 -0930",
    ],
)
def test_dates_of_the_grammar_are_right(date: bytes) -> None:
    data = LETTER.replace(DATE, date)

    assert ids(data, *HEADER) == set()


@pytest.mark.parametrize(
    ("date", "detail"),
    [
        (b"", "empty"),
        (b"2026-01-02T03:04:05Z", "'2026-01-02T03:04:05Z'"),
        (b"Fri Jan  2 03:04:05 2026", "'Fri Jan 2 03:04:05 2026'"),
        (b"Fri, 2 Jan 2026 3:04:05 +0000", "'Fri, 2 Jan 2026 3:04:05 +0000'"),
        (b"Fri, 2 Jan 2026 03:04:05", "no zone in 'Fri, 2 Jan 2026 03:04:05'"),
        (b"Thu, 2 Jan 2026 03:04:05 +0000", "Thu, but 2 Jan 2026 is a Fri"),
        (b"Friday, 2 Jan 2026 03:04:05 +0000", "day of the week 'Friday'"),
        (b"Fr, 2 Jan 2026 03:04:05 +0000", "day of the week 'Fr'"),
        (b"2 January 2026 03:04:05 +0000", "month 'January'"),
        (b"32 Jan 2026 03:04:05 +0000", "no day 32 in Jan 2026"),
        (b"29 Feb 2026 03:04:05 +0000", "no day 29 in Feb 2026"),
        (b"2 Jan 2026 24:00:00 +0000", "time 24:00:00"),
        (b"2 Jan 2026 03:60 +0000", "time 03:60:00"),
        (b"2 Jan 2026 03:04:61 +0000", "time 03:04:61"),
        (b"2 Jan 2026 03:04:05 +0060", "zone +0060"),
        (b"2 Jan 1899 03:04:05 +0000", "year 1899"),
        (b"2 Jan 20260 03:04:05 +0000", "year 20260"),
        (b"2 Jan 2026 03:04:05 +00:00", "'2 Jan 2026 03:04:05 +00:00'"),
        (b"2 Jan 2026 03:04:05 +0000 " + b"x" * 300, "326 octets"),
    ],
)
def test_what_is_wrong_with_a_date_is_told(date: bytes, detail: str) -> None:
    data = LETTER.replace(DATE, date)

    [found] = [each for each in findings(data, *HEADER) if each.rule.id == "date-invalid"]

    assert found.detail == detail


@pytest.mark.parametrize(
    ("date", "detail", "severity"),
    [
        (b"Fri, 2 Jan 2026 03:04:05 EST", "zone EST", Severity.INFO),
        (b"Fri, 2 Jan 2026 03:04:05 Z", "zone Z", Severity.INFO),
        (b"Fri, 2 Jan 26 03:04:05 +0000", "year 26", Severity.INFO),
        (b"Fri, 2 Jan 126 03:04:05 UT", "zone UT, year 126", Severity.INFO),
        (b"Fri, 2 Jan 2026 03:04:05 CEST", "zone CEST", Severity.WARNING),
    ],
)
def test_obsolete_forms_are_no_errors(date: bytes, detail: str, severity: Severity) -> None:
    data = LETTER.replace(DATE, date)

    [found] = findings(data, *HEADER)

    assert (found.rule.id, found.detail, found.severity) == ("date-obsolete-zone", detail, severity)


@pytest.mark.parametrize(
    ("hours", "is_found"), [(24, False), (25, True), (-24, False), (-25, True)]
)
def test_a_date_may_be_a_day_off(hours: int, is_found: bool) -> None:  # noqa: FBT001 - a table
    received = START + timedelta(hours=hours)

    found = ids((ENVELOPE, LETTER, received), *HEADER)

    assert ("date-skew" in found) is is_found


@pytest.mark.parametrize("zone", [b"+9959", b"-9959", b"CEST"])
def test_a_zone_no_clock_knows_makes_no_rule_fail(zone: bytes) -> None:
    data = LETTER.replace(b"+0000", zone)

    assert "date-invalid" not in ids((ENVELOPE, data, START), *HEADER)


@pytest.mark.parametrize(
    "message_id",
    [
        b"<a@b>",
        b"<A/b+c=d.e_f$g!h@mail.example.org>",
        b'<"a b"@example.org>',
        b"<a@[192.0.2.1]>",
        b"\r\n <1@example.org>",
        b"(a (b)) <1@example.org>\r\n (c)",
        b"<1@example.org>(\\))",
    ],
)
def test_message_identifiers_of_the_grammar_are_right(message_id: bytes) -> None:
    data = LETTER.replace(MESSAGE_ID, message_id)

    assert "message-id-invalid" not in ids(data, *HEADER)


@pytest.mark.parametrize(
    "message_id",
    [
        *(b"", b"<>", b"<a>", b"<a@>", b"<@b>", b"<a b@c>", b"<a@b> <c@d>", b"<a@b@c>", b"<a.@b>"),
        *(b"(x)a@b", b"<a b@c> (x)", b"(x)", b"(<a@b>", b"<a@b> (x", b"<a@b> (x))", b"(x) y <a@b>"),
    ],
)
def test_what_is_no_message_identifier_is_found(message_id: bytes) -> None:
    data = LETTER.replace(MESSAGE_ID, message_id)

    assert ids(data, *HEADER) == {"message-id-invalid"}


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        (b"localhost", True),
        (b"app-7f9c", True),
        (b"mac.local", True),
        (b"LOCALHOST.localdomain", True),
        (b"example.org", False),
        (b"notlocalhost.org", False),
        (b"[192.0.2.1]", False),
    ],
)
def test_names_of_this_machine_are_told_from_others(
    host: bytes,
    is_local: bool,  # noqa: FBT001 - a table
) -> None:
    data = LETTER.replace(b"@example.org>\r\nMIME", b"@" + host + b">\r\nMIME")

    assert ids(data, *HEADER) == ({"message-id-localhost"} if is_local else set())
