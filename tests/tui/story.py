"""A fixed story: mails, sessions that went wrong, one that is open; the same at every run."""

from datetime import timedelta

from mailtrap.trap import Trap
from tests.tui.letters import LETTER
from tests.tui.senders import NOON, Sender, a_trap, bring, titled

NOW = NOON + timedelta(minutes=3)


def a_story() -> Trap:
    """What happened between noon and three minutes past it."""
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
