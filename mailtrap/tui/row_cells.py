"""A row cut into cells for a list of a given width.  Pure: measures text, paints nothing.

Which columns there are at which width is decided here and nowhere else.
"""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from mailtrap.amounts import in_octets
from mailtrap.query import Highlight
from mailtrap.tui.rows import ATTACHMENT, KIND_MARKS, SMTPUTF8, TLS, WARNING, Row
from mailtrap.tui.severities import ROLES

Span = tuple[str, str]  # text, role: the name of how it looks

WIDE, NORMAL, TIMED = 92, 56, 36  # cells from which on there are more columns
UNREAD, MARKED = "●", "*"

_MARK_ROLES = {
    ATTACHMENT: "muted",
    TLS: "muted",
    SMTPUTF8: "muted",
    WARNING: "warning",
    KIND_MARKS["failed"]: "error",
    KIND_MARKS["probe"]: "muted",
    KIND_MARKS["open"]: "success",
}


def fit(text: str, width: int) -> str:
    """The text in exactly that many cells; what is too long ends in an ellipsis."""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    if width < 1:
        return ""
    # A wide character that is cut leaves a blank; the ellipsis goes before it.
    cut = set_cell_size(text, width - 1)
    return set_cell_size(f"{cut.rstrip()}…", width)


def row_cells(
    row: Row,
    width: int,
    flag: str = "",
    *,
    is_marked: bool = False,
    highlights: Sequence[Highlight] = (),
) -> list[Span]:
    """The spans of a row, exactly ``width`` cells together.

    ``flag``: the worst severity of what is wrong with it, "" where nothing is; ``highlights``:
    what a filter looks for in it.
    """
    words = row.words
    strength = "strong" if row.unread else ("" if row.is_message else "muted")
    state = (UNREAD if row.unread else " ") + (MARKED if is_marked else " ")
    spans = [(state, strength), *_marks(words.marks, flag)]
    at = row.at.astimezone()
    if width >= WIDE:
        sender = recipients = min(32, (width - 24) // 4)
        spans.append((f"{at:%H:%M:%S}  ", "muted"))
        spans += _found(fit(words.sender, sender) + "  ", strength, "from", highlights)
        spans += _found(fit(words.recipients, recipients) + "  ", "muted", "to", highlights)
    elif width >= NORMAL:
        sender = min(24, max(16, (width - 19) // 3))
        spans.append((f"{at:%H:%M}  ", "muted"))
        spans += _found(fit(words.sender, sender) + "  ", strength, "from", highlights)
    else:
        if width >= TIMED:
            spans.append((f"{at:%H:%M} ", "muted"))
        name = fit(words.sender.partition("@")[0], max(6, width // 4)) + " "
        spans += _found(name, strength, "from", highlights)
    size = "" if width < NORMAL else f" {'—' if row.size is None else in_octets(row.size):>5} "
    left = width - sum(cell_len(text) for text, _ in spans) - len(size)
    spans += _found(fit(words.subject, max(0, left)), strength, "subject", highlights)
    spans.append((size, "muted"))
    return spans


def _found(text: str, role: str, field: str, highlights: Sequence[Highlight]) -> list[Span]:
    """The text with what is looked for in a role of its own."""
    spans, position = [], 0
    places = sorted(
        each.span()
        for highlight in highlights
        if highlight.field in ("", field)
        for each in highlight.pattern.finditer(text)
    )
    for start, end in places:
        if start >= position and end > start:
            spans += [(text[position:start], role), (text[start:end], "match")]
            position = end
    return [span for span in (*spans, (text[position:], role)) if span[0]]


def _marks(marks: str, flag: str) -> list[Span]:
    """Two cells of marks, the most telling ones, and a blank."""
    marks += WARNING if flag and WARNING not in marks else ""
    telling = sorted(marks, key=lambda mark: _MARK_ROLES[mark] == "muted")[:2]
    roles = {**_MARK_ROLES, WARNING: ROLES[flag or "warning"]}
    shown = [(mark, roles[mark]) for mark in marks if mark in telling]
    return [*shown, (" " * (3 - len(shown)), "")]
