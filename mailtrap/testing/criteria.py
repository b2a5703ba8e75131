"""The one vocabulary to say which messages are meant: find, wait, expect, assert.  Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from mailtrap.errors import UsageError
from mailtrap.faults.rules import nearest
from mailtrap.testing.message import Message
from mailtrap.testing.texts import (
    Text,
    fits_address,
    fits_name,
    fits_text,
    sanitize_repr,
    shortened,
    spoken,
)

__tracebackhide__ = True  # in reports of pytest; its debugger asks functions alone

Texts = Text | Collection[str]  # of several each has to be there
HeaderTexts = Mapping[str, Texts | None]  # None: there is no such field


class Criteria(TypedDict, total=False):
    """What a message can be asked for.

    Addresses: a str is a glob in any case (``"bob@*"``).  Texts: a str is contained.  For both a
    compiled pattern is searched and a callable is asked; of several strings each has to be there.
    """

    to: Texts  # a recipient of the envelope, or in To or Cc
    rcpt: Texts  # a recipient of the envelope
    from_: Texts  # in From
    mail_from: Text  # the sender of the envelope, "" is the null one
    cc: Texts
    bcc: Texts  # a recipient of the envelope that neither To nor Cc names
    subject: Texts
    text: Texts  # the plain text
    html: Texts  # the HTML as sent
    body: Texts  # the plain text, or what a person sees of the HTML
    headers: HeaderTexts
    attachment: Texts  # a file name: contained, or a glob
    where: Callable[[Message], object]


_ADDRESSES: Mapping[str, Callable[[Message], Sequence[str]]] = {
    "to": lambda message: message.recipients,
    "rcpt": lambda message: message.rcpt_to,
    "from_": lambda message: (message.from_,),
    "mail_from": lambda message: (message.mail_from,),
    "cc": lambda message: message.cc,
    "bcc": lambda message: message.bcc,
}
_TEXTS: Mapping[str, Callable[[Message], str]] = {
    "subject": lambda message: message.subject,
    "text": lambda message: message.text,
    "html": lambda message: message.html,
    "body": lambda message: message.body,
}
NAMES = tuple(Criteria.__annotations__)
_SEVERAL = (list, tuple, set, frozenset)
_SPOKEN = {"from_": "from", "rcpt": "a recipient of the envelope", "mail_from": "envelope sender"}
# What people write who know other libraries.
_MEANT = {
    "recipient": "to",
    "recipients": "to",
    "rcpt_to": "rcpt",
    "sender": "from_",
    "from": "from_",
    "header": "headers",
    "attachments": "attachment",
    "filename": "attachment",
    "content": "body",
    "title": "subject",
    "predicate": "where",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One criterion that a message does not meet."""

    name: str
    wanted: str
    actual: str

    def __str__(self) -> str:
        return f"{self.name}: wanted {self.wanted}, but {self.actual}"


class Wanted:
    """Criteria, checked and ready to be put to messages."""

    def __init__(self, criteria: Mapping[str, Any]) -> None:
        """Raises UsageError for criteria that do not exist or cannot be."""
        for name, wanted in criteria.items():
            _check(name, wanted)
        self._criteria = {name: _listed(name, wanted) for name, wanted in criteria.items()}

    def fits(self, message: Message) -> bool:
        """The message meets all of them."""
        return all(_fits(message, name, wanted) for name, wanted in self._criteria.items())

    def differences(self, message: Message) -> list[Difference]:
        """Those it does not meet, in the order they were given."""
        return [
            _difference(message, name, wanted)
            for name, wanted in self._criteria.items()
            if not _fits(message, name, wanted)
        ]

    def likeness(self, message: Message) -> float:
        """How near it is: whole numbers count the criteria that it meets, the rest is texts."""
        from difflib import SequenceMatcher

        total = 0.0
        for name, wanted in self._criteria.items():
            if _fits(message, name, wanted):
                total += 1
                continue
            actual = _texts_of(message, name)
            words = [each for each in _each(wanted) if isinstance(each, str)]
            ratios = [
                SequenceMatcher(None, word[:200].lower(), text[:200].lower()).ratio()
                for word in words
                for text in actual[:20]
            ]
            total += max(ratios, default=0.0) * 0.9 / len(self._criteria)
        return total

    def __str__(self) -> str:
        return ", ".join(_said(name, wanted) for name, wanted in self._criteria.items())

    def __bool__(self) -> bool:
        return bool(self._criteria)


def _check(name: str, wanted: Any) -> None:
    if name not in NAMES:
        meant = _MEANT.get(name)
        hint = f"did you mean {meant}?" if meant else nearest(name, NAMES)
        raise UsageError(f"there is no criterion {name!r}; {hint}")
    if name == "where":
        if not callable(wanted):
            raise UsageError(f"where = {wanted!r} cannot be called; give a function of a message")
    elif name == "headers":
        if not isinstance(wanted, Mapping):
            raise UsageError(
                f"headers = {wanted!r} is no mapping; write headers={{'X-Name': 'text'}}"
            )
        for key, text in wanted.items():
            if text is not None:
                _check_text(f"headers[{key!r}]", text)
    else:
        _check_text(name, wanted)


def _check_text(name: str, wanted: Any) -> None:
    if isinstance(wanted, _SEVERAL):
        if not wanted:
            raise UsageError(
                f"{name} = {wanted!r} is empty, and would fit every message; leave it out where it"
                " does not matter"
            )
        for each in wanted:
            _check_one(name, each)
    else:
        _check_one(name, wanted)


def _check_one(name: str, wanted: Any) -> None:
    if isinstance(wanted, re.Pattern) and isinstance(wanted.pattern, bytes):
        raise UsageError(f"{name}: {wanted.pattern!r} is a pattern of octets; write it as a str")
    if not (isinstance(wanted, (str, re.Pattern)) or callable(wanted)):
        what = "a str, a pattern of re.compile, a function, or a list of str"
        hint = f"; leave {name} out where it does not matter" if wanted is None else ""
        raise UsageError(f"{name} = {wanted!r} is none of {what}{hint}")


def _listed(name: str, wanted: Any) -> Any:
    """Several as a tuple, whatever they came in."""
    if name == "headers":
        return {field: _listed(field, text) for field, text in wanted.items()}
    return tuple(wanted) if isinstance(wanted, _SEVERAL) else wanted


def _each(wanted: Any) -> tuple[Any, ...]:
    if isinstance(wanted, Mapping):
        return tuple(x for each in wanted.values() if each is not None for x in _each(each))
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _fits(message: Message, name: str, wanted: Any) -> bool:
    if name == "where":
        return bool(wanted(message))
    if name == "headers":
        return all(_fits_field(message, field, text) for field, text in wanted.items())
    return all(_fits_one(message, name, each) for each in _each(wanted))


def _fits_one(message: Message, name: str, wanted: Text) -> bool:
    if read := _ADDRESSES.get(name):
        return any(fits_address(wanted, each) for each in read(message))
    if name == "attachment":
        return any(fits_name(wanted, each.filename) for each in message.attachments)
    return fits_text(wanted, _TEXTS[name](message))


def _fits_field(message: Message, field: str, wanted: Texts | None) -> bool:
    bodies = message.headers.get_all(field)
    if wanted is None:
        return not bodies
    return all(_is_in_one(each, bodies) for each in _each(wanted))


def _is_in_one(wanted: Text, bodies: Iterable[str]) -> bool:
    return any(fits_text(wanted, body) for body in bodies)


def _texts_of(message: Message, name: str) -> Sequence[str]:
    if read := _ADDRESSES.get(name):
        return read(message)
    if name in _TEXTS:
        return [_TEXTS[name](message)]
    if name == "attachment":
        return [each.filename for each in message.attachments]
    return [field.text for field in message.content.fields] if name == "headers" else []


# In words


def _said(name: str, wanted: Any) -> str:
    if name == "headers":
        pairs = (
            f"no header {key}" if text is None else f"header {key} {_verb(text)} {_all(text)}"
            for key, text in wanted.items()
        )
        return ", ".join(pairs)
    said = _all(wanted)
    title = _SPOKEN.get(name, name)
    if name in _TEXTS:
        return f"{title} {_verb(wanted)} {said}"
    return f"{title} {said}"


def _all(wanted: Any) -> str:
    return " and ".join(spoken(each) for each in _each(wanted))


def _verb(wanted: Any) -> str:
    return "with" if any(isinstance(each, str) for each in _each(wanted)) else "that fits"


def _difference(message: Message, name: str, wanted: Any) -> Difference:
    if name == "where":
        return Difference(name, spoken(wanted), "it said no")
    if name == "headers":
        return _of_headers(message, wanted)
    missing = next(each for each in _each(wanted) if not _fits_one(message, name, each))
    title = _SPOKEN.get(name, name)
    if name in _TEXTS:
        return Difference(title, spoken(missing), _of_text(name, _TEXTS[name](message), missing))
    if read := _ADDRESSES.get(name):
        return Difference(title, spoken(missing), _of_several(read(message), "nobody"))
    names = [each.filename or each.content_type for each in message.attachments]
    return Difference(title, spoken(missing), _of_several(names, "it has no attachment"))


def _of_text(name: str, actual: str, wanted: Text) -> str:
    if not actual:
        return "it is empty" if name == "subject" else "there is none"
    alike = isinstance(wanted, str) and wanted.lower() in actual.lower()
    hint = " (only upper and lower case differ)" if alike else ""
    return f"it is {shortened(actual, wanted)}{hint}"


def _of_several(actual: Iterable[str], none: str) -> str:
    every = [sanitize_repr(each) if each else "''" for each in actual]
    shown = ", ".join(every[:10]) + (f" and {len(every) - 10} more" if len(every) > 10 else "")
    if not every:
        return none if " " in none else f"it is {none}"
    return f"it is {shown}" if len(every) == 1 else f"there are only {shown}"


def _of_headers(message: Message, wanted: HeaderTexts) -> Difference:
    field, text = next((f, t) for f, t in wanted.items() if not _fits_field(message, f, t))
    bodies = message.headers.get_all(field)
    if text is None:
        return Difference(f"header {field}", "none", _of_several(bodies, "there is none"))
    missing = next(each for each in _each(text) if not _is_in_one(each, bodies))
    return Difference(f"header {field}", spoken(missing), _of_several(bodies, "it is not there"))
