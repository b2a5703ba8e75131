"""One wait: which messages it has looked at, and which of them it may hand out."""

from mailtrap.testing.catcher import Catcher
from mailtrap.testing.criteria import Wanted
from mailtrap.testing.explanation import missing, wanted_mail
from mailtrap.testing.journal import Chapter
from mailtrap.testing.message import Message

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

HANDED_OUT = (
    "it matches, but wait_for() has handed it out before; find() and peek=True look at it again"
)
BEFORE = "it matches, but it began before the block of expect()"


class Look:
    """One wait: looks at each message once."""

    def __init__(
        self,
        catcher: Catcher,
        chapter: Chapter,
        wanted: Wanted,
        count: int,
        *,
        peek: bool = False,
        since: int = 0,
    ) -> None:
        """``peek``: hand nothing out; ``since``: not what began with that many transactions."""
        self.wanted = wanted
        self.count = count
        self._catcher = catcher
        self._chapter = chapter
        self._peek = peek
        self._since = since
        self._seen: list[Message] = []
        self._position = 0
        self._matching: list[Message] = []

    def __call__(self) -> list[Message] | None:
        """The messages, the oldest that match and were not handed out; None: too few."""
        free = self.free
        if len(free) < self.count:
            return None
        found = free[: self.count]
        if not self._peek and not self._catcher.journal.claim(self._chapter, found):
            return self()
        return found

    @property
    def free(self) -> list[Message]:
        """Those that match and were not handed out."""
        self._look()
        if self._peek:
            return self._matching
        return [each for each in self._matching if each.id not in self._chapter.handed_out]

    @property
    def taken(self) -> set[str]:
        """Ids of those that match and were handed out."""
        return {each.id for each in self._matching} - {each.id for each in self.free}

    @property
    def _earlier(self) -> set[str]:
        """Ids of those that match and had begun already."""
        order = self._catcher.journal.order_of
        begun = [each for each in self._chapter.messages if order(each) <= self._since]
        return {each.id for each in begun if self.wanted.fits(each)}

    def _look(self) -> None:
        messages = self._chapter.messages
        if messages is not self._seen:  # some were cleared
            self._seen, self._position, self._matching = messages, 0, []
        end = len(messages)
        order = self._catcher.journal.order_of
        self._matching += [
            each
            for each in messages[self._position : end]
            if order(each) > self._since and self.wanted.fits(each)
        ]
        self._position = end

    def failure(self, timeout: float) -> str:
        """Why nothing was found."""
        free = len(self.free)
        count = self.count if self.count > 1 else None
        got = f"; {free} came" if count and free else ""
        headline = f"waited {timeout:g} s for {wanted_mail(self.wanted, count)}{got}"
        return missing(
            self._catcher,
            self._chapter,
            self.wanted,
            headline,
            known=self.taken | self._earlier,
            why_known=BEFORE if self._since else HANDED_OUT,
        )
