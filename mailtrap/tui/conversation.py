"""The transcript of a session as a document: when, who, what.

It follows an open session: ``follow`` takes what came and says whether anything did.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mailtrap.sanitize import sanitize
from mailtrap.session import Reply, Session
from mailtrap.transcript import CLIENT, ENDINGS, NOTE, SERVER, Line, lines
from mailtrap.tui.document import Span

_TIME = 12  # cells of 12:04:30.001
_MARK_ROLES = {CLIENT: "client", SERVER: "server", NOTE: "note"}
_REPLY_ROLES = {2: "success", 3: "success", 4: "warning", 5: "error"}


class SessionDocument:
    """A session's transcript, credentials masked unless ``show_secrets``."""

    wraps = True
    gutter_width = _TIME + 2 + 3
    width = 0

    def __init__(self, session: Session, *, show_secrets: bool = False) -> None:
        self._show_secrets = show_secrets
        self._session = session
        self._lines: list[Line] = []
        self._seen = 0  # entries
        self._add(session)

    @property
    def session(self) -> Session:
        """The session as far as it was followed."""
        return self._session

    def follow(self, session: Session) -> bool:
        """Take the session as it is now; whether that adds to the lines or changes them."""
        before, self._session = self._session, session
        if session == before:
            return False
        # Entries stay as they are, but for folded ones and mail data handed to its message.
        if session.transcript[: self._seen] != before.transcript:
            self._lines.clear()
            self._seen = 0
        self._add(session)
        return True

    def __len__(self) -> int:
        """How many lines: the connection's start and end are lines too."""
        return 1 + len(self._lines) + 1

    def line(self, index: int) -> Sequence[Span]:
        """What was said."""
        if index == 0:
            peer = sanitize(f"{self._session.peer} connected to {self._session.local}")
            return [(peer, "note")]
        if index > len(self._lines):
            return [self._ending()]
        line = self._lines[index - 1]
        if isinstance(line.entry, Reply):
            return [(line.text, _REPLY_ROLES.get(line.entry.code // 100, "error"))]
        return [(line.text, "note" if line.mark == NOTE else "")]

    def gutter(self, index: int) -> Sequence[Span]:
        """When, as the time since the line before, and who."""
        if index == 0:
            mark = NOTE
            when = f"{self._session.opened.astimezone():%H:%M:%S.%f}"[:_TIME]
        elif index > len(self._lines):
            mark = NOTE
            when = _delta(self._moment(index - 1), self._session.closed)
        else:
            mark = self._lines[index - 1].mark
            when = "" if self._goes_on(index) else self._since(index)
        return [(f"{when:>{_TIME}}  ", "muted"), (f"{mark} ", _MARK_ROLES[mark])]

    def _add(self, session: Session) -> None:
        fresh = session.transcript[self._seen :]
        self._lines.extend(lines(fresh, show_secrets=self._show_secrets))
        self._seen = len(session.transcript)

    def _goes_on(self, index: int) -> bool:
        return index > 1 and self._lines[index - 1].entry is self._lines[index - 2].entry

    def _since(self, index: int) -> str:
        return _delta(self._moment(index - 1), self._moment(index))

    def _moment(self, index: int) -> datetime:
        return self._session.opened if index == 0 else self._lines[index - 1].at

    def _ending(self) -> Span:
        if self._session.is_open:
            return ("still open", "success")
        reason = self._session.reason or "closed for no known reason"
        return (ENDINGS.get(reason, sanitize(reason)), "note")


def _delta(before: datetime, at: datetime | None) -> str:
    if at is None:
        return ""
    passed = max(timedelta(0), at - before)
    if passed < timedelta(minutes=10):
        return f"+{passed.total_seconds():.3f}"
    minutes, seconds = divmod(int(passed.total_seconds()), 60)
    return f"+{minutes}m{seconds:02}s"
