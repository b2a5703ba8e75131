"""Messages as lines and as JSON: what ``list``, ``wait`` and ``clear`` say of them.

For a person at a terminal each is one line that fits; elsewhere nothing is cut, and columns are
where ``awk`` finds them.  Everything is safe to show.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from mailtrap.amounts import in_octets
from mailtrap.cli.output import coloured, is_terminal, writable
from mailtrap.console import message_keys
from mailtrap.content import Content
from mailtrap.fields import MAX_HEADER
from mailtrap.message import Message
from mailtrap.sanitize import sanitize, without_surrogates
from mailtrap.wrapping import cells

WIDE, NORMAL = 100, 60  # columns of a terminal from which on there is more to see
GAP = "  "


def keys(message: Message, *, read: bool) -> dict[str, Any]:
    """A message as JSON keys."""
    content = Content(message.head(MAX_HEADER))
    return {
        **message_keys(message),
        "from": without_surrogates(content.field("from")),
        "to": without_surrogates(content.field("to")),
        "read": read,
    }


def lines(messages: Sequence[Message], now: datetime) -> Iterator[str]:
    """One line for each message."""
    if not is_terminal():
        yield from map(_whole, messages)
        return
    columns = os.get_terminal_size().columns
    rows = [_Row(message, now) for message in messages]
    ids = max((cells(row.id) for row in rows), default=0)
    times = max((len(row.time) for row in rows), default=0)
    for row in rows:
        yield row.line(columns, min(ids, columns // 3), times)


class _Row:
    """The cells of a message."""

    def __init__(self, message: Message, now: datetime) -> None:
        content = Content(message.head(MAX_HEADER))
        at = message.received.astimezone()
        envelope = message.envelope
        self.id = sanitize(message.id)
        self.time = f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"
        self.sender = _cell(_name(content.field("from")) or _sender(message))
        more = f" +{len(envelope.forward_paths) - 1}" if len(envelope.forward_paths) > 1 else ""
        to = envelope.forward_paths[0] if envelope.forward_paths else content.field("to")
        self.to = _cell(to or "-") + more
        self.subject = _cell(content.subject) or "(no subject)"
        self.size = in_octets(message.size)

    def line(self, columns: int, ids: int, times: int) -> str:
        """The cells that fit, the subject last."""
        shown = [coloured(fit(self.id, ids), "info")]
        used = ids
        if columns >= NORMAL:
            shown.append(f"{self.time:<{times}}")
            used += times + len(GAP)
        free = columns - used
        others = [self.sender]
        widths = [min(32, max(8, free // 3))]
        if columns >= WIDE:
            others.append(self.to)
            widths = [min(32, free // 5)] * 2
        shown += [fit(text, width) for text, width in zip(others, widths, strict=True)]
        used += sum(widths) + len(widths) * len(GAP)
        if columns >= NORMAL:
            shown.append(f"{self.size:>5}")
            used += 5 + len(GAP)
        return GAP.join([*shown, fit(self.subject, columns - used - len(GAP)).rstrip()])


def _whole(message: Message) -> str:
    """Id, time, size, reverse-path, forward-paths, subject; none but the last has blanks."""
    envelope = message.envelope
    to = ",".join(path or "<>" for path in envelope.forward_paths) or "-"
    at = message.received.astimezone().isoformat(timespec="seconds")
    cut = (message.id, at, str(message.size), _sender(message), to)
    subject = sanitize(Content(message.head(MAX_HEADER)).subject) or "(no subject)"
    return GAP.join([*("".join(sanitize(each).split()) for each in cut), subject])


def _sender(message: Message) -> str:
    reverse_path = message.envelope.reverse_path
    return "-" if reverse_path is None else reverse_path or "<>"


def _name(field: str) -> str:
    """The mailbox of a From field, without the name before it."""
    mailbox = field.rpartition("<")[2].partition(">")[0]
    return mailbox or field


def _cell(text: str) -> str:
    return writable(sanitize(text[:300])).strip()


def fit(text: str, width: int) -> str:
    """The text in exactly that many cells; what is too long ends in an ellipsis."""
    if (used := cells(text)) <= width:
        return text + " " * (width - used)
    end = writable("…")
    kept, used = "", 0
    for character in text:
        if used + cells(character) > width - len(end):
            break
        kept += character
        used += cells(character)
    return f"{kept}{end}{' ' * (width - len(end) - used)}" if width >= len(end) else ""
