"""A problem cut into cells for a list of a given width.  Pure; every string is safe to show."""

from rich.cells import cell_len

from mailtrap.amounts import amount
from mailtrap.sanitize import sanitize
from mailtrap.tui.problems import Group, Occurrence
from mailtrap.tui.row_cells import Span, fit
from mailtrap.tui.severities import MARKS, ROLES

_RULE, _TITLED = 30, 69  # cells of an id, and of a list that has the sentence behind it, too
_LONGEST = 300  # code points of what was found


def group_cells(group: Group, width: int, *, is_open: bool) -> list[Span]:
    """The line of a rule, exactly ``width`` cells."""
    many = amount(group.senders, "sender")
    much = f" \N{MULTIPLICATION SIGN}{group.count:,} · {many} "
    arrow = "▾" if is_open else "▸"
    role = ROLES[group.severity]
    room = max(0, width - 4 - cell_len(much))
    has_title = width >= _TITLED  # of all rules or of none, however long their counts are
    return [
        (f"{arrow} {MARKS[group.severity]} ", role),
        (fit(group.rule, min(_RULE, room) if has_title else room), "strong"),
        (fit(f"  {group.title}", room - _RULE) if has_title else "", ""),
        (much, "muted"),
    ]


def occurrence_cells(occurrence: Occurrence, width: int) -> list[Span]:
    """The line of a place where it was broken, exactly ``width`` cells."""
    sender = min(24, max(8, width // 4))
    kind = "mail" if occurrence.subject[1] else "sess"
    when = f"{occurrence.at.astimezone():%H:%M:%S}" if occurrence.at else "--:--:--"
    text = sanitize(_told(occurrence)[:_LONGEST])
    return [
        (f"  {when} {kind} ", "muted"),
        (fit(occurrence.sender, sender) + "  ", ""),
        (fit(text, max(0, width - 18 - sender)), ""),
    ]


def _told(occurrence: Occurrence) -> str:
    """What is special there; the line of the rule says the rest."""
    return occurrence.diagnostic.detail or occurrence.diagnostic.rule.title
