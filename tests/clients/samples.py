"""Mail that shows what a client does to the octets it is given."""

# Dots that must be stuffed (at the very start of the body, alone, doubled), 8-bit octets,
# blanks at the end of a line, and a line longer than RFC 5322 allows.
MAIL = (
    b"From: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\n"
    b"Subject: dots\r\n"
    b"\r\n"
    b".first\r\n"
    b".\r\n"
    b"..\r\n"
    b"na\xc3\xafve \t\r\n" + b"x" * 2000 + b"\r\n"
    b"\r\n"
    b".last\r\n"
)
LF_MAIL = MAIL.replace(b"\r\n", b"\n")

# Nothing is wrong with this one.
ORDINARY = (
    b"Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n"
    b"From: Ann <ann@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\n"
    b"Message-ID: <1.ordinary@example.org>\r\n"
    b"Subject: lunch\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=us-ascii\r\n"
    b"\r\n"
    b"At noon?\r\n"
)
