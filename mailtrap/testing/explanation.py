"""Why an assertion about mail failed: what was wanted, and what came instead, nearest first."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from mailtrap.testing.catcher import STOPPED, Catcher, where
from mailtrap.testing.conversations import (
    Conversation,
    conversations,
    end_of,
    is_refused,
    is_refused_by_rule,
    rules_applied,
)
from mailtrap.testing.criteria import Difference, Wanted
from mailtrap.testing.journal import Chapter
from mailtrap.testing.message import Message
from mailtrap.testing.messages import described
from mailtrap.testing.settings import KINDS

MOST = 8  # messages, sessions, rules that are listed


def wanted_mail(wanted: Wanted, count: int | None = None) -> str:
    """What was asked for: ``2 messages (subject with 'Hi')``."""
    mail = "a message" if count is None else _many(count, "message")
    return f"{mail} ({wanted})" if wanted else mail


def missing(
    catcher: Catcher,
    chapter: Chapter,
    wanted: Wanted,
    headline: str,
    *,
    known: Collection[str] = (),
    why_known: str = "",
) -> str:
    """The headline, and what came instead of what was wanted.

    ``known``: ids of messages that match and do not count, for the reason ``why_known``.
    """
    parts = [headline, *_instead(chapter.messages, wanted, known, why_known)]
    catcher.settle()
    found = conversations(catcher, chapter)
    if rules := [rule for each in found for rule in rules_applied(each)]:
        parts.append(_listed("refused or changed by a rule:", rules, len(rules)))
    if not catcher.is_running:
        parts.append(STOPPED)
    elif not found:
        kinds = ", ".join(f'"{kind}"' for kind in KINDS)
        parts.append(
            f"nothing connected to {where(catcher)}: does the code under test send there?\n"
            f"  mailtrap.settings(...) has what to tell it, for {kinds}"
        )
    if found:
        parts += _in_vain(found, has_mail=bool(chapter.messages))
    return "\n\n".join(parts)


def _in_vain(found: Sequence[Conversation], *, has_mail: bool) -> Iterator[str]:
    """The clients that no rule refused, and that brought nothing all the same."""
    free = [each for each in found if not is_refused_by_rule(each)]
    other = "other client" if len(free) < len(found) else "client"
    if has_mail:  # whoever came for something else is no explanation
        free = [each for each in free if is_refused(each)]
    if free:
        refused = "was refused" if len(free) == 1 else "were refused"
        did = refused if has_mail else "connected, and brought no mail"
        title = f"{_many(len(free), other)} {did}:"
        yield _listed(title, (end_of(each) for each in free), len(free))


def surplus(headline: str, matching: Sequence[Message]) -> str:
    """The headline, and the messages that should not have come."""
    rows = _listed("these match:", map(described, matching), len(matching))
    return f"{headline}\n\n{rows}"


def _instead(
    messages: Sequence[Message], wanted: Wanted, known: Collection[str], why_known: str
) -> Iterator[str]:
    if not messages:
        return
    nearest = sorted(messages, key=lambda each: (-wanted.likeness(each), each.received))
    order = ", nearest first" if len(nearest) > 1 else ""
    # To say how one differs takes its time, and there may be thousands.
    rows = (_row(each, wanted, known, why_known) for each in nearest[:MOST])
    yield _listed(f"{_many(len(nearest), 'message')} arrived{order}:", rows, len(nearest))


def _row(message: Message, wanted: Wanted, known: Collection[str], why_known: str) -> str:
    differences = wanted.differences(message)
    if differences:
        others = f"; nor {_other_names(differences)}" if differences[1:] else ""
        return f"{described(message)}\n     {differences[0]}{others}"
    note = why_known if message.id in known else "it matches"
    return f"{described(message)}\n     {note}"


def _other_names(differences: Sequence[Difference]) -> str:
    return ", ".join(each.name for each in differences[1:])


def _listed(title: str, rows: Iterable[str], count: int) -> str:
    """The first of so many rows under a title."""
    shown = [f"  {number}. {row}" for number, row in enumerate(islice(rows, MOST), 1)]
    if count > MOST:
        shown.append(f"  … and {count - MOST} more")
    return "\n".join([title, *shown])


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
