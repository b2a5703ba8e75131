import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.sending.header import divided
from mailtrap.sending.recipients import Named, addresses, named


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"bob@example.org", [b"bob@example.org"]),
        (b" Bob <bob@example.org>", [b"bob@example.org"]),
        (b'"Smith, J" <j@example.org>, a@b', [b"j@example.org", b"a@b"]),
        (b'"a \\" <x@y>" <j@example.org>', [b"j@example.org"]),
        (b"Cy (a comment, x@y (nested \\) too)) <cy@example.org>", [b"cy@example.org"]),
        (b"list: d@x.org, E <e@x.org>;, f@x.org", [b"d@x.org", b"e@x.org", b"f@x.org"]),
        (b"undisclosed-recipients:;", []),
        (b"a@b,\r\n c@d,\r\n\te@f", [b"a@b", b"c@d", b"e@f"]),
        (b"=?utf-8?q?J=C3=B6rg=2C_M?= <j@example.org>", [b"j@example.org"]),
        (b"<@relay.org,@other.org:bob@example.org>", [b"bob@example.org"]),
        (b"bob @ example.org", [b"bob@example.org"]),
        (b'"a b"@example.org', [b'"a b"@example.org']),
        (b'<"a,b"@example.org>', [b'"a,b"@example.org']),
        (b"bob@[IPv6:::1], cy@[127.0.0.1]", [b"bob@[IPv6:::1]", b"cy@[127.0.0.1]"]),
        (b"Bob <bob@example.org", [b"bob@example.org"]),
        (b"j\xc3\xb6rg@example.org", [b"j\xc3\xb6rg@example.org"]),
        (b"bob", [b"bob"]),
        (b"<>", []),
        (b", ,", []),
        (b"a@b; c@d", [b"a@b", b"c@d"]),
    ],
)
def test_addresses_are_found_as_the_grammar_has_them_and_as_people_write_them(
    body: bytes, found: list[bytes]
) -> None:
    assert addresses(body) == found


@given(st.binary())
def test_any_octets_can_be_read(body: bytes) -> None:
    assert all(addresses(body))


@given(
    st.lists(st.sampled_from([b"X: y\n", b"To: a\r\n", b" fold\n", b"\n", b"no field\n", b"Z:"]))
)
def test_no_octet_is_lost_where_a_message_is_divided(pieces: list[bytes]) -> None:
    data = b"".join(pieces)

    fields, rest = divided(data)

    assert b"".join(field.raw for field in fields) + rest == data


def test_who_is_named_is_in_to_cc_and_bcc_in_any_case() -> None:
    data = (
        b"FROM: Ann <ann@x>\r\nto: a@x\r\nX-To: no@x\r\ncc: b@x, a@x\r\nBcc: c@x\r\n\r\nTo: d@x\r\n"
    )

    assert named(divided(data).fields) == Named((b"ann@x",), (b"a@x", b"b@x", b"c@x"))
