"""The borders of what may be asked of delivery status notifications."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org> "
RCPT = b"RCPT TO:<bob@example.org> "


@pytest.mark.parametrize(
    ("rule", "line", "valid"),
    [
        ("dsn-ret-invalid", MAIL + b"RET=full", True),
        ("dsn-ret-invalid", MAIL + b"RET", False),
        ("dsn-envid-invalid", MAIL + b"ENVID=" + b"a" * 100, True),
        ("dsn-envid-invalid", MAIL + b"ENVID=" + b"a" * 101, False),
        ("dsn-envid-invalid", MAIL + b"ENVID=a+20b", True),
        ("dsn-envid-invalid", MAIL + b"ENVID=a+2bc", False),  # upper case only
        ("dsn-envid-invalid", MAIL + b"ENVID=a+0A", False),
        ("dsn-envid-invalid", MAIL + b"ENVID=a+C3+BC", False),
        ("dsn-envid-invalid", MAIL + b"ENVID=", False),
        ("dsn-notify-invalid", RCPT + b"NOTIFY=never", True),
        ("dsn-notify-invalid", RCPT + b"NOTIFY=FAILURE,,DELAY", True),  # RFC 822 section 2.7
        ("dsn-notify-invalid", RCPT + b"NOTIFY=,", False),
        ("dsn-notify-invalid", RCPT + b"NOTIFY", False),
        ("dsn-notify-invalid", RCPT + b"NOTIFY=BOUNCE", False),
        ("dsn-orcpt-invalid", RCPT + b"ORCPT=rfc822;" + b"a" * (500 - 13), True),
        ("dsn-orcpt-invalid", RCPT + b"ORCPT=rfc822;" + b"a" * (500 - 12), False),
        ("dsn-orcpt-invalid", RCPT + b"ORCPT=;bob@example.org", False),
        ("dsn-orcpt-invalid", RCPT + b"ORCPT=rfc822;b+40c", True),
        ("dsn-orcpt-invalid", RCPT + b"ORCPT=rfc822;b=c", False),
        ("dsn-orcpt-invalid", RCPT + b"ORCPT=rfc822;\xc3\xbc@example.org", False),
        ("dsn-orcpt-invalid", RCPT + b"ORCPT=utf-8;\xc3\xbc@example.org", True),
        ("dsn-orcpt-invalid", RCPT + b"ORCPT=utf-8;\\x{FC}@example.org", True),
        ("dsn-orcpt-mismatch", RCPT + b"ORCPT=rfc822;BOB@EXAMPLE.ORG", True),
        ("dsn-orcpt-mismatch", RCPT + b"ORCPT=x400;whoever", True),
        ("dsn-orcpt-mismatch", RCPT + b"ORCPT=rfc822;+62ob@example.org", True),
        ("dsn-orcpt-mismatch", RCPT + b"ORCPT=rfc822;bob", False),
    ],
)
def test_a_value_is_as_the_extension_defines_it(rule: str, line: bytes, *, valid: bool) -> None:
    assert (rule not in ids((EHLO, line + b"\r\n"))) is valid


@given(st.sampled_from([b"ORCPT=rfc822;", b"ORCPT=", b"NOTIFY="]), st.binary())
def test_any_value_can_be_read(keyword: bytes, value: bytes) -> None:
    line = RCPT + keyword + value.replace(b"\n", b"") + b"\r\n"

    assert findings((EHLO, line)) is not None
