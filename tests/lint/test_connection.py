"""Borders of the rules for the connection and the greeting."""

import pytest

from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.samples import START, Script
from mailtrap.session import Discarded, TlsFailed, TlsStarted
from mailtrap.terms import Terms
from tests.dialogues import play
from tests.lint.of_commands import diagnosed, findings, ids

EHLO = b"EHLO app.example.org\r\n"
MAIL = b"MAIL FROM:<ann@example.org>\r\n"


def of_greeting(argument: bytes) -> set[str]:
    return ids((b"EHLO " + argument + b"\r\n",))


@pytest.mark.parametrize(
    "name",
    [
        b"app.example.org",
        b"APP-1.Example.ORG",
        b"3com.example",
        b"xn--bcher-kva.example",
        b"localhost.localdomain",
        b"[127.0.0.1]",
        b"[IPv6:::1]",
        b"[ipv6:2001:db8::192.0.2.1]",
        b"[192.000.002.001]",
    ],
)
def test_names_and_literals_of_stock_clients_are_clean(name: bytes) -> None:
    found = of_greeting(name)

    assert not found


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (b"my_host.example.org", "helo-invalid-chars"),
        ("bücher.example".encode(), "helo-invalid-chars"),
        (b"\xff.example", "helo-invalid-chars"),
        (b"a..example", "helo-invalid-chars"),
        (b"-a.example", "helo-invalid-chars"),
        (b"a-.example", "helo-invalid-chars"),
        (b".", "helo-invalid-chars"),
        (b"user@example.org", "helo-invalid-chars"),
        (b"mypc", "helo-not-fqdn"),
        (b"1.2.3.4", "helo-bare-ip"),
        (b"::1", "helo-bare-ip"),
        (b"[300.1.1.1]", "helo-bad-literal"),
        (b"[1.2.3.4", "helo-bad-literal"),
        (b"[]", "helo-bad-literal"),
        (b"[", "helo-bad-literal"),
        (b"[IPv6:fe80::1%eth0]", "helo-bad-literal"),
        (b"[app.example.org]", "helo-bad-literal"),
        (b"[1.2.3.4] mypc", "helo-trailing-text"),
    ],
)
def test_a_name_has_one_thing_wrong_with_it(name: bytes, rule: str) -> None:
    found = of_greeting(name)

    assert found == {rule}


def test_a_dot_at_the_end_of_the_name_is_a_warning() -> None:
    [found] = findings((b"EHLO app.example.org.\r\n",))

    assert (found.rule.id, found.severity) == ("helo-invalid-chars", Severity.WARNING)


def test_the_span_of_trailing_text_is_that_of_the_text() -> None:
    line = b"EHLO a.example   one two  \r\n"

    [found] = [d for d in findings((line,)) if d.rule.id == "helo-trailing-text"]

    assert line[found.place.start : found.place.end] == b"one two"


def test_helo_after_ehlo_was_refused_is_what_the_rfc_asks_for() -> None:
    session = play("""
        S: 220 ready
        C: EHLO app.example.org
        S: 502 never heard of it
        C: HELO app.example.org
        S: 250 trap.test
    """)

    assert not diagnosed(session)


def test_mail_after_a_greeting_that_was_refused_says_so() -> None:
    session = play("""
        S: 220 ready
        C: EHLO app.example.org
        S: 550 go away
        C: MAIL FROM:<ann@example.org>
        S: 503 say EHLO
    """)

    [found] = diagnosed(session)

    assert (found.rule.id, found.detail) == ("no-helo", "EHLO was refused")


def test_mail_after_implicit_tls_is_not_said_to_be_after_starttls() -> None:
    [found] = findings((TlsStarted(START, b"", "TLSv1.3"), MAIL))

    assert (found.rule.id, found.detail) == ("no-helo", "")


def test_mail_after_starttls_is_said_to_be() -> None:
    steps = (EHLO, b"STARTTLS\r\n", TlsStarted(START, b"", "TLSv1.3"), MAIL)

    details = [d.detail for d in findings(steps) if d.rule.id == "no-helo"]

    assert details == ["after STARTTLS"]


@pytest.mark.parametrize(
    "line",
    [b"NOOP / HTTP/1.1\r\n", b"GET\r\n", b"GET /\r\n", b"OPTIONS please\r\n"],
)
def test_what_is_not_a_request_line_is_not_http(line: bytes) -> None:
    assert "http-on-smtp" not in ids((EHLO, line))


def test_http_is_no_unknown_command_besides() -> None:
    assert ids((b"get / http/1.0\r\n",)) == {"http-on-smtp"}


def test_plain_text_behind_starttls_is_not_plain_text_on_a_port_for_tls() -> None:
    steps = (
        EHLO,
        b"STARTTLS\r\n",
        Discarded(START, b"NOOP\r\n", 32, 6),
        TlsFailed(START, b"", "the client went on in plain text where TLS was due"),
    )

    assert "plaintext-on-tls-port" not in ids(steps)


def test_a_handshake_that_failed_is_not_plain_text() -> None:
    assert not ids((TlsFailed(START, b"\x16\x03\x01\x00\x05hello", "unknown ca"),)) & {
        "plaintext-on-tls-port"
    }


def test_a_client_that_says_nothing_on_a_port_for_tls_may_be_a_health_check() -> None:
    steps = (TlsFailed(START, b"", "the client went away before it said anything"),)

    assert "plaintext-on-tls-port" not in ids(steps)


@pytest.mark.parametrize("name", [b"localhost", b"LOCALHOST"])
def test_a_client_and_a_server_may_both_be_localhost(name: bytes) -> None:
    script = Script((b"EHLO " + name + b"\r\n",), terms=Terms(hostname="localhost"))

    assert "helo-is-server-name" not in ids(script)


def test_the_name_of_the_server_is_known_in_any_case_of_letters() -> None:
    assert ids((b"EHLO TRAP.test\r\n",)) == {"helo-is-server-name"}


def test_ehlo_after_a_message_forgets_nothing() -> None:
    data = b"From: a@example.org\r\n\r\nhi\r\n.\r\n"
    steps = (EHLO, MAIL, b"RCPT TO:<bob@example.org>\r\n", b"DATA\r\n", data, EHLO)

    assert "ehlo-in-transaction" not in ids(steps)


def test_a_greeting_that_did_not_come_whole_is_not_judged() -> None:
    assert ids((b"EHLO",)) == {"truncated-command"}
