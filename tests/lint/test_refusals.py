import pytest

from mailtrap.lint.catalogue import RULES
from mailtrap.lint.diagnostic import Diagnostic, Place, Rule, Severity
from mailtrap.lint.refusals import refusals
from mailtrap.session import Command, Entry, MailData
from tests.dialogues import START
from tests.throwaway import rule


def found(rule: Rule, offset: int | None) -> Diagnostic:
    return Diagnostic(rule, Severity.ERROR, "", Place(offset))


def texts(diagnostics: list[Diagnostic], *transcript: Entry) -> list[str]:
    return [each.text for each in refusals(diagnostics, transcript)]


def test_a_server_that_refused_the_probe_would_refuse_the_command() -> None:
    ehlo = Command(START, b"EHLO my_host\r\n", 0)
    underscore = found(rule(probes=("helo-underscore",)), 0)

    [refusal] = refusals([underscore], [ehlo])

    assert (refusal.server, refusal.refused, refusal.diagnostic) == ("Exim 4.96", ehlo, underscore)
    assert refusal.text == (
        "Exim 4.96 would answer 501 Syntactically invalid EHLO argument(s) to EHLO my_host"
    )


@pytest.mark.parametrize("probe", ["address-no-domain sender", "domain-too-long 300"])
def test_words_that_speak_of_the_probe_are_left_out(probe: str) -> None:
    mail = Command(START, b"MAIL FROM:<ann>\r\n", 0)

    shown = texts([found(rule(probes=(probe,)), 0)], mail)

    assert "Exim 4.96 would answer 501 to MAIL FROM:<ann>" in shown


@pytest.mark.parametrize(
    ("rule_id", "servers"),
    [
        ("auth-without-tls", ["smtp-server 3.21", "aiosmtpd 1.4.6"]),
        ("auth-not-advertised", ["Postfix 3.7", "Postfix strict", "Exim 4.96", "OpenSMTPD 6.8"]),
        ("auth-in-transaction", ["OpenSMTPD 6.8"]),
        ("starttls-injection", ["OpenSMTPD 6.8"]),
        ("auth-param-invalid", []),
        ("label-too-long", []),
    ],
)
def test_what_a_server_refused_for_another_reason_is_no_refusal(
    rule_id: str, servers: list[str]
) -> None:
    assert [each.server for each in refusals([found(RULES[rule_id], None)])] == servers


def test_of_several_probes_all_have_to_be_refused_but_those_of_the_verb_count() -> None:
    both = rule(probes=("param-unknown MAIL", "8bit DATA no BODY"))
    mail = Command(START, b"MAIL FROM:<a> X=1\r\n", 0)

    assert [each.server for each in refusals([found(both, None)])] == ["Postfix strict"]
    assert "Postfix 3.7" in {each.server for each in refusals([found(both, 0)], [mail])}


def test_one_command_is_refused_once_by_each_server() -> None:
    no_helo, nested = rule("a", probes=("no-helo",)), rule("b", probes=("nested-mail",))
    mail = Command(START, b"MAIL FROM:<a>\r\n", 7)

    met = refusals([found(no_helo, 7), found(nested, 7)], [mail])

    assert len({each.server for each in met}) == len(met) == 6
    assert [each.diagnostic.rule.id for each in met if each.server == "Postfix 3.7"] == ["b"]


def test_nothing_is_refused_behind_an_answer_that_closes() -> None:
    early, nested = rule("a", probes=("early-talker",)), rule("b", probes=("nested-mail",))

    met = refusals([found(early, 0), found(nested, 9)])

    assert [x.diagnostic.rule.id for x in met if x.server == "Postfix strict"] == ["a"]
    assert [x.diagnostic.rule.id for x in met if x.server == "Exim 4.96"] == ["b"]
    assert met[1].text == (
        "Postfix strict would answer 554 5.5.0 Error: SMTP protocol synchronization and close the"
        " connection"
    )


def test_a_server_that_would_not_answer_refuses_too() -> None:
    eod = found(rule(probes=("EOD LF.LF",)), 5)

    assert "Exim 4.96 would not answer to the message" in texts([eod], MailData(START, b"", 5))


@pytest.mark.parametrize("probes", [(), ("helo-bare-ip",)])
def test_where_nobody_refused_there_is_no_refusal(probes: tuple[str, ...]) -> None:
    assert refusals([found(rule(probes=probes), 0)]) == ()


def test_credentials_are_masked_and_long_commands_cut() -> None:
    auth = Command(START, b"AUTH PLAIN c2VjcmV0\r\n", 0)
    long = Command(START, b"NOOP " + b"x" * 100 + b"\r\n", 30)
    plain = rule(probes=("AUTH PLAIN without TLS",))

    shown = texts([found(plain, 0), found(plain, 30)], auth, long)

    assert "c2VjcmV0" not in str(shown)
    assert shown[1].endswith("xxx…")
