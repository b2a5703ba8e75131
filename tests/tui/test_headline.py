"""The lines above a message: what is cut off there is not what is needed most."""

from mailtrap.trap import Trap
from tests.tui.pilots import Stage, play
from tests.tui.senders import Sender, a_trap

MESSAGE = b"From: Mail Delivery System of Acme <postmaster@mail.example.org>\r\n\r\nhi\r\n.\r\n"


def a_message_to(*names: str) -> Trap:
    trap = a_trap()
    client = Sender(trap).send(b"MAIL FROM:<ann@example.org>\r\n")
    for name in names:
        client.send(f"RCPT TO:<{name}@example.org>\r\n".encode())
    client.send(b"DATA\r\n").send(MESSAGE).leave()
    return trap


def test_the_session_is_all_there_however_long_the_name_of_the_sender() -> None:
    async def scene(stage: Stage) -> None:
        assert "\n Mail Delivery System of Acme" in stage.text()
        assert "… · 72 octets · 12:00:00 · session test-1\n" in stage.text()

    play(a_message_to("bob"), scene, size=(80, 24))


def test_how_many_recipients_there_are_is_said_before_their_names() -> None:
    async def scene(stage: Stage) -> None:
        assert "ann@example.org → 60 recipients: user0@example.org, " in stage.text()

    play(a_message_to(*(f"user{number}" for number in range(60))), scene, size=(80, 24))


def test_some_recipients_are_all_named() -> None:
    async def scene(stage: Stage) -> None:
        assert " ann@example.org → a@example.org, b@example.org\n" in stage.text()

    play(a_message_to("a", "b"), scene, size=(80, 24))


def test_how_far_an_open_session_has_come_is_said_while_it_goes_on() -> None:
    trap = a_trap()
    client = Sender(trap).send(b"EHLO app\r\n")

    async def scene(stage: Stage) -> None:
        await stage.press("2")
        assert "\n open, after EHLO app\n" in stage.text()
        assert "\n no message\n" in stage.text()
        client.send(b"MAIL FROM:<ann@example.org>\r\n")
        await stage.settled()
        stage.app._tick()
        await stage.settled()
        assert "\n open, after MAIL\n" in stage.text()
        assert "\n ann@example.org → no RCPT\n" in stage.text()

    play(trap, scene, size=(80, 24))
