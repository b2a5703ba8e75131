"""Borders of the rules of addresses that their samples do not show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.envelope import Envelope, Path
from mailtrap.lint.address_list import read_address_list
from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.samples import LETTER
from tests.lint.findings import HEADER, findings, ids

TO = b"To: Bob <bob@example.org>"


def envelope(sender: bytes, *recipients: bytes) -> Envelope:
    return Envelope(Path(b"<" + sender + b">"), tuple(Path(b"<%b>" % each) for each in recipients))


@pytest.mark.parametrize(
    ("body", "addresses"),
    [
        (b"bob@example.org", ["bob@example.org"]),
        (b"<bob@example.org>", ["bob@example.org"]),
        (b"Bob B <bob@example.org>, =?utf-8?q?J=C3=B6rg?= <j@example.org>", 2),
        (b'"Doe, J. (x) <y@z>" <j.doe@example.org>', ["j.doe@example.org"]),
        (b'"a\\"b" <bob@example.org>', ["bob@example.org"]),
        (b'"bob b"@example.org', ['"bob b"@example.org']),
        (b"(a (b) \\) c) bob@example.org (d)", ["bob@example.org"]),
        (b"bob@[192.0.2.1], bob@[IPv6:::1]", ["bob@[192.0.2.1]", "bob@[IPv6:::1]"]),
        (b"a@example.org,\r\n\tb@example.org", ["a@example.org", "b@example.org"]),
        (b"undisclosed-recipients:;", []),
        (b"Us: a@b, c@d;, e@f", ["a@b", "c@d", "e@f"]),
        (b"J\xc3\xb6rg <j\xc3\xb6rg@example.org>", ["jörg@example.org"]),
        (b"<@relay.example.org,@b.example.org:bob@example.org>", ["bob@example.org"]),
    ],
)
def test_lists_of_the_grammar_are_read_without_a_flaw(
    body: bytes, addresses: list[str] | int
) -> None:
    read = read_address_list(body)

    found = [mailbox.address for mailbox in read.mailboxes]
    assert (len(found) if isinstance(addresses, int) else found) == addresses
    assert not read.flaws


@pytest.mark.parametrize(
    ("body", "flaws"),
    [
        (b"Doe, John <j@example.org>", ["no @ in 'Doe'"]),
        (b"a@b; c@d", ["a ; where a comma is due"]),
        (b"a@b <a@b>", ["'@' outside of quotes in the name 'a@b'"]),
        (b"Bob <bob@example.org", ["no > in 'Bob <bob@example.org'"]),
        (b"Bob <a@b, Eve <e@f>", ["no > in 'Bob <a@b'"]),
        (b"Bob <<a@b>>", ["a second <", "a second >"]),
        (b"Bob <>", ["no address between < and >"]),
        (b"Bob <a@b> x", ["'x' behind the >"]),
        (b"Bob a@b", ["'Bob a@b' is no address"]),
        (b"a@b c@d", ["'a@b c@d' is no address"]),
        (b"a..b@c", ["'a..b@c' is no address"]),
        (b"a@b.", ["'a@b.' is no address"]),
        (b"a@", ["'a@' is no address"]),
        (b'"Bob <a@b>', ["a quote that is not closed", "no @ in"]),
        (b"(Bob <a@b>", ["a comment that is not closed"]),
        (b"Us: a@b", ["a group that no ; ends"]),
    ],
)
def test_what_breaks_a_list_is_a_flaw(body: bytes, flaws: list[str]) -> None:
    read = read_address_list(body)

    severe = [flaw.text for flaw in read.flaws if not flaw.is_obsolete]
    assert all(text.startswith(flaw) for text, flaw in zip(severe, flaws, strict=False))
    assert severe


@pytest.mark.parametrize(
    "body",
    [b"John Q. Public <j@example.org>", b"a@b,, c@d", b"a@b,", b"a @ b.c", b'a."b c"@d', b",a@b"],
)
def test_what_receivers_have_to_take_is_only_obsolete(body: bytes) -> None:
    read = read_address_list(body)

    assert read.flaws
    assert all(flaw.is_obsolete for flaw in read.flaws)


@given(st.text(alphabet='ab@.,;:<>()[]"\\ \r\n', max_size=30))
def test_no_list_makes_the_reader_fail_and_places_are_within_it(text: str) -> None:
    body = text.encode()

    read = read_address_list(body)

    places = [(each.start, each.end) for each in read.mailboxes]
    places += [(each.start, each.end) for each in read.flaws]
    for start, end in (*places, *read.groups, *read.quoted):
        assert 0 <= start <= end <= len(body)


def test_a_flaw_is_marked_where_it_is_in_the_mail_data() -> None:
    data = LETTER.replace(b"To: Bob <", b"To:\r\n Doe, Bob <")

    [found] = findings(data, *HEADER)

    assert data[found.place.start : found.place.end] == b"Doe"
    assert found.place.field == "To"


@pytest.mark.parametrize(
    ("line", "found"),
    [(b"Bcc:", set()), (b"Cc:", {"address-list-syntax"}), (b"Reply-To: ", {"address-list-syntax"})],
)
def test_only_bcc_may_be_empty(line: bytes, found: set[str]) -> None:
    data = LETTER.replace(TO, TO + b"\r\n" + line)

    assert ids(data, *HEADER) == found


def test_a_line_that_is_no_field_is_no_part_of_the_addresses_before_it() -> None:
    data = LETTER.replace(TO, TO + b"\r\nHello, Bob")

    assert ids(data, *HEADER) == {"header-syntax"}


@pytest.mark.parametrize(
    ("recipients", "severity"),
    [
        ([b"eve@example.org"], Severity.WARNING),
        ([b"eve@example.org", b"EVE@example.org"], Severity.WARNING),
        ([b"bob@example.org", b"eve@example.org"], Severity.ERROR),
        ([b"bob@example.org"], Severity.ERROR),
    ],
)
def test_a_bcc_is_an_error_in_a_copy_for_somebody_it_does_not_name(
    recipients: list[bytes], severity: Severity
) -> None:
    data = LETTER.replace(TO, TO + b"\r\nBcc: Eve <eve@example.org>")

    found = findings((envelope(b"ann@example.org", *recipients), data), *HEADER)

    assert [each.severity for each in found if each.rule.id == "bcc-present"] == [severity]


def test_a_bcc_in_a_file_is_no_more_than_worth_knowing() -> None:
    data = LETTER.replace(TO, TO + b"\r\nBcc: Eve <eve@example.org>")

    [found] = findings(data, *HEADER)

    assert (found.rule.id, found.severity) == ("bcc-present", Severity.INFO)


def test_case_makes_no_other_recipient() -> None:
    found = ids((envelope(b"ann@example.org", b"Bob@Example.ORG"), LETTER), *HEADER)

    assert found == set()


@pytest.mark.parametrize(
    ("named", "sent"),
    [
        (b'"eve"@example.org', b"eve@example.org"),
        (b"eve@example.org", b'"eve"@example.org'),
        (b'"e\\ve"@example.org', b'"eve"@example.org'),
        (b'"eve m"@example.org', b'"Eve\\ M"@example.org'),
    ],
)
def test_quotes_make_no_other_recipient(named: bytes, sent: bytes) -> None:
    data = LETTER.replace(TO, b"To: bob@example.org\r\nBcc: " + named)

    told = findings((envelope(b"ann@example.org", sent), data), *HEADER)

    assert [(each.rule.id, each.severity) for each in told] == [
        ("header-rcpt-not-in-envelope", Severity.INFO),
        ("bcc-present", Severity.WARNING),
    ]


@pytest.mark.parametrize(
    ("sender", "author", "is_found"),
    [
        (b"bounces@mail.example.org", b"ann@news.example.org", False),
        (b"ann@EXAMPLE.org", b"ann@example.org", False),
        (b"", b"ann@example.org", False),
        (b"ann", b"ann@example.org", False),
        (b"ann@a.example.co.uk", b"ann@example.co.uk", False),
        (b"ann@example.co.uk", b"ann@other.co.uk", True),
        (b"ann@example.com", b"ann@example.org", True),
    ],
)
def test_domains_below_one_that_is_registered_go_together(
    sender: bytes,
    author: bytes,
    is_found: bool,  # noqa: FBT001 - a table
) -> None:
    data = LETTER.replace(b"ann@example.org", author)

    found = ids((envelope(sender, b"bob@example.org"), data), *HEADER)

    assert ("envelope-from-mismatch" in found) is is_found


def test_many_addresses_make_a_short_detail() -> None:
    cc = b",\r\n ".join(b"a%d@example.org" % number for number in range(10))
    data = LETTER.replace(TO, TO + b"\r\nCc: " + cc)

    [found] = findings((envelope(b"ann@example.org", b"bob@example.org"), data), *HEADER)

    assert found.detail == "a0@example.org, a1@example.org, a2@example.org and 7 more"


RESENT = (
    b"Resent-Date: Sat, 3 Jan 2026 03:04:05 +0000\r\nResent-From: Bob <bob@example.org>\r\n"
    b"Resent-To: Eve <eve@example.org>\r\nResent-Bcc:\r\nResent-Message-ID: <2@example.org>\r\n"
)


def test_mail_that_was_sent_again_as_it_should_be_is_right() -> None:
    data = RESENT * 2 + LETTER

    assert ids(data, *HEADER) == set()
    assert ids((envelope(b"bob@example.org", b"eve@example.org"), data), *HEADER) == {
        "header-rcpt-not-in-envelope"
    }


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        (b"Resent-Date: Sat, 32 Jan 2026 03:04:05 +0000", "date-invalid"),
        (b"Resent-Date: Sat, 3 Jan 2026 03:04:05 GMT", "date-obsolete-zone"),
        (b"Resent-From: Doe, Bob <bob@example.org>", "address-list-syntax"),
        (b"Resent-Sender: ann@example.org, bob@example.org", "address-list-syntax"),
        (b"Resent-Reply-To: bob@", "address-list-syntax"),
        (b"Resent-To:", "address-list-syntax"),
        (b'Resent-Cc: "=?utf-8?q?J=C3=B6rg?=" <j@example.org>', "encoded-word-misplaced"),
        (b"Resent-Bcc: eve@example.org", "bcc-present"),
        (b"Resent-Message-ID: 2@example.org", "message-id-invalid"),
    ],
)
def test_fields_of_mail_that_was_sent_again_have_the_same_grammar(field: bytes, rule: str) -> None:
    [found] = findings(field + b"\r\n" + LETTER, *HEADER)

    assert (found.rule.id, found.place.field) == (rule, field.partition(b":")[0].decode())


def test_a_resent_bcc_that_goes_to_others_is_an_error() -> None:
    data = b"Resent-Bcc: eve@example.org\r\n" + LETTER

    for recipient, severity in ((b"eve", Severity.WARNING), (b"bob", Severity.ERROR)):
        sample = (envelope(b"bob@example.org", recipient + b"@example.org"), data)
        [found] = [each for each in findings(sample, *HEADER) if each.rule.id == "bcc-present"]
        assert found.severity is severity
