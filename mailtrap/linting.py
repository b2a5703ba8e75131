"""Diagnostics while they happen: a listener of a trap that says what is wrong.

Sessions are read as their entries come, which costs little.  Messages are read by a thread that
gives way to SMTP; what it finds comes after the message, and maybe after its session.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from mailtrap.events import EntriesRecorded, Event, MessageReceived, SessionClosed, SessionOpened
from mailtrap.lint.diagnostic import LEVELS, Diagnosed, Diagnostic, Severity, Undiagnosed
from mailtrap.lint.history import HistoryLint
from mailtrap.lint.message import mail_of, report_on
from mailtrap.lint.session import SessionLint
from mailtrap.polite import PoliteWorker
from mailtrap.session import Chunk, MailData, RuleApplied, Session
from mailtrap.trap import Trap

_log = logging.getLogger("mailtrap.linting")


Tell = Callable[[Sequence[Diagnosed | Undiagnosed]], object]


@dataclass(slots=True)
class _Open:
    """A session that has not ended."""

    peer: str
    lint: SessionLint | None  # None: it has failed, and this session is not read any more
    held: list[Diagnosed] = field(default_factory=list)  # until its mail data is a message
    has_mail: bool = False


class Linting:
    """Subscribe it to a trap before the first session."""

    def __init__(
        self,
        trap: Trap,
        tell: Tell,
        tell_from_thread: Tell,
        *,
        level: Severity = Severity.INFO,
    ) -> None:
        """``tell`` is called within the event that caused it, the other from the thread that
        reads messages; ``level`` is the least severe they hear of.
        """
        self._trap = trap
        self._tell = tell
        self._tell_from_thread = tell_from_thread
        # None: all are told.  To look one up takes as long as half a command.
        self._told = None if level is LEVELS[-1] else frozenset(LEVELS[: level.rank + 1])
        self._open: dict[str, _Open] = {}
        self._refused = 0  # messages that were too many
        self._gone = 0  # messages that were removed before they were read
        self._missed = 0  # of both, those that were told of
        self._is_over = False
        self._history = HistoryLint()  # messages in the one thread, sessions in the other
        self._worker: PoliteWorker[tuple[str, str]] = PoliteWorker(self._read, "mailtrap-lint")

    def start(self) -> None:
        """Begin to read messages."""
        self._worker.start()

    def stop(self, within: float) -> None:
        """Read the messages that are left, in so many seconds; nothing is told after that."""
        left = self._worker.stop(within)
        self._is_over = True
        self._refused += left
        self._tell_missed()

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        if isinstance(event, EntriesRecorded):  # the most frequent by far, before anything else
            opened = self._open.get(event.session)
            if opened is not None and opened.lint is not None:
                self._recorded(opened, opened.lint, event)
            return
        match event:
            case SessionOpened(session):
                self._open[session.id] = _Open(str(session.peer), SessionLint())
            case MessageReceived(message):
                opened = self._open.get(message.session)
                if opened is not None:
                    opened.has_mail = True
                    if opened.held:
                        self._release(opened, message.id)
                peer = opened.peer if opened else "-"
                self._refused += not self._worker.offer((message.id, peer))
            case SessionClosed(session):
                self._closed(session)

    # Sessions

    def _recorded(self, opened: _Open, lint: SessionLint, event: EntriesRecorded) -> None:
        # A rule that is acted upon may still let it become a message.
        if opened.held and not all(isinstance(entry, RuleApplied) for entry in event.entries):
            self._release(opened, None)
        found: list[Diagnosed] = []
        try:
            for entry in event.entries:
                if stepped := lint.step(entry):
                    found += self._of(stepped, event.session, opened.peer, None, entry.at)
        except Exception:  # noqa: BLE001 the rules of a session are no reason to break it
            self._fail(opened, event.session)
        if not found:
            return
        if isinstance(event.entries[-1], (MailData, Chunk)):
            opened.held = found  # it becomes a message in the next events, if it does at all
        else:
            self._tell(found)

    def _release(self, opened: _Open, message_id: str | None) -> None:
        """Tell what was found in mail data, now that it is known which message it became."""
        held, opened.held = opened.held, []
        self._tell([replace(each, message=message_id) for each in held])

    def _closed(self, session: Session) -> None:
        opened = self._open.pop(session.id, None)
        if opened is None or opened.lint is None or session.closed is None:
            return
        if opened.held:
            self._release(opened, None)
        try:
            found = [*opened.lint.end(session.reason or "")]
            if not opened.has_mail:  # else the transcript would be looked through, for nothing
                found += self._history.session(session)
        except Exception:  # noqa: BLE001 as above
            self._fail(opened, session.id)
            return
        told = found and self._of(found, session.id, opened.peer, None, session.closed)
        if told:
            self._tell(told)

    def _fail(self, opened: _Open, session_id: str) -> None:
        _log.exception("the rules failed on session %s, it is not read any further", session_id)
        opened.lint = None

    # Messages, in the thread of the worker

    def _read(self, item: tuple[str, str]) -> None:
        try:
            found = self._found_in(*item)
        except OSError:  # what a charset needs is loaded only now, and too many files are open
            found = None
        if self._is_over:
            return
        if found is None:
            self._gone += 1
        elif found:
            self._tell_from_thread(found)
        if found is not None or self._worker.is_done:  # else thousands of times one
            self._tell_missed()

    def _found_in(self, message_id: str, peer: str) -> list[Diagnosed] | None:
        """What is wrong with a message; None where it is gone or cannot be read."""
        message = self._trap.message(message_id)
        if message is None:
            return None
        mail = mail_of(message)
        # In a file that is removed just now it is empty, and would lack all that mail should have.
        if mail.size < message.size or self._trap.message(message_id) is None:
            return None
        found = chain(report_on(mail).diagnostics, self._history.message(mail, message_id))
        return self._of(found, message.session, peer, message_id, message.received)

    def _tell_missed(self) -> None:
        count = self._refused + self._gone - self._missed
        if count:
            self._missed += count
            self._tell_from_thread([Undiagnosed(count)])

    def _of(
        self,
        found: Iterable[Diagnostic],
        session_id: str,
        peer: str,
        message_id: str | None,
        at: datetime,
    ) -> list[Diagnosed]:
        """Those that are to be told."""
        return [
            Diagnosed(session_id, peer, message_id, at, each)
            for each in found
            if self._told is None or each.severity in self._told
        ]
