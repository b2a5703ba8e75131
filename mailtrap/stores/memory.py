"""Messages in memory, the oldest dropped when a limit is reached."""

from collections.abc import Iterable, Iterator, Sequence

from mailtrap.errors import StoreError
from mailtrap.message import Message
from mailtrap.trap import MAX_BYTES, MAX_MESSAGES


class MemoryStore:
    """A store that lives as long as the process."""

    def __init__(self, *, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        """``max_bytes``: octets of mail data and envelopes, all together.  0 means no limit."""
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._messages: dict[str, Message] = {}
        self._read: set[str] = set()  # ids
        self._bytes = 0

    def add(self, message: Message) -> Sequence[str]:
        """Keep it; the ids of the oldest messages that made room for it."""
        size = _cost(message)
        if self._max_bytes and size > self._max_bytes:
            raise StoreError(
                f"{size} octets are more than the store may hold (--max-bytes {self._max_bytes})"
            )
        self._messages[message.id] = message
        self._bytes += size
        removed = []
        while self._is_over():
            oldest = next(iter(self._messages))
            self._bytes -= _cost(self._messages.pop(oldest))
            self._read.discard(oldest)
            removed.append(oldest)
        return removed

    def get(self, message_id: str) -> Message | None:
        """The message of that id, or None."""
        return self._messages.get(message_id)

    def remove(self, ids: Iterable[str]) -> Sequence[Message]:
        """Drop those that are there; what was dropped."""
        popped = (self._messages.pop(message_id, None) for message_id in ids)
        removed = [message for message in popped if message is not None]
        self._bytes -= sum(map(_cost, removed))
        self._read.difference_update(message.id for message in removed)
        return removed

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read; one that is not there is not."""
        return message_id in self._read

    def mark(self, ids: Iterable[str], *, read: bool) -> Sequence[str]:
        """Mark those that are there; the ids of those that were marked differently before."""
        changed = [i for i in dict.fromkeys(ids) if i in self._messages and self.is_read(i) != read]
        if read:
            self._read.update(changed)
        else:
            self._read.difference_update(changed)
        return changed

    def __iter__(self) -> Iterator[Message]:
        """Messages, oldest first."""
        return iter(self._messages.values())

    def __len__(self) -> int:
        """How many messages are kept."""
        return len(self._messages)

    def _is_over(self) -> bool:
        return bool(
            (self._max_messages and len(self._messages) > self._max_messages)
            or (self._max_bytes and self._bytes > self._max_bytes)
        )


def _cost(message: Message) -> int:
    return message.size + message.envelope.size
