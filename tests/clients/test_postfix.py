"""Postfix, the client that queues: what it does about each fault, and over TLS."""

from collections.abc import Callable, Iterator

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.faults.presets import greylist
from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule
from mailtrap.message import Message
from mailtrap.session import Remark, RuleApplied, TlsStarted
from tests.clients.postfix import Postfix, postfix
from tests.clients.programs import Runner
from tests.clients.samples import LF_MAIL, MAIL
from tests.support import CERTIFICATES, Running, entries_of, running

Submit = Callable[[str], str]


@pytest.fixture(name="policy", scope="module")
def fixture_policy() -> Policy:
    return Policy()


@pytest.fixture(name="server", scope="module")
def fixture_server(policy: Policy) -> Iterator[Running]:
    CERTIFICATES.write_ca()
    with running(host="localhost", starttls=True, policy=policy) as server:
        yield server


@pytest.fixture(name="mta", scope="module")
def fixture_mta(server: Running) -> Iterator[Postfix]:
    assert server.certificates.ca is not None
    with postfix(server.port, server.certificates.ca) as mta:
        yield mta


@pytest.fixture(name="submit")
def fixture_submit(mta: Postfix, server: Running, policy: Policy, run: Runner) -> Iterator[Submit]:
    """Hands Postfix mail for that recipient; returns its log up to then."""

    def submit(recipient: str) -> str:
        server.trap.clear()
        log = mta.log
        mta.submit(run, LF_MAIL, recipient)
        return log

    yield submit
    policy.replace(())


def mail_for(server: Running, recipient: str) -> Message:
    """The message for that recipient, once it has come."""

    def found() -> Message | None:
        to = [m for m in server.trap.messages if recipient in m.envelope.forward_paths]
        return to[0] if to else None

    message = server.until(found, f"mail for {recipient}")
    assert isinstance(message, Message)
    return message


def applied(server: Running) -> int:
    """How often rules were acted upon."""
    return sum(len(entries_of(session, RuleApplied)) for session in server.trap.sessions)


def test_mail_that_postfix_relays_is_kept_with_the_fields_it_adds(
    mta: Postfix, server: Running, submit: Submit
) -> None:
    log = submit("bob@example.org")

    message = mail_for(server, "bob@example.org")
    head, body = (part + b"\r\n" for part in message.data.split(b"\r\n\r\n", 1))
    assert head.startswith(b"Received: by postfix.test (Postfix, from userid 0)\r\n")
    # It breaks lines that are longer than RFC 5321 allows with CRLF and a blank.
    assert body.replace(b"\r\n x", b"x") == MAIL.split(b"\r\n\r\n", 1)[1] + b"\r\n"
    assert message.envelope.reverse_path == "ann@example.org"
    assert f"250 2.0.0 kept as {message.id}" in mta.until_logged("status=sent", log)


def test_postfix_tries_again_after_greylisting_and_delivers(
    mta: Postfix, server: Running, policy: Policy, submit: Submit
) -> None:
    policy.replace(greylist())

    log = submit("grey@example.org")

    deferred = mta.until_logged("status=deferred", log)
    assert "451 4.7.1 greylisted, try again later (in reply to RCPT TO command)" in deferred
    mta.until_logged("status=sent", log)
    mail_for(server, "grey@example.org")
    assert applied(server) == 1


@pytest.mark.parametrize(
    ("verb", "says"),
    [
        ("CONNECT", "refused to talk to me: 421 4.3.2 busy"),
        ("MAIL", "said: 421 4.3.2 busy (in reply to MAIL FROM command)"),
    ],
)
def test_postfix_keeps_mail_back_at_421_and_delivers_it_once_the_rule_is_gone(
    verb: str, says: str, mta: Postfix, server: Running, policy: Policy, submit: Submit
) -> None:
    policy.replace([Rule(verb, wire_replies(verb, "421 4.3.2 busy"))])

    log = submit(f"{verb}@example.org")

    deferred = mta.until_logged("status=deferred", log)
    assert says in deferred
    server.until(lambda: applied(server) > 1, "another attempt")
    assert server.trap.messages == ()
    policy.replace(())
    mta.until_logged("status=sent", log)
    mail_for(server, f"{verb}@example.org")


def test_postfix_bounces_mail_at_550_to_its_sender_from_the_null_path(
    mta: Postfix, server: Running, policy: Policy, submit: Submit
) -> None:
    policy.replace([Rule("RCPT", wire_replies("RCPT", "550 5.1.1 no such user"), to="no@*")])

    log = submit("no@example.org")

    assert "550 5.1.1 no such user" in mta.until_logged("status=bounced", log)
    bounce = mail_for(server, "ann@example.org")
    assert bounce.envelope.reverse_path == ""
    assert b"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n" in bounce.data
    assert [m for m in server.trap.messages if m != bounce] == []


@pytest.mark.parametrize(
    ("domain", "trust"),
    [("may.test", "Untrusted"), ("verify.test", "Verified"), ("secure.test", "Verified")],
)
def test_postfix_delivers_over_starttls_as_far_as_it_trusts(
    domain: str, trust: str, mta: Postfix, server: Running, submit: Submit
) -> None:
    log = submit(f"bob@{domain}")

    message = mail_for(server, f"bob@{domain}")
    mta.until_logged(f"{trust} TLS connection established to localhost", log)
    session = server.trap.session(message.session)
    assert session is not None
    [started] = entries_of(session, TlsStarted)
    assert (started.version, started.server_name) == ("TLSv1.3", "")


def test_postfix_that_must_verify_and_cannot_keeps_mail_back_and_the_transcript_says_why(
    mta: Postfix, server: Running, submit: Submit
) -> None:
    log = submit("bob@default-ca.test")

    assert "Server certificate not verified" in mta.until_logged("status=deferred", log)
    # A session of the mail before may only end now.
    [session] = server.until(
        lambda: [s for s in server.trap.sessions if s.closed and not s.message_ids], "the end"
    )
    # It ends TLS as it should be ended, and says QUIT before.
    assert session.reason == "quit"
    [remark] = entries_of(session, Remark)
    assert remark.text.startswith("the client left right after TLS began; many do so when they do")
    assert server.trap.messages == ()
