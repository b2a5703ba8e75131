"""Text for a stdout that knows few characters: the others are spelled, and none is lost.

What is laid out in columns is spelled before it is measured.
"""

import re

_SIGNS = {"…": "...", "—": "--", "·": "-", "→": "->", "✗": "x", "●": "*"}
_CONTROLS = (
    *("NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR"),
    *("SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB"),
    *("ESC", "FS", "GS", "RS", "US", "SP", "DEL"),
)
_SPELLED = {
    **{ord(sign): spelled for sign, spelled in _SIGNS.items()},
    **{0x2400 + number: f"<{name}>" for number, name in enumerate(_CONTROLS)},
}
_SECTION = re.compile(r"(?<=RFC \d{4} )§")


def knows(encoding: str, text: str) -> bool:
    """All of it can be written in that encoding."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def spelled(text: str, encoding: str) -> str:
    """The text in characters of that encoding."""
    if knows(encoding, text):
        return text
    plain = _SECTION.sub("section ", text)
    shown = (each if knows(encoding, each) else _SPELLED.get(ord(each), each) for each in plain)
    return "".join(shown).encode(encoding, "backslashreplace").decode(encoding)
