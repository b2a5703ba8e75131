"""Presets switched on and off beside the rules of a file."""

from pathlib import Path

from mailtrap.faults.policy import Occasion, Policy
from mailtrap.faults.presets import PRESETS
from mailtrap.faults.rules import Rule
from mailtrap.faults_file import FaultsFile
from mailtrap.live_faults import LiveFaults

AT_RCPT = Occasion("RCPT", peer="127.0.0.1", sender="a@example.org", recipient="b@example.org")
BUSY = Rule("RCPT", (b"450 4.2.1 busy\r\n",))


def code(policy: Policy) -> int:
    decision = policy.decide(AT_RCPT)
    return (decision.code if decision else 0) or 250


def test_a_preset_is_on_until_it_is_switched_off() -> None:
    policy = Policy()
    faults = LiveFaults(policy)

    assert faults.toggle("unknown_user")
    assert (faults.on, code(policy)) == (("unknown_user",), 550)
    assert not faults.toggle("unknown_user")
    assert (faults.on, code(policy)) == ((), 250)


def test_every_preset_can_be_switched() -> None:
    policy = Policy()
    faults = LiveFaults(policy)

    for name in PRESETS:
        faults.toggle(name)
    assert faults.on == tuple(PRESETS)
    faults.clear()

    assert policy.rules == ()


def test_a_preset_comes_before_the_rules_of_a_file_and_leaves_them() -> None:
    policy = Policy([BUSY])
    faults = LiveFaults(policy)

    faults.toggle("unknown_user")
    assert code(policy) == 550
    faults.clear()

    assert code(policy) == 450


def test_a_file_that_changes_does_not_switch_presets_off(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\non = "RCPT"\nreply = "450"\n')
    policy = Policy()
    faults = LiveFaults(policy)
    file = FaultsFile(path, faults)
    faults.toggle("unknown_user")

    file._change(b'[[rule]]\non = "RCPT"\nreply = "451"\n', lambda *_: None)

    assert code(policy) == 550
    faults.clear()
    assert code(policy) == 451


def test_rules_go_on_counting_while_presets_are_switched() -> None:
    policy = Policy()
    faults = LiveFaults(policy)
    faults.toggle("greylist")
    assert code(policy) == 451

    faults.toggle("slow")

    assert [code(policy), faults.on] == [250, ("greylist", "slow")]
