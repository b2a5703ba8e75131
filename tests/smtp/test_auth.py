"""AUTH takes any credentials, keeps them, and never shows them."""

import base64

import pytest

from mailtrap.session import Authenticated
from mailtrap.transcript import MASK, lines
from tests.support import entries_of, running, shown


def b64(octets: bytes) -> bytes:
    return base64.b64encode(octets)


TOKEN = "x" * 8000
XOAUTH2 = b"user=ann@example.org\x01auth=Bearer " + TOKEN.encode() + b"\x01\x01"
OAUTHBEARER = b"n,a=ann@example.org,\x01host=x\x01port=1\x01auth=Bearer tok\x01\x01"

# What the client sends line by line; the mechanism, identity and secret it then gave.
EXCHANGES = {
    "PLAIN": ([b"PLAIN", b64(b"\0ann\0pw")], ("PLAIN", "ann", "pw")),
    "PLAIN with an initial response": ([b"PLAIN " + b64(b"\0ann\0pw")], ("PLAIN", "ann", "pw")),
    "PLAIN in lower case": ([b"plain " + b64(b"\0ann\0pw")], ("PLAIN", "ann", "pw")),
    "PLAIN with an authorization identity": (
        [b"PLAIN " + b64(b"boss\0ann\0pw")],
        ("PLAIN", "ann", "pw"),
    ),
    "PLAIN with one NUL": ([b"PLAIN " + b64(b"ann\0pw")], ("PLAIN", "ann", "pw")),
    "PLAIN with nothing": ([b"PLAIN ="], ("PLAIN", "", "")),
    "PLAIN that is not base64": ([b"PLAIN ann:pw"], ("PLAIN", "", "ann:pw")),
    "PLAIN without padding": ([b"PLAIN " + b64(b"\0an\0pw").rstrip(b"=")], ("PLAIN", "an", "pw")),
    "PLAIN in UTF-8": ([b"PLAIN " + b64("\0änn\0pä".encode())], ("PLAIN", "änn", "pä")),
    "PLAIN behind a TAB": ([b"PLAIN\t" + b64(b"\0ann\0pw")], ("PLAIN", "ann", "pw")),
    "LOGIN": ([b"LOGIN", b64(b"ann"), b64(b"pw")], ("LOGIN", "ann", "pw")),
    "LOGIN with an initial response": (
        [b"login " + b64(b"ann"), b64(b"pw")],
        ("LOGIN", "ann", "pw"),
    ),
    "LOGIN with empty lines": ([b"LOGIN", b"", b""], ("LOGIN", "", "")),
    "CRAM-MD5": ([b"CRAM-MD5", b64(b"ann 0123")], ("CRAM-MD5", "ann", "0123")),
    "CRAM-MD5 with an initial response": (
        [b"CRAM-MD5 " + b64(b"ann 0123")],
        ("CRAM-MD5", "ann", "0123"),
    ),
    "XOAUTH2": ([b"XOAUTH2 " + b64(XOAUTH2)], ("XOAUTH2", "ann@example.org", TOKEN)),
    "XOAUTH2 in two steps": ([b"XOAUTH2", b64(XOAUTH2)], ("XOAUTH2", "ann@example.org", TOKEN)),
    "OAUTHBEARER": (
        [b"OAUTHBEARER " + b64(OAUTHBEARER)],
        ("OAUTHBEARER", "ann@example.org", "tok"),
    ),
    "EXTERNAL": ([b"EXTERNAL ="], ("EXTERNAL", "", "")),
    "EXTERNAL with an identity": ([b"EXTERNAL", b64(b"ann")], ("EXTERNAL", "ann", "")),
    "ANONYMOUS": ([b"ANONYMOUS " + b64(b"trace")], ("ANONYMOUS", "trace", "")),
}


@pytest.mark.parametrize(("said", "expected"), EXCHANGES.values(), ids=EXCHANGES)
def test_every_mechanism_takes_any_credentials(
    said: list[bytes], expected: tuple[str, str, str]
) -> None:
    with running() as server, server.client() as client:
        client.greeted()

        replies = [client.say(line + b"\r\n") for line in [b"AUTH " + said[0], *said[1:]]]

        assert [int(reply[:3]) for reply in replies] == [334] * (len(said) - 1) + [235]
        [done] = entries_of(server.trap.sessions[0], Authenticated)
    assert (done.mechanism, done.identity, done.secret) == expected


@pytest.mark.parametrize(("said", "expected"), EXCHANGES.values(), ids=EXCHANGES)
def test_credentials_are_kept_to_the_byte_and_masked_when_shown(
    said: list[bytes], expected: tuple[str, str, str]
) -> None:
    with running() as server, server.client() as client:
        client.greeted()
        for line in [b"AUTH " + said[0], *said[1:]]:
            client.say(line + b"\r\n")
        [session] = server.trap.sessions

    sent = b"".join(e.raw for e in session.transcript if e.kind in ("command", "credentials"))
    assert sent.endswith(b"AUTH " + b"\r\n".join(said) + b"\r\n")
    for words in (line.split()[-1] if line else b"" for line in said):
        if len(words) > 1 and words.upper() != expected[0].encode():
            assert words.decode() not in shown(session)
            assert MASK in shown(session)
    if expected[2]:
        assert expected[2] not in shown(session)
        told = "".join(line.text for line in lines(session.transcript, show_secrets=True))
        assert expected[2] in told


@pytest.mark.parametrize("first", [b"PLAIN", b"LOGIN", b"CRAM-MD5", b"XOAUTH2"])
def test_a_cancelled_exchange_is_answered_501_and_the_session_goes_on(first: bytes) -> None:
    with running() as server, server.client() as client:
        client.greeted()

        assert client.codes(b"AUTH " + first + b"\r\n", b"*\r\n", b"NOOP\r\n") == [334, 501, 250]

        assert server.trap.sessions[0].authenticated is None


def test_a_password_sent_though_auth_was_refused_is_masked() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        assert client.codes(b"AUTH NTLM\r\n", b"c2VjcmV0\r\n", b"NOOP\r\n") == [504, 500, 250]

        [session] = server.trap.sessions
    assert "c2VjcmV0" not in shown(session)
    assert "c2VjcmV0" not in repr(session)


def test_a_command_after_auth_is_no_password() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        client.codes(b"AUTH PLAIN =\r\n", b"NONSENSE\r\n", b"AUTH NTLM\r\n", b"RSET\r\n")

        text = shown(server.trap.sessions[0])
    assert "C: NONSENSE" in text
    assert "C: RSET" in text


def test_secrets_are_in_no_repr() -> None:
    with running() as server, server.client() as client:
        client.greeted()
        client.say(b"AUTH PLAIN " + b64(b"\0ann\0hunter2") + b"\r\n")
        client.codes(b"AUTH LOGIN\r\n", b64(b"ann") + b"\r\n", b64(b"hunter2") + b"\r\n")

        text = repr(server.trap.sessions)
    assert b64(b"\0ann\0hunter2").decode() not in text
    assert b64(b"hunter2").decode() not in text
    assert "hunter2" not in text


def test_cram_md5_challenges_differ_between_connections() -> None:
    challenges = set()
    with running() as server:
        for _ in range(2):
            with server.client() as client:
                client.greeted()
                challenges.add(client.say(b"AUTH CRAM-MD5\r\n"))

    assert len(challenges) == 2
    challenge = base64.b64decode(challenges.pop()[4:])
    assert challenge.startswith(b"<")
    assert challenge.endswith(b"@trap.test>")


def test_auth_works_before_ehlo_in_a_transaction_and_twice() -> None:
    plain = b"AUTH PLAIN " + b64(b"\0ann\0pw") + b"\r\n"
    with running() as server, server.client() as client:
        client.reply()

        codes = client.codes(plain, b"MAIL FROM:<a@b>\r\n", plain, b"DATA\r\n", b".\r\n")

        assert codes == [235, 250, 235, 354, 250]
        assert server.message().envelope.reverse_path == "a@b"


def test_pipelined_commands_behind_auth_are_answered_in_order() -> None:
    with running() as server, server.client() as client:
        client.greeted()

        client.send(b"AUTH LOGIN\r\n" + b64(b"ann") + b"\r\n" + b64(b"pw") + b"\r\nNOOP\r\n")

        assert [int(client.reply()[:3]) for _ in range(4)] == [334, 334, 235, 250]
