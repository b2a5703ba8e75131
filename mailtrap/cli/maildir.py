"""The maildir that a command is about: found, opened, and asked what matches a filter."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mailtrap.cached import cached_property
from mailtrap.cli.progress import Progress
from mailtrap.errors import UsageError
from mailtrap.setting_files import sources
from mailtrap.settings import MAILDIR

if TYPE_CHECKING:
    from mailtrap.candidate import MessageCandidate
    from mailtrap.inspection import Inspector
    from mailtrap.lint.diagnostic import Diagnostic
    from mailtrap.message import Message
    from mailtrap.query import Query
    from mailtrap.session import Session
    from mailtrap.stores.attached import AttachedMaildir


_MOST_SESSIONS = 16  # that are held: each may have brought thousands of messages that ask for it


class _Local(tzinfo):
    """The zone of this machine, whose offset is not the same all year."""

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        return None if at is None else at.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _at: datetime | None) -> timedelta | None:
        return None

    def tzname(self, _at: datetime | None) -> str | None:
        return None


def now() -> datetime:
    """The time here and now."""
    return datetime.now().replace(tzinfo=_Local())


def add_maildir(parser: ArgumentParser) -> None:
    """The option that names the maildir."""
    parser.add_argument(
        MAILDIR.flag, metavar="DIR", help=f"where the mail is (default ${MAILDIR.variable})"
    )


def path_of(arguments: Namespace, name_it: str = f"name it with {MAILDIR.flag} DIR") -> Path:
    """The maildir that was named, there or in settings.  Raises UsageError."""
    path: Path | None = sources(arguments).given(MAILDIR).value
    if path is None:
        raise UsageError(
            f"which maildir? {name_it}, or set {MAILDIR.variable}, or {MAILDIR.name} in"
            " pyproject.toml"
        )
    return path


class Kept(Protocol):
    """What is asked of a maildir here; a trap's front has it, too."""

    @property
    def messages(self) -> Sequence["Message"]:
        """All of them, oldest first."""

    def message(self, message_id: str) -> "Message | None":
        """The message of that id."""

    def session(self, session_id: str) -> "Session | None":
        """The session of that id."""

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read."""


class Snapshot:
    """A maildir as it is now; nothing of it is watched."""

    def __init__(self, path: Path) -> None:
        from mailtrap.stores.index import Index

        self.path = path
        self._index = Index(path)
        self._index.look()
        self._sessions = lru_cache(maxsize=_MOST_SESSIONS)(self._read_session)

    @property
    def messages(self) -> Sequence["Message"]:
        """All of them, oldest first."""
        return tuple(self._index)

    def message(self, message_id: str) -> "Message | None":
        """The message of that id."""
        return self._index.get(message_id)

    def session(self, session_id: str) -> "Session | None":
        """The session of that id."""
        return self._sessions(session_id)

    def _read_session(self, session_id: str) -> "Session | None":
        from mailtrap.stores.log_files import session_in

        return session_in(self.path, session_id)

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read."""
        return self._index.is_read(message_id)

    def remove(self, ids: Iterable[str]) -> Sequence["Message"]:
        """Remove those messages; what was removed.  Raises StoreError."""
        return self._index.remove(ids)

    def remove_ended_sessions(self) -> int:
        """Remove the logs of sessions that have ended; how many these were."""
        from mailtrap.stores.filing import server_of
        from mailtrap.stores.log_files import is_ended, log_path, session_ids
        from mailtrap.stores.servers import is_server_alive

        count = 0
        for session_id in session_ids(self.path):
            log = log_path(self.path, session_id)
            if is_ended(log) or not is_server_alive(self.path, server_of(session_id)):
                with suppress(OSError):
                    log.unlink()
                    count += 1
        return count


class Mail:
    """Messages, each with what its surroundings say of it."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    @cached_property
    def _inspector(self) -> "Inspector":
        from mailtrap.inspection import Inspector

        return Inspector(self.kept)

    @property
    def messages(self) -> Sequence["Message"]:
        """All of them, oldest first."""
        return self.kept.messages

    def matching(self, query: "Query", newest: int | None = None) -> list["Message"]:
        """Those that match, or the newest of them; oldest first."""
        messages = self.messages
        with Progress("looking for mail", len(messages)) as progress:
            found = self._matching(query, progress.over(reversed(messages)))
            return list(islice(found, newest))[::-1]

    def _matching(self, query: "Query", messages: Iterable["Message"]) -> Iterator["Message"]:
        # One candidate at a time: each may hold all of its mail data.
        return (each for each in messages if query.matches(self.candidate(each)))

    def candidate(self, message: "Message") -> "MessageCandidate":
        """The message as filters ask for it."""
        from mailtrap.candidate import MessageCandidate

        return MessageCandidate(
            message,
            session=partial(self.kept.session, message.session),
            is_read=partial(self.kept.is_read, message.id),
            issues=partial(self._issues, message),
        )

    def diagnosed(self, message: "Message") -> tuple[list["Diagnostic"], list["Diagnostic"]]:
        """What is wrong with the message, and what with its session but for other mail."""
        from mailtrap.lint.message import mail_of, report_on

        report = report_on(mail_of(message))
        return list(report.diagnostics), self._inspector.session(message.session).about(message.id)

    def _issues(self, message: "Message") -> Iterator[tuple[str, str]]:
        for found in self.diagnosed(message):
            for each in found:
                yield each.rule.id, each.severity


def opened(arguments: Namespace) -> tuple[Mail, Snapshot]:
    """The maildir that was named, as it is now.  Raises UsageError, StoreError or ReadError."""
    from mailtrap.stores.files import check

    path = path_of(arguments)
    check(path)
    with Progress(f"opening {path}"):
        snapshot = Snapshot(path)
    return Mail(snapshot), snapshot


@contextmanager
def attached(arguments: Namespace) -> Iterator["AttachedMaildir"]:
    """The maildir that was named, followed for the length of a block once it is started.

    Raises UsageError; to start it raises StoreError or ReadError.
    """
    path = path_of(arguments)
    # Only now: what watches directories takes long to import.
    from mailtrap.stores.attached import AttachedMaildir

    maildir = AttachedMaildir(path)
    try:
        yield maildir
    finally:
        maildir.stop()


def nothing(query: "Query", mail: Mail) -> str:
    """The sentence for a filter that nothing matches."""
    count = len(mail.messages)
    if not count:
        return "there is no mail"
    return f"nothing matches {str(query)!r}, of {count:,} {'message' if count == 1 else 'messages'}"
