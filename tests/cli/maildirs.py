"""A maildir as a server leaves it: messages, sidecars, logs of sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtrap.envelope import Envelope
from mailtrap.envelope import Path as MailPath
from mailtrap.message import Message
from mailtrap.session import Command, MailData, Peer, Reply
from mailtrap.stores.maildir import MaildirStore
from mailtrap.trap import Trap

BEGIN = datetime(2024, 5, 31, 12, 0, tzinfo=UTC)
CODE = b"""\
From: =?utf-8?q?Ann_=C3=84?= <ann@example.org>
To: bob@example.org
Subject: Your code

Your code is 482913, see https://example.org/login?x=1 .
""".replace(b"\n", b"\r\n")
HTML = """\
From: 田中 <tanaka@example.org>
To: bob@example.org, cy@example.org
Subject: 日本語の件名がここにあります
Content-Type: text/html; charset=utf-8

<h1>Hi</h1><p>Go <a href='https://example.org/a?b=1&amp;c'>there</a> now\x1b[31m</p>
""".encode().replace(b"\n", b"\r\n")
EVIL = b"Subject: evil \x1b]0;PWN\x07\r\n\r\nFrom here\n>From there\r\n\xff\x00\r\n"
INVOICE = b"""\
From: shop@example.org
To: dee@example.org
Subject: Invoice 7
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

See what is attached.
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename=invoice.pdf
Content-Transfer-Encoding: base64

JVBERgD/
--b--
""".replace(b"\n", b"\r\n")
MAILS = (CODE, HTML, EVIL, INVOICE)


class Server:
    """What writes a maildir, without its sockets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = MaildirStore(path)
        self.trap = Trap(self.store, prefix="p")
        self.store.follow(self.trap)
        self._at = BEGIN

    def take(
        self,
        data: bytes = CODE,
        sender: bytes = b"<a@example.org>",
        recipients: tuple[bytes, ...] = (b"<bob@example.org>",),
        at: datetime | None = None,
    ) -> Message:
        """One session that brings one message, a minute after the one before."""
        at = self._at = at or self._at + timedelta(minutes=1)
        session = self.trap.open(Peer("127.0.0.9", 5000), Peer("127.0.0.1", 25), at)
        said = [
            Reply(at, b"220 hi\r\n"),
            Command(at, b"EHLO me.test\r\n"),
            Reply(at, b"250 hi\r\n"),
        ]
        self.trap.record(session, *said, Command(at, b"DATA\r\n", 14))
        self.trap.record(session, MailData(at, data, 20, len(data), b"\r\n.\r\n"))
        envelope = Envelope(MailPath(sender), tuple(map(MailPath, recipients)))
        message = self.trap.deliver(session, envelope, data, at, sources=[20])
        self.trap.record(session, Reply(at, b"250 kept\r\n"))
        self.trap.close(session, "quit", at)
        return message


@contextmanager
def server(path: Path) -> Iterator[Server]:
    """A server for the length of a block."""
    running = Server(path)
    try:
        yield running
    finally:
        running.store.close()
