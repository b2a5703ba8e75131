"""A listener of a trap that writes the log of each session into a maildir.

Mail data is held back until it is known which message holds it, so that no octets are written
twice.  A log that could not be written is put there anew, whole, once writing works again; a
session never hears of it.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mailtrap.envelope import decoded
from mailtrap.events import (
    EntriesRecorded,
    Event,
    MessageReceived,
    SessionClosed,
    SessionOpened,
    SessionsRemoved,
)
from mailtrap.recording import without_octets
from mailtrap.session import (
    Authenticated,
    Chunk,
    Command,
    Entry,
    MailData,
    Peer,
    Reply,
    Session,
    TlsStarted,
)
from mailtrap.stores import files
from mailtrap.stores.backlog import Backlog
from mailtrap.stores.filing import NOBODY, Circumstances
from mailtrap.stores.log_files import SUFFIX
from mailtrap.stores.log_lines import closing_line, entry_line, opening_line
from mailtrap.trap import MAX_ENTRIES, Trap

MOST_FILES = 64  # kept open; the other sessions that are open have theirs opened again
MOST_HELD = 1000  # entries behind a chunk that may still become part of a message
_APPEND = os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
_NEW = os.O_CREAT | os.O_EXCL
# Commands after which no message is made of the chunks before them.
_ENDS_TRANSACTION = frozenset({"RSET", "EHLO", "HELO", "LHLO", "STARTTLS", "QUIT"})


@dataclass(slots=True)
class _Log:
    """The log of a session that is open."""

    peer: Peer
    held: list[Entry] = field(default_factory=list)  # not written yet
    undecided: MailData | Chunk | None = None  # the latest; a message may still be made of it
    is_loose: bool = False  # chunks were written that may still become part of a message
    is_whole: bool = True  # the file has all that was told, but for what is held
    lines: int = 0  # entries in the file
    client_name: str = ""
    tls: tuple[str, str] | None = None
    auth_user: str | None = None


class SessionLogs:
    """Subscribe it to a trap before the first session."""

    def __init__(
        self,
        directory: Path,
        trap: Trap,
        *,
        restore: Callable[[], object],
        on_end: Callable[[str, int], object],
        max_entries: int = MAX_ENTRIES,
    ) -> None:
        """``restore`` and ``on_end`` are those of a backlog, ``max_entries`` that of the trap."""
        self._directory = directory
        self._trap = trap
        self._on_end = on_end
        self._backlog = Backlog(directory, trap, restore=restore, on_end=on_end)
        self._most_lines = 2 * max_entries
        self._open: dict[str, _Log] = {}
        self._files: dict[str, int] = {}  # by session, the one used last at the end

    def circumstances(self, session_id: str) -> Circumstances:
        """How a message of that session comes."""
        log = self._open.get(session_id)
        if log is None:
            return NOBODY
        return Circumstances(log.peer, log.client_name, log.tls, log.auth_user)

    def is_open(self, session_id: str) -> bool:
        """More may be written of that session."""
        return session_id in self._open or session_id in self._backlog

    def look_again(self) -> None:
        """The directory was not there: files that are open may not be in it any more."""
        for session_id in list(self._files):
            self._close_file(session_id)

    def stop(self) -> bool:
        """Nothing is written any more; says whether all logs are complete."""
        self._backlog.stop()
        self.look_again()
        return not self._open and not self._backlog

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        match event:
            case EntriesRecorded(session_id, entries):
                log = self._open.get(session_id)
                if log is not None and entries:
                    self._recorded(session_id, log, entries)
            case SessionOpened(session):
                self._opened(session)
            case MessageReceived(message):
                log = self._open.get(message.session)
                if log is not None:
                    self._kept(message.session, log, message.id)
            case SessionClosed(session):
                self._closed(session)
            case SessionsRemoved(ids, because) if because == "asked":
                for session_id in ids:
                    self._forget(session_id)

    # What happens

    def _opened(self, session: Session) -> None:
        log = self._open[session.id] = _Log(session.peer)
        try:
            self._keep_file(session.id, os.open(self._path(session.id), _APPEND | _NEW, 0o600))
        except OSError:
            self._failed(log)
            return
        self._write(session.id, log, opening_line(session))

    def _recorded(self, session_id: str, log: _Log, entries: Iterable[Entry]) -> None:
        for entry in entries:
            _note(log, entry)
            if isinstance(entry, (MailData, Chunk)):
                log.undecided = entry
            elif log.undecided is not None and _decides(entry, log.undecided):
                log.undecided = None
        log.held += entries
        if len(log.held) > MOST_HELD:
            log.is_loose = log.is_loose or log.undecided is not None
            log.undecided = None
        if log.undecided is None:
            self._flush(session_id, log)

    def _kept(self, session_id: str, log: _Log, message_id: str) -> None:
        """The data that is held is that of a message; it is written with what follows."""
        log.undecided = None
        if log.is_loose:  # with their octets, which the message holds now
            log.is_loose = False
            self._rewrite(session_id, log)
            return
        data = [each for each in log.held if isinstance(each, (MailData, Chunk))]
        if len(data) == 1:
            log.held = [without_octets(x, message_id) if x is data[0] else x for x in log.held]
        elif data:
            self._name_message(session_id, log)

    def _name_message(self, session_id: str, log: _Log) -> None:
        """Of several chunks some may have been refused: the trap knows which the message has."""
        session = self._trap.session(session_id)
        transcript = () if session is None else session.transcript
        known: dict[int, Entry] = {
            entry.offset: entry for entry in transcript if isinstance(entry, (MailData, Chunk))
        }
        log.held = [
            known.get(each.offset, each) if isinstance(each, (MailData, Chunk)) else each
            for each in log.held
        ]

    def _closed(self, session: Session) -> None:
        log = self._open.pop(session.id, None)
        if log is None or session.closed is None:
            return
        if log.is_whole:
            last = closing_line(session.closed, session.reason or "")
            self._write(session.id, log, b"".join(map(entry_line, log.held)) + last)
        size = self._size(session.id) if log.is_whole else None
        self._close_file(session.id)
        if size is None:
            self._backlog.add(session.id)
        else:
            self._on_end(session.id, size)
        if self._backlog:
            self._backlog.work()

    def _forget(self, session_id: str) -> None:
        self._backlog.forget(session_id)
        with suppress(OSError):
            os.unlink(self._path(session_id))  # noqa: PTH108 as everywhere here

    # Writing

    def _flush(self, session_id: str, log: _Log) -> None:
        is_too_long = 0 < self._most_lines < log.lines + len(log.held)
        if is_too_long or not log.is_whole:
            self._rewrite(session_id, log)
            return
        held, log.held = log.held, []
        self._write(session_id, log, b"".join(map(entry_line, held)))
        log.lines += len(held)

    def _write(self, session_id: str, log: _Log, octets: bytes) -> None:
        """Append whole lines, at once."""
        try:
            file = self._files.pop(session_id, -1)
            if file < 0:
                file = os.open(self._path(session_id), _APPEND)
            self._keep_file(session_id, file)
            written = os.write(file, octets)
        except OSError:
            written = -1
        if written != len(octets):
            self._failed(log)

    def _failed(self, log: _Log) -> None:
        log.is_whole = False
        self._backlog.put_off()
        self.look_again()

    def _rewrite(self, session_id: str, log: _Log) -> None:
        """Put the log of an open session there anew, with all that was told of it."""
        log.held.clear()
        log.is_whole = False
        if not self._backlog.is_due:
            return
        session = self._trap.session(session_id)
        self._close_file(session_id)
        if session is not None and self._backlog.write(session) is not None:
            log.is_whole, log.lines = True, len(session.transcript)

    # Files

    def _path(self, session_id: str) -> str:
        return f"{self._directory}/{files.SESSIONS}/{session_id}{SUFFIX}"

    def _keep_file(self, session_id: str, file: int) -> None:
        self._files[session_id] = file
        if len(self._files) > MOST_FILES:
            self._close_file(next(iter(self._files)))

    def _close_file(self, session_id: str) -> None:
        file = self._files.pop(session_id, -1)
        if file >= 0:
            with suppress(OSError):
                os.close(file)

    def _size(self, session_id: str) -> int | None:
        """Octets of a log whose file is open; None when it is not in the directory any more."""
        try:
            status = os.fstat(self._files.get(session_id, -1))
        except OSError:
            return None
        return status.st_size if status.st_nlink else None


def _note(log: _Log, entry: Entry) -> None:
    """Remember what is told of a message beside it."""
    match entry:
        case Command() if entry.verb in ("EHLO", "HELO", "LHLO"):
            log.client_name = decoded(entry.argument)
        case TlsStarted():
            log.tls = (entry.version, entry.cipher)
        case Authenticated():
            log.auth_user = entry.identity


def _decides(entry: Entry, data: MailData | Chunk) -> bool:
    """After this entry no message can be made of that data, if none was made of it yet."""
    match entry:
        case Reply():
            return isinstance(data, MailData) or data.is_last
        case Command():
            return entry.verb in _ENDS_TRANSACTION
    return False
