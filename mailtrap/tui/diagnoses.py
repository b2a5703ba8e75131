"""What is wrong with what rows stand for, found in a thread once somebody looks at them.

Nothing is found twice while it is remembered.  The rules are imported by that thread: nobody
has to wait for them until the first row is painted.
"""

import logging
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual.cache import LRUCache

from mailtrap.polite import PoliteWorker
from mailtrap.trap import Catch
from mailtrap.tui.rows import Row

if TYPE_CHECKING:  # see above
    from mailtrap.inspection import Findings, Inspector
    from mailtrap.tui.issues import Diagnosis

_log = logging.getLogger("mailtrap.tui.diagnoses")

MOST = 1000  # messages and sessions that are remembered
MOST_WAITING = 100  # more than fit on a screen; of a list that flies by nobody sees the flags

_Key = tuple[str, bool]  # id, whether it is that of a message


class Diagnoses:
    """Ask it in one thread.  ``tell`` is called in another when more was found."""

    def __init__(self, catch: Catch, tell: Callable[[], object]) -> None:
        self._catch = catch
        self._tell = tell
        self._inspector: Inspector | None = None  # of the other thread
        self._found: dict[str, Findings] = {}  # written by the other thread
        self._asked: set[_Key] = set()  # and not found yet
        self._stale: set[str] = set()  # sessions of which there is more by now
        self._put_together: LRUCache[str, tuple[object, object, Diagnosis]] = LRUCache(MOST)
        self._worker: PoliteWorker[_Key] = PoliteWorker(
            self._find, "mailtrap-issues", most_waiting=MOST_WAITING
        )
        self._has_started = False
        self._at_work = False

    def start(self) -> None:
        """Begin to look."""
        self._has_started = True
        self._worker.start()

    def stop(self) -> None:
        """Look no further."""
        if self._has_started:
            self._worker.stop(within=0)

    @property
    def is_idle(self) -> bool:
        """All that was asked for is found, and told."""
        return not (self._asked or self._at_work)

    def of(self, row: Row) -> "Diagnosis | None":
        """What is wrong with what that row stands for; None, and found soon, where unknown."""
        session = self._known(row.session, is_message=False)
        message = self._known(row.id, is_message=True) if row.is_message else session
        return self._diagnosis(row, session, message)

    def known(self, row: Row) -> "Diagnosis | None":
        """The same, but asks nobody to find it."""
        if row.session in self._stale:
            return None
        session = self._found.get(row.session)
        return self._diagnosis(row, session, self._found.get(row.id) if row.is_message else session)

    def _diagnosis(
        self, row: Row, session: "Findings | None", message: "Findings | None"
    ) -> "Diagnosis | None":
        if session is None or message is None:
            return None
        before = self._put_together.get(row.id)
        if before is not None and before[0] is session and before[1] is message:
            return before[2]
        from mailtrap.tui.issues import diagnosis

        made = diagnosis(row, session, message) if row.is_message else diagnosis(row, session)
        self._put_together[row.id] = (session, message, made)
        return made

    def changed(self, session_ids: Collection[str], *, all_of_them: bool = False) -> None:
        """There is more of these sessions, or maybe of any, than when they were looked at."""
        # In the order things go, or what is found just now would be in neither.
        asked = {subject for subject, _ in self._asked.copy()}
        known = asked | self._found.copy().keys()
        self._stale = known if all_of_them else known & {*self._stale, *session_ids}

    def _known(self, subject: str, *, is_message: bool) -> "Findings | None":
        found = self._found.get(subject)
        key = (subject, is_message)
        is_due = found is None or subject in self._stale
        if is_due and key not in self._asked:
            self._stale.discard(subject)
            self._asked.add(key)
            if not self._worker.offer(key):
                self._asked.discard(key)  # whoever paints it again asks again
        return found

    # In the other thread

    def _find(self, key: _Key) -> None:
        from mailtrap.inspection import Findings, Inspector

        self._at_work = True
        subject, is_message = key
        if self._inspector is None:
            self._inspector = Inspector(self._catch)
        look = self._inspector.message if is_message else self._inspector.session
        try:
            found = look(subject)
        except Exception:  # noqa: BLE001 one bad rule must not take the screen with it
            _log.exception("the rules failed on %s", subject)
            what = "message" if is_message else "session"
            found = Findings((), (f"The rules failed on this {what}: a defect of mailtrap.",))
        self._found.pop(subject, None)
        self._found[subject] = found
        if len(self._found) > MOST:
            del self._found[next(iter(self._found))]
        self._asked.discard(key)  # before telling: who asks again is told again
        self._tell()
        self._at_work = False
