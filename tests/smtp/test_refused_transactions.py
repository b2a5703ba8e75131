"""What clients sent along with a MAIL or RCPT that a fault rule refuses (RFC 2920 section 3.1).

A server that answered 354 there would get an empty message from every client that pipelines.
"""

import pytest

from mailtrap.faults.policy import Policy
from mailtrap.faults.presets import unknown_user
from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule
from mailtrap.session import Command
from tests.support import Client, Running, entries_of, running

MAIL, RCPT, DATA = b"MAIL FROM:<a@b.test>\r\n", b"RCPT TO:<no@c.test>\r\n", b"DATA\r\n"
GOOD = b"RCPT TO:<yes@c.test>\r\n"


def pipelined(client: Client, greeting: bytes, *commands: bytes) -> list[bytes]:
    """The codes of the replies to commands that come in one segment."""
    client.reply()
    client.say(greeting + b" client.test\r\n")
    client.send(b"".join(commands))
    return [client.reply()[:3] for _ in commands]


def verbs(server: Running) -> list[str]:
    return [command.verb for command in entries_of(server.trap.sessions[0], Command)]


@pytest.mark.parametrize(("greeting", "code"), [(b"EHLO", b"554"), (b"LHLO", b"503")])
def test_data_behind_recipients_that_are_all_refused_is_refused(
    greeting: bytes, code: bytes
) -> None:
    with running(policy=Policy(unknown_user("no@*"))) as server, server.client() as client:
        codes = pipelined(client, greeting, MAIL, RCPT, RCPT, DATA)

        assert codes == [b"250", b"550", b"550", code]
        assert client.say(b"NOOP\r\n") == b"250 2.0.0 ok\r\n"
        assert verbs(server)[-1] == "NOOP"


def test_data_behind_one_recipient_of_two_is_taken() -> None:
    with running(policy=Policy(unknown_user("no@*"))) as server, server.client() as client:
        codes = pipelined(client, b"EHLO", MAIL, GOOD, RCPT, DATA)

        assert codes == [b"250", b"250", b"550", b"354"]
        assert client.say(b"hi\r\n.\r\n").startswith(b"250 ")
        assert server.message().envelope.forward_paths == ("yes@c.test",)


def test_what_is_sent_along_with_a_refused_mail_is_refused() -> None:
    policy = Policy([Rule("MAIL", wire_replies("MAIL", "451 4.7.1 later"), times=1)])
    with running(policy=policy) as server, server.client() as client:
        assert pipelined(client, b"EHLO", MAIL, GOOD, DATA) == [b"451", b"503", b"503"]

        client.send(MAIL + GOOD + DATA)

        assert [client.reply()[:3] for _ in range(3)] == [b"250", b"250", b"354"]
        assert client.say(b"hi\r\n.\r\n").startswith(b"250 ")
        assert server.message().data == b"hi\r\n"


def test_a_chunk_behind_recipients_that_are_all_refused_is_dropped() -> None:
    with running(policy=Policy(unknown_user())) as server, server.client() as client:
        codes = pipelined(client, b"EHLO", MAIL, RCPT, b"BDAT 6 LAST\r\nRSET\r\n")

        assert codes == [b"250", b"550", b"554"]
        assert client.say(b"NOOP\r\n") == b"250 2.0.0 ok\r\n"
        assert server.trap.messages == ()


@pytest.mark.parametrize("between", [b"RSET\r\n", b"EHLO again.test\r\n"])
def test_a_refusal_is_forgotten_with_its_transaction(between: bytes) -> None:
    with running(policy=Policy(unknown_user())) as server, server.client() as client:
        pipelined(client, b"EHLO", MAIL, RCPT)

        # Any session is taken: mail data without recipients, too, where none was refused.
        assert client.codes(between, MAIL, DATA) == [250, 250, 354]
        assert client.say(b".\r\n").startswith(b"250 ")
        assert len(server.trap.messages) == 1
