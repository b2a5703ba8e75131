from mailtrap.faults.descriptions import described
from mailtrap.faults.policy import Occasion, Policy
from mailtrap.faults.presets import (
    PRESETS,
    greylist,
    mailbox_full,
    rate_limit,
    reject_auth,
    slow,
    tls_failure,
    unknown_user,
)


def codes(policy: Policy, *occasions: Occasion) -> list[int]:
    decisions = [policy.decide(occasion) for occasion in occasions]
    return [decision.code if decision else 0 for decision in decisions]


def rcpt(recipient: str, sender: str = "ann@example.org") -> Occasion:
    return Occasion("RCPT", "127.0.0.1", "s1", sender, recipient)


def test_greylisting_refuses_each_triplet_once() -> None:
    policy = Policy(greylist("*@example.org"))
    bob = rcpt("bob@example.org")

    assert codes(policy, bob, bob, rcpt("eve@example.org"), rcpt("x@other.test")) == [
        451,
        0,
        451,
        0,
    ]


def test_an_unknown_user_is_refused() -> None:
    policy = Policy(unknown_user("bob*"))

    assert codes(policy, rcpt("bob@example.org"), rcpt("eve@example.org")) == [550, 0]


def test_a_full_mailbox_is_refused_for_now_or_for_good() -> None:
    bob = rcpt("bob@example.org")

    assert codes(Policy(mailbox_full("bob*")), bob, bob) == [452, 452]
    assert codes(Policy(mailbox_full("bob*", permanent=True)), bob) == [552]


def test_a_rate_limit_ends_a_session_and_not_the_next_one() -> None:
    policy = Policy(rate_limit(2))
    mail = [Occasion("MAIL", session="s1")] * 3
    decision = [policy.decide(each) for each in mail][-1]

    assert decision is not None
    assert (decision.code, decision.closes) == (421, True)
    assert codes(policy, Occasion("MAIL", session="s2")) == [0]


def test_credentials_of_a_user_are_refused() -> None:
    policy = Policy(reject_auth("ann*"))

    assert codes(policy, Occasion("AUTH", user="ann"), Occasion("AUTH", user="bob")) == [535, 0]


def test_slow_delays_each_step_of_a_transaction() -> None:
    policy = Policy(slow(0.5))
    decisions = [policy.decide(Occasion(verb)) for verb in ("MAIL", "RCPT", "DATA", "MESSAGE")]

    assert [(d.reply, d.rule.delay) for d in decisions if d] == [(None, 0.5)] * 4
    assert policy.decide(Occasion("QUIT")) is None


def test_tls_can_fail() -> None:
    [rule] = tls_failure("expired")

    assert (rule.verb, rule.tls) == ("STARTTLS", "expired")


def test_every_preset_works_as_it_is() -> None:
    assert all(described(rule) for preset in PRESETS.values() for rule in preset())
