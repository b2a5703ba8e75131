"""What a trap for tests is made with, checked.  Pure."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from inspect import iscoroutinefunction
from os import PathLike
from typing import Any, Literal, TypeGuard

from mailtrap.errors import UsageError

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

Tls = Literal["starttls", "smtps"]
Check = Callable[[str, str], bool]
Auth = tuple[str, str] | Mapping[str, str] | Check

TLS = ("starttls", "smtps")
MAX_SIZE = 32 * 2**20  # octets of a message
TIMEOUT = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Options:
    """The arguments of MailTrap.  Raises UsageError for what cannot be."""

    host: str = "127.0.0.1"
    port: int = 0  # 0 takes a free one
    tls: Tls | None = None
    require_tls: bool = False
    auth: Auth | None = field(default=None, repr=False)
    require_auth: bool = False
    max_size: int | None = MAX_SIZE  # None: no limit
    timeout: float = TIMEOUT  # seconds that a wait takes at most, unless it says otherwise
    maildir: str | PathLike[str] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.host, str):
            raise UsageError(f"host = {self.host!r} is no host; leave it out for 127.0.0.1")
        if not _is_whole(self.port) or not 0 <= self.port <= 65535:
            raise UsageError(f"port = {self.port!r} is no port; 0 takes a free one")
        if self.tls is not None and self.tls not in TLS:
            raise UsageError(f'tls = {self.tls!r} is no kind of TLS; write "starttls" or "smtps"')
        if self.require_tls and self.tls is None:
            raise UsageError('require_tls needs a kind of TLS; add tls="starttls"')
        seconds("timeout", self.timeout)
        if self.max_size is not None and (not _is_whole(self.max_size) or self.max_size < 1):
            raise UsageError(
                f"max_size = {self.max_size!r} takes no mail; give octets, or None for no limit"
            )
        if self.maildir is not None and not isinstance(self.maildir, (str, PathLike)):
            raise UsageError(f"maildir = {self.maildir!r} is no directory; give a path")
        _check_auth(self.auth)

    @property
    def users(self) -> dict[str, str]:
        """Passwords by user name; empty where any pass, or a function is asked."""
        if isinstance(self.auth, tuple):
            name, password = self.auth
            return {name: password}
        return dict(self.auth) if isinstance(self.auth, Mapping) else {}

    @property
    def check(self) -> Check | None:
        """The function that is asked for user name and password."""
        return self.auth if callable(self.auth) else None


def made(given: Mapping[str, Any]) -> Options:
    """The options of that name.  Raises UsageError for one that does not exist."""
    names = [each.name for each in fields(Options)]
    for name in given:
        if name not in names:
            close = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}"
            raise UsageError(f"MailTrap takes no {name!r}; {hint}")
    return Options(**given)


def seconds(name: str, value: float) -> float:
    """The time itself.  Raises UsageError for one that cannot be waited."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value < 1e9:  # also nan
        raise UsageError(f"{name} = {value!r} is no time; give seconds, such as 5 or 0.5")
    return value


def whole(name: str, value: object, least: int, what: str = "messages") -> int:
    """The number itself.  Raises UsageError for what is none, or too small."""
    if not _is_whole(value) or value < least:
        is_text = isinstance(value, str) and not value.isdecimal()
        hint = f"; texts are asked for by name, such as subject={value!r}" if is_text else ""
        raise UsageError(
            f"{name} = {value!r} is no number of {what}; give a whole one, {least} or more{hint}"
        )
    return value


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_auth(auth: Any) -> None:
    if iscoroutinefunction(auth):
        raise UsageError("auth is a coroutine function, and nobody awaits it; give a plain one")
    if auth is None or callable(auth):
        return
    if isinstance(auth, Mapping):
        if not auth:
            raise UsageError(
                f"auth = {auth!r} has no user, and would let everybody in; leave it out for that"
            )
        said = [each for pair in auth.items() for each in pair]
    else:
        said = list(auth) if isinstance(auth, tuple) and len(auth) == 2 else [auth]
    if len(said) == 1 or not all(isinstance(each, str) for each in said):
        raise UsageError(
            'auth takes ("user", "password"), a dict of passwords, or a function of both that'
            f" says yes or no, not {type(auth).__name__}"
        )
