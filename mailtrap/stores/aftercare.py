"""What a maildir needs beside writing: mending what a killed server left, and dropping what is old.

Only what a trap has put there is ever touched, and nothing of a server that is alive.
"""

import os
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from mailtrap.stores import files, log_files
from mailtrap.stores.filing import is_id, named, server_of
from mailtrap.stores.index import Index
from mailtrap.stores.servers import is_server_alive, stale_servers


def mend(index: Index) -> None:
    """After servers that were killed: end their logs, remove what became no message."""
    directory = Path(index.path)
    stale = {each.prefix: each for each in stale_servers(directory)}
    if stale:
        for session_id in log_files.session_ids(directory):
            if server_of(session_id) in stale:
                log_files.mend(log_files.log_path(directory, session_id))
        for path in _unfinished(directory, stale):
            _unlink(path)
    for path in _sidecars_left(index, stale):
        _unlink(path)
    for each in stale.values():
        each.end()


def _unfinished(directory: Path, stale: Container[str]) -> Iterator[Path]:
    """Files that were being written."""
    for name in _names(directory / "tmp"):
        said = named(name)
        if said is not None and server_of(said.id) in stale:
            yield directory / "tmp" / name
    for name in _names(directory / files.SESSIONS):
        if name.startswith(".") and server_of(name[1:]) in stale:
            yield directory / files.SESSIONS / name


def _sidecars_left(index: Index, stale: Container[str]) -> list[Path]:
    """Those of messages that are gone, which may be another's doing."""
    directory = Path(index.path)
    names = _names(directory / files.MESSAGES)
    left = [name.removesuffix(".json") for name in names if not index.knows(name[:-5])]
    if not left:
        return []
    index.look()  # while the first look lasted others may have renamed a message
    if not index.is_complete:  # then nobody knows which messages are gone
        return []
    alive: dict[str, bool] = {}
    for prefix in {server_of(each) for each in left}:
        alive[prefix] = prefix not in stale and is_server_alive(directory, prefix)
    return [
        directory / files.MESSAGES / f"{each}.json"
        for each in left
        if is_id(each) and not index.knows(each) and not alive[server_of(each)]
    ]


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _names(directory: Path) -> list[str]:
    try:
        return os.listdir(directory)  # noqa: PTH208 names are wanted
    except OSError:
        return []


def old_sessions(
    directory: Path, before: datetime, is_open: Callable[[str], bool]
) -> Iterator[str]:
    """Ids of the sessions that had ended by then; ``is_open``: here."""
    for session_id in log_files.session_ids(directory):
        path = log_files.log_path(directory, session_id)
        try:
            written = path.stat().st_mtime
        except OSError:
            continue
        if written >= before.timestamp() or is_open(session_id):
            continue
        if log_files.is_ended(path) or not is_server_alive(directory, server_of(session_id)):
            yield session_id


def logs_by_age(directory: Path) -> list[tuple[str, int]]:
    """(id, octets) of each log, the one that was written to first at the beginning."""
    logs = []
    for session_id in log_files.session_ids(directory):
        with suppress(OSError):
            status = log_files.log_path(directory, session_id).stat()
            logs.append((status.st_mtime_ns, session_id, status.st_size))
    return [(session_id, size) for _, session_id, size in sorted(logs)]
