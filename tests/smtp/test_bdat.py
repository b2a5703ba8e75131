"""BDAT: octets by count (RFC 3030)."""

import pytest

from mailtrap.session import Chunk
from tests.support import entries_of, running


def test_chunks_are_joined_to_the_octet() -> None:
    chunks = [b".\r\nab\r\n\0", b"", b"\r\n.\r\n", b"\xff" * 70_000]
    with running() as server, server.client() as client:
        client.greeted()
        client.codes(b"MAIL FROM:<a@b> BODY=BINARYMIME\r\n", b"RCPT TO:<c@d>\r\n")

        for chunk in chunks[:-1]:
            assert client.say(b"BDAT %d\r\n" % len(chunk) + chunk).startswith(b"250 2.0.0 ")
        last = client.say(b"bdat %d last\r\n" % len(chunks[-1]) + chunks[-1])

        assert last.startswith(b"250 2.0.0 kept as ")
        assert server.message().data == b"".join(chunks)


def test_a_pipelined_transaction_in_one_segment_is_cut_by_count() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        client.send(
            b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 5\r\nRSET\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"
        )

        codes = [int(client.reply()[:3]) for _ in range(5)]
        assert codes == [250] * 5
        assert server.message().data == b"RSET\nQUIT\r\n"


@pytest.mark.parametrize("before", [[], [b"RCPT TO:<c@d>\r\n"]])
def test_a_chunk_outside_a_transaction_is_consumed_and_refused(before: list[bytes]) -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.codes(*before)

        assert client.say(b"BDAT 6 LAST\r\nQUIT\r\n").startswith(b"503 5.5.1 ")

        assert client.say(b"NOOP\r\n").startswith(b"250 ")
        assert server.trap.messages == ()
        [chunk] = entries_of(server.trap.sessions[0], Chunk)
    assert chunk.raw == b"QUIT\r\n"


def test_a_chunk_after_the_last_is_outside_a_transaction() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.codes(b"MAIL FROM:<a@b>\r\n")

        assert client.codes(b"BDAT 1 LAST\r\nx", b"BDAT 1 LAST\r\ny") == [250, 503]

        assert server.message().data == b"x"


def test_data_in_a_transaction_of_chunks_is_refused_and_the_chunks_stay() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.codes(b"MAIL FROM:<a@b>\r\n")

        assert client.codes(b"BDAT 1\r\nx", b"DATA\r\n", b"BDAT 1 LAST\r\ny") == [250, 503, 250]

        assert server.message().data == b"xy"


def test_rset_drops_the_chunks() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.codes(b"MAIL FROM:<a@b>\r\n", b"BDAT 3\r\nold", b"RSET\r\n", b"MAIL FROM:<a@b>\r\n")

        assert client.say(b"BDAT 3 LAST\r\nnew").startswith(b"250 ")

        assert server.message().data == b"new"


def test_chunks_past_the_limit_are_consumed_and_the_head_kept() -> None:
    with running(max_size=10) as server, server.client() as client:
        client.greeted()
        client.codes(b"MAIL FROM:<a@b>\r\n")

        codes = client.codes(b"BDAT 8\r\n12345678", b"BDAT 99999 LAST\r\n" + b"9" * 99999)

        assert codes == [250, 552]
        message = server.message()
        assert (message.data, message.truncated) == (b"1234567899", True)
        assert client.say(b"NOOP\r\n").startswith(b"250 ")


def test_a_client_that_drops_inside_a_chunk_leaves_its_octets() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.codes(b"MAIL FROM:<a@b>\r\n")
        client.send(b"BDAT 100 LAST\r\nonly this")
        client.socket.close()

        session = server.session()
    [chunk] = entries_of(session, Chunk)
    assert (chunk.raw, chunk.is_complete, chunk.size) == (b"only this", False, 100)
    assert session.message_ids == ()
