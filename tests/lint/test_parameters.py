"""The borders of what is a parameter and what may be there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.esmtp import words
from mailtrap.lint.samples import Script
from mailtrap.terms import Terms
from tests.lint.findings import findings, ids

EHLO = b"EHLO app.example.org\r\n"


def told(line: bytes, *, terms: Terms | None = None) -> set[str]:
    """What is found in a session with that MAIL or RCPT, apart from what comes before."""
    steps = (EHLO, line)
    return ids(Script(steps, terms=terms or Terms())) - {"rcpt-before-mail", "no-quit"}


def only(line: bytes, rule: str) -> Diagnostic:
    [found] = [each for each in findings((EHLO, line)) if each.rule.id == rule]
    return found


@pytest.mark.parametrize(
    "line",
    [
        b"MAIL FROM:<ann@example.org>\r\n",
        b"MAIL FROM:<>\r\n",
        b"mail FROM:<ann@example.org> size=1000\r\n",  # smtplib writes it so
        b"MAIL FROM:<ann@example.org> SIZE=1000 BODY=8BITMIME\r\n",
        b"MAIL FROM:<bounce-ann=example.org@example.org>\r\n",  # VERP
        b"MAIL FROM:<ann@example.org> AUTH=<>\r\n",
        "MAIL FROM:<jürgen@example.org> SMTPUTF8\r\n".encode(),
        b"MAIL FROM:<ann@example.org> RET=hdrs ENVID=QQ314159\r\n",
        b"RCPT TO:<bob@example.org> NOTIFY=success,delay ORCPT=rfc822;bob@example.org\r\n",
        b"MAIL FROM:<ann@example.org> SIZE=1 \r\n",
        b"MAIL FROM:<ann@example.org>  SIZE=1\r\n",
    ],
)
def test_what_stock_clients_send_is_not_found(line: bytes) -> None:
    assert not {rule for rule in told(line) if rule.startswith(("param", "size", "dsn", "auth"))}


def test_a_parameter_is_found_where_it_is() -> None:
    line = b"MAIL FROM:<ann@example.org> SIZE=1000 XFOO=1\r\n"

    place = only(line, "param-unknown").place

    assert line[place.start : place.end] == b"XFOO=1"


def test_each_command_has_its_own_parameters() -> None:
    assert only(b"MAIL FROM:<ann@example.org> NOTIFY=NEVER\r\n", "param-unknown").detail == (
        "NOTIFY=NEVER: of RCPT"
    )
    assert only(b"RCPT TO:<bob@example.org> RET=FULL\r\n", "param-unknown").detail == (
        "RET=FULL: of MAIL"
    )


def test_a_parameter_is_looked_up_in_the_latest_greeting() -> None:
    line = b"MAIL FROM:<ann@example.org> SIZE=1\r\n"

    assert "param-not-advertised" in told(line, terms=Terms(ehlo_remove=("SIZE",)))
    assert "param-not-advertised" in told(
        b"MAIL FROM:<ann@example.org> BODY=7BIT\r\n", terms=Terms(ehlo_remove=("8BITMIME",))
    )
    assert ids((b"HELO app.example.org\r\n", line)) >= {"params-after-helo"}
    assert "param-not-advertised" not in ids((b"HELO app.example.org\r\n", line))
    assert "params-after-helo" not in ids((b"HELO app.example.org\r\n", EHLO, line))


def test_one_thing_is_told_once() -> None:
    hidden = Terms(ehlo_remove=("BINARYMIME", "8BITMIME"))

    assert told(b"MAIL FROM:<ann@example.org> BODY=BINARYMIME\r\n", terms=hidden) == {
        "binarymime-not-offered"
    }
    assert told(b"MAIL FROM:<ann@example.org> REQUIRETLS\r\n") == {"requiretls-without-tls"}
    assert told(b"MAIL FROM:<ann@example.org> SIZE=\r\n") == {"size-invalid"}


@pytest.mark.parametrize(
    "line",
    [
        b"RCPT TO:<bob@example.org>,<eve@example.org>\r\n",
        b"RCPT TO:<bob@example.org> <eve@example.org>\r\n",
        b"RCPT TO:<bob@example.org>; <eve@example.org>\r\n",
        b"RCPT TO:Bob Builder <bob@example.org>\r\n",
        b"MAIL FROM:<ann smith@example.org>\r\n",
        b'MAIL FROM:<"a> SIZE=x"@example.org>\r\n',
    ],
)
def test_what_is_wrong_with_the_path_is_left_to_the_rules_of_paths(line: bytes) -> None:
    assert not {rule for rule in told(line) if rule.startswith("param")}


@pytest.mark.parametrize("rest", [b"SIZE=4", b";SIZE=4", b",SIZE=4", b"; SIZE=4", b";"])
def test_what_separates_parameters_is_a_space(rest: bytes) -> None:
    assert told(b"MAIL FROM:<ann@example.org>" + rest + b"\r\n") == {"param-no-space"}


@pytest.mark.parametrize(
    ("parameter", "is_found"),
    [
        (b"CONNEG", False),
        (b"SUBMITTER=ann@example.org", False),
        (b"SUBMITTER=", True),
        (b"SUBMITTER=a=b", True),
        (b"SUBMITTER=a\x01b", True),
        (b"SUBMITTER=\xc3\xbc", False),  # RFC 6531 section 3.3
        (b"-FOO=1", True),
        (b"F_O=1", True),
        (b"=1", True),
        (b"=", True),
        (b"8FOO=1", False),
    ],
)
def test_a_parameter_is_keyword_or_keyword_and_value(parameter: bytes, *, is_found: bool) -> None:
    found = told(b"MAIL FROM:<ann@example.org> " + parameter + b"\r\n")

    assert ("param-syntax" in found) is is_found


def test_only_defined_parameters_must_be_given_once() -> None:
    assert "param-duplicate" in told(b"MAIL FROM:<ann@example.org> SIZE=1 size=1\r\n")
    assert "param-duplicate" not in told(b"MAIL FROM:<ann@example.org> XA=1 XA=2\r\n")


def test_a_line_without_its_end_may_have_gone_on() -> None:
    assert not ids((EHLO, b"MAIL FROM:<ann@example.org> SIZ")) & {"param-unknown", "param-syntax"}


def test_a_flood_of_parameters_is_not_read_to_the_end() -> None:
    assert len(words(b"MAIL FROM:<ann@example.org>" + b" A=1" * 1000 + b"\r\n")) == 64
    assert words(b"MAIL FROM:<ann@example.org>" + b" A=1" * 10_000 + b"\r\n") == ()


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_octets_can_be_read(path: bytes, rest: bytes) -> None:
    line = b"MAIL FROM:" + path.replace(b"\n", b"") + b" SIZE=" + rest.replace(b"\n", b"") + b"\r\n"

    for word in words(line):
        assert line[word.start : word.end] == word.raw

    assert "\n" not in "".join(each.detail for each in findings((EHLO, line)))
