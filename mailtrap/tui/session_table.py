"""Every session there is, open ones first, the newest first.  Fed with notes; knows no terminal.

Nothing but ids and times is kept: what a line says is read from the catch when it is painted.
"""

from collections.abc import Iterable
from datetime import datetime

from mailtrap.trap import Catch
from mailtrap.tui.feed import Note, What


class SessionTable:
    """The sessions of a catch, in order."""

    def __init__(self, catch: Catch) -> None:
        self._catch = catch
        self._opened: dict[str, datetime] = {}
        self._open: set[str] = set()
        self._ids: list[str] | None = None

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self._opened)

    @property
    def ids(self) -> list[str]:
        """Open sessions, then those that ended; of each the newest first."""
        if self._ids is None:
            newest = sorted(self._opened, key=self._opened.__getitem__, reverse=True)
            live = [each for each in newest if each in self._open]
            self._ids = [*live, *(each for each in newest if each not in self._open)]
        return self._ids

    def load(self) -> None:
        """Look at all that the catch holds."""
        sessions = self._catch.sessions
        self._opened = {session.id: session.opened for session in sessions}
        self._open = {session.id for session in sessions if session.is_open}
        self._ids = None

    def take(self, notes: Iterable[Note]) -> bool:
        """Follow what happened; whether there are others now, or in another order."""
        before = self._ids
        for what, subject in notes:
            if what in (What.OPENED, What.FOUND, What.CLOSED):
                self._add(subject)
            elif what is What.FORGOTTEN:
                self._drop(subject)
            elif what is What.TOO_MUCH:
                self.load()
        return self._ids is not before or before is None

    def _add(self, session_id: str) -> None:
        session = self._catch.session(session_id)
        if session is None:
            return
        is_known = session_id in self._opened
        if is_known and session.is_open == (session_id in self._open):
            return
        self._opened[session_id] = session.opened
        (self._open.add if session.is_open else self._open.discard)(session_id)
        self._ids = None

    def _drop(self, session_id: str) -> None:
        if self._opened.pop(session_id, None) is not None:
            self._open.discard(session_id)
            self._ids = None
