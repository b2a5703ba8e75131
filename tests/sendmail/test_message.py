"""What goes on; the answers of Postfix 3.7.11 to the same were measured."""

import pytest

from mailtrap.sendmail.message import Author, Passed, passed

DATE = "Fri, 02 Jan 2026 03:04:05 +0000"
AUTHOR = Author(b"ann@example.org", "Ann", "box.test", DATE, "1.2")
ID = b"Message-Id: <1.2@box.test>\r\n"
DATED = f"Date: {DATE}\r\n".encode()
FROM = b"From: Ann <ann@example.org>\r\n"
ADDED = ID + DATED + FROM


def sent(octets: bytes, *recipients: str, author: Author = AUTHOR) -> Passed:
    takes_fields = not recipients
    return passed(octets, author, recipients=recipients, takes_fields=takes_fields)


@pytest.mark.parametrize(
    ("given", "data"),
    [
        (b"Subject: x\n\nhi\n", b"Subject: x\r\n" + ADDED + b"\r\nhi\r\n"),
        (b"hello\nworld\n", ADDED + b"\r\nhello\r\nworld\r\n"),
        (b"", ADDED + b"\r\n"),
        (b"Subject: x", b"Subject: x\r\n" + ADDED + b"\r\n"),
        (b"\nSubject: x\n", ADDED + b"\r\nSubject: x\r\n"),
        (b"X: y\nno field\nZ: z\n", b"X: y\r\n" + ADDED + b"\r\nno field\r\nZ: z\r\n"),
        (b"From joe Mon\n>From x\nX: y\n\nFrom me\n", b"X: y\r\n" + ADDED + b"\r\nFrom me\r\n"),
        (b"X: y\r\nZ: z\n\r\na\rb\r\n", b"X: y\r\nZ: z\r\n" + ADDED + b"\r\na\rb\r\n"),
        (b"X:\n folded\n\ty\n\nhi", b"X:\r\n folded\r\n\ty\r\n" + ADDED + b"\r\nhi\r\n"),
        (b"X : y\n\n.\n", b"X : y\r\n" + ADDED + b"\r\n.\r\n"),
        (b"from : a\n\n.\n", b"from : a\r\n" + ID + DATED + b"\r\n.\r\n"),
        (b"From : a\n\n.\n", b"From : a\r\n" + ID + DATED + b"\r\n.\r\n"),
        (b"DATE: x\n\nhi\n", b"DATE: x\r\n" + ID + FROM + b"\r\nhi\r\n"),
    ],
)  # fmt: skip
def test_missing_fields_are_added_behind_the_others_and_lines_end_in_crlf(
    given: bytes, data: bytes
) -> None:
    assert sent(given, "bob@example.org") == (data, (b"bob@example.org",))


def test_a_message_with_nothing_missing_stays_as_it_is() -> None:
    whole = b"Return-Path: <x@y>\r\n" + ADDED + b"no field, no blank line\r\n\xff\x00\r\n"

    assert sent(whole, "bob@example.org").data == whole


def test_bcc_goes_with_all_its_lines_even_where_recipients_are_not_taken_from_it() -> None:
    given = b"Bcc: dee@example.org,\n eve@example.org\nX: y\nBCC: f@example.org\n\nBcc: stays\n"

    message = sent(given, "bob@example.org")

    assert message.data == b"X: y\r\n" + ADDED + b"\r\nBcc: stays\r\n"
    assert message.recipients == (b"bob@example.org",)


def test_a_message_that_is_sent_again_gets_resent_fields() -> None:
    given = (
        b"To: bob@example.org\nBcc: no@example.org\n"
        b"Resent-To: r@example.org\nResent-Bcc: s@example.org\n\nhi\n"
    )

    message = sent(given)

    added = b"".join(b"Resent-" + line for line in ADDED.splitlines(keepends=True))
    assert message.recipients == (b"r@example.org", b"s@example.org")
    assert (
        message.data
        == b"To: bob@example.org\r\nResent-To: r@example.org\r\n" + added + b"\r\nhi\r\n"
    )


def test_recipients_of_the_fields_come_behind_those_that_were_named_each_once() -> None:
    given = b"To: Bob <bob@example.org>, cy\nCc: dee@example.org,\n bob@example.org\n\nhi\n"

    message = passed(given, AUTHOR, recipients=("g@example.org",), takes_fields=True)

    assert message.recipients == (
        b"g@example.org", b"bob@example.org", b"cy@box.test", b"dee@example.org",
    )  # fmt: skip


def test_recipients_that_are_named_may_be_lists_with_names_and_raw_octets() -> None:
    words = ("Bob <bob@example.org>, cy@example.org", "j\udcf6rg@example.org")

    assert sent(b"", *words).recipients == (
        b"bob@example.org", b"cy@example.org", b"j\xf6rg@example.org",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("", b"From: ann@example.org"),
        ("Ann  B", b"From: Ann B <ann@example.org>"),
        ('Ann "Q" B.', rb'From: "Ann \"Q\" B." <ann@example.org>'),
        ("Jörg", b"From: =?utf-8?b?SsO2cmc=?= <ann@example.org>"),
        ("x\r\nBcc: eve@example.org", b'From: "x Bcc: eve@example.org" <ann@example.org>'),
    ],
)
def test_the_name_of_the_author_is_written_as_a_phrase(name: str, field: bytes) -> None:
    data = sent(b"X: y\n\nhi\n", "b@example.org", author=AUTHOR._replace(name=name)).data

    assert field in data.splitlines()


def test_mail_without_a_sender_is_from_the_mail_system() -> None:
    data = sent(b"X: y\n\nhi\n", "b@example.org", author=AUTHOR._replace(sender=b"")).data

    assert b"\r\nFrom: Mail Delivery System <MAILER-DAEMON@box.test>\r\n" in data
