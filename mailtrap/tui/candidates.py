"""Rows as filters ask for them.  What every key of a filter reads is there before it is typed.

A thread reads the subjects and addresses of messages, the newest first; who cannot wait reads
what is missing.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from mailtrap.candidate import MessageCandidate
from mailtrap.polite import PoliteWorker
from mailtrap.trap import Catch
from mailtrap.tui.feed import Note, What
from mailtrap.tui.rows import Row

_AT_A_TIME = 20  # messages, between two looks at whether others are in a hurry
MOST_WAITING = 1_000_000

Issues = Callable[[str], Iterable[tuple[str, str]]]


class RowCandidate:
    """A row; see ``mailtrap.query_candidate.Candidate``."""

    __slots__ = ("_of", "haystack", "row", "tested", "verdict")

    def __init__(self, row: Row, haystack: str, of: "Candidates") -> None:
        self.row = row
        self.haystack = haystack
        self.tested = 0  # the number of the filter the verdict is of
        self.verdict = False
        self._of = of

    @property
    def subject(self) -> str:
        """The first line of the haystack."""
        return self.haystack.split("\n", 1)[0]

    @property
    def senders(self) -> str:
        """The second."""
        return self.haystack.split("\n", 2)[1]

    @property
    def recipients(self) -> str:
        """The third."""
        return self.haystack.split("\n", 2)[2]

    @property
    def size(self) -> int:
        """Octets of mail data."""
        return self.row.size or 0

    @property
    def received(self) -> datetime:
        """When it came."""
        return self.row.at

    @property
    def id(self) -> str:
        """Of the message, or of the row of a session."""
        return self.row.id

    @property
    def session(self) -> str:
        """The id of the session."""
        return self.row.session

    @property
    def ip(self) -> str:
        """The address of the client."""
        session = self._of.catch.session(self.row.session)
        return session.peer.host.lower() if session else ""

    @property
    def fields(self) -> str:
        """The header section."""
        message = self._message
        return message.fields if message else ""

    @property
    def body(self) -> str:
        """The text."""
        message = self._message
        return message.body if message else ""

    @property
    def issues(self) -> Collection[str]:
        """Ids of the rules it breaks, as far as it was looked at."""
        return {rule for rule, _ in self._of.issues(self.row)}

    def has(self, what: str) -> bool:
        """There is such a thing in it."""
        message = self._message
        return message is not None and message.has(what)

    def is_(self, what: str) -> bool:
        """That holds for it."""
        row = self.row
        match what:
            case "unread":
                return row.unread
            case "read":
                return row.is_message and not row.unread
            case "marked":
                return self._of.is_marked(row)
            case "error" | "warning":
                return any(severity == what for _, severity in self._of.issues(row))
            case "rejected" if not row.is_message:
                return row.kind == "failed"
            case "tls" if not row.is_message:
                session = self._of.catch.session(row.session)
                return session is not None and session.tls is not None
        message = self._message
        return message is not None and message.is_(what)

    @property
    def _message(self) -> MessageCandidate | None:
        """Read anew each time: to keep 100 000 of them takes too much room."""
        message = self._of.catch.message(self.row.id) if self.row.is_message else None
        if message is None:
            return None
        session = self.row.session
        return MessageCandidate(message, session=lambda: self._of.catch.session(session))


class Candidates:
    """Ask it in one thread."""

    def __init__(
        self,
        catch: Catch,
        issues: Callable[[Row], Iterable[tuple[str, str]]],
        is_marked: Callable[[Row], bool],
    ) -> None:
        """``issues`` gives (rule, severity) for a row, as far as is known."""
        self.catch = catch
        self.issues = issues
        self.is_marked = is_marked
        self._known: dict[str, RowCandidate] = {}
        self._worker: PoliteWorker[list[Row]] = PoliteWorker(
            self._read_all, "mailtrap-filter", most_waiting=MOST_WAITING
        )
        self._has_started = False
        self._is_over = False

    def start(self, rows: Iterable[Row]) -> None:
        """Begin to read messages; the rows, oldest first."""
        newest = [row for row in rows if row.is_message][::-1]
        for start in range(0, len(newest), _AT_A_TIME):
            self._worker.offer(newest[start : start + _AT_A_TIME])
        self._has_started = True
        self._worker.start()

    def stop(self) -> None:
        """Read nothing more."""
        self._is_over = True
        if self._has_started:
            self._worker.stop(within=0)

    def take(self, notes: Sequence[Note], row_of: Callable[[str], Row | None]) -> None:
        """Follow what happened in the catch; ``row_of`` gives the row of a message."""
        new = [row_of(subject) for what, subject in notes if what is What.RECEIVED]
        if there := [row for row in new if row is not None]:
            self._worker.offer(there)
        for what, subject in notes:
            if what is What.REMOVED:
                self._known.pop(subject, None)

    def of(self, row: Row) -> RowCandidate:
        """The candidate of a row; reads its message where nobody did yet."""
        known = self._known.get(row.id)
        if known is None:
            known = RowCandidate(row, self._haystack(row), self)
            self._known[row.id] = known
        elif known.row is not row:  # read or unread, or a session that went on
            known.row, known.tested = row, 0
            if not row.is_message:
                known.haystack = _of_words(row)
        return known

    def _haystack(self, row: Row) -> str:
        if not row.is_message:
            return _of_words(row)
        message = self.catch.message(row.id)
        if message is None:
            return "\n\n"
        candidate = MessageCandidate(message)
        subject = " ".join(candidate.subject.split("\n"))
        return f"{subject}\n{candidate.senders}\n{candidate.recipients}"

    def _read_all(self, rows: list[Row]) -> None:
        """In the other thread."""
        for row in rows:
            if self._is_over:
                return
            if row.id not in self._known:
                self._known.setdefault(row.id, RowCandidate(row, self._haystack(row), self))


def _of_words(row: Row) -> str:
    """What a session says in the list."""
    words = row.words
    return f"{words.subject}\n{words.sender}\n{words.recipients}".lower()
