"""The sessions of a test: which there were, and what was said in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from mailtrap.session import (
    Chunk,
    ClientEntry,
    Command,
    Credentials,
    Entry,
    Folded,
    MailData,
    Reply,
    RuleApplied,
    Session,
)
from mailtrap.testing.catcher import Catcher
from mailtrap.testing.journal import Chapter
from mailtrap.transactions import transactions
from mailtrap.transcript import ENDINGS, lines, summary

_SAID = (Command, Credentials, MailData, Chunk)
LONG = 3  # lines of a reply that are never folded


@dataclass(frozen=True, slots=True)
class Conversation:
    """A session, and the part of its transcript that belongs to a test."""

    session: Session
    before: int  # entries that came before the test

    @property
    def entries(self) -> Sequence[Entry]:
        """Those of the test, in order."""
        return [entry for entry, is_own in self.told() if is_own]

    def told(self) -> Iterator[tuple[Entry, bool]]:
        """Each entry of the session, and whether it is of the test."""
        # Not by their times: a test may have moved the clock.
        position = 0
        for entry in self.session.transcript:
            position += entry.count if isinstance(entry, Folded) else 1
            yield entry, position > self.before

    @property
    def is_continued(self) -> bool:
        """The connection is older than the test."""
        return self.before > 0


def conversations(catcher: Catcher, chapter: Chapter) -> list[Conversation]:
    """The sessions of a chapter, in the order they came."""
    trap = catcher.trap  # says what is wrong before the start, and in a child
    kept = ((trap.session(i), before) for i, before in list(chapter.sessions.items()))
    return [Conversation(session, before) for session, before in kept if session is not None]


def transcript(
    found: Sequence[Conversation], *, redact_auth: bool = True, fold: bool = False
) -> str:
    """What was said, line by line, each session under a heading.

    ``fold``: of long replies, such as that to EHLO, only the first line.
    """
    told = (_told(each, redact_auth=redact_auth, fold=fold) for each in found)
    return "\n\n".join("\n".join(each) for each in told)


def _told(conversation: Conversation, *, redact_auth: bool, fold: bool) -> Iterator[str]:
    session = conversation.session
    ending = ENDINGS.get(session.reason or "", "still open")
    yield f"session {session.id} from {session.peer}, {ending}"
    if conversation.is_continued:
        yield "-- what was said before, in other tests, is left out"
    for entry in conversation.entries:
        told = list(lines([entry], show_secrets=not redact_auth))
        seconds = (entry.at - session.opened).total_seconds()
        more = len(told) - 1 if fold and len(told) > LONG else 0
        rest = f" (and {more} lines more)" if more else ""
        for line in told[:1] if more else told:
            yield f"{seconds:8.3f} {line.mark} {line.text}{rest}"


def is_refused(conversation: Conversation) -> bool:
    """Mail was refused, or whatever was to lead to some."""
    ended = transactions(conversation.entries)
    if any(each.outcome == "refused" for each in ended):
        return True
    replies = [reply for _, reply in _asked(conversation.entries) if reply is not None]
    has_brought_mail = any(each.outcome == "kept" for each in ended)
    return not has_brought_mail and any(not each.is_positive for each in replies)


def rules_applied(conversation: Conversation) -> list[str]:
    """What fault rules did, in words: the command, the reply, the rule."""
    return [_applied(*each) for each in _hits(conversation)]


def is_refused_by_rule(conversation: Conversation) -> bool:
    """A fault rule refused something, or ended the session."""
    return any(reply is None or not reply.is_positive for _, _, reply in _hits(conversation))


def _hits(conversation: Conversation) -> Iterator[tuple[Entry | None, RuleApplied, Reply | None]]:
    """Each time a rule acted: upon which command, which rule, and the reply."""
    asked: Entry | None = None
    applied: RuleApplied | None = None
    for entry in conversation.entries:
        if isinstance(entry, RuleApplied):
            applied = entry
        elif isinstance(entry, (Reply, ClientEntry)):  # what is noted between is no answer
            reply = entry if isinstance(entry, Reply) else None
            if applied is not None:
                yield asked, applied, reply
                applied = None
            if reply is None and not (isinstance(entry, Credentials) and asked is not None):
                asked = entry
    if applied is not None:
        yield asked, applied, None


def _applied(asked: Entry | None, rule: RuleApplied, reply: Reply | None) -> str:
    what = summary(asked) if asked is not None else "the greeting"
    answer = "was not answered" if reply is None else f"was answered {_short(reply)!r}"
    named = f"rule {rule.name!r}" if rule.name else f"the rule '{rule.text}'"
    return f"{what} {answer}, by {named}"


def end_of(conversation: Conversation) -> str:
    """How far a session came, or where it was refused, in one line."""
    session = conversation.session
    ending = ENDINGS.get(session.reason or "", "still open")
    asked = list(_asked(conversation.entries))
    if not asked:
        last = [each for each in conversation.entries if not isinstance(each, Reply)]
        note = f"; {summary(last[-1])}" if last else ""
        return f"{session.peer} said nothing{note}; {ending}"
    refused = [(said, reply) for said, reply in asked if reply and not reply.is_positive]
    said, reply = (refused or asked)[-1]
    answer = f", was answered {_short(reply)!r}" if reply else ", got no answer"
    return f"{session.peer} came as far as {summary(said)!r}{answer}; {ending}"


def _asked(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Reply | None]]:
    """What the client said that leads to mail, and the replies; credentials are told as AUTH."""
    said = [each for each in entries if isinstance(each, (*_SAID, Reply))]
    command: Entry | None = None
    for each, following in zip_longest(said, said[1:]):
        if isinstance(each, Reply):
            continue
        if not isinstance(each, Credentials) or command is None:
            command = each
        if not (isinstance(each, Command) and each.verb in ("QUIT", "RSET", "NOOP")):
            yield command, following if isinstance(following, Reply) else None


def _short(reply: Reply) -> str:
    """Its first line."""
    return next((line.text for line in lines([reply])), "")
