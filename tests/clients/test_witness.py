"""The witness itself: it records every octet, reads it right, and tells when one is amiss."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from mailtrap.message import Message
from mailtrap.stores.memory import MemoryStore
from tests.clients import programs
from tests.clients.relay import relaying
from tests.clients.scene import scene
from tests.clients.wire import mail_data, stuffed
from tests.support import WAIT, Client


def dialogue(octets: bytes) -> bytes:
    return b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n" + octets + b"QUIT\r\n"


@pytest.mark.parametrize(
    ("octets", "found"),
    [
        (b"DATA\r\nx\r\n.\r\n", [b"x\r\n"]),
        (b"data\r\n.\r\n", [b""]),
        (b"DATA\r\n..\r\n...x\r\n\n.\n\r\n.\r\n", [b".\r\n..x\r\n\n.\n\r\n"]),
        (b"DATA\r\nDATA\r\nBDAT 9\r\n.\r\nDATA\r\n\r\n.\r\n", [b"DATA\r\nBDAT 9\r\n", b"\r\n"]),
        (b"BDAT 7\r\n.\r\nQUITBDAT 0\r\nbdat 2 last\r\n\r\n", [b".\r\nQUIT\r\n"]),
        (b"RSET\r\n", []),
    ],
)
def test_mail_data_is_found_in_what_a_client_sent(octets: bytes, found: list[bytes]) -> None:
    assert mail_data(dialogue(octets)) == found


@pytest.mark.parametrize("octets", [b"DATA\r\nx\r\n", b"DATA\r\nx\n.\n", b"NOOP"])
def test_a_stream_that_stops_in_the_middle_is_not_taken_for_whole(octets: bytes) -> None:
    with pytest.raises(ValueError, match="not found"):
        mail_data(octets)


def test_stuffing_is_what_the_reading_undoes() -> None:
    data = b".\r\n..\r\nx.\r\n\n.\n\r\n.\r\r\n"

    assert mail_data(b"DATA\r\n" + stuffed(data) + b".\r\n") == [data]


def test_the_relay_passes_octets_both_ways_and_keeps_them() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(WAIT)
        with relaying("127.0.0.1", server.getsockname()[1]) as relay:
            client = Client(relay.port)
            behind, peer = server.accept()
            with client, behind:
                behind.sendall(b"hello\r\n")
                assert client.line() == b"hello\r\n"
                client.send(b"\0" * 200_000)
                client.socket.shutdown(socket.SHUT_WR)
                heard = b"".join(iter(lambda: behind.recv(65536), b""))
                behind.sendall(b"bye\r\n")

            [conversation] = relay.conversations
            assert conversation.ended.wait(WAIT)

    assert heard == conversation.client == b"\0" * 200_000
    assert conversation.server == b"hello\r\nbye\r\n"
    assert conversation.port == peer[1]


class Mending(MemoryStore):
    """Keeps something else than what came."""

    def __init__(self, mend: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._mend = mend

    def add(self, message: Message) -> Sequence[str]:
        return super().add(replace(message, data=self._mend(message.data)))


@pytest.mark.parametrize(
    "mend",
    [
        lambda data: data.replace(b"\n.\n", b"\r\n.\r\n"),
        lambda data: data + b"\r\n",
        lambda data: b"Received: by trap\r\n" + data,
        lambda data: data.removesuffix(b"\r\n"),
    ],
    ids=["line-ends", "one-more", "a-field", "one-less"],
)
def test_mail_that_is_not_kept_as_sent_does_not_escape_the_witness(
    mend: Callable[[bytes], bytes],
) -> None:
    with scene(store=Mending(mend)) as at:
        with Client(at.port) as client:
            client.data()
            assert client.codes(b"Subject: x\r\n\r\na\n.\nb\r\n.\r\n", b"QUIT\r\n") == [250, 221]

        with pytest.raises(AssertionError):
            at.kept_as_sent()


def test_a_missing_client_skips_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match=r"no-such-client .*: apt install it"):
        programs.program("no-such-client", "apt install it")


def test_a_missing_client_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match=r"no-such-client .*: apt install it"):
        programs.program("no-such-client", "apt install it")
