"""What a server answered.  Pure."""

import re
from typing import NamedTuple

from mailtrap.sanitize import sanitize

LINE = re.compile(rb"[1-5]\d\d(?:[ -]|\r?\n)")  # how each line of a reply begins
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?= |$)")


class Reply(NamedTuple):
    """One reply of one or more lines, as it came."""

    raw: bytes

    @property
    def code(self) -> int:
        """The reply code."""
        return int(self.raw[:3])

    @property
    def texts(self) -> list[str]:
        """The text of each line, behind the code."""
        lines = self.raw.decode("utf-8", "backslashreplace").splitlines()
        return [sanitize(line[4:]) for line in lines]

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463), "" where there is none."""
        found = _ENHANCED.match(self.texts[-1])
        return found[0] if found else ""

    @property
    def is_positive(self) -> bool:
        """It goes on: 2xx or 3xx."""
        return self.code < 400

    def __str__(self) -> str:
        """On one line."""
        return f"{self.code} {' '.join(self.texts)}".rstrip()


def is_last(line: bytes) -> bool:
    """No line of the same reply follows."""
    return line[3:4] != b"-"
