"""What goes wrong in practice, sent octet for octet."""

from base64 import b64encode
from email.utils import format_datetime

from mailtrap.gallery.demo import (
    MAIL_DATA,
    QUIT,
    Demo,
    Occasion,
    Step,
    Steps,
    opened,
    said,
    transaction,
)

ANN, BOB = b"ann@example.org", b"bob@example.org"
NAME = b"EHLO app.example.org"
PLAIN = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n"
LATIN_1 = "Grüße aus München".encode("latin-1")


def fields(occasion: Occasion, subject: bytes, mime: bytes = PLAIN) -> bytes:
    """A header section with nothing wrong about it."""
    return (
        b"Date: " + format_datetime(occasion.at).encode() + b"\r\n"
        b"From: Ann <ann@example.org>\r\nTo: Bob <bob@example.org>\r\n"
        b"Subject: " + subject + b"\r\n"
        b"Message-ID: <" + occasion.token.encode() + b"@example.org>\r\n" + mime
    )


def letter(occasion: Occasion, subject: bytes, body: bytes, mime: bytes = PLAIN) -> bytes:
    """A message with that body."""
    return fields(occasion, subject, mime) + b"\r\n" + body


def mailed(data: bytes, parameters: bytes = b"") -> Steps:
    """From Ann to Bob, as it is."""
    return transaction(data, ANN, BOB, parameters=parameters)


# Octets


def bare_lf(occasion: Occasion) -> Steps:
    data = letter(occasion, b"Lines end in LF alone", b"One.\r\nTwo.\r\n")
    # The last line end is right, or no server would see the end.
    return mailed(data.replace(b"\r\n", b"\n").removesuffix(b"\n") + b"\r\n")


def nul(occasion: Occasion) -> Steps:
    return mailed(letter(occasion, b"A NUL in the text", b"before\x00behind\r\n"))


def long_line(occasion: Occasion) -> Steps:
    return mailed(letter(occasion, b"A line of 1,200 octets", b"x" * 1200 + b"\r\n"))


def dots(occasion: Occasion) -> Steps:
    body = b"The dot of the next line is not doubled, so it gets lost:\r\n.htaccess\r\n"
    return mailed(letter(occasion, b"A dot goes missing", body))


def eight_bit(occasion: Occasion) -> Steps:
    return mailed(letter(occasion, b"Umlauts without MIME", LATIN_1 + b"\r\n", b""))


# Header section


def undated(occasion: Occasion) -> Steps:
    whole = letter(occasion, b"No Date, no Message-ID", b"Who, when?\r\n")
    lines = whole.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith((b"Date:", b"Message-ID:"))]
    return mailed(b"".join(kept))


def two_froms(occasion: Occasion) -> Steps:
    second = b"From: Eve <eve@example.com>\r\n"
    return mailed(second + letter(occasion, b"Two authors", b"Whom will the reader see?\r\n"))


def injection(occasion: Occasion) -> Steps:
    subject = b"Contact form\r\nBcc: victim@example.com"
    return transaction(
        letter(occasion, subject, b"A line feed in a form became a field.\r\n"),
        *(ANN, BOB, b"victim@example.com"),
    )


def raw_subject(occasion: Occasion) -> Steps:
    return mailed(
        letter(occasion, "Grüße ohne RFC 2047".encode(), b"The Subject is raw UTF-8.\r\n")
    )


# MIME


def multipart(occasion: Occasion) -> Steps:
    mime = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b1"\r\n'
    body = b"--b2\r\nContent-Type: text/plain\r\n\r\nNobody gets to see this.\r\n--b2--\r\n"
    return mailed(letter(occasion, b"The boundary is another one", body, mime))


def unclosed(occasion: Occasion) -> Steps:
    mime = b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b1"\r\n'
    text = b"--b1\r\nContent-Type: text/plain\r\n\r\nThe attachment is cut off.\r\n"
    head = b"--b1\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    body = text + head + b64encode(b"%PDF-1.4 and so on")[:-2] + b"\r\n"
    return mailed(letter(occasion, b"Cut off in an attachment", body, mime))


def charset(occasion: Occasion) -> Steps:
    mime = (
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n"
    )
    data = letter(occasion, b"Latin-1 that says it is UTF-8", LATIN_1 + b"\r\n", mime)
    return mailed(data, b" BODY=8BITMIME")


# Sessions


def early(occasion: Occasion) -> Steps:
    mail = b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
    data = letter(occasion, b"Sent without waiting", b"All of it in one go.\r\n")
    return (Step(NAME + b"\r\n" + mail + data + b".\r\n" + QUIT, replies=6, what="all of it"),)


def refused(_occasion: Occasion) -> Steps:
    to = b"RCPT TO:<550@fault.test>"
    return said(NAME, b"MAIL FROM:<ann@example.org>", to, b"QUIT")


def partly_refused(occasion: Occasion) -> Steps:
    data = letter(occasion, b"For Bob alone", b"The other recipient was refused.\r\n")
    return transaction(data, ANN, BOB, b"unknown@fault.test")


def rejected(occasion: Occasion) -> Steps:
    data = letter(occasion, b"Refused behind the final dot", b"Nobody wants it.\r\n")
    return transaction(data, ANN, b"data-554@fault.test")


def aborted(occasion: Occasion) -> Steps:
    half = fields(occasion, b"Half a message") + b"\r\nThe connection ends in the mid"
    return (*opened(ANN, BOB), Step(half, replies=0, what=MAIL_DATA))


def login(_occasion: Occasion) -> Steps:
    return said(NAME, b"AUTH NTLM", b"QUIT")


def http(_occasion: Occasion) -> Steps:
    return (Step(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),)


DEMOS: tuple[Demo, ...] = (
    Demo("bare-lf", "lines that end in LF alone", bare_lf, ("bare-lf-data",)),
    Demo("nul", "a NUL in the text", nul, ("nul-in-data",)),
    Demo("long-line", "a line of 1,200 octets", long_line, ("line-too-long",)),
    Demo(
        "dots",
        "dots at the start of lines are not stuffed: one gets lost",
        dots,
        ("dot-not-stuffed",),
    ),
    Demo(
        "8bit",
        "umlauts in Latin-1, without MIME",
        eight_bit,
        ("8bit-without-8bitmime", "cte-7bit-has-8bit", "charset-missing"),
    ),
    Demo(
        "undated",
        "no Date and no Message-ID",
        undated,
        ("header-missing-date", "header-missing-message-id"),
    ),
    Demo("two-froms", "From twice", two_froms, ("header-duplicate",)),
    Demo("injection", "a line feed from a form became a Bcc", injection, ("bcc-present",)),
    Demo("raw-subject", "raw UTF-8 in the Subject", raw_subject, ("header-non-ascii",)),
    Demo("multipart", "a multipart whose boundary never comes", multipart, ("boundary-not-found",)),
    Demo(
        "unclosed",
        "a multipart that is cut off within an attachment",
        unclosed,
        ("boundary-not-closed", "base64-bad-padding"),
    ),
    Demo("charset", "Latin-1 labelled as UTF-8", charset, ("charset-mismatch",)),
    Demo(
        "early",
        "all of it sent at once, without waiting for replies",
        early,
        ("pipeline-before-ehlo-reply", "data-before-354"),
    ),
    Demo("refused", "a recipient who is refused", refused, has_message=False),
    Demo("partly-refused", "two recipients, one of them refused", partly_refused),
    Demo("rejected", "a message refused behind the final dot", rejected, has_message=False),
    Demo(
        "aborted",
        "the connection ends within the mail data",
        aborted,
        ("disconnect-mid-data",),
        has_message=False,
    ),
    Demo(
        "login",
        "AUTH that fails: with NTLM, which was not offered",
        login,
        ("auth-not-advertised",),
        has_message=False,
    ),
    Demo("http", "a health check that speaks HTTP", http, ("http-on-smtp",), has_message=False),
)
