"""Borders of the rules for the mailbox of a path."""

import pytest

from mailtrap.lint.samples import Script
from mailtrap.terms import Terms
from tests.lint.of_commands import findings, ids

EHLO = b"EHLO app.example.org\r\n"


def of_mailbox(mailbox: bytes) -> set[str]:
    return ids((EHLO, b"MAIL FROM:<" + mailbox + b"> SMTPUTF8\r\n"))


@pytest.mark.parametrize(
    ("mailbox", "rules"),
    [
        (b"foo", {"address-no-domain"}),
        (b"postmaster", {"address-no-domain"}),
        (b'"a@b.c"', {"address-no-domain", "quoted-local-part"}),
        (b"@example.org", {"local-part-syntax"}),
        (b".a@example.org", {"local-part-syntax"}),
        (b"a.@example.org", {"local-part-syntax"}),
        (b"a..b@example.org", {"local-part-syntax"}),
        (b"a b@example.org", {"local-part-syntax"}),
        (b" a@example.org", {"local-part-syntax"}),
        (b"a@b@example.org", {"local-part-syntax"}),
        (b"a(c)@example.org", {"local-part-syntax"}),
        (b'"a"b"@example.org', {"local-part-syntax"}),
        (b'"a@example.org', {"local-part-syntax"}),
        (b'""@example.org', {"quoted-local-part"}),
        (b'"a\\"b"@example.org', {"quoted-local-part"}),
        (b"a@", {"domain-syntax"}),
        (b"a@.", {"domain-syntax"}),
        (b"a@b..c", {"domain-syntax"}),
        (b"a@.b.c", {"domain-syntax"}),
        (b"a@b.c..", {"domain-syntax"}),
        (b"a@-b.c", {"domain-syntax"}),
        (b"a@b-.c", {"domain-syntax"}),
        (b"a@b_c.d", {"domain-syntax"}),
        (b"a@b.c ", {"domain-syntax"}),
        (b"a@b.c.", {"domain-trailing-dot"}),
        (b"a@127.0.0.1", {"address-literal-invalid"}),
        (b"a@::1", {"address-literal-invalid"}),
        (b"a@[127.0.0.1]", set()),
        (b"a@[999.0.0.1]", {"address-literal-invalid"}),
        (b"a@[::1]", {"address-literal-invalid"}),
        (b"a@[IPv6:::1]", set()),
        (b"a@[IPv6:xyz]", {"address-literal-invalid"}),
        (b"a@[X-tag:value]", {"address-literal-invalid"}),
        (b"a@300.1.2.3", set()),
        ("ä@bücher.example".encode(), {"idn-u-label"}),
        ("ä@example.org".encode(), set()),
    ],
)
def test_a_mailbox_has_these_things_wrong_with_it(mailbox: bytes, rules: set[str]) -> None:
    assert of_mailbox(mailbox) == rules


@pytest.mark.parametrize(("size", "is_found"), [(64, False), (65, True)])
def test_a_local_part_has_64_octets_quotes_and_all(size: int, *, is_found: bool) -> None:
    plain, quoted = b"a" * size, b'"' + b"a" * (size - 2) + b'"'

    assert ("local-part-too-long" in of_mailbox(plain + b"@b.c")) == is_found
    assert ("local-part-too-long" in of_mailbox(quoted + b"@b.c")) == is_found


@pytest.mark.parametrize(("size", "is_found"), [(255, False), (256, True)])
def test_a_domain_has_255_octets(size: int, *, is_found: bool) -> None:
    domain = (b"abcdefghi." * 26)[: size - 1] + b"x"

    found = of_mailbox(b"a@" + domain)

    assert ("domain-too-long" in found) == is_found
    assert ("path-too-long" in found) == (not is_found)


@pytest.mark.parametrize(("size", "is_found"), [(63, False), (64, True)])
def test_a_label_has_63_octets(size: int, *, is_found: bool) -> None:
    assert ("label-too-long" in of_mailbox(b"a@b." + b"c" * size + b".d")) == is_found


def test_how_long_a_u_label_is_is_not_said_by_its_octets() -> None:
    assert "label-too-long" not in of_mailbox(b"a@" + "ä".encode() * 40 + b".example")


def test_a_recipient_is_covered_by_the_parameter_of_mail() -> None:
    has, has_not = b"MAIL FROM:<> SMTPUTF8\r\n", b"MAIL FROM:<>\r\n"
    recipient = "RCPT TO:<änn@example.org>\r\n".encode()

    assert "utf8-address-without-smtputf8" not in ids((EHLO, has, recipient))
    assert "utf8-address-without-smtputf8" in ids((EHLO, has_not, recipient))


def test_smtputf8_is_known_in_any_case_of_letters_and_with_a_wrong_value() -> None:
    for parameter in ("smtputf8", "SIZE=5 SMTPUTF8", "SMTPUTF8=1"):
        line = f"MAIL FROM:<änn@example.org> {parameter}\r\n".encode()

        assert "utf8-address-without-smtputf8" not in ids((EHLO, line))


def test_where_smtputf8_is_not_offered_the_parameter_is_not_what_is_missing() -> None:
    script = Script(
        (EHLO, "MAIL FROM:<änn@example.org>\r\n".encode()),
        terms=Terms(hostname="trap.test", ehlo_remove=("SMTPUTF8",)),
    )

    assert ids(script) == {"non-ascii-command"}


def test_octets_that_are_not_utf_8_lack_no_parameter() -> None:
    assert ids((EHLO, b"MAIL FROM:<\xe4nn@example.org>\r\n")) == {"invalid-utf8-address"}


@pytest.mark.parametrize(
    "domain", ["ß..example", "a" * 300 + "ä", "\u200d.example", "xn--ä.example"]
)
def test_a_domain_without_a_labels_is_shown_as_it_is(domain: str) -> None:
    found = ids((EHLO, f"MAIL FROM:<a@{domain}>\r\n".encode()))

    assert "idn-u-label" in found


def test_quotes_that_nothing_needs_are_called_needless() -> None:
    [needless] = findings((EHLO, b'MAIL FROM:<"ann"@example.org>\r\n'))
    [needed] = findings((EHLO, b'MAIL FROM:<"ann lee"@example.org>\r\n'))

    assert "needless" in needless.detail
    assert "needless" not in needed.detail
