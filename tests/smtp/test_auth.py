"""AUTH takes any credentials, or those of its users; it keeps them and never shows them."""

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.session import Authenticated, AuthenticationFailed
from mailtrap.transcript import MASK, lines
from tests.exchanges import ScramClient
from tests.support import Client, entries_of, running, shown


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


USERS = {"ann": "s3cret"}
SCRAM = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}


def said_by(client: Client, mechanism: str, password: str) -> list[bytes]:
    """The replies to an exchange as ann with that password, each line sent after a reply."""
    replies = [client.say(b"AUTH %b\r\n" % mechanism.encode())]
    if mechanism in SCRAM:
        scram = ScramClient(SCRAM[mechanism], "ann", password)
        replies.append(client.say(b64(scram.first) + b"\r\n"))
        final = scram.final(base64.b64decode(replies[-1][4:]))
        replies.append(client.say(b64(final) + b"\r\n"))
        if replies[-1].startswith(b"334"):
            assert base64.b64decode(replies[-1][4:]) == scram.server_final()
            replies.append(client.say(b"\r\n"))
        return replies
    challenge = base64.b64decode(replies[-1][4:])
    secret = password.encode()
    responses = {
        "PLAIN": [b"\0ann\0" + secret],
        "LOGIN": [b"ann", secret],
        "CRAM-MD5": [b"ann " + hmac.new(secret, challenge, "md5").hexdigest().encode()],
        "XOAUTH2": [b"user=ann\x01auth=Bearer " + secret + b"\x01\x01"],
        "OAUTHBEARER": [b"n,a=ann,\x01auth=Bearer " + secret + b"\x01\x01"],
        "EXTERNAL": [b"ann"],
        "ANONYMOUS": [b"ann"],
    }[mechanism]
    replies += [client.say(b64(response) + b"\r\n") for response in responses]
    if len(replies) > len(responses) and replies[-1].startswith(b"334"):
        replies.append(client.say(b"AQ==\r\n"))  # RFC 7628 section 3.2.3
    return replies


@pytest.mark.parametrize(
    "mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", *SCRAM]
)
def test_the_right_password_of_a_user_passes(mechanism: str) -> None:
    with running(users=USERS) as server, server.client() as client:
        client.greeted()

        replies = said_by(client, mechanism, "s3cret")

        [session] = server.trap.sessions
    assert replies[-1] == b"235 2.7.0 authenticated\r\n"
    assert session.authenticated is not None
    assert (session.authenticated.mechanism, session.authenticated.identity) == (mechanism, "ann")
    assert not entries_of(session, AuthenticationFailed)


@pytest.mark.parametrize(
    "mechanism",
    ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", *SCRAM],
)
def test_a_wrong_password_is_refused_kept_masked_and_the_session_goes_on(mechanism: str) -> None:
    with running(users=USERS) as server, server.client() as client:
        client.greeted()

        replies = said_by(client, mechanism, "hunter2")

        assert client.codes(b"NOOP\r\n") == [250]
        [session] = server.trap.sessions
        assert said_by(client, "PLAIN", "s3cret")[-1].startswith(b"235 ")
    assert replies[-1].startswith(b"535 5.7.8 authentication credentials invalid")
    assert session.authenticated is None
    [failed] = entries_of(session, AuthenticationFailed)
    assert (failed.mechanism, failed.identity) == (mechanism, "ann")
    assert f"-- authentication failed: ann, by {mechanism}" in shown(session).splitlines()
    for line in lines(session.transcript):
        assert "hunter2" not in line.text
        assert not failed.secret or failed.secret not in line.text
    assert not failed.secret or failed.secret not in repr(session)


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_wrong_token_is_told_as_json_before_it_is_refused(mechanism: str) -> None:
    with running(users=USERS) as server, server.client() as client:
        client.greeted()

        replies = said_by(client, mechanism, "expired")

    assert [int(reply[:3]) for reply in replies] == [334, 334, 535]
    assert base64.b64decode(replies[1][4:]) == b'{"status":"invalid_token","schemes":"bearer"}'


@pytest.mark.parametrize("answer", [b"", b"*\r\n"], ids=["leaves", "cancels"])
def test_a_wrong_token_is_seen_though_the_client_leaves_at_the_challenge(answer: bytes) -> None:
    xoauth2 = b"AUTH XOAUTH2 " + b64(b"user=ann\x01auth=Bearer expired\x01\x01") + b"\r\n"
    with running(users=USERS) as server:
        with server.client() as client:
            client.greeted()
            client.say(xoauth2)
            if answer:
                assert client.codes(answer, b"AUTH PLAIN\r\n", b"\r\n") == [501, 334, 535]

        session = server.session()

    failed = entries_of(session, AuthenticationFailed)
    assert (failed[0].mechanism, failed[0].secret) == ("XOAUTH2", "expired")


def test_scram_is_not_known_where_no_password_is() -> None:
    with running() as server, server.client() as client:
        client.reply()

        assert b"SCRAM" not in client.say(b"EHLO client.test\r\n")
        assert client.codes(b"AUTH SCRAM-SHA-256\r\n", b"AUTH SCRAM-SHA-1\r\n") == [504, 504]


def test_scram_is_advertised_where_a_password_is() -> None:
    with running(users=USERS) as server, server.client() as client:
        client.reply()

        reply = client.say(b"EHLO client.test\r\n")

    assert b"AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER SCRAM-SHA-1 SCRAM-SHA-256\r\n" in reply


def test_a_scram_exchange_can_be_cancelled_at_any_step() -> None:
    scram = ScramClient("sha256", "ann", "s3cret")
    first = b"AUTH SCRAM-SHA-256 " + b64(scram.first) + b"\r\n"
    with running(users=USERS) as server, server.client() as client:
        client.greeted()

        assert client.codes(b"AUTH SCRAM-SHA-256\r\n", b"*\r\n", first, b"*\r\n") == [
            *(334, 501),
            *(334, 501),
        ]
        final = scram.final(base64.b64decode(client.say(first)[4:]))
        assert client.codes(b64(final) + b"\r\n", b"*\r\n", b"NOOP\r\n") == [334, 501, 250]

        assert server.trap.sessions[0].authenticated is None


def test_a_proof_cannot_be_used_again_in_the_same_session() -> None:
    scram = ScramClient("sha256", "ann", "s3cret")
    first = b"AUTH SCRAM-SHA-256 " + b64(scram.first) + b"\r\n"
    with running(users=USERS) as server, server.client() as client:
        client.greeted()
        final = b64(scram.final(base64.b64decode(client.say(first)[4:]))) + b"\r\n"
        assert client.codes(final, b"\r\n") == [334, 235]

        assert client.codes(first, final) == [334, 535]


@given(
    mechanism=st.sampled_from(["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER", *SCRAM]),
    line=st.binary(max_size=40).filter(lambda line: b"\n" not in line),
)
def test_any_octets_for_a_response_are_refused_and_the_session_goes_on(
    mechanism: str, line: bytes
) -> None:
    with running(users=USERS) as server, server.client() as client:
        client.greeted()
        reply = client.say(b"AUTH %b\r\n" % mechanism.encode())

        while reply.startswith(b"334"):
            reply = client.say(line + b"\r\n")

        assert reply[:4] in (b"535 ", b"501 ")
        assert client.codes(b"NOOP\r\n") == [250]
