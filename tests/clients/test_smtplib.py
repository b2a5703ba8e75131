"""Python's smtplib: SMTP and LMTP."""

import smtplib
from email.message import EmailMessage

import pytest

from mailtrap.session import AuthenticationFailed, MailData
from tests.clients.samples import LF_MAIL, MAIL
from tests.clients.scene import Scene, assert_masked, parameters, replies_to, scene, verbs
from tests.support import WAIT, entries_of


def smtp(at: Scene) -> smtplib.SMTP:
    return smtplib.SMTP(at.host, at.port, local_hostname="client.test", timeout=WAIT)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_smtplib_sends_mail_that_is_kept_as_sent(address: str) -> None:
    with scene(address=address) as at:
        with smtp(at) as client:
            client.sendmail("Ann.B@example.org", ["Bob@example.org", "cy@example.org"], MAIL)

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert message.envelope.reverse_path == "Ann.B@example.org"
    assert message.envelope.forward_paths == ("Bob@example.org", "cy@example.org")
    assert session.peer.host == address
    assert session.client_name == "client.test"
    assert session.reason == "quit"


def test_smtplib_sends_several_messages_in_one_session() -> None:
    letters = [MAIL, b"", b".\r\n", b"\r\n", b"Subject: no end", b".\r\n.\r\n..\r\n"]
    with scene() as at:
        with smtp(at) as client:
            for letter in letters:
                client.sendmail("ann@example.org", "bob@example.org", letter)

        messages = at.kept_as_sent()
        session = at.session()

    with_line_end = [x if x.endswith(b"\r\n") else x + b"\r\n" for x in letters]
    assert [message.data for message in messages] == with_line_end
    assert verbs(session).count("MAIL") == len(letters)
    assert session.reason == "quit"


def test_bare_line_feeds_that_smtplib_sends_stay_bare() -> None:
    with scene() as at:
        with smtp(at) as client:
            client.sendmail("ann@example.org", "bob@example.org", LF_MAIL)

        message = at.message()

    # It mends text but not bytes, yet doubles a dot behind any line end.  Behind a bare LF that
    # dot is not at the start of a line (RFC 5321 section 2.3.8), so what it doubles stays so.
    assert message.data == LF_MAIL.replace(b"\n.", b"\n..") + b"\r\n"


def test_the_dsn_parameters_of_smtplib_keep_their_case() -> None:
    with scene() as at:
        with smtp(at) as client:
            client.sendmail(
                "ann@example.org",
                "bob@example.org",
                MAIL,
                mail_options=["RET=hdrs", "ENVID=Qq+2B314"],
                rcpt_options=["Notify=SUCCESS,delay", "ORCPT=rfc822;Bob.Orig@Example.ORG"],
            )

        message = at.message()

    asked = [b"RET=hdrs", b"ENVID=Qq+2B314"]
    assert [p for p in parameters(message.envelope.sender) if p in asked] == asked
    assert [parameters(path) for path in message.envelope.recipients] == [
        [b"Notify=SUCCESS,delay", b"ORCPT=rfc822;Bob.Orig@Example.ORG"]
    ]
    sender = message.envelope.sender
    assert sender is not None
    envid = sender.parameter("ENVID")
    assert envid is not None
    assert envid.value == "Qq+2B314"


def test_smtplib_sends_addresses_and_header_fields_in_utf_8() -> None:
    letter = EmailMessage()
    letter["From"] = "jörg@example.org"
    letter["To"] = "zoë@example.org"
    letter["Subject"] = "grüße"
    letter.set_content("ünïcödé\n.\n", cte="8bit")
    with scene() as at:
        with smtp(at) as client:
            client.send_message(letter)

        message = at.message()

    assert message.envelope.reverse_path == "jörg@example.org"
    assert message.envelope.forward_paths == ("zoë@example.org",)
    options = {parameter.lower() for parameter in parameters(message.envelope.sender)}
    assert {b"smtputf8", b"body=8bitmime"} <= options
    assert "Subject: grüße\r\n".encode() in message.data
    assert message.data.endswith("ünïcödé\r\n.\r\n".encode())


def test_smtplib_logs_in_with_plain_and_its_password_is_masked() -> None:
    with scene() as at:
        with smtp(at) as client:
            client.login("ann", "s3cret")
            client.sendmail("ann@example.org", "bob@example.org", MAIL)

        at.message()
        session = at.session()

    assert session.authenticated is not None
    assert session.authenticated.mechanism == "PLAIN"
    assert session.authenticated.identity == "ann"
    assert session.authenticated.secret == "s3cret"
    assert_masked(session, "s3cret")


# It begins with the strongest that is advertised, and goes on to the next one when refused.
@pytest.mark.parametrize("mechanisms", ["CRAM-MD5", "PLAIN", "LOGIN"])
def test_smtplib_passes_with_the_right_password_of_a_user(mechanisms: str) -> None:
    with scene(users={"ann": "s3cret"}, ehlo_add=(f"AUTH {mechanisms}",)) as at:
        with smtp(at) as client:
            code, _ = client.login("ann", "s3cret")

        session = at.session()

    assert code == 235
    assert session.authenticated is not None
    assert session.authenticated.mechanism == mechanisms


def test_an_app_with_a_wrong_password_gets_the_exception_it_should_handle() -> None:
    with scene(users={"ann": "s3cret"}) as at:
        with smtp(at) as client:
            with pytest.raises(smtplib.SMTPAuthenticationError) as error:
                client.login("ann", "hunter2")
            client.login("ann", "s3cret")

        session = at.session()

    assert error.value.smtp_code == 535
    assert error.value.smtp_error == b"5.7.8 authentication credentials invalid"
    failed = [entry.mechanism for entry in entries_of(session, AuthenticationFailed)]
    assert failed == ["PLAIN", "LOGIN"]
    assert session.authenticated is not None
    assert_masked(session, "hunter2", "s3cret")


def test_lmtp_of_smtplib_is_told_of_each_recipient() -> None:
    with scene() as at:
        # sendmail() and quit() read one reply each, so the second is read here.
        with smtplib.LMTP(at.host, at.port, local_hostname="client.test", timeout=WAIT) as client:
            client.sendmail("ann@example.org", ["bob@example.org", "cy@example.org"], MAIL)
            second = client.getreply()

        message = at.message()
        session = at.session()

    assert message.data == MAIL
    assert message.envelope.forward_paths == ("bob@example.org", "cy@example.org")
    assert second == (250, f"2.0.0 kept as {message.id}".encode())
    assert verbs(session)[0] == "LHLO"
    assert replies_to(session, MailData) == [[250, 250]]
    assert session.reason == "quit"
