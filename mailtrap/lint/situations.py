"""Situations of a session, one bit each: a rule that is about a rare one is asked in no other.

There are some thirty rules to ask of each command, and of mail data as many.  Asking them all
took 55 µs for a session with one mail of 5 kB, a tenth of what the server needs for it.
"""

ALWAYS = 1 << 0

# Of what the client sent
EARLY = 1 << 1  # its first octet came before the latest reply was written
TRUNCATED = 1 << 2  # longer than the size limit
STRAY = 1 << 3  # a line of a message whose DATA was refused

# Of the session before it
UNGREETED = 1 << 4  # no HELO, EHLO or LHLO was accepted
FRESH_TLS = 1 << 5  # no command has come since TLS began
AUTHENTICATED = 1 << 6
BEHIND_CHUNK = 1 << 7  # what the client sent last is a chunk

# Of its transaction
NO_TRANSACTION = 1 << 8
NO_MAIL = 1 << 9  # or one without MAIL
MAIL = 1 << 10
NO_RECIPIENTS = 1 << 11  # none was accepted
RECIPIENTS = 1 << 12
CHUNKS = 1 << 13
PARAMETERS = 1 << 14  # its MAIL may have ESMTP parameters

# Of mail data, or a chunk
CHUNK = 1 << 15
ODD_LINES = 1 << 16  # a CR without LF, an LF without CR, a NUL, or a line that is too long
ODD_FRAME = 1 << 17  # empty, behind a blank line, without CRLF.CRLF, or with dots that got lost
EIGHT_BIT = 1 << 18  # it has octets above 127

# Of a reply
FIRST = 1 << 19
REFUSAL = 1 << 20  # 5yz
