"""What a block of a test is to send: ``with mailtrap.expect(to="ann@*"):``."""

from typing import Self

from mailtrap.errors import UsageError
from mailtrap.testing.catcher import Catcher
from mailtrap.testing.criteria import Wanted
from mailtrap.testing.explanation import surplus, wanted_mail
from mailtrap.testing.journal import Chapter, is_in_loop
from mailtrap.testing.look import Look
from mailtrap.testing.message import Message
from mailtrap.testing.messages import MessageList

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone


class Expectation:
    """What a block is to send; ``message`` and ``messages`` are there after it."""

    def __init__(
        self, catcher: Catcher, chapter: Chapter, wanted: Wanted, count: int, timeout: float
    ) -> None:
        self._catcher = catcher
        self._chapter = chapter
        self._wanted = wanted
        self._count = count
        self._timeout = timeout
        self._look: Look | None = None
        self._found: MessageList | None = None

    @property
    def messages(self) -> MessageList:
        """What came, once the block has ended."""
        if self._found is None:
            raise UsageError("the mail is only known when the block of expect() has ended")
        return self._found

    @property
    def message(self) -> Message:
        """The only one."""
        messages = self.messages
        if len(messages) != 1:
            raise UsageError(f"there is not one message, there are {len(messages)}; see messages")
        return messages[0]

    def __enter__(self) -> Self:
        self._catcher.trap  # noqa: B018 says what is wrong before the start
        self._catcher.check_open()
        journal = self._catcher.journal
        self._look = Look(
            self._catcher,
            self._chapter,
            self._wanted,
            max(1, self._count),
            peek=True,
            since=journal.begun,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        __tracebackhide__ = True
        if kind is not None:
            return
        look = self._entered
        if is_in_loop():
            found = look()
            if found is None and (self._count or self._timeout):
                raise UsageError(
                    "expect() would stop the event loop that runs here; write"
                    " `async with mailtrap.expect(...)`"
                )
        else:
            found = self._catcher.journal.until(look, self._timeout)
        self._conclude(look, found)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        __tracebackhide__ = True
        if kind is not None:
            return
        look = self._entered
        self._conclude(look, await self._catcher.journal.async_until(look, self._timeout))

    @property
    def _entered(self) -> Look:
        if self._look is None:
            raise UsageError("expect() is for `with mailtrap.expect(...):`")
        return self._look

    def _conclude(self, look: Look, found: list[Message] | None) -> None:
        __tracebackhide__ = True
        if found is None and self._count:
            raise AssertionError(look.failure(self._timeout))
        came = list(look.free)
        if len(came) > self._count:
            wanted = wanted_mail(self._wanted, self._count)
            raise AssertionError(surplus(f"expected {wanted}, {len(came)} came", came))
        self._catcher.journal.hand_out(self._chapter, came)
        self._found = MessageList(came)
