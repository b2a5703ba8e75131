"""Any split of the octets into segments gives the same session; any octets are survived."""

import contextlib
import socket

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.dialogues import cut
from tests.support import Running, running, wire

DIALOGUES = [
    b"EHLO x\r\nMAIL FROM:<a@b> SIZE=3\r\nRCPT TO:<c@d>\r\nDATA\r\n..x\r\n.y\r\n.\r\nQUIT\r\n",
    b"EHLO x\nMAIL FROM:<a@b>\nDATA\nx\n.\nQUIT\n",
    b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n.\r\nQUIT\r\n",
    b"EHLO x\r\nMAIL FROM:<a@b>\r\nBDAT 5\r\nRSET\nBDAT 4 LAST\r\n\r\n.\nNOOP\r\nQUIT\r\n",
    b"EHLO x\r\nBDAT 5\r\n12345BDAT 0 LAST\r\nQUIT\r\n",
    b"AUTH LOGIN\r\nYW5u\r\ncHc=\r\nAUTH PLAIN\r\n*\r\nauth plain AGFubgBwdw==\r\nQUIT\r\n",
    (
        b"\r\n\xff\xfe\r\n NOOP\r\r\n\0\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<c@d>\r\nDATA\r\na\n.\nb\r."
        b"\r\n\r\n.\r\r\n\r\n.\r\nQUIT\r\n"
    ),
    b"EHLO x\r\nDATA\r\nhalf of it\r\n.",
    b"EHLO x\r\nAUTH PLAIN\r\nhalf",
    b"EHLO x\r\nMAIL FROM:<a@b>\r\nBDAT 50 LAST\r\nhalf",
    b"EHLO x\r\nMAIL FR",
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x00\x05\x01\n\0\0\x01\r\nMAIL\r\n",
    b"\x16\x03\x01\x00",
    b"\x16\r\nNOOP\r\nQUIT\r\n",
    b"NOOP " + b"x" * 300 + b"\r\nDATA\r\n" + b"y" * 300 + b"\r\n.\r\nQUIT\r\n",
]


@pytest.fixture(scope="module")
def server() -> Running:  # type: ignore[misc]
    with running(max_size=200) as started:
        yield started


Played = tuple[list[tuple[str, bytes]], list[bytes], bytes]


def play(server: Running, segments: list[bytes]) -> Played:
    """Send the segments and half-close: the transcript, the messages and what the client read."""
    read = b""
    server.trap.clear()
    with server.client() as client:
        for segment in segments:
            client.send(segment)
        # Octets behind a QUIT make the server's kernel reset the connection.
        with contextlib.suppress(OSError):
            client.socket.shutdown(socket.SHUT_WR)
            while line := client.line():
                read += line
        session = server.session()
    prefix = session.id.encode()
    recorded = [(kind, raw.replace(prefix, b"ID")) for kind, raw in wire(session)]
    return recorded, [message.data for message in server.trap.messages], read.replace(prefix, b"ID")


@pytest.mark.parametrize("dialogue", DIALOGUES)
def test_one_octet_at_a_time_gives_what_one_segment_gives(server: Running, dialogue: bytes) -> None:
    whole = play(server, [dialogue])

    assert play(server, [dialogue[i : i + 1] for i in range(len(dialogue))]) == whole


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), dialogue=st.sampled_from(DIALOGUES))
def test_any_split_gives_what_one_segment_gives(
    server: Running, data: st.DataObject, dialogue: bytes
) -> None:
    places = data.draw(st.sets(st.integers(0, len(dialogue)), max_size=12))

    assert play(server, cut(dialogue, places)) == play(server, [dialogue])


PIECES = st.sampled_from(
    b"\r\n|\n|\r|.|\0|\xff|DATA|BDAT 3|AUTH LOGIN|MAIL FROM:<|\x16\x03\x01|EHLO x\r\n|"
    b'\r\n.\r\n| LAST|=|*|>|"|QUIT\r\n'.split(b"|")
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(octets=st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=40).map(b"".join)))
@example(octets=b"DATA\r\n")
def test_any_octets_leave_the_server_alive_and_the_session_recorded(
    server: Running, octets: bytes
) -> None:
    recorded, messages, _ = play(server, [octets])

    sent = sum(len(raw) for kind, raw in recorded if kind in ("command", "credentials", "tls"))
    assert recorded[0][0] == "reply"
    assert sent <= len(octets)
    assert sum(map(len, messages)) <= len(octets)
    with server.client() as client:
        assert client.greeted().say(b"QUIT\r\n").startswith(b"221 ")
    server.until(lambda: all(session.closed for session in server.trap.sessions))
