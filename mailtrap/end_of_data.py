"""What ends mail data and what only looks like it, and the dots that are not part of it.  Pure."""

import re

END_OF_DATA = b"\r\n.\r\n"  # RFC 5321 section 4.1.1.4
LF_END_OF_DATA = b"\n.\n"  # for a client whose DATA command itself ended in a bare LF

# Line end, dot, line end, with every line end and stray NUL some server takes for the end of
# data.  At most four CRs: enough to tell, and the search stays bounded.
LOOKALIKE = re.compile(rb"(?P<before>\r{1,4}\n|\n|\r)(?P<end>\0?\.\0?(?:\r{1,4}\n|\n|\r))\Z")
LOOKALIKE_REACH = 16  # octets: longer than any look-alike


def unstuffed(octets: bytes, line_end: bytes) -> tuple[bytes, int, int]:
    """Mail data without the leading dot of each line that has one (RFC 5321 section 4.5.2).

    Returns (data, lines that had a doubled dot, lines that had a single one and lost it).
    """
    dotted = octets.count(line_end + b".") + octets.startswith(b".")
    if not dotted:
        return octets, 0, 0
    stuffed = octets.count(line_end + b"..") + octets.startswith(b"..")
    data = octets.replace(line_end + b".", line_end)
    return data[octets.startswith(b".") :], stuffed, dotted - stuffed


def stuffed_head(octets: bytes, line_end: bytes, size: int) -> bytes:
    """Of stuffed mail data the first octets, of which so many are left unstuffed."""
    dotted = line_end + b"."
    dots, counted, end = int(octets.startswith(b".")), 0, size
    while counted < end:
        # Those in what was added because of the dots before, also across its start.
        dots += octets.count(dotted, max(0, counted - len(line_end)), end)
        counted, end = end, size + dots
    return octets[:end]
