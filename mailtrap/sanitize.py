"""Text from the wire made safe to show.  Every front uses it for every string it did not make.

A terminal obeys control characters wherever they stand: a subject with an escape sequence can
set the window title, fill the clipboard or repaint the screen.
"""

import re

_SAFE_PICTURES = {code: 0x2400 + code for code in range(0x20)}  # ␀ to ␟
_REPLACED = [
    *range(0x80, 0xA0),  # C1 controls
    0x061C,  # bidirectional controls reorder what surrounds them
    *range(0x200E, 0x2010),
    *range(0x2028, 0x202F),  # line and paragraph separators among them
    *range(0x2066, 0x206A),
    0xFEFF,
    *range(0xD800, 0xE000),  # surrogates: octets that are not UTF-8
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),  # tags: invisible text
]
_TABLE = {**_SAFE_PICTURES, 0x7F: 0x2421, **dict.fromkeys(_REPLACED, 0xFFFD)}
_KEEP_LINES = {code: to for code, to in _TABLE.items() if code not in (0x09, 0x0A)}
_UNSAFE = re.compile(f"[{''.join(re.escape(chr(code)) for code in sorted(_TABLE))}]")


def sanitize(text: str) -> str:
    """One line of text in which nothing is left that a terminal would obey.

    Control characters become their pictures (␛), C1, bidirectional and surrogate code points
    become U+FFFD.  The length in code points stays the same.
    """
    if text.isascii() and text.isprintable():  # nearly always, and ten times as fast
        return text
    return text.translate(_TABLE) if _UNSAFE.search(text) else text


def sanitize_lines(text: str) -> str:
    """The same for text of several lines: line feeds and tabs are kept."""
    return text.translate(_KEEP_LINES) if _UNSAFE.search(text) else text


def shown(octets: bytes) -> str:
    r"""One line of text for octets: UTF-8 as text, other octets as escapes such as ``\xe9``."""
    return sanitize(octets.decode("utf-8", "backslashreplace"))


def without_surrogates(text: str) -> str:
    """Text without lone surrogates, which many readers of JSON refuse: escapes stand for them."""
    if text.isascii():
        return text
    octets = text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace")
    return octets.decode("utf-8", "backslashreplace")


def _is_escaped(text: str) -> bool:
    return not any(0xD800 <= ord(c) < 0xDC80 or 0xDCFF < ord(c) < 0xE000 for c in text)
