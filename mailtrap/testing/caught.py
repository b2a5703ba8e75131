"""What has come and what was said, as tests read and assert it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Literal, Unpack, overload

from mailtrap.errors import UsageError
from mailtrap.sanitize import sanitize
from mailtrap.session import Session
from mailtrap.testing.catcher import Catcher
from mailtrap.testing.conversations import conversations, transcript
from mailtrap.testing.criteria import Criteria, Wanted
from mailtrap.testing.explanation import MOST, missing, surplus, wanted_mail
from mailtrap.testing.journal import Chapter, is_in_loop
from mailtrap.testing.message import Message
from mailtrap.testing.messages import Count, MessageList
from mailtrap.testing.options import seconds, whole

if TYPE_CHECKING:
    from mailtrap.lint.diagnostic import Diagnostic
    from mailtrap.testing.concerns import Concern

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

LEVELS = ("error", "warning", "info")


class Caught:
    """The part of MailTrap that shows what it has, and never waits unless it is told to."""

    _catcher: Catcher
    _chapter: Chapter

    # What came

    @property
    def messages(self) -> MessageList:
        """What has come, oldest first; a snapshot."""
        self._catcher.trap  # noqa: B018 says so before the start, and in a child
        return MessageList(self._chapter.messages)

    @property
    def count(self) -> Count:
        """How many; where ``assert mailtrap.count == 1`` fails it says which."""
        return Count(self.messages)

    def __len__(self) -> int:
        return len(self.messages)

    def __bool__(self) -> bool:
        return True  # a trap without mail is one all the same

    def __iter__(self) -> Iterator[Message]:
        return iter(self.messages)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> MessageList: ...
    def __getitem__(self, index: int | slice) -> Message | MessageList:
        return self.messages[index]

    def find(self, **criteria: Unpack[Criteria]) -> MessageList:
        """Those that match, at once; hands nothing out."""
        wanted = Wanted(criteria)
        return MessageList(each for each in self.messages if wanted.fits(each))

    def one(self, **criteria: Unpack[Criteria]) -> Message:
        """The only one that matches, at once; AssertionError unless there is exactly one."""
        __tracebackhide__ = True
        return self._sent(1, Wanted(criteria))[0]

    def assert_sent(self, count: int = 1, **criteria: Unpack[Criteria]) -> MessageList:
        """Exactly so many match, at once; returns them."""
        __tracebackhide__ = True
        return self._sent(whole("count", count, 0), Wanted(criteria))

    def _sent(self, count: int, wanted: Wanted) -> MessageList:
        __tracebackhide__ = True
        messages = self.messages
        found = [each for each in messages if wanted.fits(each)]
        headline = f"expected {wanted_mail(wanted, count)}"
        if len(found) > count:
            raise AssertionError(surplus(f"{headline}, but there are {len(found)}", found))
        if len(found) < count:
            headline += f", but there {_are(len(found))}"
            raise AssertionError(missing(self._catcher, self._chapter, wanted, headline))
        return MessageList(found)

    def assert_none(self, *, within: float = 0.0, **criteria: Unpack[Criteria]) -> None:
        """None matches; nor does one come that does, for so many seconds."""
        __tracebackhide__ = True
        if seconds("within", within) and is_in_loop():
            raise UsageError(
                "assert_none(within=...) would stop the event loop that runs here, and whatever is"
                " to send mail; sleep in it (asyncio.sleep), then write assert_none() without"
            )
        wanted = Wanted(criteria)

        def look() -> MessageList | None:
            return MessageList(each for each in self.messages if wanted.fits(each)) or None

        if found := self._catcher.journal.until(look, self._catcher.patience(within)):
            what = f"mail ({wanted})" if wanted else "mail"
            raise AssertionError(surplus(f"expected no {what}, but some came", found))

    def clear(self) -> MessageList:
        """Forget the mail that has come; returns it."""
        messages = self.messages
        for each in messages:
            each.keep_session()
        self._catcher.journal.clear(self._chapter)
        self._catcher.remove([each.id for each in messages])
        return messages

    # What was said

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The connections, open ones too, in the order they came."""
        self._catcher.settle()
        return tuple(each.session for each in conversations(self._catcher, self._chapter))

    @property
    def diagnostics(self) -> "tuple[Diagnostic, ...]":
        """All that is wrong with sessions and messages, by which clause of which RFC."""
        from mailtrap.testing.concerns import concerns

        self._catcher.settle()
        return tuple(each.diagnostic for each in concerns(self._catcher, self._chapter))

    def transcript(self, *, last: int | None = None, redact_auth: bool = True) -> str:
        """What was said, line by line; ``last``: only of so many sessions, the latest."""
        self._catcher.settle()
        found = conversations(self._catcher, self._chapter)
        latest = found if last is None else found[-whole("last", last, 1, "sessions") :]
        return transcript(latest, redact_auth=redact_auth)

    def read(self, look: Callable[[Catcher, Chapter], str]) -> str:
        """What ``look`` makes of what has come, once all that was sent by now has."""
        self._catcher.settle()
        return look(self._catcher, self._chapter)

    def assert_clean(
        self,
        *,
        level: Literal["error", "warning", "info"] = "error",
        ignore: Collection[str] = (),
    ) -> None:
        """Nothing is wrong at that level or above; ``ignore``: ids of rules."""
        __tracebackhide__ = True
        if level not in LEVELS:
            raise UsageError(f"level = {level!r} is none of error, warning, info")
        if isinstance(ignore, str):
            raise UsageError(f"ignore = {ignore!r} is a str; write ignore=[{ignore!r}]")
        from mailtrap.testing.concerns import concerns

        told = LEVELS[: LEVELS.index(level) + 1]
        self._catcher.settle()
        found = [
            each
            for each in concerns(self._catcher, self._chapter)
            if each.diagnostic.severity in told and each.diagnostic.rule.id not in ignore
        ]
        if found:
            raise AssertionError(_unclean(found))


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}" if count else "is none"


def _things(count: int) -> str:
    return "1 thing is" if count == 1 else f"{count} things are"


def _unclean(found: "Sequence[Concern]") -> str:
    rows = [
        f"  {each.diagnostic.severity} {each.diagnostic.rule.id}: {sanitize(each.diagnostic.text)}"
        f" ({each.diagnostic.rule.source})\n     in {each.about}"
        for each in found[:MOST]
    ]
    if len(found) > MOST:
        rows.append(f"  … and {len(found) - MOST} more")
    rules = dict.fromkeys(each.diagnostic.rule.id for each in found)
    remedy = (
        f"`mailtrap explain {next(iter(rules))}` says why and how to mend it; where it is meant to"
        f" be so: ignore={list(rules)!r}"
    )
    return "\n".join([f"{_things(len(found))} wrong with what was sent:", *rows, "", remedy])
