"""Pictures by the graphics protocol of kitty: sent once, and each cell names its piece.

https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
"""

from base64 import b64encode

_PLACEHOLDER = "\U0010eeee"
_CHUNK = 4096  # octets of base64 in one sequence, the most there may be
_COLOUR = (0x6D, 0x74, 0x00)  # of the cells: it is the number of the image, with the last one added
# Marks that number rows and columns, in order; the first 250.
_MARKS = """
    305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599
    59c-5a1 5a8-5a9 5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec
    730 732-733 735-736 73a 73d 73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827
    829-82d 951 953-954 f82-f83 f86-f87 135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73
    1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1 1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7
    20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1 2de0-2dff a66f a67c-a67d a6f0-a6f1
"""


def _numbered() -> list[str]:
    marks: list[str] = []
    for text in _MARKS.split():
        first, _, last = text.partition("-")
        marks += map(chr, range(int(first, 16), int(last or first, 16) + 1))
    return marks


MARKS = _numbered()


class KittyPicture:
    """An image the terminal keeps under a number, and makes as large as its cells are."""

    fits = True

    def __init__(self, number: int, columns: int, rows: int, png: bytes) -> None:
        self.number = number
        self.columns = columns
        self.rows = rows
        red, green, blue = _COLOUR
        self._colour = f"\x1b[38;2;{red};{green};{blue + number}m"
        self._id = (red << 16) + (green << 8) + blue + number
        self.sent = "".join(self._sequences(png))
        self.removed = f"\x1b_Ga=d,d=I,i={self._id},q=2\x1b\\"

    def _sequences(self, png: bytes) -> list[str]:
        encoded = b64encode(png).decode()
        chunks = [encoded[start : start + _CHUNK] for start in range(0, len(encoded), _CHUNK)]
        # A virtual placement: it is seen where cells name it.  q=2: the answer would be keys.
        first = f"a=T,U=1,f=100,i={self._id},c={self.columns},r={self.rows},"
        return [
            f"\x1b_G{'' if number else first}q=2,m={int(number + 1 < len(chunks))};{chunk}\x1b\\"
            for number, chunk in enumerate(chunks)
        ]

    def drawn(self, row: int, start: int, end: int) -> str:
        """Cells of a row, each with its place: what is left of it may be covered."""
        cells = "".join(_PLACEHOLDER + MARKS[row] + MARKS[column] for column in range(start, end))
        return f"{self._colour}{cells}\x1b[39m"
