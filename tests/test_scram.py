import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.credential import Credential, Exchange
from mailtrap.scram import scram
from tests.exchanges import ScramClient, carried_out

PASSWORDS = {"user": "pencil", "ann,lee=x": "pw", "IX": "a\u00a0\u00e9"}
SALT = base64.b64decode("QSXCR+Q6sek8bf92")
INVALID = "authentication credentials invalid"

# The examples of RFC 5802 section 5 and RFC 7677 section 3: digest, nonce and salt of the server,
# then client-first, server-first, client-final and server-final message.
EXAMPLES = {
    "RFC 5802": (
        ("sha1", "3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92"),
        "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    "RFC 7677": (
        ("sha256", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ=="),
        "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        (
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        ),
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
}
FIRST = b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"
UNPROVEN = b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p="


def begun() -> Exchange:
    return scram("sha1", b"3rfcNHYJY1ZVvWVs7j", SALT, PASSWORDS)


def played(client: ScramClient) -> tuple[bytes, Credential]:
    """The last challenge of an exchange with that client, and what the exchange ended in."""
    server = begun()
    next(server)
    server_first = server.send(client.first)
    challenges, credential = carried_out(begun(), [client.first, client.final(server_first), b""])
    return challenges[-1], credential


@pytest.mark.parametrize(
    ("server", "client_first", "server_first", "client_final", "server_final"),
    EXAMPLES.values(),
    ids=EXAMPLES,
)
def test_the_example_of_the_rfc_is_followed_to_the_octet(
    server: tuple[str, str, str],
    client_first: str,
    server_first: str,
    client_final: str,
    server_final: str,
) -> None:
    digest, nonce, salt = server
    exchange = scram(digest, nonce.encode(), base64.b64decode(salt), PASSWORDS)

    challenges, credential = carried_out(
        exchange, [client_first.encode(), client_final.encode(), b""]
    )

    assert challenges == [b"", server_first.encode(), server_final.encode()]
    assert credential == Credential("user", client_final.partition(",p=")[2])


@pytest.mark.parametrize("header", ["n,,", "y,,", "n,a=boss,"])
def test_a_client_without_channel_binding_and_the_server_prove_they_know_the_password(
    header: str,
) -> None:
    client = ScramClient("sha1", "user", "pencil", header=header)

    last, credential = played(client)

    assert last == client.server_final()
    assert credential.is_right


def test_escapes_in_the_user_name_are_undone() -> None:
    _, credential = played(ScramClient("sha1", "ann=2Clee=3Dx", "pw"))

    assert (credential.identity, credential.is_right) == ("ann,lee=x", True)


def test_name_and_password_are_compared_as_saslprep_has_them() -> None:
    # RFC 4013 section 3: U+2168 is IX, U+00AD goes; U+00A0 is a blank (section 2.1).
    _, credential = played(ScramClient("sha1", "\u2168\u00ad", "a \u00e9"))

    assert credential.is_right


@pytest.mark.parametrize(
    ("name", "password"), [("user", "pen"), ("nobody", "pencil"), ("", ""), ("USER", "pencil")]
)
def test_a_wrong_password_and_an_unknown_user_are_told_the_same_at_the_end(
    name: str, password: str
) -> None:
    last, credential = played(ScramClient("sha1", name, password))

    assert last == b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
    assert credential.identity == name
    assert credential.error == f"{INVALID} (e=invalid-proof)"


@pytest.mark.parametrize(
    ("first", "error"),
    [
        (b"", "invalid-encoding"),
        (b"n=user,r=abc", "invalid-encoding"),
        (b"n,,n=user,r=", "invalid-encoding"),
        (b"n,,n=user,r=a\x7f", "invalid-encoding"),
        (b"x,,n=user,r=abc", "invalid-encoding"),
        (b"p=tls-unique,,n=user,r=abc", "channel-binding-not-supported"),
        (b"n,,m=new,n=user,r=abc", "extensions-not-supported"),
        (b"n,,n=us=er,r=abc", "invalid-username-encoding"),
        (b"n,,n=us=2cer,r=abc", "invalid-username-encoding"),
    ],
)
def test_a_client_first_message_that_cannot_be_used_ends_the_exchange(
    first: bytes, error: str
) -> None:
    challenges, credential = carried_out(begun(), [first])

    assert challenges == [b""]
    assert credential.error == f"{INVALID} (e={error})"


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        (b"Vs7j,p=", b"Vs7k,p=", "other-error"),
        (b"r=fyko", b"r=gyko", "other-error"),
        (b"3rfcNHYJY1ZVvWVs7j", b"", "other-error"),
        (b"c=biws", b"c=eSws", "channel-bindings-dont-match"),
        (b",p=", b",x=1,p=", "invalid-proof"),
        (b"p=v0X8", b"p=V0X8", "invalid-proof"),
        (b"p=v0X8", b"p=\xff", "invalid-proof"),
        (b",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", b",p=", "invalid-proof"),
        (b",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", b"", "invalid-encoding"),
    ],
)
def test_a_client_final_message_that_was_tampered_with_proves_nothing(
    before: bytes, after: bytes, error: str
) -> None:
    final = EXAMPLES["RFC 5802"][3].encode()
    assert before in final

    challenges, credential = carried_out(begun(), [FIRST, final.replace(before, after)])

    assert len(challenges) == 2
    assert credential.error == f"{INVALID} (e={error})"


@given(
    st.binary(max_size=40) | st.just(FIRST),
    st.binary(max_size=40) | st.binary(max_size=30).map(UNPROVEN.__add__),
)
def test_any_octets_end_in_a_credential_that_is_wrong(first: bytes, final: bytes) -> None:
    _, credential = carried_out(begun(), [first, final])

    assert not credential.is_right
