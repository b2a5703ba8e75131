"""The tabs of the detail: their names, the keys that choose them, and how they fit.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab; ``count`` is how much there is in it, 0 where that is nothing or nobody counts."""

    id: str
    name: str
    short: str
    key: str
    count: int = 0


TEXT = Tab("text", "Text", "Text", "t")
HTML = Tab("html", "HTML", "HTML", "x")
HEADERS = Tab("headers", "Headers", "Hdrs", "H")
SOURCE = Tab("source", "Source", "Src", "R")
MIME = Tab("mime", "MIME", "MIME", "P")
ATTACHMENTS = Tab("attachments", "Attach", "Att", "v")
SESSION = Tab("session", "Session", "Sess", "e")
ISSUES = Tab("issues", "Issues", "Iss", "i")


def labels(tabs: Sequence[Tab], active: str, room: int) -> tuple[list[str], int]:
    """What is written on each tab, and the cells between two of them, so that all of it fits.

    Where names do not fit short ones do, else the keys of all but the active one.
    """
    full = [_counted(tab.name, " ", tab) for tab in tabs]
    short = [_counted(tab.short, " ", tab) for tab in tabs]
    keys = [_counted(tab.name if tab.id == active else tab.key, "", tab) for tab in tabs]
    for names, gap in ((full, 2), (full, 1), (short, 2), (short, 1)):
        if sum(map(cell_len, names)) + gap * (len(names) - 1) <= room:
            return names, gap
    return keys, 1


def _counted(name: str, between: str, tab: Tab) -> str:
    return f"{name}{between}{tab.count:,}" if tab.count else name
