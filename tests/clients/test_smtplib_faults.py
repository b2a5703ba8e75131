"""What an app that uses smtplib sees of each fault: the exception a real server causes."""

import smtplib
from collections.abc import Callable, Iterable

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.faults.presets import (
    greylist,
    mailbox_full,
    rate_limit,
    reject_auth,
    slow,
    tls_failure,
    unknown_user,
)
from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule
from mailtrap.session import RuleApplied
from tests.clients.samples import MAIL
from tests.support import WAIT, Running, entries_of, running

SENDER, RECIPIENT = "ann@example.org", "bob@example.org"


def ruled(*rules: Rule) -> Policy:
    return Policy(rules)


def app(server: Running) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", server.port, "client.test", timeout=WAIT)


def send(client: smtplib.SMTP, to: str | list[str] = RECIPIENT) -> dict[str, tuple[int, bytes]]:
    return client.sendmail(SENDER, to, MAIL)


def refusal(verb: str, text: str) -> Policy:
    return ruled(Rule(verb, wire_replies(verb, text)))


# The preset, and what the app finds in SMTPRecipientsRefused.
REFUSED_RECIPIENTS = {
    "greylist": (greylist(), (451, b"4.7.1 greylisted, try again later")),
    "unknown_user": (unknown_user(), (550, b"5.1.1 no such user here")),
    "mailbox_full": (mailbox_full(), (452, b"4.2.2 mailbox full")),
    "mailbox_full for good": (mailbox_full(permanent=True), (552, b"5.2.2 mailbox full")),
    "450": ((Rule("RCPT", wire_replies("RCPT", "450")),), (450, b"4.2.1 mailbox unavailable")),
    "554": (
        (Rule("RCPT", wire_replies("RCPT", 554)),),
        (554, b"5.7.1 recipient refused by policy"),
    ),
}


@pytest.mark.parametrize(
    ("rules", "reply"), REFUSED_RECIPIENTS.values(), ids=list(REFUSED_RECIPIENTS)
)
def test_an_app_whose_only_recipient_is_refused_gets_recipients_refused(
    rules: Iterable[Rule], reply: tuple[int, bytes]
) -> None:
    with running(policy=Policy(rules)) as server:
        with app(server) as client, pytest.raises(smtplib.SMTPRecipientsRefused) as error:
            send(client)

        session = server.session()

    assert error.value.recipients == {RECIPIENT: reply}
    assert server.trap.messages == ()
    assert session.reason == "quit"


def test_an_app_with_one_good_recipient_hears_of_the_refused_one_and_its_mail_is_kept() -> None:
    with running(policy=Policy(unknown_user("no@*"))) as server:
        with app(server) as client:
            refused = send(client, ["no@example.org", RECIPIENT])

        message = server.message()

    assert refused == {"no@example.org": (550, b"5.1.1 no such user here")}
    assert message.envelope.forward_paths == (RECIPIENT,)


def test_an_app_that_tries_again_after_greylisting_delivers() -> None:
    with running(policy=Policy(greylist())) as server:
        with app(server) as client:
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                send(client)
            send(client)

        assert server.message().data == MAIL


@pytest.mark.parametrize("code", [450, 451, 452, 550, 552, 554])
def test_an_app_whose_sender_is_refused_gets_sender_refused_with_the_code(code: int) -> None:
    with running(policy=refusal("MAIL", f"{code} no")) as server:
        with app(server) as client, pytest.raises(smtplib.SMTPSenderRefused) as error:
            send(client)

        session = server.session()

    assert (error.value.smtp_code, error.value.sender) == (code, SENDER)
    assert session.reason == "quit"


@pytest.mark.parametrize("verb", ["DATA", "MESSAGE"])
@pytest.mark.parametrize("code", [450, 451, 452, 550, 552, 554])
def test_an_app_whose_mail_data_is_refused_gets_a_data_error_with_the_code(
    code: int, verb: str
) -> None:
    with running(policy=refusal(verb, f"{code} no")) as server:
        with app(server) as client, pytest.raises(smtplib.SMTPDataError) as error:
            send(client)

        assert server.session().reason == "quit"
        assert server.trap.messages == ()
    assert error.value.smtp_code == code


# What smtplib raises at 421; it also hangs up, so that what follows is SMTPServerDisconnected.
AT_421: dict[str, type[smtplib.SMTPException]] = {
    "MAIL": smtplib.SMTPSenderRefused,
    "RCPT": smtplib.SMTPRecipientsRefused,
    "DATA": smtplib.SMTPDataError,
    "MESSAGE": smtplib.SMTPDataError,
}


@pytest.mark.parametrize(("verb", "exception"), AT_421.items())
def test_an_app_that_hears_421_gets_the_exception_of_that_moment_and_is_cut_off(
    verb: str, exception: type[smtplib.SMTPException]
) -> None:
    with running(policy=refusal(verb, "421 4.3.2 busy")) as server:
        client = app(server)
        with pytest.raises(exception, match="421") as error:
            send(client)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()
        client.close()

        assert server.session().reason == "rule"
    assert "4.3.2 busy" in str(error.value)


def test_an_app_that_is_greeted_with_421_gets_a_connect_error() -> None:
    with running(policy=refusal("CONNECT", "421 4.3.2 busy")) as server:
        with pytest.raises(smtplib.SMTPConnectError) as error:
            app(server)

        assert server.session().reason == "rule"
    assert (error.value.smtp_code, error.value.smtp_error) == (421, b"4.3.2 busy")


def test_an_app_past_the_rate_limit_is_told_421_and_delivers_over_a_new_connection() -> None:
    with running(policy=Policy(rate_limit(2))) as server:
        with app(server) as client:
            send(client)
            send(client)
            with pytest.raises(smtplib.SMTPSenderRefused) as error:
                send(client)
        with app(server) as client:
            send(client)

        assert error.value.smtp_code == 421
        assert len(server.trap.messages) == 3


def test_an_app_whose_login_is_refused_gets_an_authentication_error() -> None:
    with running(policy=Policy(reject_auth("ann"))) as server:
        with app(server) as client:
            with pytest.raises(smtplib.SMTPAuthenticationError) as error:
                client.login("ann", "s3cret")
            code, _ = client.login("bob", "s3cret")

        session = server.session()

    assert error.value.smtp_code == 535
    assert error.value.smtp_error == b"5.7.8 authentication credentials invalid"
    assert code == 235
    # smtplib tries one mechanism after the other.
    assert len(entries_of(session, RuleApplied)) == 2


def test_an_app_with_a_slow_server_delivers_and_one_without_patience_times_out() -> None:
    with running(policy=Policy(slow(0.2))) as server:
        with app(server) as client:
            send(client)
        assert server.message().data == MAIL

        impatient = smtplib.SMTP("127.0.0.1", server.port, "client.test", timeout=0.1)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            send(impatient)
        impatient.close()


@pytest.mark.parametrize("kind", ["drop", "reset"])
@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA", "MESSAGE"])
def test_an_app_that_is_dropped_gets_server_disconnected(verb: str, kind: str) -> None:
    rule = Rule(verb, stall=0, reset=kind == "reset")
    with running(policy=ruled(rule)) as server:
        client = app(server)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(client)
        client.close()

        assert server.session().reason == "rule"
        assert server.trap.messages == ()


def test_an_app_that_is_dropped_in_the_middle_of_its_mail_gets_an_exception() -> None:
    with running(policy=ruled(Rule("DATA", after_bytes=100))) as server:
        client = app(server)
        # Whether it notices while it sends or while it waits for the reply is up to timing.
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            client.sendmail(SENDER, RECIPIENT, MAIL * 1000)
        client.close()

        assert server.session().reason == "rule"
        assert server.trap.messages == ()


TLS_EXCEPTIONS: dict[str, tuple[type[Exception], str]] = {
    "unavailable": (smtplib.SMTPResponseException, "454"),
    "handshake": (OSError, "HANDSHAKE_FAILURE"),
    "expired": (OSError, "certificate has expired"),
    "wrong_host": (OSError, "IP address mismatch"),
    "untrusted": (OSError, "unable to get local issuer certificate"),
}


@pytest.mark.parametrize(("kind", "expected"), TLS_EXCEPTIONS.items(), ids=list(TLS_EXCEPTIONS))
def test_an_app_sees_the_tls_failure_that_a_preset_makes(
    kind: str, expected: tuple[type[Exception], str]
) -> None:
    with running(policy=Policy(tls_failure(kind)), starttls=True) as server:
        server.certificates.write_ca()
        client = app(server)
        with pytest.raises(expected[0], match=expected[1]):
            client.starttls(context=server.trusting())
        client.close()

        assert entries_of(server.session(), RuleApplied)


# Magic recipients need no rules.
MAGIC: dict[str, Callable[[Exception], bool]] = {
    "550@fault.test": lambda e: isinstance(e, smtplib.SMTPRecipientsRefused),
    "451-4.7.1@fault.test": lambda e: isinstance(e, smtplib.SMTPRecipientsRefused),
    "full@fault.test": lambda e: isinstance(e, smtplib.SMTPRecipientsRefused),
    "data-554@fault.test": lambda e: isinstance(e, smtplib.SMTPDataError) and e.smtp_code == 554,
    "drop@fault.test": lambda e: isinstance(e, smtplib.SMTPServerDisconnected),
    "data-drop@fault.test": lambda e: isinstance(e, smtplib.SMTPServerDisconnected),
}


@pytest.mark.parametrize(("recipient", "is_right"), MAGIC.items(), ids=list(MAGIC))
def test_a_magic_recipient_makes_smtplib_raise_what_its_name_says(
    recipient: str, is_right: Callable[[Exception], bool]
) -> None:
    with running(policy=Policy()) as server:
        client = app(server)
        with pytest.raises(smtplib.SMTPException) as error:
            send(client, recipient)
        client.close()

        assert is_right(error.value), error.value
        [applied] = entries_of(server.session(), RuleApplied)
        assert server.trap.messages == ()
    assert applied.name == recipient
