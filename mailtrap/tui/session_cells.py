"""A session cut into cells for a list of a given width.  Pure; every string is safe to show."""

from datetime import datetime

from rich.cells import cell_len

from mailtrap.amounts import in_octets
from mailtrap.sanitize import sanitize
from mailtrap.session import Reply, Session
from mailtrap.tui.outcome import Outcome, first_line, outcome
from mailtrap.tui.row_cells import Span, fit
from mailtrap.tui.rows import cell
from mailtrap.tui.waiting import idle, in_seconds

LIVE, ENDED, FAILED = "●", " ", "✗"
WIDE, NORMAL = 96, 64  # cells from which on there are more columns
_REPLY_ROLES = {2: "success", 3: "success", 4: "warning", 5: "error"}


def session_cells(session: Session, width: int, now: datetime, timeout: float = 0) -> list[Span]:
    """The spans of a line, exactly ``width`` cells together.

    ``timeout``: seconds a client may be silent; 0 where that is without end, or not known.
    """
    reply = _last_reply(session)
    end = None if session.is_open or session.message_ids else outcome(session)
    spans = [_mark(session, reply, end), (f"{session.opened.astimezone():%H:%M:%S} ", "muted")]
    peer = sanitize(str(session.peer))
    name = cell(session.client_name) or "—"
    if width >= WIDE:
        spans.append((fit(peer, 22) + " ", ""))
        spans.append(
            (fit(name, max(12, (width - 62) // 3)) + " ", "strong" if session.is_open else "")
        )
    else:
        spans.append((fit(name, max(9, width // 5)) + " ", "strong" if session.is_open else ""))
    secured = ("T" if session.tls else " ") + ("A" if session.authenticated else " ")
    spans.append((f"{secured} ", "muted"))
    spans.append((f"{len(session.message_ids):>3} mail ", ""))
    if width >= NORMAL:
        spans.append((f"{in_octets(session.octets):>5} ", "muted"))
    spans.append((f"{_lasted(session, now):>6}  ", "muted"))
    left = max(0, width - sum(cell_len(text) for text, _ in spans))
    if end is not None:
        spans.append((fit(end.text, left), "error" if end.kind == "failed" else "muted"))
    else:
        spans.append(_state(session, reply, left, idle(session, now, timeout)))
    return spans


def _mark(session: Session, reply: Reply | None, end: Outcome | None) -> Span:
    if session.is_open:
        return f"{LIVE} ", "success"
    is_bad = end.kind == "failed" if end else reply is not None and reply.code >= 400
    return (f"{FAILED} ", "error") if is_bad else (f"{ENDED} ", "")


def _last_reply(session: Session) -> Reply | None:
    return next((e for e in reversed(session.transcript) if isinstance(e, Reply)), None)


def _state(session: Session, reply: Reply | None, room: int, waits: str) -> Span:
    said = first_line(reply) if reply else "nothing said"
    role = _REPLY_ROLES.get(reply.code // 100, "error") if reply else "muted"
    if session.is_open:
        return fit(f"{waits or 'live'}: {said}", room), "warning" if waits else role
    is_usual = session.reason in ("quit", "eof", None)
    return fit(said if is_usual else f"{session.reason}: {said}", room), role


def _lasted(session: Session, now: datetime) -> str:
    seconds = ((session.closed or now) - session.opened).total_seconds()
    return f"{seconds * 1000:.0f}ms" if 0 <= seconds < 1 else in_seconds(int(max(0.0, seconds)))
