"""Outcomes: how sessions without a message ended."""

from dataclasses import replace

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.faults.rules import Rule
from mailtrap.session import AuthenticationFailed, Peer, TlsFailed
from mailtrap.tui.outcome import Outcome, outcome, partial_data
from tests.dialogues import START, play
from tests.tui.senders import NOON, Sender, a_trap

NO = b"550 5.7.1 no\r\n"
MAIL = b"EHLO app\r\nMAIL FROM:<ann@example.org>\r\n"


@pytest.mark.parametrize(
    ("sent", "reason", "kind", "text"),
    [
        (b"", "eof", "probe", "connected and left"),
        (b"HELO app\r\n", "eof", "probe", "left after HELO app"),
        (b"EHLO app\r\nNOOP\r\n", "reset", "probe", "left after NOOP"),
        (b"MAIL FROM:<a@example.org>\r\n", "eof", "failed", "left without mail, after MAIL"),
        (b"MAIL FROM:<a@example.org>\r\n", "reset", "failed", "reset without mail, after MAIL"),
        (b"EHLO app\r\n", "timeout", "failed", "timed out after EHLO app"),
        (b"", "timeout", "failed", "timed out in silence"),
        (b"STARTTLS\r\n", "eof", "failed", "left instead of starting TLS"),
        (b"STARTTLS\r\n", "timeout", "failed", "timed out where TLS was due"),
        (b"STARTTLS again\r\n", "eof", "failed", "left instead of starting TLS"),
        (b"GET / HTTP/1.1\r\n", "not-smtp", "failed", "spoke HTTP"),
        (b"\x16\x03\x01\x00\x01\x01", "not-smtp", "failed", "began with TLS"),
        (b"\x16\x03\x01\x02\x00\x01", "eof", "failed", "began with TLS"),
        (b"\x16\x03\x01\x02\x00\x01", "timeout", "failed", "began with TLS"),
        (b"HELO app\r\n", "failed", "failed", "mailtrap failed after HELO app"),
        (b"BLURB\r\nRSET\r\n", "eof", "failed", "500 5.5.1 unknown command"),
        (b"BLURB\r\nHELO app\r\n", "eof", "probe", "left after HELO app"),
    ],
)
def test_a_session_without_mail_says_how_it_ended(
    sent: bytes, reason: str, kind: str, text: str
) -> None:
    client = Sender(a_trap()).send(sent)
    session = client.leave(reason) if client.session.is_open else client.session

    ended = outcome(session)

    assert (ended.kind, ended.text) == (kind, text)


def test_a_handshake_that_failed_says_why() -> None:
    session = Sender(a_trap()).send(b"EHLO app\r\n").fail_tls()

    text = "TLS failed: the client does not trust our certificate (it says: unknown ca)"
    assert outcome(session) == Outcome("failed", text)


def test_plain_text_where_tls_was_due_is_a_failure() -> None:
    session = Sender(a_trap()).send(b"STARTTLS\r\nEHLO app\r\n").wait()

    text = "TLS failed: the client went on in plain text where TLS was due"
    assert outcome(session) == Outcome("failed", text)


@pytest.mark.parametrize(
    ("hello", "failure", "ended"),
    [
        (b"", "the client went away", Outcome("probe", "left instead of starting TLS")),
        (
            b"\x16\x03",
            "no cipher suits both",
            Outcome("failed", "TLS failed: no cipher suits both"),
        ),
    ],
)
def test_only_who_said_nothing_where_tls_comes_first_is_a_probe(
    hello: bytes, failure: str, ended: Outcome
) -> None:
    trap = a_trap()
    session_id = trap.open(Peer("127.0.0.1", 51724), Peer("127.0.0.1", 1465), NOON)
    trap.record(session_id, TlsFailed(NOON, hello, failure))
    trap.close(session_id, "tls-failed", NOON)

    session = trap.session(session_id)

    assert session is not None
    assert outcome(session) == ended


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b"", "left after starting TLS"),
        (b"EHLO app\r\n", "left after EHLO app"),
        (b"STARTTLS\r\n", "503 5.5.1 TLS has started already"),
    ],
)
def test_over_tls_a_session_says_how_far_it_came(sent: bytes, text: str) -> None:
    session = Sender(a_trap()).tls().send(sent).leave()

    assert outcome(session).text == text


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (
            MAIL + b"RCPT TO:<550@fault.test>\r\nRSET\r\nQUIT\r\n",
            "550 5.1.1 no such user here (rule 550@fault.test)",
        ),
        (MAIL + b"RCPT TO:<drop@fault.test>\r\n", "ended by rule drop@fault.test, after RCPT"),
        (MAIL + b"RCPT TO:<reset@fault.test>\r\n", "ended by rule reset@fault.test, after RCPT"),
        (
            MAIL + b"RCPT TO:<data-drop@fault.test>\r\nDATA\r\nhello\r\n.\r\n",
            "ended by rule data-drop@fault.test after 7 octets",
        ),
        (
            MAIL + b"RCPT TO:<421@fault.test>\r\n",
            "421 4.3.2 service not available, closing the connection (rule 421@fault.test)",
        ),
        (
            MAIL + b"RCPT TO:<550@fault.test>\r\nRCPT TO:<drop@fault.test>\r\n",
            "ended by rule drop@fault.test, after RCPT",
        ),
        (
            MAIL + b"RCPT TO:<550@fault.test>\r\nBLURB\r\n",
            "500 5.5.1 unknown command",
        ),
    ],
)
def test_what_a_rule_did_names_the_rule(sent: bytes, text: str) -> None:
    client = Sender(a_trap()).send(sent)
    session = client.leave() if client.session.is_open else client.session

    assert outcome(session) == Outcome("failed", text)


@pytest.mark.parametrize("end", [b"QUIT\r\n", b"RSET\r\nQUIT\r\n", b""])
def test_who_is_refused_each_recipient_is_told_why_and_not_that_there_is_none(end: bytes) -> None:
    client = Sender(a_trap()).send(MAIL + b"RCPT TO:<550@fault.test>\r\nDATA\r\n" + end)
    session = client.leave() if client.session.is_open else client.session

    assert outcome(session).text == "550 5.1.1 no such user here (rule 550@fault.test)"


def test_data_that_is_refused_although_there_is_a_recipient_says_so_itself() -> None:
    policy = Policy([Rule("DATA", (b"451 4.3.0 full\r\n",)), Rule("RCPT", (NO,), to="eve@*")])
    client = Sender(a_trap(), policy=policy)
    client.send(MAIL + b"RCPT TO:<bob@example.org>\r\nRCPT TO:<eve@example.org>\r\nDATA\r\n")

    assert outcome(client.leave()).text.startswith("451 4.3.0 full")


def test_a_rule_that_takes_away_tls_is_named() -> None:
    policy = Policy([Rule("STARTTLS", tls="unavailable", name="no-tls")])
    session = Sender(a_trap(), policy=policy).send(b"STARTTLS\r\nQUIT\r\n").session

    text = "wanted STARTTLS: 454 4.7.0 TLS is not available here (rule no-tls)"
    assert outcome(session) == Outcome("failed", text)


def test_a_rule_that_breaks_tls_is_named() -> None:
    policy = Policy([Rule("STARTTLS", tls="expired", name="old")])
    session = Sender(a_trap(), policy=policy).fail_tls("our certificate is out of date; so what")

    assert outcome(session).text == "TLS failed: our certificate is out of date (rule old)"


def test_a_rule_that_ends_the_connection_before_the_greeting_is_named() -> None:
    policy = Policy([Rule("CONNECT", stall=0, name="busy")])
    session = Sender(a_trap(), policy=policy).session

    assert outcome(session) == Outcome("failed", "ended by rule busy")


def test_a_wrong_password_is_what_became_of_the_session() -> None:
    client = Sender(a_trap(), users={"ann": "right"})
    session = client.send(b"EHLO app\r\nAUTH PLAIN AGFubgB3cm9uZw==\r\nQUIT\r\n").session

    ended = outcome(session)

    assert ended.kind == "failed"
    assert ended.text.startswith("535 5.7.8 ")


def test_mail_data_that_broke_off_is_counted_and_kept() -> None:
    client = Sender(a_trap())
    client.send(b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
    session = client.send(b"Subject: half\r\n\r\n" + b"x" * 1217).leave("reset")

    assert outcome(session).text == "abandoned after 1,234 octets"
    assert partial_data(session).startswith(b"Subject: half")


def test_chunks_without_the_last_one_are_abandoned() -> None:
    client = Sender(a_trap())
    client.send(b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\n")
    session = client.send(b"BDAT 5\r\nhello").send(b"BDAT 100\r\nthree").leave()

    assert outcome(session).text == "abandoned after 10 octets"


@pytest.mark.parametrize("sent", [b"EHLO app\r\n", b"EHLO app\r\nEHLO app\r\nQUIT\r\n"])
def test_a_client_that_leaves_when_starttls_is_not_offered_may_have_wanted_it(sent: bytes) -> None:
    session = Sender(a_trap()).send(sent).leave()

    assert outcome(session) == Outcome("probe", "left after EHLO: did it want STARTTLS?")


def test_a_client_that_was_offered_starttls_did_not_miss_it() -> None:
    session = play("""
        S: 220 ready
        C: EHLO app
        S: 250-trap.test
        S: 250 STARTTLS
    """)

    assert outcome(session).text == "left after EHLO app"


@pytest.mark.parametrize(
    ("after", "text"),
    [
        ("", "authentication failed"),
        ("C: AQ==\nS: 535 5.7.8 wrong", "535 5.7.8 wrong"),
        ("C: *\nS: 501 cancelled\nC: NOOP\nS: 250 ok", "501 cancelled"),
        ("C: *\nS: 501 cancelled\nC: EHLO app\nS: 250 STARTTLS", ""),
    ],
)
def test_a_client_that_leaves_when_told_its_token_is_wrong_has_failed(
    after: str, text: str
) -> None:
    session = play(f"S: 220 ready\nC: AUTH XOAUTH2 eA==\nS: 334 e30=\n{after}".rstrip())
    failed = AuthenticationFailed(START, b"", "XOAUTH2", "ann")
    transcript = (*session.transcript[:2], failed, *session.transcript[2:])

    ended = outcome(replace(session, transcript=transcript))

    assert ended == (Outcome("failed", text) if text else Outcome("probe", "left after EHLO app"))


def test_an_open_session_says_how_far_it_is() -> None:
    client = Sender(a_trap())

    assert outcome(client.session).text == "open, silent so far"
    assert outcome(client.send(b"EHLO app\r\n").session).text == "open, after EHLO app"


def test_an_open_session_that_a_rule_keeps_waiting_names_the_rule() -> None:
    client = Sender(a_trap()).send(MAIL)
    stalled = replace(
        client.send(b"RCPT TO:<stall30s@fault.test>\r\n").session, closed=None, reason=None
    )

    assert outcome(stalled) == Outcome("open", "open, after RCPT (rule stall30s@fault.test)")


def test_a_verb_of_control_characters_is_made_safe() -> None:
    session = Sender(a_trap()).send(b"\x1b]2;T\x07\r\nHELO a\x9bb\r\n").leave()

    assert outcome(session).text == "left after HELO a\\x9bb"


def test_a_session_whose_server_was_gone_says_so_and_how_far_it_had_come() -> None:
    trap = a_trap()
    silent = Sender(trap).leave("lost")
    late = Sender(trap).send(b"HELO app\r\nMAIL FROM:<ann@example.org>\r\n").leave("lost")

    assert outcome(silent).text == "mailtrap was gone before the client said anything"
    assert outcome(late).text == "mailtrap was gone after MAIL"
    assert outcome(late).kind == "failed"
