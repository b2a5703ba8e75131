"""What shall we answer?  Rules for faults, asked at each thing a client does.  Pure.

Deterministic: the same occasions in the same order get the same decisions, chance included.
No octets from a client make asking raise, nor take more than time linear in their number.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from hashlib import blake2b
from itertools import islice

from mailtrap.faults import magic
from mailtrap.faults.rules import Rule
from mailtrap.faults.verbs import ALIASES, VERBS
from mailtrap.fields import named
from mailtrap.session import code_of

__all__ = ["VERBS", "Decision", "Occasion", "Policy", "Rule"]

MAX_KEYS = 10_000  # counts of one rule; past it the one longest unused is forgotten
MAX_KEY = 512  # code points of a key that is kept as it is
MAX_ADDRESS = 4096  # code points; longer ones match no glob (RFC 5321 section 4.5.3.1.3: 256)
MAX_RECIPIENTS = 10_000  # of a transaction that are looked at
MAX_FIELDS = 16  # header fields of one name that are looked at


@dataclass(frozen=True, slots=True)
class Occasion:
    """One thing a client did, before it is answered."""

    verb: str
    peer: str = ""  # numeric host
    session: str = ""  # its id
    sender: str | None = None  # reverse-path; "" is the null one, None: no MAIL yet
    recipient: str | None = None  # the one this is about, at RCPT, and at MESSAGE in LMTP
    recipients: tuple[str, ...] = ()  # accepted so far; read at DATA and MESSAGE only
    user: str = ""  # identity, at AUTH
    data: bytes = b""  # mail data, at MESSAGE


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do now; ``rule`` says the rest: delay, drip, split, stall, after_bytes, tls."""

    rule: Rule
    reply: bytes | None = None  # octets to send as they are; None: the usual reply

    @property
    def code(self) -> int:
        """The reply code; 0 without a reply or where it begins with none."""
        return code_of(self.reply or b"")

    @property
    def refuses(self) -> bool:
        """What the client asked for has no effect: the reply is given and is not positive."""
        return self.reply is not None and not 200 <= self.code <= 399

    @property
    def closes(self) -> bool:
        """The connection ends after the reply (RFC 5321 section 3.8: always so with 421)."""
        if self.rule.after_bytes is not None:
            return False  # it ends later
        return self.rule.close or self.rule.reset or self.code == 421


@dataclass(slots=True)
class _Count:
    ordinal: int  # of the key, among all that were seen
    matches: int = 0
    hits: int = 0


class _Counts:
    """Counts by key; bounded."""

    def __init__(self) -> None:
        self.hits = 0  # of all keys, forgotten ones too
        self._by_key: dict[str, _Count] = {}
        self._seen = 0

    def of(self, key: str) -> _Count:
        count = self._by_key.pop(key, None)
        if count is None:
            self._seen += 1
            count = _Count(self._seen)
            if len(self._by_key) >= MAX_KEYS:
                del self._by_key[next(iter(self._by_key))]
        self._by_key[key] = count  # the dict keeps the order of use
        return count


class _Glob:
    """A compiled glob; "" and "*" are any, even where there is no text."""

    def __init__(self, glob: str) -> None:
        # translate makes atomic groups of what is between two stars: no backtracking.
        is_any = glob in ("", "*")
        self._match = None if is_any else re.compile(translate(glob.lower())).match

    def fits(self, text: str | None) -> bool:
        if self._match is None:
            return True
        return text is not None and len(text) <= MAX_ADDRESS and bool(self._match(text.lower()))

    def fits_any(self, texts: Iterable[str]) -> bool:
        return self._match is None or any(map(self.fits, texts))


class _Watched:
    """A rule with its globs compiled and its counts."""

    def __init__(self, rule: Rule, counts: _Counts | None = None) -> None:
        self.rule = rule
        self.counts = _Counts() if counts is None else counts
        self._to, self._peer, self._user = _Glob(rule.to), _Glob(rule.peer), _Glob(rule.user)
        self._is_null_sender = rule.from_ == "<>"
        self._from = _Glob("" if self._is_null_sender else rule.from_)
        self._field, _, glob = (part.strip() for part in rule.header.partition(":"))
        self._field_body = _Glob(glob)
        self._data: bytes | None = None  # the mail data that was looked at last
        self._fits_data = False
        criteria = (rule.verb, rule.to, rule.from_, rule.peer, rule.user, rule.header)
        self._identity = rule.name or criteria

    def match(self, occasion: Occasion) -> _Count | None:
        """Count an occasion that fits the criteria; None where it does not."""
        if not self._fits(occasion):
            return None
        count = self.counts.of(_key(self.rule.per, occasion))
        count.matches += 1
        return count

    def is_due(self, count: _Count, occasion: Occasion) -> bool:
        """Act upon the occasion that was counted last."""
        rule = self.rule
        return (
            (rule.nth is None or count.matches == rule.nth)
            and count.matches > rule.after
            and (rule.times is None or count.hits < rule.times)
            and (rule.probability >= 1 or self._chance(count, occasion) < rule.probability)
        )

    def hit(self, count: _Count) -> Decision:
        """Act: the next reply of the sequence, the last of which stays."""
        replies = self.rule.replies
        reply = replies[min(count.hits, len(replies) - 1)] if replies else None
        count.hits += 1
        self.counts.hits += 1
        return Decision(self.rule, reply)

    def _fits(self, occasion: Occasion) -> bool:
        if not (self._peer.fits(occasion.peer) and self._user.fits(occasion.user)):
            return False
        if self._is_null_sender and occasion.sender != "":
            return False
        return (
            self._from.fits(occasion.sender)
            and self._to.fits_any(_recipients(occasion))
            and (not self._field or self._fits_header(occasion.data))
        )

    def _fits_header(self, data: bytes) -> bool:
        # In LMTP each recipient of a message asks.
        if data is not self._data:
            fields = islice(named(data, self._field), MAX_FIELDS)
            self._data = data
            self._fits_data = any(self._field_body.fits(f.text[:MAX_ADDRESS]) for f in fields)
        return self._fits_data

    def _chance(self, count: _Count, occasion: Occasion) -> float:
        """From 0 to 1 (exclusive): the same for the same seed, rule, key and number."""
        per = self.rule.per
        # Ids of sessions differ from run to run, their order does not.
        key = str(count.ordinal) if per == "session" else _key(per, occasion)
        text = repr((self.rule.seed, self._identity, key, count.matches))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / 2**64


class Policy:
    """Rules, and how often each was hit.

    ``decide`` belongs to one thread.  ``add``, ``remove`` and ``replace`` may be called from
    another one at any time, but not by two at once.
    """

    def __init__(self, rules: Iterable[Rule] = (), *, magic: bool = True) -> None:
        """``magic``: recipients such as ``550@fault.test`` work too."""
        self._has_magic = magic
        self._magic_counts = _Counts()
        self._watched: tuple[_Watched, ...] = ()
        self._by_verb: dict[str, list[_Watched]] = {}  # newest first; never changed in place
        self.replace(rules)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, newest last."""
        return tuple(watched.rule for watched in self._watched)

    def add(self, *rules: Rule) -> None:
        """Ask these before those that are there, the last of them first."""
        self._set((*self._watched, *map(_Watched, rules)))

    def remove(self, rule: Rule) -> int:
        """Forget the newest rule that is equal to that, and its counts.

        Returns how often rules equal to that one were acted upon, to the last.
        """
        before = self._watched
        watched = list(before)
        for each in reversed(before):
            if each.rule == rule:
                watched.remove(each)
                break
        self._set(watched)
        return _hits(before, rule)

    def replace(self, rules: Iterable[Rule]) -> None:
        """Take these instead of all.  A rule equal to one that was there goes on counting."""
        old: dict[Rule, list[_Watched]] = {}
        for each in reversed(self._watched):
            old.setdefault(each.rule, []).append(each)
        self._set([old[rule].pop() if old.get(rule) else _Watched(rule) for rule in rules])

    def _set(self, watched: Sequence[_Watched]) -> None:
        by_verb: dict[str, list[_Watched]] = {}
        for each in reversed(watched):
            by_verb.setdefault(each.rule.verb, []).append(each)
        for alias, verb in ALIASES.items():
            if verb in by_verb:
                by_verb[alias] = by_verb[verb]
        # One assignment each: decide, in its own thread, reads either the old or the new.
        self._watched = tuple(watched)
        self._by_verb = by_verb

    def hits(self, rule: Rule) -> int:
        """How often rules equal to that one were acted upon."""
        return _hits(self._watched, rule)

    def may_decide(self, verb: str, *, is_magic: bool = False) -> bool:
        """Whether there is a reason to ask ``decide`` at that verb.

        ``is_magic``: one of the recipients may be a magic one.
        """
        return verb in self._by_verb or (is_magic and self._has_magic)

    def decide(self, occasion: Occasion) -> Decision | None:
        """What the newest rule that is due says; None: behave as usual.

        Every rule that matches counts the occasion, whichever is acted upon.
        """
        decision = None
        for each in self._by_verb.get(occasion.verb, ()):
            count = each.match(occasion)
            if count is not None and decision is None and each.is_due(count, occasion):
                decision = each.hit(count)
        if decision is None and self._has_magic:
            decision = self._decide_by_magic(occasion)
        return decision

    def unknown_magic(self, recipient: str) -> str | None:
        """A sentence for a recipient that looks like a magic one and is none, else None."""
        return magic.unknown_magic(recipient) if self._has_magic else None

    def _decide_by_magic(self, occasion: Occasion) -> Decision | None:
        if occasion.verb not in ("RCPT", "MESSAGE"):
            return None
        for recipient in _recipients(occasion):
            if rule := magic.magic_rule(recipient, occasion.verb):
                watched = _Watched(rule, self._magic_counts)
                count = watched.match(occasion)
                is_due = count is not None and watched.is_due(count, occasion)
                return watched.hit(count) if count is not None and is_due else None
        return None


def _hits(watched: Iterable[_Watched], rule: Rule) -> int:
    return sum(each.counts.hits for each in watched if each.rule == rule)


def _recipients(occasion: Occasion) -> Iterable[str]:
    """Those an occasion is about."""
    if occasion.recipient is not None:
        return (occasion.recipient,)
    return islice(occasion.recipients, MAX_RECIPIENTS)


def _key(per: str, occasion: Occasion) -> str:
    """What a rule counts for."""
    if per == "":
        return ""
    if per == "session":
        key = occasion.session
    elif per == "peer":
        key = occasion.peer
    else:
        key = "\n".join(_recipients(occasion))
        if per == "triplet":
            key = "\n".join((occasion.peer, occasion.sender or "", key))
    key = key.lower()
    if len(key) <= MAX_KEY:
        return key
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
