"""Looks through what is kept for problems, in a thread: the newest first, and not without end."""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mailtrap.polite import PoliteWorker
from mailtrap.trap import Catch
from mailtrap.tui.rows import cell

if TYPE_CHECKING:  # the rules are imported by the thread
    from mailtrap.inspection import Findings, Inspector

_log = logging.getLogger("mailtrap.tui.survey")

MOST = 2000  # messages and sessions that wait to be looked at; older ones are left out

Subject = tuple[str, bool]  # id, whether it is that of a message


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What was found in one message or session."""

    subject: Subject
    sender: str  # safe to show
    at: datetime | None  # when it came; None where it is gone
    findings: "Findings"


class Survey:
    """Ask for subjects in one thread; ``tell`` is called in another when one was looked at."""

    def __init__(self, catch: Catch, tell: Callable[[], object]) -> None:
        self._catch = catch
        self._tell = tell
        self._inspector: Inspector | None = None
        self._waiting: deque[Subject] = deque(maxlen=MOST)
        self._found: deque[Surveyed] = deque()
        self._at_work = False
        self._is_stopping = False
        self._worker: PoliteWorker[str] = PoliteWorker(
            self._look, "mailtrap-survey", most_waiting=MOST
        )
        self._has_started = False

    def start(self) -> None:
        """Begin to look."""
        self._has_started = True
        self._worker.start()

    def stop(self) -> None:
        """Look no further."""
        self._waiting.clear()
        if self._has_started:
            self._worker.stop(within=0)

    @property
    def is_idle(self) -> bool:
        """All that was asked for is looked at, and taken."""
        return not self._has_started or not (self._waiting or self._at_work or self._found)

    @property
    def waiting(self) -> int:
        """How many wait to be looked at."""
        return len(self._waiting)

    def ask(self, subject: Subject) -> None:
        """Look at it before all that were asked for earlier."""
        self._waiting.append(subject)
        self._worker.offer(subject[0])  # or whatever is the latest by then

    def take(self) -> list[Surveyed]:
        """What was found since this was called last."""
        found = []
        while self._found:
            found.append(self._found.popleft())
        return found

    # In the other thread

    def _look(self, _: str) -> None:
        self._at_work = True
        try:
            while self._waiting:
                subject = self._waiting.pop()
                self._found.append(self._surveyed(subject))
                break
        except IndexError:
            pass  # the oldest were dropped, or all of it is over
        finally:
            self._at_work = False
        self._tell()

    def _surveyed(self, subject: Subject) -> Surveyed:
        from mailtrap.inspection import NOTHING, Inspector

        if self._inspector is None:
            self._inspector = Inspector(self._catch)
        name, is_message = subject
        look = self._inspector.message if is_message else self._inspector.session
        try:
            return Surveyed(subject, *self._sender(subject), look(name).in_short())
        except Exception:  # noqa: BLE001 one bad rule must not take the screen with it
            _log.exception("the rules failed on %s", name)
            return Surveyed(subject, "", None, NOTHING)

    def _sender(self, subject: Subject) -> tuple[str, datetime | None]:
        name, is_message = subject
        if is_message:
            message = self._catch.message(name)
            reverse = message.envelope.reverse_path if message else None
            return cell(reverse or "") or "<>", message.received if message else None
        session = self._catch.session(name)
        if session is None:
            return "", None
        return cell(session.client_name or session.peer.host), session.opened
