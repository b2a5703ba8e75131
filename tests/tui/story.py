"""A fixed story: mails, sessions that went wrong, one that is open; the same at every run."""

from datetime import datetime, timedelta

from mailtrap.trap import Trap
from tests.tui.letters import LETTER
from tests.tui.mails import BROKEN, ORDER, letter, text_part
from tests.tui.senders import NOON, Sender, a_trap, bring, titled

NOW = NOON + timedelta(minutes=3)
RESET = letter(
    "From: Acme <no-reply@acme.example>\nTo: Ada Lovelace <ada@example.org>\n"
    "Subject: Your code: 482913",
    text_part(
        "Hello Ada,\n\nyour code is 482913. It is good for ten minutes.\n\n"
        "Or follow this link:\nhttps://acme.example/reset?token=9f2c61\n"
    ),
)
NEWSLETTER = letter(
    "From: Shop <shop@example.org>\nTo: Bob <bob@example.org>\n"
    "Subject: =?utf-8?b?5paw552A5oOF5aCx44Gu44GK55+l44KJ44Gb?=\n"
    "List-Unsubscribe: <https://shop.example.org/u/1>",
    text_part("春の新着商品をお届けします。\n\nhttps://shop.example.org/spring\n"),
)
OPENING = b"EHLO app.example.org\r\n"


def a_story() -> Trap:
    """What happened between noon and three minutes past it."""
    trap = a_trap()
    _mail(trap, 0, "shop@acme.example", "ada@example.org", ORDER)
    _mail(trap, 20, "no-reply@acme.example", "ada@example.org", RESET)
    _mail(trap, 40, "shop@example.org", "bob@example.org", NEWSLETTER)
    _mail(trap, 45, "joe@example.org", "bob@example.org", BROKEN)
    Sender(trap, at=_after(50)).send(b"HELO probe\r\n").leave()
    bounced = Sender(trap, at=_after(60)).send(OPENING).send(b"MAIL FROM:<joe@example.org>\r\n")
    bounced.send(b"RCPT TO:<550@fault.test>\r\n").send(b"QUIT\r\n")
    cut_off = Sender(trap, at=_after(70)).send(b"EHLO app\r\n")
    cut_off.send(b"MAIL FROM:<joe@example.org>\r\n").send(b"RCPT TO:<ann@example.org>\r\n")
    cut_off.send(b"DATA\r\n").send(b"Subject: half\r\n\r\nnever").leave()
    Sender(trap, at=_after(80)).send(b"EHLO app\r\n").send(b"BLURB\r\n").leave()
    Sender(trap, at=_after(100)).send(OPENING).fail_tls()
    Sender(trap, at=_after(170)).tls().send(b"EHLO live.example.org\r\n")
    return trap


def a_short_story() -> Trap:
    """The same with short mails that have much missing."""
    trap = a_trap()
    bring(trap, LETTER)
    bring(trap, titled("Grüße 日本", "Shop <shop@example.org>"), at=NOON + timedelta(seconds=20))
    bring(trap, titled("Your code: 482913"), at=NOON + timedelta(seconds=40))
    probe = Sender(trap, at=NOON + timedelta(seconds=50))
    probe.send(b"HELO probe\r\n").leave()
    bounced = Sender(trap, at=NOON + timedelta(seconds=60))
    bounced.send(b"EHLO app\r\n").send(b"MAIL FROM:<joe@example.org>\r\n")
    bounced.send(b"RCPT TO:<550@fault.test>\r\n").send(b"QUIT\r\n")
    cut_off = Sender(trap, at=NOON + timedelta(seconds=70)).send(b"EHLO app\r\n")
    cut_off.send(b"MAIL FROM:<joe@example.org>\r\n").send(b"RCPT TO:<ann@example.org>\r\n")
    cut_off.send(b"DATA\r\n").send(b"Subject: half\r\n\r\nnever").leave()
    Sender(trap, at=NOON + timedelta(seconds=80)).send(b"EHLO app\r\n").send(b"BLURB\r\n").leave()
    Sender(trap, at=NOON + timedelta(seconds=170)).tls().send(b"EHLO live.example.org\r\n")
    return trap


def _after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def _mail(trap: Trap, seconds: int, sender: str, recipient: str, data: bytes) -> None:
    client = Sender(trap, at=_after(seconds)).send(OPENING)
    client.send(f"MAIL FROM:<{sender}> BODY=8BITMIME\r\n".encode())
    client.send(f"RCPT TO:<{recipient}>\r\n".encode()).send(b"DATA\r\n")
    client.send(data + b".\r\n").send(b"QUIT\r\n")
