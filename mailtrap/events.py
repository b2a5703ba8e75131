"""What listeners of a trap hear, in the order it happened."""

from dataclasses import dataclass

from mailtrap.message import Message
from mailtrap.session import Entry, Session


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A client connected; the session has no entries yet."""

    session: Session


@dataclass(frozen=True, slots=True)
class EntriesRecorded:
    """Entries were added to a transcript.  Mail data is whole here, with its octets."""

    session: str  # id
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A message was kept.  Its client has not heard 250 yet."""

    message: Message


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A connection ended; the session is complete."""

    session: Session


@dataclass(frozen=True, slots=True)
class MessagesRemoved:
    """Messages are gone from the store."""

    ids: tuple[str, ...]
    # "limit": the oldest made room; "asked": someone removed or cleared them here, "elsewhere":
    # in another process
    because: str


@dataclass(frozen=True, slots=True)
class MessagesMarked:
    """Messages were marked as read, or as not read."""

    ids: tuple[str, ...]
    read: bool


@dataclass(frozen=True, slots=True)
class SessionsFound:
    """Sessions from before were read; they are no news.  Only what others wrote is ever found."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionsRemoved:
    """Sessions that had ended are gone."""

    ids: tuple[str, ...]
    because: str  # as in MessagesRemoved


Event = (
    SessionOpened
    | EntriesRecorded
    | MessageReceived
    | SessionClosed
    | MessagesRemoved
    | MessagesMarked
    | SessionsFound
    | SessionsRemoved
)
