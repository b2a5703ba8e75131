"""Answers: what the server does about one thing a client sent, as usual or by a rule.  Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_

from mailtrap.envelope import Envelope
from mailtrap.faults.descriptions import described
from mailtrap.faults.policy import Decision
from mailtrap.faults.rules import Rule
from mailtrap.session import Entry, RuleApplied

BATCHED = frozenset({"MAIL", "RCPT", "RSET"})  # RFC 2920 section 3.2
NO_TLS = "454 4.7.0 TLS is not available here"


@dataclass(frozen=True, slots=True)
class Effect:
    """How and when replies are given; times in seconds.  The words are those of ``Rule``."""

    delay: float = 0.0
    drip: float = 0.0
    split: bool = False
    stall: float | None = None  # nothing is said, however much there is to say
    reset: bool = False
    after_bytes: int | None = None

    def __or__(self, other: "Effect") -> "Effect":
        """Both, and of each the worse."""
        return Effect(
            max(self.delay, other.delay),
            max(self.drip, other.drip),
            self.split or other.split,
            max((x for x in (self.stall, other.stall) if x is not None), default=None),
            self.reset or other.reset,
            min((x for x in (self.after_bytes, other.after_bytes) if x is not None), default=None),
        )


AS_USUAL = Effect()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that is complete and now has to be kept."""

    envelope: Envelope
    data: bytes
    sources: tuple[int, ...]  # offsets of the entries that brought the data
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server does about one entry."""

    replies: tuple[bytes, ...] = ()
    batched: bool = False  # the replies may wait for those of commands that came along
    close: bool = False  # and end the connection
    reason: str = "quit"  # why it ended, where ``close``
    entries: tuple[Entry, ...] = ()  # to note in the transcript before the replies
    delivery: Delivery | None = None  # keep it, then ask ``kept`` or ``not_kept`` for the replies
    effect: Effect = AS_USUAL  # how and when the replies are given
    tls: str | None = None  # TLS begins after the replies; the certificate's kind, "" for usual


def ruled(decision: Decision, at: datetime, usual: Callable[[], Answer]) -> Answer:
    """What a rule makes of an answer.  What it refuses has no effect."""
    rule = decision.rule
    applied = _applied(rule, at)
    if rule.stall is not None:
        return Answer(effect=_effect(rule), entries=(applied,))
    if rule.tls == "unavailable":
        answer, said = say(NO_TLS), None
    elif decision.refuses:
        answer, said = Answer(batched=rule.verb in BATCHED), decision.reply
    else:
        answer = usual()
        # What is refused in any case stays refused.
        said = decision.reply if all(map(is_positive, answer.replies)) else None
    begins_tls = answer.tls is not None and (said is None or said.startswith(b"220"))
    return replace(
        answer,
        replies=answer.replies if said is None else _spoken([said]),
        close=answer.close or decision.closes,
        reason="rule" if decision.closes else answer.reason,
        entries=(applied, *answer.entries),
        effect=answer.effect | _effect(rule),
        tls=rule.tls if begins_tls else None,
    )


def verdict(
    decisions: Sequence[Decision],
    at: datetime,
    verdicts: tuple[bytes | None, ...],
    delivery: Delivery,
) -> Answer:
    """What rules make of mail data: one decision, or in LMTP one for each recipient."""
    rules = dict.fromkeys(decision.rule for decision in decisions)
    answer = Answer(
        close=any(decision.closes for decision in decisions),
        reason="rule",
        entries=tuple(_applied(rule, at) for rule in rules),
        effect=reduce(or_, map(_effect, rules)),
    )
    if answer.effect.stall is not None:
        return answer
    is_refused = all(d.refuses for d in decisions) and len(decisions) == len(verdicts)
    if is_refused:
        return replace(answer, replies=_spoken(verdicts))
    return replace(answer, delivery=delivery)


def to_each(
    verdicts: tuple[bytes | None, ...], text: str, *, takes_other_words: bool = False
) -> tuple[bytes, ...]:
    """The reply to mail data for each verdict, where none of a rule refuses it.

    ``takes_other_words``: a rule may also have put a positive one otherwise.
    """
    usual = reply(text)
    replies = (
        usual if each is None or (is_positive(each) and not takes_other_words) else each
        for each in verdicts
    )
    return tuple(each for each in replies if each)


def _effect(rule: Rule) -> Effect:
    return Effect(rule.delay, rule.drip, rule.split, rule.stall, rule.reset, rule.after_bytes)


def is_positive(reply: bytes) -> bool:
    """The reply lets the client go on: its code is 2yz or 3yz."""
    return reply[:1] in (b"2", b"3")


def _spoken(replies: Iterable[bytes | None]) -> tuple[bytes, ...]:
    """Those of them that say anything."""
    return tuple(reply for reply in replies if reply)


def _applied(rule: Rule, at: datetime) -> RuleApplied:
    return RuleApplied(at, b"", rule.name, described(rule))


def reply(text: str) -> bytes:
    """The octets of a reply of one or more lines."""
    return text.encode("utf-8", "replace") + b"\r\n"


@lru_cache(maxsize=256)
def say(text: str, *, batched: bool = False) -> Answer:
    """The answer that only says this."""
    # RFC 2920 section 3.2: batched are the replies to MAIL, RCPT and RSET and no others.
    return Answer((reply(text),), batched=batched)


def goodbye(text: str) -> Answer:
    """The answer to a client that does not speak SMTP."""
    return Answer((reply(f"421 4.7.0 {text}"),), close=True, reason="not-smtp")
