"""Messages and sessions in a maildir: they outlive the process, and any mail reader shows them.

What is on disk (format 1), all of it for its owner alone::

    DIR/
      tmp/ new/ cur/         a maildir (https://cr.yp.to/proto/maildir.html); a file is
                             ``Message.data`` and nothing else
      mailtrap/              no leading dot: readers take ``.name`` for a folder (Maildir++)
        format               "mailtrap maildir 1"; another number is never written to
        messages/ID.json     envelope and circumstances of a message (``filing``)
        sessions/ID.jsonl    the log of a session, one line an event (``log_lines``)
        servers/PREFIX       is there while the server lives whose ids begin so (``servers``)

A message's file is called ``SECONDS.MMICROSECONDS_ID.mailtrap,S=SIZE``, in ``cur`` with
``:2,FLAGS`` behind it, of which ``S`` means read.  Names alone tell what there is (``index``): no
file is opened to list a hundred thousand.  What others put there has no such name; it is shown,
its id is its unique name, and no limit ever removes it.

A message is there when its file is renamed from ``tmp`` to ``new``; its sidecar is complete
before.  So whatever is visible is whole, however the process ends.  Logs are only ever appended
to, in whole lines, by the server whose session it is; or replaced whole by a rename.  A last line
without its line feed is none.

The directory itself is made at the start, and never again: where it vanished a volume may be
missing.  What is within it is made whenever it is missing.
"""

import errno
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import chain
from operator import attrgetter
from pathlib import Path
from threading import Lock

from mailtrap.errors import StoreError
from mailtrap.message import Message
from mailtrap.stores import aftercare, files
from mailtrap.stores.filed import FiledMessage
from mailtrap.stores.filing import NOBODY, Circumstances, encode_sidecar, server_of, unique_name
from mailtrap.stores.index import Index
from mailtrap.stores.log_files import log_path, session_ids
from mailtrap.stores.retention import Retention
from mailtrap.stores.servers import Claim
from mailtrap.stores.session_logs import SessionLogs
from mailtrap.stores.sweeper import Sweeper
from mailtrap.trap import MAX_ENTRIES, Trap

_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE)
_LOOK = 30.0  # seconds after which mail that others removed does not count any more


class MaildirStore:
    """A store in a directory, which others may read and write, too."""

    def __init__(
        self,
        path: Path | str,
        *,
        max_messages: int = 0,
        max_bytes: int = 0,
        max_age: timedelta | None = None,
        fsync: bool = False,
    ) -> None:
        """Limits are for mail that a trap has kept; 0 and None mean none.

        ``fsync``: what is kept outlives a loss of power, too.  Raises StoreError.
        """
        self.path = Path(path).absolute()
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._fsync = fsync
        self._at = str(self.path)
        files.prepare(self.path)
        self._device = self.path.stat().st_dev
        self._restoring = Lock()
        self._index = Index(self.path)
        self._index.look()
        aftercare.mend(self._index)
        self._claim = Claim(self.path, self._is_used)
        self._retention = Retention(max_messages, max_bytes)
        self._log_retention = Retention(max_messages, max_bytes)
        self._looked = time.monotonic()
        self._count()
        self._spare = files.Spare()
        self._logs: SessionLogs | None = None
        self._sweeper: Sweeper | None = None

    @property
    def prefix(self) -> str:
        """What the ids of a trap with this store begin with: no other server's do."""
        return self._claim.prefix

    def follow(self, trap: Trap, *, max_entries: int = MAX_ENTRIES) -> None:
        """Write down the sessions of the trap whose store this is, and drop what is too old."""
        if self._log_retention.is_bounded:
            for session_id, size in aftercare.logs_by_age(self.path):
                self._log_retention.add(session_id, size)
        self._logs = SessionLogs(
            self.path, trap, restore=self._restore, on_end=self._log_ended, max_entries=max_entries
        )
        trap.subscribe(self._logs)
        if self._max_age is not None:
            self._sweeper = Sweeper(self._index, trap, self._logs.is_open, self._max_age)
            self._sweeper.start()

    def close(self) -> None:
        """Nothing is written any more; what could not be written is mended at the next start."""
        if self._sweeper is not None:
            self._sweeper.stop()
        self._spare.close()
        if self._logs is None or self._logs.stop():
            self._claim.end()
        else:
            self._claim.abandon()

    # A store

    def add(self, message: Message) -> Sequence[str]:
        """Keep it; the ids of the oldest messages that made room for it."""
        cost = message.size + message.envelope.size
        if self._max_bytes and cost > self._max_bytes:
            raise StoreError(
                f"{cost} octets are more than the store may hold (--max-bytes {self._max_bytes})"
            )
        name = unique_name(message)
        try:
            self._file(message, name)
        except OSError as error:
            try:
                self._file_again(message, name, error)
            except OSError as again:
                raise self._not_kept(again) from again
        self._index.put(
            FiledMessage(
                self._index,
                message.id,
                message.received,
                message.size,
                is_ours=True,
                folder="new",
                name=name,
            )
        )
        if not self._retention.is_bounded:
            return ()
        self._retention.add(message.id, cost)
        return self._drop_surplus()

    def get(self, message_id: str) -> Message | None:
        """The message of that id, or None."""
        return self._index.get(message_id)

    def remove(self, ids: Iterable[str]) -> Sequence[Message]:
        """Drop those that are there; what was dropped, which is empty from now on.

        Raises StoreError where none of them can be removed.
        """
        removed = self._index.remove(ids)
        for message in removed:
            self._retention.discard(message.id)
        return removed

    def is_read(self, message_id: str) -> bool:
        """Whether that message is marked as read; one that is not there is not."""
        return self._index.is_read(message_id)

    def mark(self, ids: Iterable[str], *, read: bool) -> Sequence[str]:
        """Mark those that are there; the ids of those that were marked differently before."""
        return self._index.mark(ids, read=read)

    def __iter__(self) -> Iterator[Message]:
        """Messages, oldest first."""
        return iter(self._index)

    def __len__(self) -> int:
        """How many messages are kept."""
        return len(self._index)

    # Writing

    def _file(self, message: Message, name: str) -> None:
        """Write it and its sidecar, or neither.  Raises OSError."""
        sidecar = f"{self._at}/{files.MESSAGES}/{message.id}.json"
        tmp, new = (f"{self._at}/{folder}/{name}" for folder in ("tmp", "new"))
        written: list[str] = []
        try:
            files.write_new(
                sidecar, encode_sidecar(message, self._circumstances(message)), fsync=self._fsync
            )
            written.append(sidecar)
            files.write_new(tmp, message.data, fsync=self._fsync)
            written.append(tmp)
            if self._fsync:
                files.sync_directory(f"{self._at}/{files.MESSAGES}")
            os.rename(tmp, new)  # noqa: PTH104 a Path costs more than this
            written.append(new)
            if self._fsync:
                files.sync_directory(f"{self._at}/new")
        except OSError:
            for path in reversed(written):
                with suppress(OSError):
                    os.unlink(path)  # noqa: PTH108 as above
            raise

    def _file_again(self, message: Message, name: str, error: OSError) -> None:
        """The same, once what was in the way is mended, if it can be.  Raises OSError."""
        if error.errno == errno.EMFILE:
            with self._spare.given_up():
                self._file(message, name)
            return
        if error.errno not in _GONE:
            raise error
        self._restore()
        if self._logs is not None:
            self._logs.look_again()
        self._file(message, name)

    def _circumstances(self, message: Message) -> Circumstances:
        return NOBODY if self._logs is None else self._logs.circumstances(message.session)

    def _not_kept(self, error: OSError) -> StoreError:
        return files.trouble("keep a message in", self.path, error)

    def _restore(self) -> None:
        """Make what is missing within the directory.  Raises StoreError."""
        with self._restoring:  # a thread that mends logs does it, too
            self._restore_alone()

    def _restore_alone(self) -> None:
        try:
            # Ending in a slash: anything but a directory is an error.
            device = os.stat(f"{self._at}/").st_dev  # noqa: PTH116 a Path drops the slash
        except OSError as error:
            raise self._not_kept(error) from error
        if device != self._device and not (self.path / files.FORMAT_FILE).exists():
            raise StoreError(
                f"cannot keep a message in {self._at!r}: another file system is there now;"
                " mount again the one that was there, or start mailtrap again"
            )
        files.check_format(self.path)
        files.complete(self.path)
        self._claim.renew()
        self._device = device

    # Limits

    def _drop_surplus(self) -> list[str]:
        if not self._retention.is_over:
            return []
        if time.monotonic() - self._looked > _LOOK:
            self._look()
        removed: list[str] = []
        while surplus := self._retention.surplus():
            with suppress(StoreError):  # the new one is kept; what is too much stays for now
                removed += [each.id for each in self._index.remove(surplus)]
            gone = [each for each in surplus if not self._index.knows(each)]
            for message_id in gone:
                self._retention.discard(message_id)
            if not gone:
                break
        return removed

    def _look(self) -> None:
        """See what others have changed."""
        self._index.look()
        self._count()
        self._looked = time.monotonic()

    def _count(self) -> None:
        """Count what is there, whoever looked when it was found."""
        if self._retention.is_bounded:
            ours = sorted((m for m in self._index if m.is_ours), key=attrgetter("received"))
            self._retention.count_anew((message.id, message.size) for message in ours)

    def _log_ended(self, session_id: str, size: int) -> None:
        if not self._log_retention.is_bounded:
            return
        with self._restoring:
            self._log_retention.add(session_id, size)
            for each in self._log_retention.surplus():
                with suppress(OSError):
                    log_path(self.path, each).unlink()
                self._log_retention.discard(each)

    def _is_used(self, prefix: str) -> bool:
        messages = (message.id for message in self._index)
        return any(server_of(x) == prefix for x in chain(session_ids(self.path), messages))
