"""The logs of sessions as files: reading them, and mending what a server left that was killed."""

import os
import re
from contextlib import suppress
from pathlib import Path

from mailtrap.session import Session
from mailtrap.stores import files
from mailtrap.stores.filing import server_of
from mailtrap.stores.log_lines import (
    LOST,
    Ending,
    as_lost,
    closing_line,
    last_time,
    log_of,
    read_line,
    read_log,
    whole_lines,
)
from mailtrap.stores.servers import is_server_alive

SUFFIX = ".jsonl"
_ID = re.compile(r"[0-9A-Za-z]+-\d{1,18}", re.ASCII)
_TAIL = 4096  # octets that hold the last line nearly always


def is_session_id(text: str) -> bool:
    """It is an id that a trap gave a session, and safe as the name of a file."""
    return _ID.fullmatch(text) is not None


def log_path(directory: Path, session_id: str) -> Path:
    """Where the log of that session is."""
    return directory / files.SESSIONS / f"{session_id}{SUFFIX}"


def session_ids(directory: Path) -> list[str]:
    """Ids of the sessions that have a log, in no order; none where that cannot be read."""
    try:
        names = os.listdir(directory / files.SESSIONS)  # noqa: PTH208 names are wanted
    except OSError:
        return []
    ids = (name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
    return [each for each in ids if is_session_id(each)]


def read_session(path: Path) -> Session | None:
    """The session that a log is of, as far as its lines can be read; None where there is none.

    A session that is open here may be lost: ask ``is_server_alive``.
    """
    octets = files.read(path)
    return None if octets is None else read_log(octets)


def session_in(directory: Path, session_id: str) -> Session | None:
    """The session of that id, ended as lost where its server has gone; None where there is none."""
    if not is_session_id(session_id):
        return None
    session = read_session(log_path(directory, session_id))
    if session is None or session.id != session_id:
        return None
    if not session.is_open:
        return session
    return session if is_server_alive(directory, server_of(session_id)) else as_lost(session)


def is_ended(path: Path) -> bool:
    """The last line of the log closes its session."""
    lines = (files.tail(path, _TAIL) or b"").split(b"\n")
    return lines[-1] == b"" and len(lines) > 1 and isinstance(read_line(lines[-2]), Ending)


def mend(path: Path) -> None:
    """End the log of a server that has gone: no torn line, and a last line that closes it."""
    octets = None if is_ended(path) else files.read(path)
    if octets is None:
        return
    session = read_log(octets)
    lines = whole_lines(octets)
    if not lines:
        with suppress(OSError):  # killed before it could say whose session it is
            path.unlink()
    if session is None:  # damaged: what can still be read of it is not ours to drop
        return
    whole = b"".join(line + b"\n" for line in lines)
    if session.is_open:
        whole += closing_line(last_time(session.opened, session.transcript), LOST)
    with suppress(OSError):  # it is read in the same way as it is
        files.write_instead(path, whole)


def rewrite(directory: Path, session: Session) -> int:
    """Put the log of a session there as it has to be; its octets.  Raises OSError."""
    log = log_of(session)
    files.write_instead(log_path(directory, session.id), log)
    return len(log)
