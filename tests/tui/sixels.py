"""What a terminal makes of sixels: a second reader of them, to check ours against."""

import re

Color = tuple[int, int, int]  # per cent of red, green and blue

_GRAPHICS = re.compile(r'\x1bP(\d*);(\d*);\d*q"(\d+);(\d+);(\d+);(\d+)(.*?)\x1b\\', re.DOTALL)
_ITEM = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)(.)|(\$)|(-)|([?-~])")


def pixels(text: str) -> list[list[Color | None]]:
    """Rows of pixels; None where what was there before is still seen."""
    found = _GRAPHICS.fullmatch(text)
    assert found, text[:80]
    assert found[2] == "1", "what is not drawn has to stay as it was"
    width, height = int(found[5]), int(found[6])
    rows: list[list[Color | None]] = [[None] * width for _ in range(height)]
    colors: dict[int, Color] = {}
    color, x, top, position = 0, 0, 0, 0
    data = found[7]
    while position < len(data):
        item = _ITEM.match(data, position)
        assert item, data[position : position + 40]
        position = item.end()
        if item[1]:
            colors[int(item[1])] = int(item[2]), int(item[3]), int(item[4])
        elif item[5]:
            color = int(item[5])
        elif item[8]:
            x = 0
        elif item[9]:
            x, top = 0, top + 6
        else:
            length, bits = int(item[6] or 1), ord(item[7] or item[10]) - 63
            for column in range(x, x + length):
                for row in (each for each in range(6) if bits >> each & 1):
                    rows[top + row][column] = colors[color]
            x += length
    return rows
