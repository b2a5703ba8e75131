"""How long an open session has been silent, and how long it may go on.  Pure."""

from datetime import datetime

from mailtrap.session import ClientEntry, Session

IDLE = 10  # seconds without anything from the client after which a session is called idle


def idle(session: Session, now: datetime, timeout: float) -> str:
    """Such as "idle 42s, 4m18s left" for an open session; "" where it has not been silent long.

    ``timeout``: seconds after which the client hears 421; 0 where that is never, or not known.
    """
    said = (entry.at for entry in reversed(session.transcript) if isinstance(entry, ClientEntry))
    silent = (now - next(said, session.opened)).total_seconds()
    if not session.is_open or silent < IDLE:
        return ""
    left = f", {in_seconds(max(0, round(timeout - silent)))} left" if timeout else ""
    return f"idle {in_seconds(int(silent))}{left}"


def in_seconds(seconds: int) -> str:
    """So many in words that fit a column: 42s, 4m18s, 3h."""
    if seconds < 100:
        return f"{seconds}s"
    return f"{seconds // 60}m{seconds % 60:02}s" if seconds < 6000 else f"{seconds // 3600}h"
