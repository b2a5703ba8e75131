"""What is wrong with the messages and sessions that are kept, found when asked.  For one thread.

This imports the rules, so it is imported where nobody waits for the screen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from mailtrap.lint.diagnostic import Diagnostic
from mailtrap.lint.message import mail_of, report_on
from mailtrap.lint.session import KeptLint
from mailtrap.message import Message
from mailtrap.session import Chunk, Entry, Folded, MailData, Session
from mailtrap.transactions import owners

MOST_OPEN = 100  # sessions that are open and go on where they were left
# Sessions that are known: one may have brought thousands of messages, and each asks for it.
MOST_LATEST = 16


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a message, or in a session as far as it had come."""

    diagnostics: tuple[Diagnostic, ...] = ()  # in order
    caveats: tuple[str, ...] = ()  # what was not looked at, in sentences
    # Of a session, by offset of an entry, the message it is part of; "" where that mail was lost.
    owners: dict[int, str] = field(default_factory=dict)

    def about(self, message: str) -> list[Diagnostic]:
        """What is about a message, "" for mail that was lost, or about the session as a whole."""
        owners = self.owners
        return [
            each
            for each in self.diagnostics
            if each.place.offset is None or owners.get(each.place.offset, message) == message
        ]

    def in_short(self) -> "Findings":
        """The same in less room: there may be 100 000 of them."""
        found = {each.place.offset for each in self.diagnostics}
        owners = {offset: owner for offset, owner in self.owners.items() if offset in found}
        return replace(self, owners=owners)


NOTHING = Findings()


@dataclass(slots=True)
class _Open:
    """A session that has not ended."""

    lint: KeptLint
    found: list[Diagnostic] = field(default_factory=list)
    last: Entry | None = None  # that was read
    is_partial: bool = False


class Kept(Protocol):
    """What is asked of a catch, or of a maildir that nobody follows."""

    def message(self, message_id: str) -> Message | None:
        """The message of that id."""

    def session(self, session_id: str) -> Session | None:
        """The session of that id; the same object while there is no more of it."""


class Inspector:
    """Looks at what is kept."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._open: dict[str, _Open] = {}
        self._latest: dict[str, tuple[Session, Findings]] = {}

    def message(self, message_id: str) -> Findings:
        """What is wrong with a message; nothing where it is gone."""
        message = self._kept.message(message_id)
        if message is None:
            return NOTHING
        report = report_on(mail_of(message))
        partial = f"Only the first {report.read:,} octets of the message were looked at."
        return Findings(report.diagnostics, (partial,) if report.is_partial else ())

    def session(self, session_id: str) -> Findings:
        """What is wrong with a session so far."""
        if not session_id:
            return Findings((), ("How this message came is not known; only it was looked at.",))
        session = self._kept.session(session_id)
        if session is None:
            self._open.pop(session_id, None)
            return Findings((), ("The session is no longer kept, so it was not looked at.",))
        before, findings = self._latest.get(session_id, (None, NOTHING))
        if before is not session:
            findings = self._look_at(session)
            self._latest[session_id] = session, findings
            if len(self._latest) > MOST_LATEST:
                del self._latest[next(iter(self._latest))]
        return findings

    def _look_at(self, session: Session) -> Findings:
        opened = self._open.pop(session.id, None)
        entries = None if opened is None else _behind(session.transcript, opened.last)
        if opened is None or entries is None:
            opened, entries = _Open(KeptLint(self._data_of)), session.transcript
        self._read(opened, entries)
        if session.is_open:
            self._open[session.id] = opened
            if len(self._open) > MOST_OPEN:
                del self._open[next(iter(self._open))]
        elif not opened.is_partial:
            opened.found += opened.lint.end(session.reason or "")
        partial = "Part of the transcript is gone; what came after that was not looked at."
        return Findings(
            tuple(opened.found), (partial,) if opened.is_partial else (), owners(session.transcript)
        )

    def _read(self, opened: _Open, entries: Iterable[Entry]) -> None:
        for entry in entries:
            # What is gone may be what allowed the rest: a MAIL, an EHLO.
            opened.is_partial = opened.is_partial or isinstance(entry, Folded)
            if not opened.is_partial:
                opened.found += opened.lint.step(entry)
            opened.last = entry

    def _data_of(self, message_id: str) -> bytes | None:
        message = self._kept.message(message_id)
        return None if message is None else message.data


def _behind(transcript: Sequence[Entry], last: Entry | None) -> Sequence[Entry] | None:
    """The entries behind that one; None where it is not there any more."""
    if last is None:
        return transcript
    for index in range(len(transcript) - 1, -1, -1):
        if _is_same(transcript[index], last):
            return transcript[index + 1 :]
    return None


def _is_same(entry: Entry, last: Entry) -> bool:
    if isinstance(entry, (MailData, Chunk)) and isinstance(last, (MailData, Chunk)):
        return entry.offset == last.offset  # another value once a message holds its octets
    return entry is last
