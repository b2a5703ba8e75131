"""What a person reads whose test has failed."""

import smtplib
from contextlib import suppress

import pytest

from mailtrap.testing import MailTrap
from mailtrap.testing.criteria import Difference, Wanted
from mailtrap.testing.explanation import MOST
from mailtrap.testing.message import Message
from tests.support import Client
from tests.testing.posting import connected, post, written


def failure(trap: MailTrap, **criteria: str) -> str:
    with pytest.raises(AssertionError) as raised:
        trap.wait_for(timeout=0, **criteria)  # type: ignore[call-overload] # criteria by name
    return str(raised.value).replace(f":{trap.port}", ":25")


def test_nothing_connected_at_all(trap: MailTrap) -> None:
    assert failure(trap, subject="Reset") == (
        "waited 0 s for a message (subject with 'Reset')\n"
        "\n"
        "nothing connected to 127.0.0.1:25: does the code under test send there?\n"
        '  mailtrap.settings(...) has what to tell it, for "django", "flask", "fastapi-mail", "env"'
    )


def test_somebody_connected_and_sent_nothing(trap: MailTrap) -> None:
    with connected(trap) as client:
        client.ehlo()
        client.docmd("MAIL", "FROM:<ann@example.org>")
        port = client.sock.getsockname()[1]  # type: ignore[union-attr] # it is connected

    assert failure(trap, subject="Reset") == (
        "waited 0 s for a message (subject with 'Reset')\n"
        "\n"
        "1 client connected, and brought no mail:\n"
        f"  1. 127.0.0.1:{port} came as far as 'MAIL FROM:<ann@example.org>', was answered"
        " '250 2.1.0 sender ok'; closed after QUIT"
    )


def test_somebody_connected_and_said_nothing(trap: MailTrap) -> None:
    with Client(trap.port) as client:
        client.reply()

    assert "said nothing; closed by the client without QUIT" in failure(trap, subject="Reset")


def test_a_client_that_does_not_trust_the_certificate_is_told() -> None:
    with MailTrap(tls="starttls") as trap:
        with connected(trap) as client, suppress(OSError):
            client.starttls(context=__import__("ssl").create_default_context())

        told = failure(trap, subject="Reset")

    assert "came as far as 'STARTTLS'" in told
    assert "TLS handshake failed" in told


def test_other_mail_is_listed_the_nearest_first(trap: MailTrap) -> None:
    post(trap, "Welcome", to="zoe@example.org")
    post(trap, "Reset your password", to="robert@example.org")
    post(trap, "Invoice", to="bob@example.org")

    assert failure(trap, subject="Reset", to="rob@*") == (
        "waited 0 s for a message (subject with 'Reset', to 'rob@*')\n"
        "\n"
        "3 messages arrived, nearest first:\n"
        "  1. 'Reset your password' to robert@example.org\n"
        "     to: wanted 'rob@*', but it is 'robert@example.org'\n"
        "  2. 'Invoice' to bob@example.org\n"
        "     subject: wanted 'Reset', but it is 'Invoice'; nor to\n"
        "  3. 'Welcome' to zoe@example.org\n"
        "     subject: wanted 'Reset', but it is 'Welcome'; nor to"
    )


def test_much_mail_is_cut_short(trap: MailTrap) -> None:
    for number in range(MOST + 3):
        post(trap, f"Number {number}")

    with pytest.MonkeyPatch.context() as patch:
        differences = Wanted.differences
        asked: list[Message] = []

        def noted(wanted: Wanted, message: Message) -> list[Difference]:
            asked.append(message)
            return differences(wanted, message)

        patch.setattr(Wanted, "differences", noted)
        told = failure(trap, subject="Reset")

    assert len(asked) == MOST  # it takes its time
    assert told.endswith("\n  … and 3 more")
    assert told.count("wanted 'Reset'") == MOST


def test_much_that_is_wrong_is_cut_short(trap: MailTrap) -> None:
    with connected(trap) as client:
        for _ in range(MOST + 3):
            client.docmd("NONSENSE")

    with pytest.raises(AssertionError) as raised:
        trap.assert_clean(ignore=["session-no-mail"])

    told = str(raised.value)
    assert told.startswith(f"{MOST + 3} things are wrong with what was sent:")
    assert told.count("\n     in session") == MOST
    assert "\n  … and 3 more\n\n`mailtrap explain" in told


def test_a_rule_that_refused_it_is_named(trap: MailTrap) -> None:
    trap.unknown_user("bob@*")
    with connected(trap) as client:
        client.docmd("MAIL", "FROM:<ann@example.org>")
        client.docmd("RCPT", "TO:<bob@example.org>")

    told = failure(trap, to="bob@*")

    assert told == (
        "waited 0 s for a message (to 'bob@*')\n"
        "\n"
        "refused or changed by a rule:\n"
        "  1. RCPT TO:<bob@example.org> was answered '550 5.1.1 no such user here', by rule"
        " 'unknown_user'"
    )


def test_a_client_that_no_rule_refused_is_told_beside_one_that_was(trap: MailTrap) -> None:
    with trap.unknown_user("bob@*"), connected(trap) as client:
        client.docmd("MAIL", "FROM:<ann@example.org>")
        client.docmd("RCPT", "TO:<bob@example.org>")
    with connected(trap) as client:
        client.docmd("MAIL", "FROM:<ann@example.org>")

    told = failure(trap)

    assert "refused or changed by a rule:\n  1. RCPT TO:<bob@" in told
    assert "1 other client connected, and brought no mail:\n  1. 127.0.0.1:" in told
    assert "came as far as 'MAIL FROM:<ann@example.org>', was answered '250" in told


def test_a_client_whose_replies_a_rule_only_delayed_is_told(trap: MailTrap) -> None:
    trap.reply("MAIL", None, delay=0.001)
    with connected(trap) as client:
        client.docmd("MAIL", "FROM:<ann@example.org>")

    told = failure(trap)

    assert "refused or changed by a rule:\n  1. MAIL FROM:<ann@example.org> was answered" in told
    assert "1 client connected, and brought no mail:" in told


def test_a_rule_without_a_name_is_described(trap: MailTrap) -> None:
    trap.reply("MESSAGE", 554)
    with pytest.raises(smtplib.SMTPDataError):
        post(trap)

    told = failure(trap)

    assert (
        "octets of mail data] was answered '554 5.6.0 message content refused',"
        " by the rule 'MESSAGE: 554 5.6.0 message content refused'"
    ) in told


def test_a_rule_that_ended_the_connection_is_named(trap: MailTrap) -> None:
    trap.disconnect("DATA")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        post(trap)

    assert "data was not answered, by the rule 'DATA: no reply, then the" in failure(trap)


def test_a_message_that_was_too_large_is_no_mail_and_is_told() -> None:
    with MailTrap(max_size=100) as trap:
        with Client(trap.port) as client:
            assert client.data().say(b"x" * 200 + b"\r\n.\r\n").startswith(b"552 ")

        assert trap.count == 0
        told = failure(trap)

    assert "brought no mail" in told
    assert (
        "came as far as '[202 octets of mail data, larger than the size limit, only the head is"
        " kept]', was answered '552 5.3.4 larger than 100 octets; its head is kept as"
    ) in told


def test_a_client_that_was_refused_is_told_though_other_mail_has_come() -> None:
    with MailTrap(max_size=500) as trap:
        post(trap, "small")
        with connected(trap) as client:
            client.ehlo()
        with pytest.raises(smtplib.SMTPDataError):
            post(trap, "large", text="x" * 900)

        told = failure(trap, subject="large")

    assert "1 message arrived:\n  1. 'small' to bob@example.org\n" in told
    assert "\n\n1 client was refused:\n  1. 127.0.0.1:" in told
    assert "was answered '552 5.3.4 larger than 500 octets" in told


def test_of_a_connection_that_has_brought_mail_what_was_refused_is_told() -> None:
    with MailTrap(max_size=500) as trap:
        with connected(trap) as client:
            client.send_message(written("small"))
            with pytest.raises(smtplib.SMTPDataError):
                client.send_message(written("large", text="x" * 900))

        told = failure(trap, subject="large")

    assert "1 client was refused:" in told
    assert "was answered '552 5.3.4 larger than 500 octets" in told


def test_a_client_that_tried_in_vain_before_it_brought_mail_is_not_told(trap: MailTrap) -> None:
    with connected(trap) as client:
        client.docmd("AUTH", "NONSENSE")
        client.send_message(written("Welcome"))

    assert "refused" not in failure(trap, subject="Reset")


def test_credentials_that_were_refused_are_told_without_them() -> None:
    with MailTrap(auth=("ann", "secret")) as trap:
        with connected(trap) as client, suppress(smtplib.SMTPAuthenticationError):
            client.login("ann", "wrong", initial_response_ok=False)

        told = failure(trap)

    assert "came as far as 'AUTH LOGIN', was answered '535 5.7.8 " in told


def test_credentials_that_a_rule_refused_are_told_without_them(trap: MailTrap) -> None:
    trap.reject_auth("ann")
    with connected(trap) as client, suppress(smtplib.SMTPAuthenticationError):
        client.login("ann", "wrong", initial_response_ok=False)

    assert "2. AUTH LOGIN was answered '535 5.7.8 " in failure(trap)


def test_wrong_counts_say_which_mail_there_is(trap: MailTrap) -> None:
    post(trap, "one")
    post(trap, "two")

    with pytest.raises(AssertionError) as many:
        trap.one(to="bob@*")
    with pytest.raises(AssertionError) as few:
        trap.assert_sent(3, to="bob@*")
    with pytest.raises(AssertionError) as none:
        trap.one(subject="three")

    assert str(many.value) == (
        "expected 1 message (to 'bob@*'), but there are 2\n"
        "\n"
        "these match:\n"
        "  1. 'one' to bob@example.org\n"
        "  2. 'two' to bob@example.org"
    )
    assert str(few.value).startswith("expected 3 messages (to 'bob@*'), but there are 2\n")
    assert "1. 'one' to bob@example.org\n     it matches" in str(few.value)
    assert str(none.value).startswith(
        "expected 1 message (subject with 'three'), but there is none\n"
    )


def test_mail_that_should_not_be_there_is_named(trap: MailTrap) -> None:
    trap.assert_none()
    post(trap, "Spam")

    trap.assert_none(subject="Ham")
    with pytest.raises(AssertionError) as raised:
        trap.assert_none(to="bob@*", within=0.1)

    assert str(raised.value) == (
        "expected no mail (to 'bob@*'), but some came\n"
        "\n"
        "these match:\n"
        "  1. 'Spam' to bob@example.org"
    )


def test_control_characters_from_the_wire_do_not_reach_the_terminal(trap: MailTrap) -> None:
    with connected(trap) as client:
        client.sendmail("a@example.org", ["b@example.org"], b"Subject: \x1b]0;gotcha\x07\r\n\r\n")

    told = failure(trap, subject="Reset") + repr(trap.messages) + repr(trap.count)

    assert "gotcha" in told
    assert told.replace("\n", "").isprintable()


def test_a_count_of_another_runner_says_which_mail_there_is(trap: MailTrap) -> None:
    post(trap, "Spam")

    assert repr(trap.count) == "1 ['Spam' to bob@example.org]"
    assert repr(trap).endswith(", 1 message>")
    assert f"{trap.count}" == "1"
    assert repr(trap.messages[0:1]) == "['Spam' to bob@example.org]"
    with pytest.raises(IndexError, match=r"there is no message 3; there are \['Spam' to"):
        _ = trap[3]


def test_an_index_where_no_mail_came_says_that_there_is_none(trap: MailTrap) -> None:
    with pytest.raises(IndexError, match="there is no message 0; there is none at all"):
        _ = trap[0]
