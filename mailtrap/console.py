"""Events as lines on a stream: for people, or as JSON for programs."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from mailtrap.amounts import amount
from mailtrap.events import EntriesRecorded, Event, MessageReceived, SessionClosed, SessionOpened
from mailtrap.fields import MAX_HEADER, subject
from mailtrap.lint.diagnostic import Diagnosed, Place, Undiagnosed
from mailtrap.message import Message
from mailtrap.sanitize import sanitize, without_surrogates
from mailtrap.session import Chunk, ClientEntry, Entry, MailData, Session
from mailtrap.transactions import transactions
from mailtrap.transcript import ENDINGS, lines, summary

_quoted = json.JSONEncoder().encode  # a text; json.dumps takes twice as long


class Console:
    """A listener of a trap that writes each event."""

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        as_json: bool = False,
        transcript: bool = False,
        show_secrets: bool = False,
    ) -> None:
        """``write`` takes whole lines; it should not block, the client is waiting."""
        self._write = write
        self._as_json = as_json
        self._transcript = transcript
        self._show_secrets = show_secrets
        self._peers: dict[str, str] = {}  # of open sessions, by id
        self._second = datetime.min.replace(tzinfo=UTC)  # the latest, and how it is written
        self._second_as_text = ""

    def __call__(self, event: Event) -> None:
        """Write the event."""
        if isinstance(event, EntriesRecorded) and not self._transcript:
            return  # the most frequent event by far
        written = self._objects(event) if self._as_json else self._lines(event)
        if written:
            self._write("".join(f"{line}\n" for line in written))

    def diagnosed(self, found: Sequence[Diagnosed | Undiagnosed]) -> None:
        """Write what is wrong."""
        written = _diagnosed_object if self._as_json else self._diagnosed_line
        self._write("".join(f"{written(each)}\n" for each in found))

    def _lines(self, event: Event) -> list[str]:
        match event:
            case SessionOpened(session):
                self._peers[session.id] = str(session.peer)
                return [self._line(session.opened, str(session.peer), "connected")]
            case MessageReceived(message):
                peer = self._peer(message.session)
                return [self._line(message.received, peer, _described(message))]
            case SessionClosed(session) if session.closed is not None:
                self._peers.pop(session.id, None)
                return [self._line(session.closed, str(session.peer), _ending(session))]
            case EntriesRecorded(session_id, entries):
                shown = lines(entries, show_secrets=self._show_secrets)
                peer = self._peer(session_id)
                return [self._line(x.at, peer, f"{x.mark} {x.text}") for x in shown]
        return []

    def _diagnosed_line(self, found: Diagnosed | Undiagnosed) -> str:
        if isinstance(found, Undiagnosed):
            return f"[{amount(found.count, 'message')} not diagnosed: too many at once]"
        diagnostic = found.diagnostic
        where = f" [message {found.message}]" if found.message else ""
        what = f"{diagnostic.severity} {diagnostic.rule.id}: {diagnostic.text}{where}"
        return self._line(found.at, found.peer, sanitize(what))

    def _peer(self, session_id: str) -> str:
        return self._peers.get(session_id, "-")

    def _line(self, at: datetime, peer: str, what: str) -> str:
        # A peer is what a log says, too, and that can be anything.
        return f"{self._clock(at)}  {sanitize(peer):<21}  {what}"

    def _clock(self, at: datetime) -> str:
        second = at.replace(microsecond=0)
        if second != self._second:
            self._second, self._second_as_text = second, second.astimezone().strftime("%H:%M:%S")
        return f"{self._second_as_text}.{at.microsecond // 1000:03}"

    def _objects(self, event: Event) -> list[str]:
        match event:
            case SessionOpened(session):
                begin = _begin("session-opened", session.id, session.opened)
                tls = "true" if session.tls_first else "false"
                return [f'{begin}, "peer": {_quoted(str(session.peer))}, "tls": {tls}}}']
            case MessageReceived(message):
                return [_object("message", **message_keys(message))]
            case SessionClosed(session) if session.closed is not None:
                begin = _begin("session-closed", session.id, session.closed)
                return [f'{begin}, "reason": {_quoted(session.reason)}}}']
            case EntriesRecorded(session_id, entries):
                return [self._entry_object(session_id, entry) for entry in entries]
        return []

    def _entry_object(self, session_id: str, entry: Entry) -> str:
        offset = entry.offset if isinstance(entry, ClientEntry) else "null"
        text = summary(entry, show_secrets=self._show_secrets)
        begin = _begin("entry", session_id, entry.at)
        return f'{begin}, "kind": "{entry.kind}", "offset": {offset}, "text": {_quoted(text)}}}'


def ready(
    addresses: Sequence[tuple[str, int]],
    smtps: Sequence[tuple[str, int]],
    ca: object,
    pid: int,
    *,
    maildir: object = None,
) -> str:
    """The first line of the JSON output: where the server really listens.

    ``smtps``: where TLS comes first; ``ca``: path of the CA certificate that clients have to
    trust, None when there is none of ours; ``maildir``: path of it, None for memory.
    """
    listeners = [
        {"protocol": protocol, "host": host, "port": port}
        for protocol, places in (("smtp", addresses), ("smtps", smtps))
        for host, port in places
    ]
    paths = {
        key: None if path is None else without_surrogates(str(path))
        for key, path in (("maildir", maildir), ("ca", ca))
    }
    return _object("ready", pid=pid, listeners=listeners, **paths) + "\n"


def skipped(count: int, *, as_json: bool) -> str:
    """The line that stands for events that were left out because nobody read them."""
    if as_json:
        return _object("skipped", count=count) + "\n"
    return f"[{amount(count, 'event')} left out: nobody was reading]\n"


def timestamp(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message_keys(message: Message) -> dict[str, Any]:
    """A message as JSON keys; sizes in octets."""
    reverse_path = message.envelope.reverse_path
    return {
        "id": without_surrogates(message.id),
        "session": message.session,
        "at": timestamp(message.received),
        "reverse_path": None if reverse_path is None else without_surrogates(reverse_path),
        "forward_paths": [without_surrogates(path) for path in message.envelope.forward_paths],
        "size": message.size,
        "subject": without_surrogates(subject(message.head(MAX_HEADER))),
        "truncated": message.truncated,
    }


def _diagnosed_object(found: Diagnosed | Undiagnosed) -> str:
    if isinstance(found, Undiagnosed):
        return _object("undiagnosed", count=found.count)
    diagnostic = found.diagnostic
    of_rule = _object_of_rule(diagnostic.rule.id, diagnostic.severity, diagnostic.rule.source)
    session = _quoted(found.session)
    message = "null" if found.message is None else _quoted(found.message)
    what = _what_and_where(diagnostic.detail, diagnostic.place)
    return f'{of_rule[:-1]}, "session": {session}, "message": {message}, {what}}}'


@lru_cache(maxsize=1024)
def _what_and_where(detail: str, place: Place) -> str:
    """What is the same in each session of a client, as are the rules it breaks."""
    return f'"detail": {_quoted(without_surrogates(detail))}, "place": {_place_object(place)}'


def _place_object(place: Place) -> str:
    """Only what applies."""
    numbers = (("offset", place.offset), ("start", place.start), ("end", place.end))
    texts = (("field", place.field), ("part", place.part))
    known = [f'"{name}": {number}' for name, number in numbers if number is not None]
    known += [f'"{name}": {_quoted(without_surrogates(text))}' for name, text in texts if text]
    return f"{{{', '.join(known)}}}"


@lru_cache(maxsize=1024)
def _object_of_rule(rule_id: str, severity: str, source: str) -> str:
    """What all diagnostics of a rule begin with: a client makes the same mistakes in each session.

    Written with the rest each time they took three times as long.
    """
    return _object("diagnostic", rule=rule_id, severity=severity, source=source)


def _described(message: Message) -> str:
    reverse_path = message.envelope.reverse_path
    sender = "nobody" if reverse_path is None else reverse_path or "<>"
    recipients = ", ".join(message.envelope.forward_paths) or "nobody"
    about = subject(message.head(MAX_HEADER))
    head = " (its head: larger than the size limit)" if message.truncated else ""
    return sanitize(
        f"message {message.id}: {sender} -> {recipients}, {amount(message.size, 'octet')}{head}"
        + (f", {about}" if about else ", no subject")
    )


def _ending(session: Session) -> str:
    """How the session ended, and the mail data that became no message."""
    ending = ENDINGS.get(session.reason or "", sanitize(session.reason or ""))
    if not any(isinstance(e, (MailData, Chunk)) and not e.message for e in session.transcript):
        return ending
    lost = (t for t in transactions(session.transcript) if t.message is None and t.size)
    return "; ".join([ending, *(f"mail {t.outcome} after {amount(t.size, 'octet')}" for t in lost)])


def _begin(event: str, session_id: str, at: datetime) -> str:
    """What an event of a session begins with; a dictionary would take four times as long."""
    return f'{{"event": "{event}", "session": {_quoted(session_id)}, "at": "{timestamp(at)}"'


def _object(event: str, **keys: Any) -> str:
    return json.dumps({"event": event, **keys})
