import pytest

from mailtrap.envelope import Envelope, read_path
from mailtrap.lint.catalogue import COMMANDS, ENDS, RULES
from mailtrap.lint.diagnostic import Found, Rule
from mailtrap.lint.exhibits import exhibit
from mailtrap.lint.explanation import explained
from mailtrap.lint.samples import Script
from tests.throwaway import finds, in_data, marks, rule

OF_TIMING = {"early-talker", "pipeline-before-ehlo-reply", "reconnect-storm"}


def text(rule: Rule, width: int = 80) -> str:
    return "\n".join(explained(rule, width))


def test_a_rule_is_explained_from_its_words_to_real_servers() -> None:
    shown = text(RULES["no-helo"])

    assert shown.startswith("no-helo: MAIL before EHLO or HELO\nerror, RFC 5321 §4.1.1.1\n")
    assert '"client MUST issue HELO or EHLO' in shown
    assert "Wrong:\n  S: 220 trap.test ESMTP mailtrap\n> C: MAIL FROM:<ann@example.org>" in shown
    assert "  C: EHLO app.example.org\n  S: 250-trap.test\n  S: … and 1" in shown
    assert "  Postfix 3.7       accepts (250)\n" in shown
    assert "  Exim 4.96         answers 503 HELO or EHLO required" in shown


@pytest.mark.parametrize("known", RULES.values(), ids=list(RULES))
def test_every_rule_is_explained_within_the_columns_of_a_terminal(known: Rule) -> None:
    lines = explained(known, 80)

    assert max(map(len, lines)) <= 80
    assert all(line.isprintable() for line in lines)


# What differs is when something was sent, or how often.
@pytest.mark.parametrize(
    "known", [each for each in RULES.values() if each.id not in OF_TIMING], ids=lambda each: each.id
)
def test_the_right_way_shows_what_is_other_than_the_wrong_one(known: Rule) -> None:
    wrong = [line[2:] for line in exhibit(known, known.bad, known.good)]
    right = [line[2:] for line in exhibit(known, known.good, known.bad)]

    assert wrong != right


def test_a_line_far_down_that_is_other_than_in_the_twin_is_shown() -> None:
    lines = [b"X-%d: y\r\n" % number for number in range(30)]
    twin = b"".join([*lines[:20], b"X-20: other\r\n", *lines[21:]])

    shown = exhibit(rule(), b"".join(lines), twin)

    assert [line.strip() for line in shown[8:]] == [
        "…",
        "20 | X-19: y",
        "21 | X-20: y",
        "22 | X-21: y",
        "… and 8 more lines",
    ]


def test_several_probes_are_grouped_by_what_was_answered() -> None:
    shown = text(rule(probes=("EOD LF.LF", "EOD CR.CR")))

    assert "  EOD LF.LF\n    accepts (250): Postfix 3.7, OpenSMTPD 6.8\n" in shown
    assert shown.count("Real servers, measured:") == 1


def test_what_is_only_documented_is_told_apart() -> None:
    shown = text(rule(elsewhere=(("Gmail", "550 5.7.1 refused"),)))

    assert "By their documentation, not measured:\n  Gmail  550 5.7.1 refused" in shown
    assert "Real servers" not in shown


def test_a_message_is_quoted_with_its_envelope_and_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = Envelope(
        read_path(b"FROM:<a@example.org> SIZE=5", b"FROM"), (read_path(b"TO:<b@x.test>", b"TO"),)
    )
    data = b"".join(b"X-%d: y\r\n" % number for number in range(30)) + b"Bad: x\r\n\r\nhi\r\n"
    one = rule()
    finds(monkeypatch, (one, marks(b"Bad", "so bad")))

    shown = exhibit(one, (envelope, data))

    assert shown[:3] == [
        "  MAIL FROM:<a@example.org> SIZE=5",
        "  RCPT TO:<b@x.test>",
        "     1 | X-0: y",
    ]
    assert shown[-7:] == [
        "  …",
        "    30 | X-29: y",
        ">   31 | Bad: x",
        "       | ^^^",
        "    32 |",
        "  … and 1 more line",
        "  -- so bad",
    ]


def test_odd_line_ends_of_mail_data_are_shown_with_those_that_are_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = rule()
    in_data(monkeypatch, one, lambda *_: [Found("", 4, 5)])

    shown = exhibit(one, (b"EHLO x\r\n", b"DATA\r\n", b"a: b\nc: d\r\n.\r\n"))

    assert shown[-5:-1] == [
        "> C: a: b␊",
        "         ^",
        "  C: c: d␍␊",
        "> C: [11 octets of mail data]",
    ]


def test_pauses_early_octets_and_how_it_ended_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    one = rule()
    monkeypatch.setitem(ENDS, "reset", [(one, lambda _seen, reason: [Found(f"it was {reason}")])])

    shown = exhibit(one, Script((b"NOOP\r\nNOOP\r\n", 400.0, b"RSET\r\n"), end="reset"))

    assert "  -- sent before the reply above was there" in shown
    assert "  -- 400 s later" in shown
    assert shown[-2:] == ["> -- reset by the client", "  -- it was reset"]


def test_credentials_of_samples_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    one = rule()
    monkeypatch.setitem(COMMANDS, "AUTH", [(one, lambda _seen, _command: [Found("", 11, 13)])])

    shown = exhibit(one, (b"AUTH PLAIN AAAA\r\n",))

    assert "> C: AUTH PLAIN AAAA" in shown
    assert "                ^^" in shown
