"""Addresses a terminal may be given to open (OSC 8), and how the role of a span names one.  Pure.

What a terminal makes of an address is its own affair, so it gets those of web pages and mail
only, and nothing but printable ASCII.
"""

import re

LONGEST = 2000  # octets; some terminals take no more
_REMOVED = re.compile(r"[\t\r\n]+")  # browsers leave them out, wherever they stand
_ALLOWED = re.compile(r"(?:https?://|mailto:)[!-~]+", re.IGNORECASE)


def address(href: str) -> str:
    """The address as a terminal may have it; "" for other schemes than http, https and mailto."""
    href = _REMOVED.sub("", href[: 2 * LONGEST]).strip()
    octets = href.encode("utf-8", "replace")
    quoted = "".join(chr(o) if 0x21 <= o <= 0x7E else f"%{o:02X}" for o in octets)
    return quoted if len(quoted) <= LONGEST and _ALLOWED.fullmatch(quoted) else ""


def linked(role: str, href: str) -> str:
    """That role, for text that leads to an address where the address is safe."""
    return f"{role} {safe}".strip() if (safe := address(href)) else role


def parted(role: str) -> tuple[list[str], str]:
    """The names of a role, and the address it leads to or ""."""
    words = role.split()
    # No name has a colon in it, and every address has.
    return [word for word in words if ":" not in word], "".join(w for w in words if ":" in w)
