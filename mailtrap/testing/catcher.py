"""A trap with a server of its own, for as long as tests need it.

The socket is bound in the thread of whoever starts it, so that a port in use is told at once;
the server then runs in a thread and an event loop of its own, so that clients may block.
"""

import logging
import os
import socket
import threading
from typing import TYPE_CHECKING

from mailtrap.errors import ListenError, MailtrapError, UsageError
from mailtrap.faults.policy import Policy
from mailtrap.session import Peer, Session
from mailtrap.smtp.listen import bind
from mailtrap.smtp.server import Server, ServerThread
from mailtrap.stores.memory import MemoryStore
from mailtrap.terms import Terms
from mailtrap.testing.authority import authority
from mailtrap.testing.journal import Journal
from mailtrap.testing.options import Check, Options
from mailtrap.trap import Trap

if TYPE_CHECKING:
    from mailtrap.stores.maildir import MaildirStore

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

_log = logging.getLogger("mailtrap.testing")

_NOT_STARTED = "this MailTrap was not started; write `with MailTrap() as trap:`"
STOPPED = "this MailTrap was stopped, and nothing comes any more"
# Octets of a client take so many turns of the loop from the kernel into the trap.
_TURNS = 3
MAX_SESSIONS = 2_000  # of a run of tests; each test looks at its own
SETTLE_WAIT = 1.0  # seconds that the server gets to look at what has come


class Catcher:
    """What a MailTrap, and each view of it, has in common."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.policy = Policy(magic=True)
        self.policy_lock = threading.Lock()
        self.journal = Journal(self.session)
        self._address: tuple[str, int] | None = None
        self._pid = 0
        self._maildir: MaildirStore | None = None
        self._trap: Trap | None = None
        self._thread: ServerThread | None = None
        self.is_running = False

    @property
    def trap(self) -> Trap:
        """What was caught.  Raises UsageError before the start, and in a forked child."""
        if self._trap is None:
            raise UsageError(_NOT_STARTED)
        if os.getpid() != self._pid:
            raise MailtrapError(
                "this MailTrap belongs to the process that forked this one, and what comes is"
                " only seen there; send from here, and look there"
            )
        return self._trap

    def check_open(self) -> None:
        """Raises UsageError after the end, and what ``trap`` raises in a forked child."""
        if self._trap is not None:
            self.trap  # noqa: B018 says so in a child
            if not self.is_running:
                raise UsageError(f"{STOPPED}; make a new one")

    def patience(self, seconds: float) -> float:
        """How long it is any use to wait, of so many seconds."""
        return seconds if self.is_running else 0.0

    @property
    def address(self) -> tuple[str, int]:
        """(host, port); in forked children, too.  Raises UsageError before the start."""
        if self._address is None:
            raise UsageError(_NOT_STARTED)
        return self._address

    def session(self, session_id: str) -> Session:
        """The session of that id as far as it has come."""
        found = self.trap.session(session_id)
        if found is None:
            raise MailtrapError(
                f"session {session_id} is not kept any more: its test is over, it was cleared, or"
                " too many came after it (some thousands are kept)"
            )
        return found

    def start(self) -> None:
        """Listen, and accept clients when this returns.  Raises ListenError, StoreError."""
        if self._trap is not None:
            state = "runs already" if self.is_running else "was stopped; make a new one"
            raise UsageError(f"this MailTrap {state}")
        options = self.options
        if options.tls is not None:
            authority().certificates.context()
            authority().ca  # noqa: B018 the file is written where the transcript can name it
        sockets = _bound(options)
        try:
            trap = self._make_trap()
        except BaseException:
            for each in sockets:
                each.close()
            raise
        is_implicit = options.tls == "smtps"
        server = Server(
            trap,
            [] if is_implicit else sockets,
            _terms(options),
            smtps=sockets if is_implicit else [],
            policy=self.policy,
            certificates=authority().certificates,
        )
        self._address = sockets[0].getsockname()[:2]
        trap.subscribe(self.journal)
        self._trap, self._pid = trap, os.getpid()
        self._thread = ServerThread(server)
        self._thread.start()
        self.is_running = True

    def _make_trap(self) -> Trap:
        path = self.options.maildir
        if path is None:
            return Trap(MemoryStore(), max_sessions=MAX_SESSIONS)
        from mailtrap.stores.maildir import MaildirStore

        self._maildir = MaildirStore(os.fspath(path))
        trap = Trap(self._maildir, prefix=self._maildir.prefix)
        self._maildir.follow(trap)
        return trap

    def stop(self) -> None:
        """Let out the replies of kept mail, close every connection.  Bounded; twice is no harm."""
        if not self.is_running or os.getpid() != self._pid:
            return
        self.is_running = False
        assert self._thread is not None
        self._thread.stop()
        if self._maildir is not None:
            self._maildir.close()

    def remove(self, ids: list[str]) -> None:
        """Forget messages; those in a maildir stay there, they are what it is for."""
        if ids and self._maildir is None and self._trap is not None:
            self._trap.remove(ids)

    def settle(self) -> None:
        """Return when all that clients have sent by now is in the trap."""
        if self.is_running and os.getpid() == self._pid and self._thread is not None:
            self._thread.settle(_TURNS, SETTLE_WAIT)


def _bound(options: Options) -> list[socket.socket]:
    try:
        return bind([options.host], options.port)
    except ListenError as error:
        reason = str(error).partition("; try another --port")[0].partition("; ports below")[0]
        remedy = "leave port out to take a free one"
        if options.port and (worker := os.environ.get("PYTEST_XDIST_WORKER")):
            remedy += f', or write "{options.port}+" for one port each ({worker} runs here)'
        raise ListenError(f"{reason}; {remedy}" if options.port else str(error)) from error


def _terms(options: Options) -> Terms:
    # Without a name of its own a server would ask the resolver, which may take seconds.
    return Terms(
        hostname="mailtrap.localhost",
        max_size=options.max_size,
        starttls=options.tls == "starttls",
        require_tls=options.require_tls,
        users=options.users,
        check=_logged(options.check) if options.check else None,
        require_auth=options.require_auth,
    )


def _logged(check: Check) -> Check:
    """The same; what it raises is in the log, with the place."""

    def asked(user: str, password: str) -> bool:
        try:
            return check(user, password)
        except Exception:
            _log.exception("the function given as auth raised")
            raise

    return asked


def where(catcher: Catcher) -> str:
    """Host and port, for people."""
    return str(Peer(*catcher.address))
