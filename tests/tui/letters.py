"""Mail and clients with nothing wrong about them, so that a test can break one thing."""

from mailtrap.trap import Trap
from tests.tui.senders import Sender

LETTER = (
    b"Date: Mon, 2 Mar 2026 12:00:00 +0000\r\n"
    b"From: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\n"
    b"Subject: Hello\r\n"
    b"Message-ID: <1.hello@example.org>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=us-ascii\r\n"
    b"\r\n"
    b"Hello Bob\r\n"
)
UNDATED = LETTER.partition(b"\r\n")[2]
UNIX = LETTER.replace(b"\r\n", b"\n") + b"\r\n"  # one CRLF, or there is no end of it


def greet(trap: Trap, ehlo: bytes = b"app.example.org") -> Sender:
    """A client that has said EHLO."""
    return Sender(trap).send(b"EHLO " + ehlo + b"\r\n")


def post(client: Sender, data: bytes = LETTER) -> Sender:
    """Mail from that client, each command once the one before is answered."""
    for line in (b"MAIL FROM:<ann@example.org>", b"RCPT TO:<bob@example.org>", b"DATA"):
        client.send(line + b"\r\n")
    return client.send(data + b".\r\n")


def bring_letter(trap: Trap, data: bytes = LETTER, ehlo: bytes = b"app.example.org") -> Sender:
    """A whole session that brings one message."""
    return post(greet(trap, ehlo), data).send(b"QUIT\r\n")
