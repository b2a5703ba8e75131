"""The message that a person means by an id, the beginning of one, or "latest"."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailtrap.cli.maildir import Mail, nothing
from mailtrap.errors import UsageError
from mailtrap.sanitize import sanitize

if TYPE_CHECKING:
    from mailtrap.message import Message
    from mailtrap.query import Query

LATEST = "latest"
_MOST = 5  # ids that are told


class NoChoiceError(UsageError):
    """No message is meant, or several are; the sentence says which there are."""


def chosen(word: str, query: "Query", mail: Mail) -> "Message":
    """The message that is meant.  Raises NoChoiceError, and UsageError for a filter with an id."""
    if word == LATEST:
        found = mail.matching(query, 1)
        if not found:
            raise NoChoiceError(nothing(query, mail))
        return found[0]
    if not query.is_empty:
        raise UsageError(f"a filter goes with {LATEST!r}, an id means one message: {word!r}")
    return named(word, mail.messages)


def named(word: str, messages: Sequence["Message"]) -> "Message":
    """The message with that id, or the only one whose id begins so.  Raises NoChoiceError."""
    begun = [each for each in messages if each.id.startswith(word)]
    # p3x-1 is a session, and not the one of p3x-10-1.
    for meant in (
        [each for each in begun if each.id == word],
        [each for each in begun if each.id.startswith(f"{word}-")],
        begun,
    ):
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise NoChoiceError(f"{len(meant):,} messages begin with {word!r}: {_ids(meant)}")
    raise NoChoiceError(_unknown(word, messages))


def _ids(messages: Sequence["Message"]) -> str:
    more = len(messages) - _MOST
    shown = ", ".join(sanitize(each.id) for each in messages[-_MOST:])
    return f"{shown} and {more:,} more" if more > 0 else shown


def _unknown(word: str, messages: Sequence["Message"]) -> str:
    import difflib

    if not messages:
        return f"there is no message {word!r}: there is no mail"
    ids = [each.id for each in messages[-10_000:]]
    close = difflib.get_close_matches(word, ids, 3)
    hint = (
        f"did you mean {sanitize(' or '.join(close))}?"
        if close
        else "mailtrap list shows what there is"
    )
    return f"there is no message {word!r}; {hint}"
