"""The borders of what parameters say, and of a message that is not as they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.samples import Script
from mailtrap.terms import Terms
from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>"
RCPT = b"RCPT TO:<bob@example.org>"
MESSAGE = b"From: ann@example.org\r\n\r\n..dotted\r\nhello\r\n"  # as it is sent: 42 octets, one dot
TRUE_SIZE = len(MESSAGE) - 1


def is_valid(rule: str, line: bytes) -> bool:
    return rule not in ids((EHLO, line + b"\r\n"))


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        (b"=0", True),
        (b"=" + b"9" * 20, True),
        (b"=" + b"9" * 21, False),
        (b"=-1", False),
        (b"=+1", False),
        (b"=1.5", False),
        (b"=", False),
        (b"", False),
    ],
)
def test_a_size_has_1_to_20_digits(value: bytes, *, valid: bool) -> None:
    assert is_valid("size-invalid", MAIL + b" SIZE" + value) is valid


def with_size(declared: int, *data: bytes) -> tuple[bytes, ...]:
    return (EHLO, MAIL + b" SIZE=%d\r\n" % declared, RCPT + b"\r\n", *data)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_the_last_line_end_and_doubled_dots_need_not_be_in_the_size(missing: int) -> None:
    session = with_size(TRUE_SIZE - missing, b"DATA\r\n", MESSAGE + b".\r\n")

    assert "size-understated" not in ids(session)


def test_a_size_that_is_too_small_by_more_is_told() -> None:
    session = with_size(TRUE_SIZE - 3, b"DATA\r\n", MESSAGE + b".\r\n")

    [found] = [each for each in findings(session) if each.rule.id == "size-understated"]

    assert found.detail == f"SIZE={TRUE_SIZE - 3}, {TRUE_SIZE} octets sent"


def test_a_size_that_is_too_large_is_an_estimate() -> None:
    assert "size-understated" not in ids(with_size(10_000, b"DATA\r\n", MESSAGE + b".\r\n"))


def test_chunks_are_added_up() -> None:
    chunks = (b"BDAT 10\r\n" + b"a" * 10, b"BDAT 10\r\n" + b"b" * 10, b"BDAT 2 LAST\r\n\r\n")

    assert "size-understated" not in ids(with_size(20, *chunks))
    assert "size-understated" in ids(with_size(19, *chunks))
    assert "size-understated" not in ids(with_size(1, *chunks[:2]))


def test_the_next_message_counts_anew() -> None:
    chunk = b"BDAT 12 LAST\r\n" + b"a" * 12
    session = with_size(12, chunk) + with_size(12, chunk)[1:]

    assert "size-understated" not in ids(session)


def test_a_message_that_was_cut_is_larger_than_its_head() -> None:
    session = with_size(5, b"DATA\r\n", b"a" * 100 + b"\r\n.\r\n")

    assert "size-understated" in ids(Script(session, terms=Terms(max_size=20)))


@pytest.mark.parametrize(("limit", "is_over"), [(None, False), (999, True), (1000, False)])
def test_the_limit_is_that_of_the_ehlo_reply(limit: int | None, *, is_over: bool) -> None:
    script = Script((EHLO, MAIL + b" SIZE=1000\r\n"), terms=Terms(max_size=limit))

    assert ("size-over-limit" in ids(script)) is is_over


@pytest.mark.parametrize(
    ("rule", "line", "valid"),
    [
        ("body-value-invalid", MAIL + b" BODY=7bit", True),
        ("body-value-invalid", MAIL + b" BODY", False),
        ("by-invalid", MAIL + b" BY=120;R", True),
        ("by-invalid", MAIL + b" BY=+120;rt", True),
        ("by-invalid", MAIL + b" BY=-999999999;N", True),
        ("by-invalid", MAIL + b" BY=0;N", True),
        ("by-invalid", MAIL + b" BY=0;R", False),
        ("by-invalid", MAIL + b" BY=1000000000;R", False),
        ("by-invalid", MAIL + b" BY=120", False),
        ("by-invalid", MAIL + b" BY=120;RN", False),
        ("hold-invalid", MAIL + b" HOLDFOR=999999999", True),
        ("hold-invalid", MAIL + b" HOLDFOR=0", False),
        ("hold-invalid", MAIL + b" HOLDFOR=1000000000", False),
        ("hold-invalid", MAIL + b" HOLDUNTIL=2026-02-28T23:59:60Z", True),
        ("hold-invalid", MAIL + b" HOLDUNTIL=2026-02-28t23:59:59.123+01:00", True),
        ("hold-invalid", MAIL + b" HOLDUNTIL=2026-02-29T00:00:00Z", False),
        ("hold-invalid", MAIL + b" HOLDUNTIL=2026-02-28 00:00:00Z", False),
        ("hold-invalid", MAIL + b" HOLDUNTIL=2026-02-28T00:00:00", False),
        ("hold-invalid", MAIL + b" HOLDFOR=5 HOLDUNTIL=2026-02-28T00:00:00Z", False),
        ("priority-invalid", MAIL + b" MT-PRIORITY=9", True),
        ("priority-invalid", MAIL + b" MT-PRIORITY=0", True),
        ("priority-invalid", MAIL + b" MT-PRIORITY=-0", False),
        ("priority-invalid", MAIL + b" MT-PRIORITY=+3", False),
        ("rrvs-invalid", RCPT + b" RRVS=2014-04-03T23:01:00Z", True),
        ("rrvs-invalid", RCPT + b" RRVS=2014-04-03T23:01:00Z;r", True),
        ("rrvs-invalid", RCPT + b" RRVS=2014-04-03T23:01:00Z;X", False),
        ("rrvs-invalid", RCPT + b" RRVS=2014-04-03T23:01:00Z;", False),
        ("auth-param-invalid", MAIL + b" AUTH=<>", True),
        ("auth-param-invalid", MAIL + b" AUTH=+3C+3E", True),
        ("auth-param-invalid", MAIL + b" AUTH=e+3dmc2@example.org", True),
        ("auth-param-invalid", MAIL + b' AUTH="a+20b"@example.org', True),
        ("auth-param-invalid", MAIL + b" AUTH=<ann@example.org>", False),
        ("auth-param-invalid", MAIL + b" AUTH=a=b@example.org", False),
        ("auth-param-invalid", MAIL + b" AUTH=", False),
    ],
)
def test_a_value_is_as_its_extension_defines_it(rule: str, line: bytes, *, valid: bool) -> None:
    assert is_valid(rule, line) is valid


@pytest.mark.parametrize(
    ("mail", "rcpt", "subject"),
    [
        ("ann@example.org", "bob@example.org", "grüße"),
        ("jürgen@example.org", "bob@example.org", "hello"),
        ("ann@example.org", "jürgen@example.org", "hello"),
    ],
)
def test_smtputf8_is_needed_for_any_octet_that_is_not_ascii(
    mail: str, rcpt: str, subject: str
) -> None:
    session = (
        EHLO,
        f"MAIL FROM:<{mail}> SMTPUTF8\r\n".encode(),
        f"RCPT TO:<{rcpt}>\r\n".encode(),
        b"DATA\r\n",
        f"Subject: {subject}\r\n\r\nhello\r\n.\r\n".encode(),
    )

    assert "smtputf8-unneeded" not in ids(session)


def test_whether_smtputf8_is_needed_is_not_told_of_a_part_of_the_message() -> None:
    mail = MAIL + b" SMTPUTF8\r\n"

    assert "smtputf8-unneeded" not in ids((EHLO, mail, RCPT, b"DATA\r\n", b"Subject: gr"))
    assert "smtputf8-unneeded" not in ids((EHLO, mail, RCPT, b"BDAT 2\r\nab", b"BDAT 2 LAST\r\ncd"))
    assert "smtputf8-unneeded" in ids((EHLO, mail, RCPT + b"\r\n", b"BDAT 2 LAST\r\ncd"))


@given(st.sampled_from([b"SIZE", b"BY", b"HOLDUNTIL", b"AUTH", b"MT-PRIORITY"]), st.binary())
def test_any_value_can_be_read(keyword: bytes, value: bytes) -> None:
    line = MAIL + b" " + keyword + b"=" + value.replace(b"\n", b"") + b"\r\n"

    assert findings((EHLO, line, RCPT + b"\r\n", b"DATA\r\n", b"hi\r\n.\r\n")) is not None
