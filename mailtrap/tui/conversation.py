"""The transcript of a session as a document: when, who, what.

It follows an open session: ``follow`` takes what came and says whether anything did.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mailtrap.sanitize import sanitize
from mailtrap.session import ClientEntry, Entry, Reply, Session
from mailtrap.transcript import CLIENT, ENDINGS, NOTE, SERVER, Line, lines
from mailtrap.tui import hints
from mailtrap.tui.document import Span
from mailtrap.tui.hints import USUAL
from mailtrap.tui.severities import MARKS, ROLES

_TIME = 12  # cells of 12:04:30.001
_SEVERITIES = {mark: severity for severity, mark in MARKS.items()}
_MARK_ROLES = {
    CLIENT: "client",
    SERVER: "server",
    NOTE: "note",
    **{mark: ROLES[severity] for mark, severity in _SEVERITIES.items()},
}
_LONG = 5  # lines; a reply that has more is folded to its first one
_NOTE_ROLES = {
    "tls": "success",
    "tls-failed": "error",
    "authenticated": "success",
    "authentication-failed": "error",
    "rule": "warning",
}
_STILL_OPEN = ("still open", "success")
_REPLY_ROLES = {2: "success", 3: "success", 4: "warning", 5: "error"}


# By offset of the client's entry, None for the end of the session: (severity, text) each.
Remarks = Mapping[int | None, Sequence[tuple[str, str]]]


class SessionDocument:
    """A session's transcript, credentials masked unless ``show_secrets``; below what is wrong
    stands what was remarked about it.
    """

    wraps = True
    gutter_width = _TIME + 2 + 3
    hanging = 0
    width = 0

    def __init__(
        self,
        session: Session,
        remarks: Remarks | None = None,
        *,
        show_secrets: bool = False,
        folds: bool = False,
        remapped: Mapping[str, str] = USUAL,
    ) -> None:
        self._unfolds = hints.key("app.fold", " (", remapped, ")")
        self._show_secrets = show_secrets
        self._folds = folds  # long replies
        self._left_out: Mapping[int, int] = {}  # lines that stand for more, and for how many
        self._session = session
        self._remarks = remarks or {}
        self._lines: tuple[Line, ...] = ()
        self._last_lines: tuple[Line, ...] = ()  # below the end
        self._said: dict[int, tuple[Line, ...]] = {}  # by id() of the entry; to make it is slow
        self._seen = 0  # entries
        self._waits = ""
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
        self._waits = ""
        # Entries stay as they are, but for folded ones and mail data handed to its message.
        if session.transcript[: self._seen] != before.transcript:
            self._forget()
        self._add(session)
        return True

    def wait(self, told: str) -> bool:
        """Say how long an open session has been silent; whether that changes a line."""
        before, self._waits = self._waits, told
        return told != before

    def fold(self, top: int, *, folds: bool) -> int:
        """Show the first lines of long replies only, or all; where line ``top`` is then."""
        self._folds = folds
        return self._made_anew(top)

    def remark(self, remarks: Remarks, top: int) -> int | None:
        """Show these remarks instead; where line ``top`` is then, None where nothing changes."""
        if remarks == self._remarks:
            return None
        self._remarks = remarks
        return self._made_anew(top)

    def line_of(self, offset: int | None) -> int:
        """The line of the client's entry at that offset; where there is none, the last one."""
        places = (
            number
            for number, line in enumerate(self._lines)
            if isinstance(line.entry, ClientEntry) and line.entry.offset == offset
        )
        return 1 + next(places, len(self._lines))

    def __len__(self) -> int:
        """How many lines: the connection's start and end are lines too."""
        return 1 + len(self._lines) + 1 + len(self._last_lines)

    def line(self, index: int) -> Sequence[Span]:
        """What was said."""
        if index == 0:
            peer = sanitize(f"{self._session.peer} connected to {self._session.local}")
            return [(peer, "note")]
        if index == len(self._lines) + 1:
            return [self._ending()]
        line = self._line(index)
        if line.mark in _SEVERITIES:
            rule, _, what = line.text.partition(" ")
            return [(f"{rule} ", _MARK_ROLES[line.mark]), (what, "")]
        if isinstance(line.entry, Reply):
            said = (line.text, _REPLY_ROLES.get(line.entry.code // 100, "error"))
            more = self._left_out.get(index)
            return [said, (f"  … {more} more lines{self._unfolds}", "muted")] if more else [said]
        role = _NOTE_ROLES.get(line.entry.kind, "note") if line.mark == NOTE else ""
        return [(line.text, role)]

    def gutter(self, index: int) -> Sequence[Span]:
        """When, as the time since the line before, and who."""
        if index == 0:
            mark = NOTE
            when = f"{self._session.opened.astimezone():%H:%M:%S.%f}"[:_TIME]
        elif index == len(self._lines) + 1:
            mark = NOTE
            when = _delta(self._moment(index - 1), self._session.closed)
        else:
            mark = self._line(index).mark
            when = "" if mark in _SEVERITIES or self._goes_on(index) else self._since(index)
        return [(f"{when:>{_TIME}}  ", "muted"), (f"{mark:<2} ", _MARK_ROLES[mark])]

    def _line(self, index: int) -> Line:
        below = index - len(self._lines) - 2
        return self._last_lines[below] if below >= 0 else self._lines[index - 1]

    def _add(self, session: Session) -> None:
        added: list[Line] = []
        left_out = dict(self._left_out)
        before, self._said = self._said, self._said if self._seen else {}
        for entry in session.transcript[self._seen :]:
            said = before.get(id(entry)) or tuple(lines([entry], show_secrets=self._show_secrets))
            self._said[id(entry)] = said
            if self._folds and isinstance(entry, Reply) and len(said) > _LONG:
                left_out[len(self._lines) + len(added) + 1] = len(said) - 1
                said = said[:1]
            added += said
            if isinstance(entry, ClientEntry):
                added += self._remarked(entry, entry.offset)
        self._lines, self._left_out = (*self._lines, *added), left_out
        self._seen = len(session.transcript)
        last = session.transcript[-1:]
        self._last_lines = self._remarked(last[0], None) if last else ()

    def _remarked(self, entry: Entry, offset: int | None) -> tuple[Line, ...]:
        """What is to be said about that entry, or below the end of a session that ends with it."""
        remarks = self._remarks.get(offset, ())
        return tuple(Line(entry.at, MARKS[severity], text, entry) for severity, text in remarks)

    def _made_anew(self, top: int) -> int:
        """Make every line again; where line ``top`` is then."""
        entry = self._lines[top - 1].entry if 0 < top <= len(self._lines) else None
        self._forget()
        self._add(self._session)
        if entry is None:
            return 0 if top == 0 else len(self._lines) + 1
        return 1 + next(n for n, line in enumerate(self._lines) if line.entry is entry)

    def _forget(self) -> None:
        self._lines, self._left_out = (), {}
        self._seen = 0

    def _goes_on(self, index: int) -> bool:
        return index > 1 and self._lines[index - 1].entry is self._lines[index - 2].entry

    def _since(self, index: int) -> str:
        return _delta(self._moment(index - 1), self._moment(index))

    def _moment(self, index: int) -> datetime:
        return self._session.opened if index == 0 else self._lines[index - 1].at

    def _ending(self) -> Span:
        if self._session.is_open:
            return (f"still open, {self._waits}", "warning") if self._waits else _STILL_OPEN
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
