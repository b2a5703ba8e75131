"""MailTrap: a mail catcher for one test, for a test session, or for a script.

One object is the server, what it caught, and what it is to do wrong.  ``view`` gives the same
for the length of one test, with a clean slate over the server that runs already.
"""

import difflib
import ssl
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from mailtrap.testing import settings as applications
from mailtrap.testing.authority import authority
from mailtrap.testing.catcher import Catcher
from mailtrap.testing.caught import Caught
from mailtrap.testing.journal import Chapter
from mailtrap.testing.message import Message
from mailtrap.testing.options import MAX_SIZE, TIMEOUT, Auth, Options, Tls, seconds
from mailtrap.testing.rules import FaultRules, Rule, Rules
from mailtrap.testing.waiting import Waiting

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone


class MailTrap(Caught, Waiting, FaultRules):
    """Takes any SMTP session, delivers nothing, keeps every octet.

    ``with MailTrap() as trap:`` or ``async with``; the fixture ``mailtrap`` is one that runs.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: Tls | None = None,
        require_tls: bool = False,
        auth: Auth | None = None,
        require_auth: bool = False,
        max_size: int | None = MAX_SIZE,
        timeout: float = TIMEOUT,
        maildir: str | PathLike[str] | None = None,
    ) -> None:
        """``port`` 0 takes a free one.  ``tls``: STARTTLS, or TLS first (RFC 8314).

        ``auth``: user name and password, several, or a function of both (called in the server's
        thread); without it any credentials pass.  ``require_auth``: refuse mail without.
        ``max_size``: octets of a message.  ``timeout``: seconds that waits take at most.
        ``maildir``: keep mail and transcripts there, too.  Raises UsageError.
        """
        options = Options(
            host, port, tls, require_tls, auth, require_auth, max_size, timeout, maildir
        )
        self._catcher = Catcher(options)
        self._chapter = self._catcher.journal.whole
        self._rules = Rules(self._catcher)

    if not TYPE_CHECKING:  # for it, nothing is there that is not written down

        def __getattr__(self, name: str) -> Any:
            """Raises AttributeError, with what may have been meant: pytest says no more."""
            known = [each for each in dir(type(self)) if not each.startswith("_")]
            if name in known:  # what it is itself fails with an AttributeError
                return object.__getattribute__(self, name)
            close = [each for each in known if each.startswith(f"{name}_")]
            close = close or difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {' or '.join(close)}?" if close else ""
            raise AttributeError(f"MailTrap has no {name!r}{hint}", name=name, obj=self)

    # Start and end

    def start(self) -> Self:
        """Listen; clients are accepted when this returns.  Raises ListenError, StoreError."""
        self._catcher.start()
        return self

    def stop(self) -> None:
        """Let out the replies of kept mail and close every connection; what came stays."""
        self._rules.remove()
        self._catcher.stop()

    def __enter__(self) -> Self:
        return self if self.is_running else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.stop()

    def view(self, name: str = "", *, timeout: float | None = None) -> "View":
        """The same server with a clean slate: mail that begins from now on, rules of its own.

        ``name`` is what late mail is told to belong to.  A view within a view has its mail alone.
        ``timeout``: seconds that its waits take at most, unless that is as long as those of all.
        """
        within = self._timeout if timeout is None else seconds("timeout", timeout)
        self._catcher.trap  # noqa: B018 says so before the start
        return View(self._catcher, self._catcher.journal.open_chapter(name), within)

    def take_late(self) -> list[tuple[str, Message]]:
        """(name of the view, message) of mail that ended after the view it began in, each once."""
        late = self._catcher.journal.take_late()
        self._catcher.remove([message.id for _, message in late])
        return late

    def leave_last_view(self) -> None:
        """Mail that begins from now on is not late mail of a view that has ended."""
        self._catcher.journal.leave_closed_chapter()

    # Where it is

    @property
    def host(self) -> str:
        """The address it listens on."""
        return self._catcher.address[0]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._catcher.address[1]

    @property
    def url(self) -> str:
        """``smtp://127.0.0.1:41233``; ``smtps://`` where TLS comes first."""
        return applications.url(self._catcher)

    @property
    def is_running(self) -> bool:
        """Clients are accepted."""
        return self._catcher.is_running

    @property
    def ca_path(self) -> Path:
        """The CA that clients have to trust, in PEM."""
        return authority().ca

    @property
    def bundle_path(self) -> Path:
        """The CAs of this machine and ours in one file: for SSL_CERT_FILE and its like."""
        return authority().bundle

    def client_context(self) -> ssl.SSLContext:
        """For a client: verifies certificates, and trusts our CA."""
        return authority().context()

    def settings(self, kind: applications.Kind) -> dict[str, Any]:
        """Where to send mail, in the words of a framework."""
        return applications.settings(self._catcher, kind)

    @property
    def unused_rules(self) -> list[Rule]:
        """Rules that were never acted upon and are not optional."""
        return self._rules.unused

    def __repr__(self) -> str:
        if not self._catcher.is_running:
            return "<MailTrap, not running>"
        count = len(self._chapter.messages)
        mail = "1 message" if count == 1 else f"{count} messages"
        return f"<MailTrap {applications.url(self._catcher)}, {mail}>"


class View(MailTrap):
    """A MailTrap for a while, over a server that goes on."""

    def __init__(self, catcher: Catcher, chapter: Chapter, timeout: float) -> None:
        self._catcher = catcher
        self._chapter = chapter
        self._within = timeout
        self._rules = Rules(catcher)

    @property
    def _timeout(self) -> float:
        return self._within

    def start(self) -> Self:
        """It runs already."""
        return self

    def stop(self) -> None:
        """End the view, not the server: its rules are over, and its mail is let go."""
        self._rules.close()
        self._catcher.settle()
        messages = self._catcher.journal.close_chapter(self._chapter)
        self._catcher.remove([each.id for each in messages])
