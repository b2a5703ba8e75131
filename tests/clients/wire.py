"""What a recorded stream of client octets says, read without any part of mailtrap.

A few lines of RFC 5321 and RFC 3030, on purpose: a second opinion on where mail data starts
and ends.  It trusts the client to be a correct one, which the clients of these tests are.
"""

import re

_BDAT = re.compile(rb"BDAT (\d+)( LAST)?", re.IGNORECASE)


def mail_data(client: bytes) -> list[bytes]:
    """The mail data of each message, in order, dot-stuffing undone.

    Raises ValueError where a command or mail data has no end.
    """
    found = []
    chunks = b""
    position = 0
    while position < len(client):
        end = client.index(b"\r\n", position)
        command = client[position:end]
        position = end + 2
        if command.upper() == b"DATA":
            # The line end of DATA counts, so that a dot at once is empty mail data.
            end = client.index(b"\r\n.\r\n", position - 2)
            found.append(_unstuffed(client[position : end + 2]))
            position = end + 5
        elif bdat := _BDAT.fullmatch(command):
            chunks += client[position : position + int(bdat[1])]
            position += int(bdat[1])
            if bdat[2]:
                found.append(chunks)
                chunks = b""
    return found


def stuffed(data: bytes) -> bytes:
    """Mail data as DATA carries it (RFC 5321 section 4.5.2)."""
    return b"\r\n".join(
        b"." + line if line.startswith(b".") else line for line in data.split(b"\r\n")
    )


def _unstuffed(octets: bytes) -> bytes:
    return b"\r\n".join(line.removeprefix(b".") for line in octets.split(b"\r\n"))
