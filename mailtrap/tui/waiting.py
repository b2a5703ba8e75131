"""How long an open session has been silent, and how long it may go on.  Pure."""

from datetime import datetime

from mailtrap.session import ClientEntry, Command, Reply, Session

IDLE = 10  # seconds without anything from the client after which a session is called idle


def idle(session: Session, now: datetime, timeout: float) -> str:
    """Such as "idle 42s of 5m" for an open session; "" where it has not been silent long.

    ``timeout``: seconds after which the client hears 421; 0 where that is never, or not known.
    """
    said = (entry.at for entry in reversed(session.transcript) if isinstance(entry, ClientEntry))
    silent = (now - next(said, session.opened)).total_seconds()
    if not session.is_open or silent < IDLE:
        return ""
    if _is_in_data(session):
        return f"in DATA for {in_seconds(int(silent))}"
    most = f" of {in_seconds(int(timeout)).removesuffix('00s')}" if timeout else ""
    return f"idle {in_seconds(int(silent))}{most}"


def _is_in_data(session: Session) -> bool:
    """Mail data is due.  None of it is in the transcript before all of it is."""
    told = (e for e in reversed(session.transcript) if isinstance(e, (ClientEntry, Reply)))
    last = next(told, None)
    if isinstance(last, Reply):
        return last.code == 354
    return isinstance(last, Command) and last.verb == "BDAT"


def in_seconds(seconds: int) -> str:
    """So many in words that fit a column: 42s, 4m18s, 3h."""
    if seconds < 100:
        return f"{seconds}s"
    return f"{seconds // 60}m{seconds % 60:02}s" if seconds < 6000 else f"{seconds // 3600}h"
