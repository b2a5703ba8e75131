"""Borders of the rules of AUTH that their samples do not show."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.samples import START, Script
from mailtrap.session import TlsStarted
from mailtrap.terms import Terms
from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>\r\n"
QUIT = b"QUIT\r\n"


def encoded(octets: bytes) -> bytes:
    return base64.b64encode(octets) + b"\r\n"


PLAIN = b"AUTH PLAIN " + encoded(b"\0ann\0secret")


@pytest.mark.parametrize(
    "steps",
    [
        (PLAIN,),
        (b"auth plain\r\n", encoded(b"ann\0ann\0secret")),
        (b"AUTH PLAIN\t\r\n", encoded(b"\0ann\0secret")),
        (b"AUTH XOAUTH2 " + encoded(b"user=ann\1auth=Bearer t\1\1"),),
        (b"AUTH OAUTHBEARER " + encoded(b"n,a=ann,\1host=h\1port=1\1auth=Bearer t\1\1"),),
        (b"AUTH OAUTHBEARER\r\n", encoded(b"n,,\1auth=Bearer t\1\1")),
    ],
)
def test_stock_exchanges_are_right(steps: tuple[bytes, ...]) -> None:
    script = (EHLO, *steps, QUIT)

    assert ids(script, "AUTH") == {"auth-without-tls"}


def test_a_password_in_clear_text_is_only_worth_knowing_where_no_tls_was_offered() -> None:
    offered = Script((EHLO, PLAIN), terms=Terms(hostname="trap.test", starttls=True))

    found = [
        [each.severity for each in findings(script) if each.rule.id == "auth-without-tls"]
        for script in ((EHLO, PLAIN), offered)
    ]

    assert found == [[Severity.INFO], [Severity.WARNING]]


def test_auth_is_not_offered_where_ehlo_does_not_list_it() -> None:
    script = Script((EHLO, PLAIN), terms=Terms(hostname="trap.test", ehlo_remove=("AUTH",)))

    [found] = [each for each in findings(script) if each.rule.id == "auth-not-advertised"]

    assert found.detail == "no AUTH at all was offered"


def test_auth_after_a_refused_auth_is_no_second_one() -> None:
    terms = Terms(hostname="trap.test", users={"ann": "other"})

    assert "auth-twice" not in ids(Script((EHLO, PLAIN, PLAIN), terms=terms))


def test_auth_after_starttls_is_another_one() -> None:
    script = (EHLO, PLAIN, TlsStarted(START, b"", "TLSv1.3"), EHLO, PLAIN)

    assert "auth-twice" not in ids(script)


@pytest.mark.parametrize(("length", "is_found"), [(512, False), (513, True)])
def test_a_line_of_512_octets_may_have_an_initial_response(
    length: int,
    is_found: bool,  # noqa: FBT001 - a table
) -> None:
    line = b"AUTH XOAUTH2 ".ljust(length - 2, b"a") + b"\r\n"

    assert ("auth-ir-too-long" in ids((EHLO, line))) is is_found


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        (b"AUTH PLAIN \r\n", True),
        (b"AUTH PLAIN\r\n", False),
        (b"AUTH PLAIN =\r\n", False),
        (b"AUTH LOGIN \r\n", False),
        (b"AUTH CRAM-MD5 \r\n", False),
        (b"AUTH \r\n", False),
    ],
)
def test_a_blank_is_an_empty_response_only_where_the_client_begins(
    line: bytes,
    is_found: bool,  # noqa: FBT001 - a table
) -> None:
    assert ("auth-ir-empty" in ids((EHLO, line))) is is_found


@pytest.mark.parametrize(
    ("response", "is_found"),
    [(b"YW5u", False), (b"", False), (b"*", False), (b"YW5", True), (b"=", True), (b"a b=", True)],
)
def test_responses_are_base64_or_cancel(
    response: bytes,
    is_found: bool,  # noqa: FBT001 - a table
) -> None:
    script = (EHLO, b"AUTH LOGIN\r\n", response + b"\r\n")

    assert ("auth-bad-base64" in ids(script)) is is_found


def test_what_follows_a_refused_auth_is_no_response() -> None:
    script = (EHLO, b"AUTH NTLM\r\n", b"secret\r\n", b"*\r\n")

    assert not ids(script) & {"auth-bad-base64", "auth-cancelled"}


@pytest.mark.parametrize(
    ("message", "detail"),
    [
        (b"ann\0secret", "1 NUL, not 2"),
        (b"ann", "0 NULs, not 2"),
        (b"\0ann\0secret\0", "3 NULs, not 2"),
        (b"\0\0secret", "no user"),
        (b"\0ann\0", "no password"),
    ],
)
def test_what_is_wrong_with_plain_is_told_without_the_password(message: bytes, detail: str) -> None:
    at_once = (EHLO, b"AUTH PLAIN " + encoded(message))
    asked = (EHLO, b"AUTH PLAIN\r\n", encoded(message))

    for script in (at_once, asked):
        [found] = [each for each in findings(script) if each.rule.id == "auth-plain-malformed"]
        assert found.detail == detail


@pytest.mark.parametrize(
    ("mechanism", "message", "detail"),
    [
        (b"XOAUTH2", b"user=ann", "XOAUTH2, no 0x01 in it"),
        (b"XOAUTH2", b"user=ann\1auth=Bearer t\1", "XOAUTH2, not ended by 0x01 0x01"),
        (b"XOAUTH2", b"auth=Bearer t\1\1", "XOAUTH2, auth=Bearer is not where it should be"),
        (b"OAUTHBEARER", b"n,a=ann\1auth=Bearer t\1\1", "OAUTHBEARER, auth=Bearer is not where"),
        (b"OAUTHBEARER", b"n,a=ann,\1host=h\1\1", "OAUTHBEARER, auth=Bearer is not where"),
    ],
)
def test_what_is_wrong_with_a_token_is_told_without_it(
    mechanism: bytes, message: bytes, detail: str
) -> None:
    at_once = (EHLO, b"AUTH " + mechanism + b" " + encoded(message))
    asked = (EHLO, b"AUTH " + mechanism + b"\r\n", encoded(message))

    for script in (at_once, asked):
        [found] = [each for each in findings(script) if each.rule.id == "auth-bearer-malformed"]
        assert found.detail.startswith(detail)


def test_a_client_that_takes_note_of_a_refused_token_is_right() -> None:
    token = encoded(b"user=ann\1auth=Bearer t\1\1")
    terms = Terms(hostname="trap.test", users={"ann": "other"})
    script = Script((EHLO, b"AUTH XOAUTH2\r\n", token, b"\r\n"), terms=terms)

    assert ids(script, "AUTH") == {"auth-without-tls"}


@pytest.mark.parametrize(
    ("user", "sender"),
    [
        (b"ann", b"eve@example.org"),
        (b"Ann@Example.org", b"ann@example.org"),
        (b"ann@example.org", b""),
    ],
)
def test_a_sender_that_may_be_the_users_is_right(user: bytes, sender: bytes) -> None:
    login = b"AUTH PLAIN " + encoded(b"\0" + user + b"\0secret")

    found = ids((EHLO, login, b"MAIL FROM:<" + sender + b">\r\n"))

    assert "auth-sender-mismatch" not in found


@given(
    st.sampled_from([b"PLAIN", b"LOGIN", b"XOAUTH2", b"OAUTHBEARER", b"CRAM-MD5", b"\xff", b""]),
    st.lists(st.binary(max_size=12), max_size=4),
)
def test_no_exchange_makes_a_rule_fail_nor_a_detail_two_lines(
    mechanism: bytes, lines: list[bytes]
) -> None:
    script = (EHLO, b"AUTH " + mechanism + b"\r\n", *(line + b"\r\n" for line in lines))

    for each in findings(script):
        assert "\n" not in each.detail
