"""Tab labels: all of them fit, shortened where they have to be, and none is cut."""

import pytest
from rich.cells import cell_len

from mailtrap.tui import tabs
from mailtrap.tui.tabs import labels

ALL = [
    tabs.TEXT,
    tabs.HTML,
    tabs.HEADERS,
    tabs.SOURCE,
    tabs.MIME,
    tabs.Tab("attachments", "Attach", "Att", "v", 12),
    tabs.SESSION,
    tabs.Tab("issues", "Issues", "Iss", "i", 7),
]


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (78, "Text  HTML  Headers  Source  MIME  Attach 12  Session  Issues 7"),
        (60, "Text HTML Headers Source MIME Attach 12 Session Issues 7"),
        (50, "Text  HTML  Hdrs  Src  MIME  Att 12  Sess  Iss 7"),
        (44, "Text HTML Hdrs Src MIME Att 12 Sess Iss 7"),
        (36, "t x Headers R P v12 e i7"),
    ],
)
def test_names_are_as_long_as_there_is_room_for(room: int, shown: str) -> None:
    names, gap = labels(ALL, "headers", room)

    assert (" " * gap).join(names) == shown
    assert cell_len(shown) <= room
