"""Errors of clients, told above the status."""

from datetime import UTC, datetime, timedelta

from mailtrap.tui.alarms import AGAIN, PAUSE, Alarms
from tests.tui.letters import UNIX, bring_letter
from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap


def test_the_first_is_told_at_once_and_what_comes_soon_after_together() -> None:
    alarms = Alarms()

    alarms.hear("one", "one is wrong", 0)
    assert alarms.due(0) == "one is wrong"
    for rule in ("two", "three", "four"):
        alarms.hear(rule, f"{rule} is wrong", 0.1)
    assert alarms.due(0.1) == ""
    assert alarms.due(PAUSE) == "two is wrong, and 2 more"
    assert alarms.due(2 * PAUSE) == ""


def test_a_rule_is_not_told_again_and_again() -> None:
    alarms = Alarms()

    for at in (0.0, 10.0, AGAIN - 1):
        alarms.hear("one", f"at {at}", at)
        assert alarms.due(at) == ("at 0.0" if at == 0 else "")
    alarms.hear("one", "later", AGAIN)
    assert alarms.due(AGAIN) == "later"


def test_an_error_of_a_client_is_told_while_it_happens() -> None:
    trap = a_trap()
    bring_letter(trap, UNIX)
    now = datetime.now(UTC)

    async def scene(stage: Stage) -> None:
        await stage.press("F")
        Sender(trap, at=now + timedelta(minutes=1)).send(b"EHLO shop\r\nMAIL FROM: x\r\n").leave()
        await stage.settled()
        assert "✗ shop: " in stage.text()

    play(trap, scene, size=(120, 30), now=lambda: now)


def test_no_alarm_hides_the_transcript_it_is_about() -> None:
    trap = a_trap()
    now = datetime.now(UTC)

    async def scene(stage: Stage) -> None:
        Sender(trap, at=now + timedelta(minutes=1)).send(b"EHLO shop\r\nMAIL FROM: x\r\n").leave()
        await stage.settled()
        assert "C: MAIL FROM: x" in stage.text()
        assert stage.app._problems.count
        assert not list(stage.app._notifications)

    play(trap, scene, size=(120, 30), now=lambda: now)


def test_errors_from_before_and_those_of_mail_are_in_problems_only() -> None:
    trap = a_trap()
    bring_letter(trap, UNIX)
    now = NOON + timedelta(minutes=1)

    async def scene(stage: Stage) -> None:
        bring_letter(trap, b"From: a\r\n\r\nhi\r\n")
        await stage.settled()
        assert stage.app._problems.count > 1
        assert not list(stage.app._notifications)

    play(trap, scene, size=(120, 30), now=lambda: now)
