"""Faults for the length of a test: what the server is to answer instead."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, Self, TypedDict, Unpack

from mailtrap.errors import FaultsError, UsageError
from mailtrap.faults import presets
from mailtrap.faults.descriptions import described
from mailtrap.faults.replies import wire_replies
from mailtrap.faults.rules import Rule as Fault
from mailtrap.faults.rules import nearest
from mailtrap.testing.catcher import Catcher
from mailtrap.testing.options import seconds as checked
from mailtrap.testing.options import whole

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

TlsFailure = Literal["unavailable", "handshake", "expired", "wrong_host", "untrusted"]


class Match(TypedDict, total=False):
    """When a rule acts: criteria that are known while a client speaks, and how often."""

    to: str  # glob
    rcpt: str  # the same
    from_: str  # glob of the sender of the envelope; "<>" is the null one
    mail_from: str  # the same
    user: str  # glob, at AUTH
    subject: str  # contained, at MESSAGE
    headers: Mapping[str, str]  # one field and a text in it, at MESSAGE
    times: int | None
    after: int
    nth: int
    delay: float  # seconds
    optional: bool


_KEYS = {"rcpt": "to", "mail_from": "from_", "subject": "header", "headers": "header"}
_SPECIAL = re.compile(r"[*?[]")  # in a glob
_NAMES = tuple(Match.__annotations__)


class Rule:
    """A fault that a test asked for.  As a context manager it is over at the end of the block."""

    def __init__(self, catcher: Catcher, fault: Fault) -> None:
        self._catcher = catcher
        self.fault = fault
        self._hits: int | None = None  # once it is removed

    @property
    def hits(self) -> int:
        """How often it was acted upon."""
        return self._catcher.policy.hits(self.fault) if self._hits is None else self._hits

    @property
    def optional(self) -> bool:
        """Never to be hit is no failure."""
        return self.fault.optional

    def remove(self) -> None:
        """Behave as usual from now on; twice is no harm."""
        if self._hits is None:
            with self._catcher.policy_lock:
                self._hits = self._catcher.policy.remove(self.fault)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def __repr__(self) -> str:
        name = f" {self.fault.name!r}" if self.fault.name else ""
        return f"<Rule{name} {described(self.fault)}, {self.hits} hits>"


class Rules:
    """The rules that one view of a catcher has made; they end with it."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher
        self._all: list[Rule] = []
        self._is_over = False

    def add(self, *faults: Fault) -> Rule:
        """Act upon those from now on, before those that are there; returns the last."""
        self._catcher.check_open()
        if self._is_over:
            raise UsageError("this view was stopped, and with it all its rules; ask another")
        for fault in faults:
            with self._catcher.policy_lock:
                self._catcher.policy.add(fault)
            self._all.append(Rule(self._catcher, fault))
        return self._all[-1]

    @property
    def unused(self) -> list[Rule]:
        """Those that were never acted upon, and should have been."""
        return [each for each in self._all if not each.hits and not each.optional]

    def remove(self) -> None:
        """Behave as usual from now on."""
        for each in self._all:
            each.remove()

    def close(self) -> None:
        """The same, and take no others: nobody would remove them."""
        self._is_over = True
        self.remove()


def replying(verb: str, replies: tuple[Any, ...], match: Mapping[str, Any], close: bool) -> Fault:  # noqa: FBT001 the one way
    """Those replies at that verb.  Raises FaultsError."""
    if not isinstance(verb, str):
        raise FaultsError(f'verb = {verb!r} is no text; write reply("RCPT", 550)', "verb")
    for each in replies:
        if not (each is None or isinstance(each, (str, bytes, int))) or isinstance(each, bool):
            raise FaultsError(f'reply {each!r} is none; write "451 4.7.1 try later", 451 or None')
    try:
        return Fault(verb, wire_replies(verb, *replies), close=close, **fields(match))
    except FaultsError as error:
        raise FaultsError(_for_python(str(error)), error.key) from None


def fault(verb: str, match: Mapping[str, Any], **effects: Any) -> Fault:
    """A rule without a reply.  Raises FaultsError."""
    try:
        return Fault(verb, **effects, **fields(match))
    except FaultsError as error:
        raise FaultsError(_for_python(str(error)), error.key) from None


def fields(match: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a fault for what a test calls them."""
    found: dict[str, Any] = {}
    named: dict[str, str] = {}  # what the test has called them
    for name, value in match.items():
        if name not in _NAMES:
            raise FaultsError(
                f"a rule cannot ask for {name!r}, it acts while the client speaks;"
                f" {nearest(name, _NAMES)}"
            )
        if value is None:
            continue
        key = _KEYS.get(name, name)
        if key in named:
            raise FaultsError(f"a rule takes one of {named[key]} and {name}; make two rules")
        named[key] = name
        found[key] = _FIELDS[key](name, value) if key in _FIELDS else value
    return found


def _glob(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise FaultsError(
            f'{name} of a rule is a glob such as "*@example.org", not {_shown(value)}'
        )
    return value


def _header(name: str, value: object) -> str:
    if name == "subject":
        return f"Subject: {_containing(name, value)}"
    if not isinstance(value, Mapping) or len(value) != 1:
        raise FaultsError(
            "headers of a rule takes one field and a text in it, such as {'X-Tag': 'sale'}, not"
            f" {value!r}"
        )
    [(field, text)] = value.items()
    return f"{field}: {_containing(f'headers[{field!r}]', text)}"


def _containing(name: str, text: object) -> str:
    """The glob of all that contain the text."""
    if not isinstance(text, str):
        raise FaultsError(f"{name} of a rule is a text that is contained, not {_shown(text)}")
    literal = _SPECIAL.sub(r"[\g<0>]", text)
    return f"*{literal}*"


def _shown(value: object) -> str:
    return "a pattern" if isinstance(value, re.Pattern) else repr(value)


_FIELDS = {"to": _glob, "from_": _glob, "user": _glob, "header": _header}


def _for_python(sentence: str) -> str:
    """In the words of a test what is written for files of rules."""
    return (
        sentence.replace("use raw for octets as they are", "give bytes for octets as they are")
        .replace("use raw for other octets", "give bytes for other octets")
        .replace("use raw to send it", "give bytes to send it all the same")
        .replace("on = ", "verb = ")
        .replace("from = ", "from_ = ")
    )


class FaultRules:
    """The part of MailTrap that makes the server fail on purpose."""

    _catcher: Catcher
    _rules: Rules

    def reply(
        self,
        verb: str,
        *replies: str | int | bytes | None,
        close: bool = False,
        **match: Unpack[Match],
    ) -> Rule:
        """At that verb (MESSAGE is after the final dot) give those replies, one after the other.

        The last stays; None means behave as usual, so ``"451 4.7.1 try later", None`` is
        greylisting.  A bare code gets the text that fits; bytes are sent as they are.  ``close``:
        and end the connection.  The newest rule that matches wins.  Raises FaultsError.
        """
        if not replies and not close and not match.get("delay"):
            raise FaultsError(
                f'reply({verb!r}) says nothing; add a reply, such as "451 4.7.1 try later"'
            )
        return self._rules.add(replying(verb, replies, match, close))

    def disconnect(
        self,
        verb: str,
        *,
        reset: bool = False,
        after_bytes: int | None = None,
        **match: Unpack[Match],
    ) -> Rule:
        """At that verb end the connection without a reply; ``reset``: with a RST.

        ``after_bytes``: at DATA, once so many octets of mail data have come.
        """
        if after_bytes is not None:
            return self._rules.add(fault(verb, match, reset=reset, after_bytes=after_bytes))
        return self._rules.add(fault(verb, match, stall=0.0, reset=reset))

    def stall(self, verb: str, seconds: float, **match: Unpack[Match]) -> Rule:
        """At that verb say nothing for so long, then end the connection."""
        return self._rules.add(fault(verb, match, stall=checked("seconds", seconds)))

    def greylist(self, to: str = "*", *, optional: bool = False) -> Rule:
        """RCPT: 451 4.7.1 the first time for a sender and recipient."""
        return self._preset(presets.greylist(to), optional)

    def unknown_user(self, to: str, *, optional: bool = False) -> Rule:
        """RCPT: 550 5.1.1, there is no such user."""
        return self._preset(presets.unknown_user(to), optional)

    def mailbox_full(self, to: str, *, permanent: bool = False, optional: bool = False) -> Rule:
        """RCPT: 452 4.2.2, the mailbox is full; if permanent 552 5.2.2."""
        return self._preset(presets.mailbox_full(to, permanent=permanent), optional)

    def rate_limit(self, messages: int, *, optional: bool = False) -> Rule:
        """MAIL: 421 4.7.0 and goodbye after so many in one session."""
        return self._preset(presets.rate_limit(whole("messages", messages, 0)), optional)

    def reject_auth(self, user: str = "*", *, optional: bool = False) -> Rule:
        """AUTH: 535 5.7.8, wrong credentials."""
        return self._preset(presets.reject_auth(user), optional)

    def tls_failure(self, kind: TlsFailure = "handshake", *, optional: bool = False) -> Rule:
        """STARTTLS, or TLS where it comes first: it fails in that way.

        Raises UsageError where the server offers no TLS: who looks there does not ask for it.
        """
        faults = presets.tls_failure(kind)
        if self._catcher.options.tls is None and not optional:
            raise UsageError(
                "tls_failure() needs a server with TLS, and this one offers none; write"
                ' @pytest.mark.mailtrap(tls="starttls") above the test, or MailTrap(tls="starttls")'
            )
        return self._preset(faults, optional)

    def _preset(self, faults: tuple[Fault, ...], optional: bool) -> Rule:  # noqa: FBT001 as given
        return self._rules.add(*(replace(each, optional=optional) for each in faults))
