"""Comments in structured fields (RFC 5322 section 3.2.2): they nest, and have quoted pairs.

Pure, linear, never fails.
"""

import re

_IN_COMMENT = re.compile(rb"\\.|[()]", re.DOTALL)
_DEEPER = {b"(": 1, b")": -1}
_BLANKS = re.compile(rb"[ \t\r\n]++")


def comment_end(body: bytes, start: int) -> int | None:
    """Where the comment that begins there ends; None where it is not closed."""
    depth = 0
    for found in _IN_COMMENT.finditer(body, start):
        depth += _DEEPER.get(found[0], 0)
        if depth == 0:
            return found.end()
    return None


def blanks_end(body: bytes, start: int) -> int:
    """Where the blanks and comments end that begin there: CFWS."""
    end: int | None = start
    while end is not None:
        start = end
        blanks = _BLANKS.match(body, start)
        if blanks:
            end = blanks.end()
        else:
            end = comment_end(body, start) if body[start : start + 1] == b"(" else None
    return start


def without_comments(body: bytes) -> bytes:
    """The body with a blank for each comment; one that is not closed stays.

    Of a body that has no quoted strings: parentheses in those begin no comment.
    """
    pieces, at, opened, depth = [], 0, 0, 0
    for found in _IN_COMMENT.finditer(body):
        if found[0] == b"(":
            opened = opened if depth else found.start()
            depth += 1
        elif found[0] == b")" and depth:
            depth -= 1
            if depth == 0:
                pieces.append(body[at:opened])
                at = found.end()
    return b" ".join([*pieces, body[at:]])
