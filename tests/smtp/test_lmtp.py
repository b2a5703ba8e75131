"""LHLO makes the session LMTP: a reply for each recipient (RFC 2033 section 4.2)."""

from tests.support import running


def test_each_recipient_gets_its_reply_after_the_end_of_data() -> None:
    with running() as server, server.client() as client:
        client.reply()
        client.codes(b"LHLO x\r\n", b"MAIL FROM:<>\r\n")
        client.codes(*[b"RCPT TO:<%d@example.org>\r\n" % n for n in range(3)], b"DATA\r\n")

        client.send(b"hi\r\n.\r\nNOOP\r\n")

        replies = [client.reply() for _ in range(4)]
        assert replies[:3] == [b"250 2.0.0 kept as t-1-1\r\n"] * 3
        assert replies[3] == b"250 2.0.0 ok\r\n"
        assert server.message().envelope.forward_paths == (
            "0@example.org",
            "1@example.org",
            "2@example.org",
        )


def test_each_recipient_gets_its_reply_after_the_last_chunk() -> None:
    with running() as server, server.client() as client:
        client.reply()
        client.codes(b"LHLO x\r\n", b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<c@d>\r\n")
        client.codes(b"RCPT TO:<e@f>\r\n", b"BDAT 1\r\nx")

        client.send(b"BDAT 1 LAST\r\ny")

        assert [client.reply()[:3] for _ in range(2)] == [b"250", b"250"]


def test_without_recipients_there_is_one_reply_so_that_nobody_waits() -> None:
    with running() as server, server.client() as client:
        client.reply()

        assert client.codes(b"LHLO x\r\n", b"DATA\r\n", b".\r\n", b"NOOP\r\n") == [
            250,
            354,
            250,
            250,
        ]


def test_ehlo_makes_the_session_smtp_again() -> None:
    with running() as server, server.client() as client:
        client.reply()
        client.codes(b"LHLO x\r\n", b"EHLO x\r\n", b"RCPT TO:<a@b>\r\n", b"RCPT TO:<c@d>\r\n")

        client.send(b"DATA\r\n.\r\nQUIT\r\n")

        assert [int(client.reply()[:3]) for _ in range(3)] == [354, 250, 221]
