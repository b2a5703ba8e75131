"""Octets that are no text: their numbers, and the ASCII among them."""

from collections.abc import Sequence

from mailtrap.tui.document import Span

MOST = 4096  # octets that are shown
_WIDE = 72  # cells that sixteen octets take
_PRINTABLE = range(0x20, 0x7F)


class HexDocument:
    """The first octets, sixteen to a line or eight where there is less room."""

    wraps = True
    gutter_width = 0
    hanging = 0
    width = 0

    def __init__(self, octets: bytes, room: int) -> None:
        self.room = room
        self._each = 16 if room >= _WIDE else 8
        self._octets = octets[:MOST]
        self._more = len(octets) - len(self._octets)

    def __len__(self) -> int:
        """How many lines."""
        return -(-len(self._octets) // self._each) + (self._more > 0)

    def line(self, index: int) -> Sequence[Span]:
        """That line: where it starts, its octets, their characters."""
        start = index * self._each
        octets = self._octets[start : start + self._each]
        if not octets:
            return [(f"… and {self._more:,} octets more", "note")]
        halves = octets[: self._each // 2].hex(" "), octets[self._each // 2 :].hex(" ")
        half = self._each // 2 * 3 - 1
        numbers = f"{halves[0]:<{half}}  {halves[1]:<{half}}"
        characters = "".join(chr(o) if o in _PRINTABLE else "·" for o in octets)
        return [(f"{start:04x}  ", "muted"), (numbers, ""), (f"  {characters}", "server")]

    def gutter(self, index: int) -> Sequence[Span]:
        """Nothing stands before a line."""
        return []
