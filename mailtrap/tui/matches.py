"""The matches of a search as they are painted into the lines of a document.  Pure."""

import re
from collections.abc import Sequence

from mailtrap.tui.document import Span, overlaid

Match = tuple[int, int, int]  # line, and the code points where it starts and ends
MAX_MATCH = 200  # code points


class Marks:
    """What matches, and the one of it where the reader is."""

    def __init__(self) -> None:
        self.pattern: re.Pattern[str] | None = None
        self.current: Match | None = None

    def painted(
        self, index: int, text: str, spans: Sequence[Span], start: int, end: int
    ) -> Sequence[Span]:
        """The spans of a piece of that line, ``text`` as a whole, with the matches marked."""
        if self.pattern is None or end <= start:
            return spans
        # A match may begin in the piece before, and a line be as long as a message.
        begin = max(0, start - MAX_MATCH)
        for found in self.pattern.finditer(text[begin : end + MAX_MATCH]):
            first, behind = found.start() + begin, found.end() + begin
            if behind > start and first < end:
                role = "current" if (index, first, behind) == self.current else "match"
                spans = overlaid(spans, max(first, start) - start, min(behind, end) - start, role)
        return spans
