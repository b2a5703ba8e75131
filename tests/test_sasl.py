import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.sasl import ADVERTISED, MECHANISMS, Credential


def exchange(mechanism: str, responses: list[bytes]) -> tuple[list[bytes], Credential]:
    """The challenges, and what the mechanism then makes of the responses."""
    running = MECHANISMS[mechanism]("<nonce@trap.test>")
    challenges = [next(running)]
    for response in responses:
        try:
            challenges.append(running.send(response))
        except StopIteration as end:
            credential: Credential = end.value
            return challenges, credential
    raise AssertionError(f"{mechanism} wants more than {len(responses)} responses")


@pytest.mark.parametrize("mechanism", MECHANISMS)
@given(responses=st.lists(st.binary(max_size=60), min_size=2, max_size=2))
def test_any_responses_end_in_a_credential(mechanism: str, responses: list[bytes]) -> None:
    _, credential = exchange(mechanism, responses)

    assert isinstance(credential.identity, str)
    assert isinstance(credential.secret, str)


def test_what_is_advertised_is_there() -> None:
    assert set(ADVERTISED) < set(MECHANISMS)


def test_login_asks_for_name_and_password() -> None:
    challenges, credential = exchange("LOGIN", [b"ann", b"pw"])

    assert challenges == [b"Username:", b"Password:"]
    assert credential == Credential("ann", "pw")


def test_cram_md5_challenges_with_the_nonce() -> None:
    challenges, credential = exchange("CRAM-MD5", [b"ann lee 0123"])

    assert challenges == [b"<nonce@trap.test>"]
    assert credential == Credential("ann lee", "0123")


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
