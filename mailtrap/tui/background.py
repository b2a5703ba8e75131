"""Whether the terminal is light or dark, by its own account (OSC 11).  Pure."""

import re

QUESTION = b"\x1b]11;?\x1b\\"
_COLOUR = re.compile(rb"\x1b\]11;rgb:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")


def is_light(answer: bytes) -> bool | None:
    """Whether the colour in an answer is light; None where there is none in it."""
    found = _COLOUR.search(answer)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (float(16) ** len(part) - 1) for part in found.groups())
    seen = 0.299 * red + 0.587 * green + 0.114 * blue
    return seen > 0.5
