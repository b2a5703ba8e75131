"""Lost mail: what a session with a message refused or left unfinished."""

import pytest

from mailtrap.session import Session
from mailtrap.tui.lost import lost, lost_data, what_came_of
from tests.dialogues import play
from tests.tui.pilots import Stage
from tests.tui.pilots import play as play_scene
from tests.tui.senders import Sender, a_trap, titled


def told(session: Session) -> list[str]:
    return [what_came_of(session, transaction) for transaction in lost(session)]


@pytest.mark.parametrize(
    ("dialogue", "said"),
    [
        ("C: MAIL FROM:<joe@example.org>\nS: 550 5.7.1 no", ["550 5.7.1 no"]),
        (
            "C: MAIL FROM:<joe@example.org>\nS: 250 ok\nC: QUIT\nS: 221 bye",
            ["abandoned before its mail data"],
        ),
        ("C: MAIL FROM:<joe@example.org>\nS: 250 ok\nC: RSET\nS: 250 ok", []),
        (
            "C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<a@example.org>\nS: 550 no\nC: RSET\nS: 250 ok",
            ["550 no"],
        ),
        (
            "C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<a@example.org>\nS: 550 no\nC: QUIT\nS: 221 ok",
            ["550 no"],
        ),
        (
            "C: MAIL FROM:<>\nS: 250 ok\nC: RCPT TO:<a@a.test>\nS: 451 later\nC: DATA\nS: 554 no",
            ["451 later"],
        ),
        ("C: DATA\nS: 503 first MAIL", []),
        ("C: NOOP\nS: 250 ok", []),
    ],
)
def test_what_was_refused_or_abandoned_is_lost(dialogue: str, said: list[str]) -> None:
    assert told(play(dialogue)) == said


def test_a_rule_that_lost_mail_is_named() -> None:
    client = Sender(a_trap())
    for recipient in (b"550", b"data-554", b"bob", b"drop"):
        client.send(b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<" + recipient + b"@fault.test>\r\n")
        if recipient in (b"data-554", b"bob"):
            client.send(b"DATA\r\nhello\r\n.\r\n")

    assert told(client.session) == [
        "550 5.1.1 no such user here (rule 550@fault.test)",
        "554 5.6.0 message content refused (rule data-554@fault.test)",
        "ended by rule drop@fault.test",
    ]


def test_a_transaction_that_may_still_go_on_is_not_lost() -> None:
    client = Sender(a_trap()).send(b"MAIL FROM:<ann@example.org>\r\n")

    assert told(client.session) == []


def test_the_row_of_lost_mail_shows_its_own_data_and_envelope() -> None:
    trap = a_trap()
    client = Sender(trap)
    for sender in (b"ann", b"joe", b"eve"):
        client.send(b"MAIL FROM:<" + sender + b"@example.org>\r\nRCPT TO:<bob@example.org>\r\n")
        if sender == b"ann":
            client.send(b"DATA\r\n").send(titled("kept") + b".\r\n")
        if sender == b"joe":
            client.send(b"BDAT 9\r\njoe began").send(b"RCPT TO:<eve@example.org>\r\n")
    session = client.send(b"BDAT 9\r\neve be").leave("reset")

    async def scene(stage: Stage) -> None:
        await stage.press("R")
        assert "eve be [no line end]" in stage.text()
        assert "eve@example.org → bob@example.org" in stage.text()
        await stage.press("j")
        assert "joe began [no line end]" in stage.text()
        assert "joe@example.org → bob@example.org, eve@example.org" in stage.text()

    play_scene(trap, scene, size=(140, 30))
    assert [lost_data(session, each) for each in lost(session)] == [b"joe began", b"eve be"]
