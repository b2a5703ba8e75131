"""How long an open session has been silent."""

from datetime import timedelta

import pytest

from mailtrap.tui.endpoints import Endpoints
from mailtrap.tui.session_cells import session_cells
from mailtrap.tui.waiting import idle
from tests.tui.pilots import Stage, play
from tests.tui.senders import NOON, Sender, a_trap

NEVER, USUAL = 0, 300


@pytest.mark.parametrize(
    ("seconds", "timeout", "told"),
    [
        (9, USUAL, ""),
        (42, USUAL, "idle 42s of 5m"),
        (42, NEVER, "idle 42s"),
        (250, USUAL, "idle 4m10s of 5m"),
        (42, 90, "idle 42s of 90s"),
        (42, 150, "idle 42s of 2m30s"),
        (330, USUAL, "idle 5m30s of 5m"),
    ],
)
def test_it_tells_how_long_nothing_came_and_how_long_that_may_last(
    seconds: int, timeout: float, told: str
) -> None:
    client = Sender(a_trap()).send(b"EHLO app\r\n")

    said = client.session.transcript[1].at
    assert idle(client.session, said + timedelta(seconds=seconds), timeout) == told


def test_a_client_that_said_nothing_is_idle_since_it_came() -> None:
    client = Sender(a_trap())

    assert idle(client.session, NOON + timedelta(seconds=20), USUAL) == "idle 20s of 5m"


def test_a_session_that_ended_is_not_idle() -> None:
    session = Sender(a_trap()).send(b"EHLO app\r\n").leave()

    assert idle(session, NOON + timedelta(seconds=20), USUAL) == ""


@pytest.mark.parametrize("begins", [b"DATA\r\n", b"BDAT 1000000\r\n"])
def test_a_client_whose_mail_data_is_due_is_not_called_idle(begins: bytes) -> None:
    client = Sender(a_trap()).send(b"EHLO app\r\nMAIL FROM:<a@example.org>\r\n")
    client.send(b"RCPT TO:<b@example.org>\r\n").send(begins).send(b"the first of many lines\r\n")

    now = client.session.transcript[-1].at + timedelta(seconds=60)

    assert idle(client.session, now, USUAL) == "in DATA for 60s"


def test_how_long_it_is_silent_fits_beside_a_detail() -> None:
    session = Sender(a_trap()).send(b"EHLO app\r\n").session

    cells = session_cells(session, 69, NOON + timedelta(seconds=290), USUAL)

    assert "idle 4m49s of 5m" in "".join(text for text, _ in cells)


def test_a_line_of_sessions_says_so_instead_of_live() -> None:
    session = Sender(a_trap()).send(b"EHLO app\r\n").session

    def line(seconds: int) -> str:
        cells = session_cells(session, 90, NOON + timedelta(seconds=seconds), USUAL)
        return "".join(text for text, _ in cells)

    assert "live: 250" in line(1)
    assert "idle 1m59s of 5m: 250" in line(120)


def test_both_the_list_and_the_transcript_count_down_until_the_client_goes_on() -> None:
    trap = a_trap()
    client = Sender(trap).send(b"EHLO app\r\n")
    now = NOON + timedelta(seconds=60)

    async def scene(stage: Stage) -> None:
        nonlocal now
        await stage.press("2")
        stage.app._tick()
        await stage.settled()
        assert stage.text().count("idle 59s of 5m") == 2
        now += timedelta(seconds=20)
        stage.app._tick()
        await stage.settled()
        assert stage.text().count("idle 79s of 5m") == 2
        client.send(b"NOOP\r\n")
        now = client.session.transcript[-1].at
        await stage.settled()
        assert "idle" not in stage.text()
        assert "live: 250" in stage.text()

    endpoints = Endpoints([("127.0.0.1", 1025)], timeout=USUAL)
    play(trap, scene, size=(80, 40), endpoints=endpoints, now=lambda: now)
