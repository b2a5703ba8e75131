"""Mail that a command waits for, and what came instead."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter

from mailtrap.cli.maildir import Mail
from mailtrap.content import Content
from mailtrap.events import Event, MessageReceived
from mailtrap.fields import MAX_HEADER
from mailtrap.message import Message
from mailtrap.query import Query
from mailtrap.sanitize import sanitize

_MOST = 5  # messages that are told of


class Arrivals:
    """The messages that match, those that are there and those that come."""

    def __init__(self, mail: Mail, query: Query) -> None:
        self._mail = mail
        self._query = query
        self._seen: set[str] = set()
        self._others: list[Message] = []  # that do not match
        self._found: list[Message] = []
        self._changed = threading.Event()

    def __call__(self, event: Event) -> None:
        """Hear an event."""
        if isinstance(event, MessageReceived):
            self._changed.set()

    def ignore(self, ids: Iterable[str]) -> None:
        """These messages do not count."""
        self._seen.update(ids)

    def wait(self, wanted: int, seconds: float) -> Sequence[Message]:
        """The newest ``wanted`` that match, or all there are when the time is over."""
        end = time.monotonic() + seconds
        while True:
            self._changed.clear()
            self._look(wanted)
            left = end - time.monotonic()
            if len(self._found) >= wanted or left <= 0:
                return self._found[-wanted:]
            self._changed.wait(left)

    def _look(self, wanted: int) -> None:
        """See which of the messages that are new match, newest first: there may be many."""
        found: list[Message] = []
        others: list[Message] = []
        for message in reversed(self._mail.messages):
            if message.id in self._seen:
                continue
            self._seen.add(message.id)
            matches = self._query.matches(self._mail.candidate(message))
            (found if matches else others).append(message)
            if len(found) >= wanted:
                break
        # What came while the watch was being set up may be found behind what came after it.
        self._found = sorted([*self._found, *reversed(found)], key=attrgetter("received"))
        self._others += reversed(others)

    def missing(self, wanted: int, seconds: float) -> str:
        """What was waited for and did not come, and what came, nearest first."""
        what = "any mail" if self._query.is_empty else repr(str(self._query))
        if wanted > 1:
            what = f"{wanted:,} of {what}"
        head = f"waited {seconds:g} s for {what}"
        if self._found:
            head += f", {len(self._found):,} came"
        if not self._others:
            return f"{head}; {'nothing else' if self._found else 'nothing'} arrived"
        more = len(self._others) - _MOST
        lines = [f"{head}; what arrived{' instead' if not self._found else ' besides'}:"]
        lines += islice(self._nearest(), _MOST)
        return "\n  ".join([*lines, f"and {more:,} more"] if more > 0 else lines)

    def _nearest(self) -> Iterator[str]:
        conditions = self._query.conditions

        def misses(message: Message) -> list[str]:
            candidate = self._mail.candidate(message)
            return [str(each) for each in conditions if not each.matches(candidate)]

        missed = [(misses(each), each) for each in reversed(self._others[-1000:])]
        for differs, message in sorted(missed, key=lambda each: len(each[0])):
            yield f"{_described(message)}: not {', '.join(differs)}"


def _described(message: Message) -> str:
    subject = Content(message.head(MAX_HEADER)).subject
    what = f"'{subject[:60]}'" if subject else "(no subject)"
    to = message.envelope.forward_paths
    more = f" +{len(to) - 1}" if len(to) > 1 else ""
    return sanitize(f"{message.id} {what} to {to[0] if to else 'nobody'}{more}")
