"""What happened in a maildir before anyone listened, as the events it was."""

import os
from bisect import bisect, insort
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from mailtrap.cli.maildir import Snapshot
from mailtrap.events import EntriesRecorded, Event, MessageReceived, SessionClosed, SessionOpened
from mailtrap.message import Message
from mailtrap.session import Chunk, MailData, Session
from mailtrap.stores.log_files import log_path, session_ids

Timed = tuple[datetime, Event]
# Of what happened at the same time.
_RANKS = {SessionOpened: 0, EntriesRecorded: 1, MessageReceived: 2, SessionClosed: 3}


class Told:
    """Tells a listener what was, and then what is, each thing once."""

    def __init__(self, tell: Callable[[Event], object], *, transcript: bool) -> None:
        """``transcript``: entries are told, too, and count as lines."""
        self._tell = tell
        self._transcript = transcript
        self._known: set[Any] = set()  # what was told of the past

    def past(self, snapshot: Snapshot, lines: int) -> None:
        """Tell the latest of what is there, so many lines of it and maybe more."""
        events: list[Timed] = []
        times: list[datetime] = []
        for at, of_one in self._newest(snapshot):
            # What is still to come is no later than this.
            if len(times) - bisect(times, at) >= lines:
                break
            for each in of_one:
                events.append(each)
                insort(times, each[0])
        # Stable: of one session the order stays.
        for _, event in sorted(events, key=itemgetter(0)):
            self._known.update(_names(event))
            self._tell(event)

    def live(self, events: Iterable[Event]) -> None:
        """Tell what came at once, in the order of its times, but for what is of the past."""
        timed: list[Timed] = []
        for event in events:
            if isinstance(event, EntriesRecorded):
                timed += [(x.at, EntriesRecorded(event.session, (x,))) for x in event.entries]
            elif (at := _time_of(event)) is not None:
                timed.append((at, event))
        # What follows a directory finds files in any order.
        for _, event in sorted(timed, key=lambda each: (each[0], _RANKS[type(each[1])])):
            if self._known.isdisjoint(_names(event)):
                self._tell(event)

    def _newest(self, snapshot: Snapshot) -> Iterator[tuple[datetime, list[Timed]]]:
        """Sessions and messages without one, by the time of the last of it, the newest first."""
        messages = {each.id: each for each in snapshot.messages}
        ids = session_ids(snapshot.path)
        kept = set(ids)
        found: list[tuple[datetime, str, Message | None]] = []
        for session_id in ids:
            try:
                changed = os.stat(log_path(snapshot.path, session_id)).st_mtime  # noqa: PTH116 many
            except OSError:
                continue
            found.append((datetime.fromtimestamp(changed, UTC), session_id, None))
        found += [(m.received, "", m) for m in messages.values() if m.session not in kept]
        for at, session_id, message in sorted(found, key=itemgetter(0), reverse=True):
            if message is not None:
                yield at, [(at, MessageReceived(message))]
            elif session := snapshot.session(session_id):
                yield at, list(self._events(session, messages))

    def _events(self, session: Session, messages: dict[str, Message]) -> Iterator[Timed]:
        yield session.opened, SessionOpened(session)
        for entry in session.transcript:
            if self._transcript:
                yield entry.at, EntriesRecorded(session.id, (entry,))
            if isinstance(entry, (MailData, Chunk)):
                message = messages.pop(entry.message or "", None)
                if message is not None:
                    yield entry.at, MessageReceived(message)
        if session.closed is not None:
            yield session.closed, SessionClosed(session)


def _names(event: Event) -> list[Any]:
    """What tells that event, or each part of it, from all others."""
    match event:
        case EntriesRecorded(session_id, entries):
            return [_name_of(session_id, entry) for entry in entries]
        case MessageReceived(message):
            return [message.id]
        case SessionOpened(session) | SessionClosed(session):
            return [(session.id, type(event))]
    return []


def _time_of(event: Event) -> datetime | None:
    match event:
        case MessageReceived(message):
            return message.received
        case SessionOpened(session):
            return session.opened
        case SessionClosed(session):
            return session.closed
    return None


def _name_of(session_id: str, entry: Any) -> Any:
    return session_id, entry.kind, entry.at, getattr(entry, "offset", 0), entry.raw
