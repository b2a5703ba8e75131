"""What a row stands for, as keys act upon it: envelope, mail data, session.  Pure, no terminal."""

from dataclasses import dataclass, field

from mailtrap.content import Content
from mailtrap.envelope import Envelope
from mailtrap.message import Message
from mailtrap.session import Session
from mailtrap.trap import Catch
from mailtrap.tui.lost import lost, lost_data
from mailtrap.tui.outcome import asked_for, envelope_of, partial_data
from mailtrap.tui.rows import Row


@dataclass(frozen=True)
class Item:
    """A message, or what there is of mail that became none."""

    id: str
    envelope: Envelope
    data: bytes = field(repr=False)  # b"" where none came
    message: Message | None = field(default=None, repr=False)
    session: Session | None = field(default=None, repr=False)  # None where it is not kept
    is_elsewhere: bool = False  # mail came, and each message is an item of its own

    @property
    def is_whole(self) -> bool:
        """All the mail data the client sent is here."""
        return self.message is not None and not self.message.truncated

    @property
    def content(self) -> Content:
        """The mail data for reading."""
        return Content(self.data)


def item_of(catch: Catch, row: Row) -> Item | None:
    """What that row stands for; None where it is gone by now."""
    session = catch.session(row.session)
    if row.is_message:
        message = catch.message(row.id)
        if message is None:
            return None
        return Item(row.id, message.envelope, message.data, message, session)
    if session is None:
        return None
    if row.which is None:
        return Item(
            session.id,
            envelope_of(session),
            partial_data(session),
            session=session,
            is_elsewhere=bool(session.message_ids),
        )
    transaction = lost(session)[row.which]
    data = lost_data(session, transaction)
    return Item(session.id, asked_for(transaction), data, session=session)
