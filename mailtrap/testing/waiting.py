"""Finding mail and waiting for it: what tests ask a MailTrap, and how it fails them."""

from typing import Any, Unpack, overload

from mailtrap.errors import UsageError
from mailtrap.testing.catcher import Catcher
from mailtrap.testing.criteria import Criteria, Wanted
from mailtrap.testing.expectation import Expectation
from mailtrap.testing.explanation import surplus, wanted_mail
from mailtrap.testing.journal import Chapter, is_in_loop
from mailtrap.testing.look import Look
from mailtrap.testing.message import Message
from mailtrap.testing.messages import MessageList
from mailtrap.testing.options import seconds, whole

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone


class Waiting:
    """The part of MailTrap that waits for mail."""

    _catcher: Catcher
    _chapter: Chapter

    @property
    def _timeout(self) -> float:
        return self._catcher.options.timeout

    @overload
    def wait_for(
        self,
        *,
        count: None = None,
        settle: float = 0.0,
        timeout: float | None = None,
        peek: bool = False,
        **criteria: Unpack[Criteria],
    ) -> Message: ...
    @overload
    def wait_for(
        self,
        *,
        count: int,
        settle: float = 0.0,
        timeout: float | None = None,
        peek: bool = False,
        **criteria: Unpack[Criteria],
    ) -> MessageList: ...
    def wait_for(
        self,
        *,
        count: int | None = None,
        settle: float = 0.0,
        timeout: float | None = None,
        peek: bool = False,
        **criteria: Any,
    ) -> Message | MessageList:
        """The next message that matches, or with ``count`` so many; hands each out once.

        ``timeout``: seconds until the AssertionError, which says what came instead.  ``settle``:
        seconds to wait on, in which no further one may come.  ``peek``: hand nothing out.
        Raises UsageError in a running event loop, unless the mail is there.
        """
        __tracebackhide__ = True
        look, within = self._prepared(count, settle, timeout, criteria, peek=peek)
        if is_in_loop():
            found = None if settle else look()
            if found is None:
                raise UsageError(
                    "wait_for() would stop the event loop that runs here, and whatever is to send"
                    " the mail; write `await mailtrap.async_wait_for(...)`"
                )
        else:
            found = self._catcher.journal.until(look, within)
        if found is None:
            raise AssertionError(look.failure(within))
        if settle:
            self._catcher.journal.until(lambda: _surplus(look, found, peek=peek), settle)
            _check_surplus(look, found, peek=peek)
        return MessageList(found) if count is not None else found[0]

    @overload
    async def async_wait_for(
        self,
        *,
        count: None = None,
        settle: float = 0.0,
        timeout: float | None = None,
        peek: bool = False,
        **criteria: Unpack[Criteria],
    ) -> Message: ...
    @overload
    async def async_wait_for(
        self,
        *,
        count: int,
        settle: float = 0.0,
        timeout: float | None = None,
        peek: bool = False,
        **criteria: Unpack[Criteria],
    ) -> MessageList: ...
    async def async_wait_for(
        self,
        *,
        count: int | None = None,
        settle: float = 0.0,
        timeout: float | None = None,
        peek: bool = False,
        **criteria: Any,
    ) -> Message | MessageList:
        """The same in an event loop, of asyncio or trio, which goes on meanwhile."""
        __tracebackhide__ = True
        look, within = self._prepared(count, settle, timeout, criteria, peek=peek)
        journal = self._catcher.journal
        found = await journal.async_until(look, within)
        if found is None:
            raise AssertionError(look.failure(within))
        if settle:
            await journal.async_until(lambda: _surplus(look, found, peek=peek), settle)
            _check_surplus(look, found, peek=peek)
        return MessageList(found) if count is not None else found[0]

    def _prepared(
        self,
        count: int | None,
        settle: float,
        timeout: float | None,
        criteria: dict[str, Any],
        *,
        peek: bool,
    ) -> tuple[Look, float]:
        if count == 0:
            remedy = "to see that nothing comes, write assert_none(within=0.5)"
            raise UsageError(f"count = {count} cannot be waited for; {remedy}")
        if count is not None:
            whole("count", count, 1)
        within = self._timeout if timeout is None else seconds("timeout", timeout)
        seconds("settle", settle)
        self._catcher.trap  # noqa: B018 says what is wrong before the start, and in a child
        look = Look(self._catcher, self._chapter, Wanted(criteria), count or 1, peek=peek)
        return look, self._catcher.patience(within)

    def expect(
        self, *, count: int = 1, timeout: float | None = None, **criteria: Unpack[Criteria]
    ) -> Expectation:
        """For ``with`` and ``async with``: so much mail, begun no earlier than the block.

        The end of the block waits for it; with ``count=0`` it waits only if told to, for mail that
        should not come.  AssertionError where less came, or more.  What ``wait_for`` has handed out
        in the block counts, too; what came of the block ``wait_for`` does not hand out again.
        """
        whole("count", count, 0)
        default = self._timeout if count else 0.0
        within = default if timeout is None else seconds("timeout", timeout)
        return Expectation(self._catcher, self._chapter, Wanted(criteria), count, within)


def _surplus(look: Look, found: list[Message], *, peek: bool) -> list[Message] | None:
    rest = look.free[len(found) :] if peek else look.free
    return rest or None


def _check_surplus(look: Look, found: list[Message], *, peek: bool) -> None:
    __tracebackhide__ = True
    if rest := _surplus(look, found, peek=peek):
        headline = f"wanted {wanted_mail(look.wanted, look.count)}, but more came"
        raise AssertionError(surplus(headline, [*found, *rest]))
