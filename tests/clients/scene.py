"""A trap with a witness in front of it, and what tests ask about what happened there."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from mailtrap.envelope import Path
from mailtrap.message import Message
from mailtrap.session import Chunk, ClientEntry, Command, Credentials, MailData, Reply, Session
from tests.clients.relay import Conversation, Relay, relaying
from tests.clients.wire import mail_data, stuffed
from tests.support import WAIT, Running, entries_of, running, shown


class Scene:
    """What clients connect to, and what they did there."""

    def __init__(self, server: Running, relay: Relay, host: str) -> None:
        self.host = host
        self.port = relay.port
        self._server = server
        self._relay = relay

    def kept_as_sent(self) -> list[Message]:
        """Every message, once it is shown that all is kept octet by octet as it was sent.

        For each connection: the messages are what the recorded client stream holds, the
        transcript's entries put together are that stream, and its replies are what the client
        was sent.
        """
        kept = []
        for session, conversation in zip(self.sessions(), self._relay.conversations, strict=True):
            messages = [self._message(message_id) for message_id in session.message_ids]
            client = bytes(conversation.client)
            assert [message.data for message in messages] == mail_data(client)
            assert client_octets(session, messages) == client
            assert b"".join(r.raw for r in entries_of(session, Reply)) == conversation.server
            kept += messages
        assert {m.id for m in kept} == {m.id for m in self._server.trap.messages}
        return kept

    def message(self) -> Message:
        """The only message, kept as sent."""
        [message] = self.kept_as_sent()
        return message

    def sessions(self) -> list[Session]:
        """Every session, once all have ended, in the order the connections began."""
        conversations = self._relay.conversations
        for conversation in conversations:
            assert conversation.ended.wait(WAIT), "the client and the server part"
        return [self._session(conversation) for conversation in conversations]

    def session(self) -> Session:
        """The only session, once it has ended."""
        [session] = self.sessions()
        return session

    def until_over(self) -> None:
        """Wait until the server takes all sessions for ended, which may be after their clients."""
        self._server.until(lambda: all(s.closed for s in self._server.trap.sessions), "the ends")

    def messages(self) -> tuple[Message, ...]:
        """Every message, however it was sent."""
        return tuple(self._server.trap.messages)

    def client_streams(self) -> list[bytes]:
        """What each client sent, once all have ended."""
        self.sessions()
        return [bytes(conversation.client) for conversation in self._relay.conversations]

    def _session(self, conversation: Conversation) -> Session:
        sessions = self._server.trap.sessions
        [session] = [s for s in sessions if s.peer.port == conversation.port]
        # The trap hears of the end before the connection is closed, and so before the relay.
        assert session.closed
        return session

    def _message(self, message_id: str) -> Message:
        message = self._server.trap.message(message_id)
        assert message is not None
        return message


@contextmanager
def scene(*, address: str = "127.0.0.1", **options: Any) -> Iterator[Scene]:
    """A trap and a witness for the length of a block; other keywords go to ``running``.

    ``address``: where clients reach both; ``::1`` is skipped on a machine without IPv6.
    """
    with running(host="localhost" if address == "::1" else address, **options) as server:
        ports = dict(server.addresses)
        if address not in ports:
            pytest.skip(f"this machine has no {address}")
        with relaying(address, ports[address]) as relay:
            yield Scene(server, relay, address)


def client_octets(session: Session, messages: Sequence[Message]) -> bytes:
    """All that the client sent, put together from the transcript and the messages it names."""
    data = {message.id: message.data for message in messages}
    octets = b""
    for entry in entries_of(session, ClientEntry):
        assert entry.offset == len(octets)
        if isinstance(entry, MailData):
            assert entry.message is not None
            octets += stuffed(data[entry.message]) + entry.terminator.removeprefix(b"\r\n")
        elif isinstance(entry, Chunk):
            # One message may have come in many chunks.
            assert entry.message is not None
            octets += data[entry.message][: entry.size]
            data[entry.message] = data[entry.message][entry.size :]
        else:
            octets += entry.raw
    return octets


# What the tests ask about a session


def commands(session: Session) -> list[bytes]:
    """The command lines, without their line ends."""
    return [command.raw.removesuffix(b"\r\n") for command in entries_of(session, Command)]


def verbs(session: Session) -> list[str]:
    """The verbs of the commands."""
    return [command.verb for command in entries_of(session, Command)]


def replies_to(session: Session, kind: type[ClientEntry], verb: str = "") -> list[list[int]]:
    """For each entry of that kind (and that verb) the codes of the replies before the next one."""
    asked = [
        index
        for index, entry in enumerate(session.transcript)
        if isinstance(entry, kind) and (not verb or getattr(entry, "verb", "") == verb)
    ]
    return [_codes_after(session, index) for index in asked]


def _codes_after(session: Session, index: int) -> list[int]:
    codes = []
    for entry in session.transcript[index + 1 :]:
        if isinstance(entry, ClientEntry):
            break
        if isinstance(entry, Reply):
            codes.append(entry.code)
    return codes


def parameters(path: Path | None) -> list[bytes]:
    """The parameters of a MAIL or RCPT command as they were sent."""
    assert path is not None
    return [parameter.raw for parameter in path.parameters]


def assert_masked(session: Session, *secrets: str) -> None:
    """No one who looks at the transcript sees a secret, as text or as it crossed the wire."""
    crossed = [line.raw for line in entries_of(session, Credentials)]
    crossed += [c.raw.split(None, 2)[2] for c in entries_of(session, Command) if _has_secret(c)]
    assert crossed, "the client sent credentials"
    hidden = [line.strip().decode() for line in crossed if line.strip()]
    hidden += [base64.b64encode(secret.encode()).decode() for secret in secrets]
    text = shown(session)
    assert "********" in text
    assert [secret for secret in (*hidden, *secrets) if secret in text] == []


def _has_secret(command: Command) -> bool:
    return command.verb == "AUTH" and len(command.raw.split(None, 2)) == 3
