"""Lists and counts of messages whose text says which messages they are."""

from collections.abc import Iterable, Sequence
from typing import Self, overload

from mailtrap.sanitize import sanitize
from mailtrap.testing.message import Message

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

MOST = 10  # messages that are listed


class MessageList(Sequence[Message]):
    """Messages at one moment, oldest first."""

    def __init__(self, messages: Iterable[Message] = ()) -> None:
        self._messages = tuple(messages)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> "MessageList": ...
    def __getitem__(self, index: int | slice) -> "Message | MessageList":
        if isinstance(index, slice):
            return MessageList(self._messages[index])
        try:
            return self._messages[index]
        except IndexError:
            has = f"there are {self!r}" if self else "there is none at all"
            raise IndexError(f"there is no message {index}; {has}") from None

    def __len__(self) -> int:
        return len(self._messages)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, MessageList):
            return self._messages == other._messages
        return list(self._messages) == other if isinstance(other, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as of every list

    @property
    def subjects(self) -> list[str]:
        """Of each, in order."""
        return [each.subject for each in self]

    def __repr__(self) -> str:
        return f"[{_shown(self._messages)}]"


class Count(int):
    """How many messages there are; where an assertion about it fails it says which."""

    messages: MessageList

    def __new__(cls, messages: MessageList) -> Self:
        """The number of those."""
        made = super().__new__(cls, len(messages))
        made.messages = messages
        return made

    def __repr__(self) -> str:
        return f"{int(self)} {self.messages!r}" if self else "0"

    def __str__(self) -> str:
        return str(int(self))


def described(message: Message) -> str:
    """A message on one line: ``'Welcome' to bob@example.org``."""
    subject = repr(message.subject[:80]) if message.subject else "(no subject)"
    everyone = message.recipients
    to = ", ".join(everyone[:3]) + (f" and {len(everyone) - 3} more" if len(everyone) > 3 else "")
    return sanitize(f"{subject} to {to or 'nobody'}")


def _shown(messages: Sequence[Message]) -> str:
    more = f", … and {len(messages) - MOST} more" if len(messages) > MOST else ""
    return ", ".join(map(described, messages[:MOST])) + more


def compared(op: str, left: object, right: object) -> list[str] | None:
    """What pytest says of a comparison of a count that failed; None where it is of none."""
    count = next((each for each in (left, right) if isinstance(each, Count)), None)
    if count is None or isinstance(left, Count) is isinstance(right, Count):
        return None
    wanted = right if count is left else left
    lines = [f"{int(count)} {op} {wanted}" if count is left else f"{wanted} {op} {int(count)}"]
    if not count.messages:
        return [*lines, "no message has come"]
    rows = [f"  {number}. {described(each)}" for number, each in enumerate(count.messages, 1)]
    more = [f"  … and {len(rows) - MOST} more"] if len(rows) > MOST else []
    return [*lines, "the messages are:", *rows[:MOST], *more]
