import pytest

from mailtrap.session import (
    Authenticated,
    AuthenticationFailed,
    Chunk,
    Command,
    Credentials,
    Discarded,
    Entry,
    Folded,
    Forwarded,
    MailData,
    Remark,
    Reply,
    TlsHello,
)
from mailtrap.transcript import lines, shown_ends, summary
from tests.dialogues import START

TOO_LARGE = "larger than the size limit, only the head is kept"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Command(START, b"EHLO x\r\n"), ["C: EHLO x"]),
        (Command(START, b"EHLO x\n"), ["C: EHLO x  [ended by a bare <LF>]"]),
        (Command(START, b"EHLO x\r\r\n"), ["C: EHLO x  [ended by <CR><CR><LF>]"]),
        (Command(START, b"EHL"), ["C: EHL  [cut off]"]),
        (
            Command(START, b"NOOP xx", truncated=True),
            ["C: NOOP xx  [longer than the size limit, only the head is kept]"],
        ),
        (Command(START, b"x" * 2010 + b"\r\n"), [f"C: {'x' * 2000} [and 10 octets more]"]),
        (Command(START, b"\x1b[2J\xff\r\n"), ["C: ␛[2J\\xff"]),
        (Command(START, b"auth plain c2Vj\r\n"), ["C: auth plain ********"]),
        (Command(START, b"AUTH PLAIN\r\n"), ["C: AUTH PLAIN"]),
        (Command(START, b"AUTH PLAIN c2Vj cmV0\r\n"), ["C: AUTH PLAIN ********"]),
        (Credentials(START, b"c2Vj\r\n"), ["C: ********"]),
        (Reply(START, b"250-a\r\n250 b\r\n"), ["S: 250-a", "S: 250 b"]),
        (
            Reply(START, b"250 b\r\n", sent=False),
            ["S: 250 b  [not sent: the client was gone]"],
        ),
        (MailData(START, b"", 0, 1234, b"\r\n.\r\n"), ["C: [1,234 octets of mail data]"]),
        (
            MailData(START, b"", 0, 5, b"\n.\n"),
            ["C: [5 octets of mail data, ended by <LF>.<LF>]"],
        ),
        (
            MailData(START, b"", 0, 5),
            ["C: [5 octets of mail data, cut off before the end of data]"],
        ),
        (
            MailData(START, b"", 0, 5, b".\r\n", truncated=True),
            [f"C: [5 octets of mail data, {TOO_LARGE}]"],
        ),
        (Chunk(START, b"", 0, 5, is_last=True), ["C: [chunk of 5 octets, the last]"]),
        (
            Chunk(START, b"ab", 0, 5, is_complete=False, truncated=True),
            [f"C: [chunk of 5 octets, cut off after 2, {TOO_LARGE}]"],
        ),
        (TlsHello(START, b"\x16\x03"), ["C: [2 octets that begin TLS]"]),
        (Discarded(START, b"NOOP", 0, 9000), ["C: [9,000 octets nobody acted upon]"]),
        (
            Authenticated(START, b"", "PLAIN", "ann\x1b", "pw"),
            ["-- authenticated: ann␛, by PLAIN"],
        ),
        (Authenticated(START, b"", "PLAIN"), ["-- authenticated: nobody named, by PLAIN"]),
        (
            AuthenticationFailed(START, b"", "PLAIN", "ann\x1b", "pw"),
            ["-- authentication failed: ann␛, by PLAIN"],
        ),
        (
            Forwarded(START, b"", "XCLIENT", (("ADDR", "192.0.2.1"), ("NAME", "\x1b"))),
            ["-- the proxy says (XCLIENT): ADDR=192.0.2.1 NAME=␛"],
        ),
        (Remark(START, b"", "the disk\x1b is full"), ["-- the disk␛ is full"]),
        (Folded(START, b"", 1234, 5678), ["-- [1,234 earlier entries folded, 5,678 octets]"]),
    ],
)
def test_each_entry_is_shown_in_words_that_are_safe(entry: Entry, expected: list[str]) -> None:
    assert [f"{line.mark} {line.text}" for line in lines([entry])] == expected


def test_secrets_are_shown_when_asked_for() -> None:
    entries = [
        Command(START, b"AUTH PLAIN c2Vj\r\n"),
        Credentials(START, b"cmV0\r\n"),
        Authenticated(START, b"", "PLAIN", "ann", "pw"),
        AuthenticationFailed(START, b"", "LOGIN", "ann", "guess"),
        Discarded(START, b"x", 0, 1),
    ]

    texts = [line.text for line in lines(entries, show_secrets=True)]

    assert texts == [
        "AUTH PLAIN c2Vj",
        "cmV0",
        "authenticated: ann, by PLAIN, secret pw",
        "authentication failed: ann, by LOGIN, secret guess",
        "[1 octet nobody acted upon] x",
    ]


def test_a_summary_is_one_line() -> None:
    assert summary(Reply(START, b"250-a\r\n250 b\r\n")) == "250-a / 250 b"


def test_line_ends_are_named_as_the_rfc_does() -> None:
    assert shown_ends(b"\r\n.\0\r") == "<CR><LF>.<NUL><CR>"
