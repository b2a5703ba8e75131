import re
import smtplib
import ssl
from typing import Any

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.testing import FaultsError, MailTrap, UsageError
from tests.testing.posting import connected, post, written


def refused(trap: MailTrap, **other: Any) -> str:
    """What a client hears that sends a message."""
    try:
        post(trap, **other)
    except smtplib.SMTPRecipientsRefused as error:
        [(code, text)] = error.recipients.values()
    except smtplib.SMTPResponseException as error:
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    except (smtplib.SMTPServerDisconnected, OSError):
        return "disconnected"
    else:
        return ""
    return f"{code} {_text(text)}"


def _text(octets: bytes | str) -> str:
    return octets.decode() if isinstance(octets, bytes) else octets


def test_replies_come_one_after_the_other_and_none_is_as_usual(trap: MailTrap) -> None:
    rule = trap.reply("RCPT", "451 4.7.1 try later", None)

    assert refused(trap) == "451 4.7.1 try later"
    assert refused(trap) == ""
    assert trap.count == 1
    assert rule.hits == 2


def test_a_bare_code_gets_its_text(trap: MailTrap) -> None:
    trap.reply("RCPT", 550)

    assert refused(trap) == "550 5.1.1 no such user here"


def test_octets_are_sent_as_they_are(trap: MailTrap) -> None:
    trap.reply("MAIL", b"599 odd\r\n")

    assert refused(trap) == "599 odd"


def test_after_the_final_dot_a_message_is_refused_by_its_subject(trap: MailTrap) -> None:
    trap.reply("MESSAGE", "554 5.6.0 spam", subject="Viagra")

    assert refused(trap, subject="Buy Viagra now") == "554 5.6.0 spam"
    assert refused(trap, subject="Welcome") == ""
    assert trap.messages.subjects == ["Welcome"]


@pytest.mark.parametrize(
    ("match", "fits", "differs"),
    [
        ({"subject": "[Shop] 2*"}, {"subject": "Re: [Shop] 2* now"}, {"subject": "Shop 22"}),
        ({"headers": {"X-Tag": "a?"}}, {"X_Tag": "is it a?"}, {"X_Tag": "ab"}),
    ],
    ids=str,
)
def test_a_text_is_contained_as_it_is_and_no_glob(
    trap: MailTrap, match: dict[str, Any], fits: dict[str, str], differs: dict[str, str]
) -> None:
    trap.reply("MESSAGE", "554 5.6.0 spam", **match)

    assert refused(trap, **fits) == "554 5.6.0 spam"
    assert refused(trap, **differs) == ""


def test_a_field_of_the_header_decides(trap: MailTrap) -> None:
    trap.reply("MESSAGE", 550, headers={"X-Tag": "sale"})

    assert refused(trap, X_Tag="summer sale").startswith("550 ")
    assert refused(trap, X_Tag="other") == ""


def test_a_rule_is_for_some_and_for_so_many_times(trap: MailTrap) -> None:
    rule = trap.reply("RCPT", 450, to="bob@*", times=1)

    assert refused(trap, to="carl@example.org") == ""
    assert refused(trap).startswith("450 ")
    assert refused(trap) == ""
    assert rule.hits == 1


def test_the_newest_rule_wins_until_it_is_removed(trap: MailTrap) -> None:
    trap.reply("RCPT", 450)
    with trap.reply("RCPT", 550) as newest:
        assert refused(trap).startswith("550 ")

    assert refused(trap).startswith("450 ")
    assert newest.hits == 1


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "MESSAGE"])
def test_a_connection_ends_at_any_verb(trap: MailTrap, verb: str) -> None:
    trap.disconnect(verb, reset=verb == "DATA")

    assert refused(trap) == "disconnected"
    assert trap.count == 0


def test_a_connection_ends_within_the_mail_data(trap: MailTrap) -> None:
    trap.disconnect("DATA", after_bytes=100)

    assert refused(trap, text="x" * 5000) == "disconnected"


def test_silence_ends(trap: MailTrap) -> None:
    trap.stall("RCPT", 0.01)

    assert refused(trap) == "disconnected"


def test_presets_do_what_servers_do(trap: MailTrap) -> None:
    with trap.greylist("bob@*"):
        assert refused(trap).startswith("451 4.7.1 ")
        assert refused(trap) == ""
    with trap.unknown_user("bob@*"):
        assert refused(trap).startswith("550 5.1.1 ")
    with trap.mailbox_full("bob@*"):
        assert refused(trap).startswith("452 4.2.2 ")
    with trap.mailbox_full("bob@*", permanent=True):
        assert refused(trap).startswith("552 5.2.2 ")
    assert not trap.unused_rules


def test_a_rate_limit_is_for_each_connection(trap: MailTrap) -> None:
    trap.rate_limit(1)

    with connected(trap) as client:
        client.send_message(written())
        with pytest.raises(smtplib.SMTPResponseException) as raised:
            client.send_message(written())

    assert raised.value.smtp_code == 421


def test_credentials_are_rejected(trap: MailTrap) -> None:
    trap.reject_auth("ann")

    with connected(trap) as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("ann", "right")
    with connected(trap) as client:
        client.login("bob", "right")


@pytest.mark.parametrize("kind", ["handshake", "expired", "wrong_host", "untrusted"])
def test_tls_fails_in_a_way_that_a_client_sees(kind: Any) -> None:
    with MailTrap(tls="starttls") as trap:
        rule = trap.tls_failure(kind)

        with connected(trap) as client, pytest.raises(ssl.SSLError):
            client.starttls(context=trap.client_context())

        assert rule.hits == 1


def test_tls_is_not_to_be_had(trap: MailTrap) -> None:
    with MailTrap(tls="starttls") as trap:
        trap.tls_failure("unavailable")

        with connected(trap) as client, pytest.raises(smtplib.SMTPResponseException):
            client.starttls(context=trap.client_context())


def test_tls_that_is_not_offered_cannot_fail_unless_that_is_optional(trap: MailTrap) -> None:
    for kind in ("expired", "unavailable"):
        with pytest.raises(UsageError, match="needs a server with TLS, and this one"):
            trap.tls_failure(kind)
    trap.tls_failure("expired", optional=True)

    assert not trap.unused_rules


def test_rules_that_were_never_used_are_known_unless_they_are_optional(trap: MailTrap) -> None:
    used = trap.unknown_user("bob@*")
    unused = trap.unknown_user("carl@*")
    trap.greylist("dora@*", optional=True)
    trap.reply("RSET", 451, optional=True)

    refused(trap)

    assert trap.unused_rules == [unused]
    assert used.hits == 1
    assert repr(unused) == (
        "<Rule 'unknown_user' RCPT to carl@*: 550 5.1.1 no such user here, 0 hits>"
    )


IMPOSSIBLE: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    (("RCPT", "nonsense"), {}, "begin with a code, such as"),
    (("RCPT", 99), {}, "has no reply code from 200 to 599; give bytes for other octets"),
    (("RCPT", "354 go on"), {}, "does not fit RCPT, where 250 or 251 is positive; give bytes"),
    (("RCPT", 4.5), {}, "reply 4.5 is none"),
    (("RCPT",), {}, "reply('RCPT') says nothing; add a reply"),
    (("RCTP", 550), {}, "verb = 'RCTP' is no verb for faults; did you mean RCPT?"),
    (("MAIL", 550), {"to": "bob@*"}, "to = 'bob@*' cannot be used at MAIL, only at RCPT"),
    (("RCPT", 550), {"subject": "x"}, "cannot be used at RCPT, only at MESSAGE"),
    (("RCPT", 550), {"text": "x"}, "a rule cannot ask for 'text', it acts while the client speaks"),
    (("RCPT", 550), {"too": "x"}, "did you mean to?"),
    (("RCPT", 550), {"to": re.compile("x")}, "is a glob such as"),
    (("RCPT", 550), {"times": 0}, "times = 0 is too small; the least is 1"),
    (("RCPT", 550), {"times": "2"}, "times = '2' is no whole number"),
    (("RCPT", 550), {"nth": True}, "nth = True is no whole number"),
    (("RCPT", 550), {"delay": "1"}, "delay = '1' is not a time from 0"),
    ((550, "RCPT"), {}, "verb = 550 is no text"),
    (("RCPT", 550), {"delay": -1}, "delay = -1 is not a time from 0"),
    (("MESSAGE", 550), {"headers": {}}, "headers of a rule takes one field"),
    (("MESSAGE", 550), {"headers": "X-Tag: sale"}, "headers of a rule takes one field"),
    (("MESSAGE", 550), {"headers": {"X-No": None}}, "is a text that is contained, not None"),
    (("MESSAGE", 550), {"subject": re.compile("x")}, "is a text that is contained, not a pattern"),
    (("MESSAGE", 550), {"subject": "x", "headers": {"X-Tag": "y"}}, "one of subject and headers"),
]


@pytest.mark.parametrize(("arguments", "match", "sentence"), IMPOSSIBLE, ids=str)
def test_a_rule_that_cannot_be_is_told(
    trap: MailTrap, arguments: tuple[Any, ...], match: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(FaultsError) as raised:
        trap.reply(*arguments, **match)

    assert sentence in str(raised.value)
    assert isinstance(raised.value, UsageError)
    assert not trap.unused_rules


def test_an_impossible_effect_is_told(trap: MailTrap) -> None:
    with pytest.raises(FaultsError, match="after_bytes = 9 cannot be used at RCPT, only at DATA"):
        trap.disconnect("RCPT", after_bytes=9)
    with pytest.raises(FaultsError, match="did you mean expired"):
        trap.tls_failure("expird")  # type: ignore[arg-type] # what is tested
    for seconds in (-1, "30", None):
        with pytest.raises(UsageError, match=f"seconds = {seconds!r} is no time; give seconds"):
            trap.stall("RCPT", seconds)  # type: ignore[arg-type] # what is tested
    with pytest.raises(UsageError, match="messages = 'two' is no number of messages"):
        trap.rate_limit("two")  # type: ignore[arg-type] # what is tested
    with pytest.raises(FaultsError, match="to = 3 is no text"):
        trap.greylist(3)  # type: ignore[arg-type] # what is tested
    with pytest.raises(FaultsError, match="tls = 3 is no text"):
        trap.tls_failure(3)  # type: ignore[arg-type] # what is tested


def test_a_rule_that_is_acted_upon_while_it_is_removed_was_used(
    trap: MailTrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = trap.reply("RCPT", 450)
    forget = Policy._set  # the moment from which the rule is asked no more

    def forget_late(policy: Policy, watched: Any) -> None:
        assert refused(trap).startswith("450 ")
        forget(policy, watched)

    monkeypatch.setattr(Policy, "_set", forget_late)
    rule.remove()

    assert rule.hits == 1
    assert refused(trap) == ""
