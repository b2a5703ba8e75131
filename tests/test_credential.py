import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.credential import Credential, checked, encoded, prepared
from mailtrap.envelope import decoded

PASSWORDS = {"ann": "s3cret:x", "zoë": "pä\udcff", "eve": ""}


@pytest.mark.parametrize(
    ("identity", "secret"),
    [
        (b"ann", b"s3cret:x"),
        ("zoë".encode(), "pä".encode() + b"\xff"),
        ("zoe\u0308".encode(), "pa\u0308".encode() + b"\xff"),
        (b"eve", b""),
    ],
)
def test_the_right_password_is_right_however_it_is_composed(identity: bytes, secret: bytes) -> None:
    assert checked(identity, secret, PASSWORDS).is_right


@pytest.mark.parametrize(
    ("identity", "secret"),
    [
        (b"ann", b"s3cret"),
        (b"ann", b""),
        (b"Ann", b"s3cret:x"),
        (b"", b"s3cret:x"),
        (b"bob", b""),
        (b"ann", b"\xff"),
    ],
)
def test_any_other_password_and_an_unknown_user_are_wrong(identity: bytes, secret: bytes) -> None:
    credential = checked(identity, secret, PASSWORDS)

    assert not credential.is_right
    assert credential.error == "authentication credentials invalid"


@given(st.binary(max_size=30), st.binary(max_size=30))
def test_without_passwords_any_credential_is_right(identity: bytes, secret: bytes) -> None:
    credential = checked(identity, secret, {})

    assert credential == Credential(decoded(identity), decoded(secret))
    assert credential.is_right


# RFC 4013 section 3
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I\u00adX", b"IX"),
        ("user", b"user"),
        ("USER", b"USER"),
        ("\u00aa", b"a"),
        ("\u2168", b"IX"),
        ("\u00a0x\u3000", b" x "),
        ("\u0007", b"\x07"),
    ],
)
def test_text_is_prepared_as_the_examples_of_saslprep_have_it(text: str, expected: bytes) -> None:
    assert prepared(text) == expected


@given(st.binary(max_size=30))
def test_octets_come_back_from_the_text_they_became(octets: bytes) -> None:
    assert encoded(decoded(octets)) == octets
