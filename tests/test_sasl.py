import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.credential import Credential, Exchange
from mailtrap.sasl import advertised, mechanisms
from tests.exchanges import ScramClient, carried_out

NONCE = "<nonce@trap.test>"
PASSWORDS = {"ann": "s3cret", "bob": "hunter2"}
SCRAM = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}
INVALID_TOKEN = b'{"status":"invalid_token","schemes":"bearer"}'


def begun(mechanism: str, passwords: dict[str, str] | None = None) -> Exchange:
    passwords = passwords or {}
    return mechanisms(passwords)[mechanism](NONCE, passwords)


def exchange(
    mechanism: str, responses: list[bytes], passwords: dict[str, str] | None = None
) -> tuple[list[bytes], Credential]:
    """The challenges, and what the mechanism then makes of the responses."""
    return carried_out(begun(mechanism, passwords), responses)


def digest(password: bytes) -> bytes:
    return hmac.new(password, NONCE.encode(), "md5").hexdigest().encode()


@pytest.mark.parametrize("mechanism", mechanisms({}))
@given(responses=st.lists(st.binary(max_size=60), min_size=2, max_size=2))
def test_any_responses_end_in_a_credential(mechanism: str, responses: list[bytes]) -> None:
    _, credential = exchange(mechanism, responses)

    assert isinstance(credential.identity, str)
    assert isinstance(credential.secret, str)
    assert credential.is_right


@pytest.mark.parametrize("mechanism", mechanisms(PASSWORDS))
@given(responses=st.lists(st.binary(max_size=60), min_size=2, max_size=2))
def test_any_responses_end_in_a_wrong_credential_where_passwords_count(
    mechanism: str, responses: list[bytes]
) -> None:
    _, credential = exchange(mechanism, responses, PASSWORDS)

    assert not credential.is_right


def test_scram_is_known_and_advertised_only_with_passwords() -> None:
    assert list(advertised({})) == ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"]
    assert list(advertised(PASSWORDS)) == [*advertised({}), "SCRAM-SHA-1", "SCRAM-SHA-256"]
    assert set(mechanisms(PASSWORDS)) - set(mechanisms({})) == set(SCRAM)


# The responses of a client, right for ann and s3cret.
RIGHT = {
    "PLAIN": [b"\0ann\0s3cret"],
    "LOGIN": [b"ann", b"s3cret"],
    "CRAM-MD5": [b"ann " + digest(b"s3cret")],
    "XOAUTH2": [b"user=ann\x01auth=Bearer s3cret\x01\x01"],
    "OAUTHBEARER": [b"n,a=ann,\x01host=x\x01auth=bearer s3cret\x01\x01"],
}
WRONG = {
    "PLAIN": [
        [b"\0ann\0hunter2"],
        [b"\0eve\0s3cret"],
        [b"\0ann\0s3cret\0"],
        [b"ann:s3cret"],
        [b"s3cret"],
        [b""],
    ],
    "LOGIN": [[b"ann", b"hunter2"], [b"eve", b"s3cret"], [b"", b""]],
    "CRAM-MD5": [
        [b"ann " + digest(b"hunter2")],
        [b"eve " + digest(b"s3cret")],
        [digest(b"s3cret")],
        [b"ann s3cret"],
        [b"ann \xff"],
    ],
    "XOAUTH2": [
        [b"user=ann\x01auth=Bearer hunter2\x01\x01"],
        [b"user=ann\x01auth=s3cret\x01\x01"],
        [b"user=ann\x01auth=Basic s3cret\x01\x01"],
        [b"auth=Bearer s3cret\x01\x01"],
        [b""],
    ],
    "OAUTHBEARER": [
        [b"n,a=ann,\x01auth=Bearer hunter2\x01\x01"],
        [b"n,,\x01auth=Bearer s3cret\x01\x01"],
    ],
    "EXTERNAL": [[b""], [b"ann"]],
    "ANONYMOUS": [[b""], [b"ann"]],
}


@pytest.mark.parametrize(("mechanism", "responses"), RIGHT.items(), ids=RIGHT)
def test_the_right_password_is_right(mechanism: str, responses: list[bytes]) -> None:
    _, credential = exchange(mechanism, responses, PASSWORDS)

    assert credential.identity == "ann"
    assert credential.is_right


@pytest.mark.parametrize(
    ("mechanism", "responses"),
    [(mechanism, responses) for mechanism, tries in WRONG.items() for responses in tries],
)
def test_a_wrong_password_is_wrong(mechanism: str, responses: list[bytes]) -> None:
    _, credential = exchange(mechanism, responses, PASSWORDS)

    assert credential.error == "authentication credentials invalid"


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_a_wrong_token_is_told_in_a_last_challenge(mechanism: str) -> None:
    _, credential = exchange(mechanism, [b"n,a=ann,\x01auth=Bearer x\x01\x01"], PASSWORDS)

    assert credential.last_challenge == INVALID_TOKEN


@pytest.mark.parametrize(("mechanism", "hash_name"), SCRAM.items(), ids=SCRAM)
def test_scram_draws_salt_and_nonce_from_the_nonce_of_the_session(
    mechanism: str, hash_name: str
) -> None:
    client = ScramClient(hash_name, "ann", "s3cret")
    server = begun(mechanism, PASSWORDS)

    assert next(server) == b""
    server_first = server.send(client.first)
    server_final = server.send(client.final(server_first))

    assert server_final == client.server_final()
    with pytest.raises(StopIteration) as end:
        server.send(b"")
    assert end.value.value.is_right
    other = mechanisms(PASSWORDS)[mechanism]("<other, nonce>", PASSWORDS)
    next(other)
    fields, other_fields = server_first.split(b","), other.send(client.first).split(b",")
    assert len(fields) == len(other_fields) == 3
    assert fields[0] != other_fields[0]
    assert fields[1] != other_fields[1]


def test_login_asks_for_name_and_password() -> None:
    challenges, credential = exchange("LOGIN", [b"ann", b"pw"])

    assert challenges == [b"Username:", b"Password:"]
    assert credential == Credential("ann", "pw")


def test_cram_md5_challenges_with_the_nonce() -> None:
    challenges, credential = exchange("CRAM-MD5", [b"ann lee 0123"])

    assert challenges == [b"<nonce@trap.test>"]
    assert credential == Credential("ann lee", "0123")


# RFC 2195 section 2
def test_cram_md5_computes_the_digest_of_the_example() -> None:
    passwords = {"tim": "tanstaaftanstaaf"}
    challenge = "<1896.697170952@postoffice.reston.mci.net>"
    response = b"tim b913a602c7eda7a495b4e6e7334d3890"

    _, credential = carried_out(mechanisms(passwords)["CRAM-MD5"](challenge, passwords), [response])

    assert credential.is_right


def test_a_response_nobody_can_split_is_all_secret() -> None:
    assert exchange("PLAIN", [b"ann:pw"])[1] == Credential("", "ann:pw")
    assert exchange("CRAM-MD5", [b"0123"])[1] == Credential("", "0123")


def test_escapes_in_the_identity_of_oauthbearer_are_undone() -> None:
    _, credential = exchange("OAUTHBEARER", [b"n,a=a=2Cb=3Dc,\x01auth=Bearer t\x01\x01"])

    assert credential == Credential("a,b=c", "t")


def test_a_token_that_is_not_a_bearer_token_is_kept_whole() -> None:
    assert exchange("XOAUTH2", [b"user=ann\x01auth=Basic x\x01\x01"])[1].secret == "Basic x"


def test_secrets_are_not_in_a_repr() -> None:
    assert "pw" not in repr(exchange("PLAIN", [b"\0ann\0pw"])[1])
