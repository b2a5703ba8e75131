"""What filters may ask of a message, whoever has it.  Pure."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol


class Candidate(Protocol):
    """What a filter asks of a message.  Texts are in lower case but for the ids.

    The first six are read for every message at every key: best they are there before.  What
    comes after them may cost something, and is asked last.
    """

    @property
    def haystack(self) -> str:
        """The subject, all that ``senders`` and all that ``recipients`` has, each on a line."""

    @property
    def senders(self) -> str:
        """From and the reverse-path, "<>" for the null one."""

    @property
    def recipients(self) -> str:
        """To, Cc, Bcc and the forward-paths."""

    @property
    def subject(self) -> str:
        """The decoded one."""

    @property
    def size(self) -> int:
        """Octets of mail data."""

    @property
    def received(self) -> datetime:
        """When it came; aware."""

    @property
    def id(self) -> str:
        """That of the message."""

    @property
    def session(self) -> str:
        """The id of the session that brought it."""

    @property
    def ip(self) -> str:
        """The address of the client; "" where nobody knows it."""

    @property
    def fields(self) -> str:
        """The header: a line "name: body" for each field, decoded."""

    @property
    def body(self) -> str:
        """The text a person reads."""

    @property
    def issues(self) -> Collection[str]:
        """Ids of the rules it breaks."""

    def has(self, what: str) -> bool:
        """One of HAS: there is such a thing in it."""

    def is_(self, what: str) -> bool:
        """One of IS: that holds for it."""


Test = Callable[[Candidate], bool]

HAS = ("attachment", "html", "text", "cid", "link", "otp")
IS = ("unread", "read", "marked", "error", "warning", "rejected", "tls", "utf8")
