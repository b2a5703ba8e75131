"""A filter such as ``from:ann has:attachment -is:read``, read and put to messages.  Pure.

    word  "two words"  /regex/          in the subject and the addresses, in any case
    from: to: subject: body:            the same in one of them
    header:X-Foo=bar  header:bar        in one field of the header, in any
    id: session: ip:                    id: and ip: also the beginning
    size:>100k  age:<5m                 k is 1024; s m h d w
    after:12:00  before:2024-05-31      after: is from then on, before: is up to then
    has:attachment|html|text|cid|link|otp
    is:unread|read|marked|error|warning|rejected|tls|utf8
    issue:dkim-missing  issue:dkim      a rule, or all that begin so
    -word  !word                        not
    a b    a OR b    (a OR b) c         and, or; ``a b OR c`` is ``(a b) OR c``
    ~f ~t ~s ~b ~h ann   ~e             from: to: subject: body: header:, is:error

A filter is read once and then is a plain function.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn, TypeVar

from mailtrap.errors import QueryError
from mailtrap.query_candidate import Candidate, Test
from mailtrap.query_nodes import All, Either, Node, Not, implies, terms_of, written
from mailtrap.query_terms import Reading, Term, term
from mailtrap.query_words import Word, words

MAX_LENGTH = 4000  # characters of a filter
MAX_DEPTH = 50  # of parentheses and negations
_MOST_COMPARED = 40  # terms of two filters of which it is asked whether one extends the other

Each = TypeVar("Each", bound=Candidate)


@dataclass(frozen=True, slots=True)
class Highlight:
    """What to mark where a message is shown."""

    field: str  # "" is subject and addresses; from, to, subject, body, header
    header: str  # which field of the header; "" is any
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Query:
    """A filter that was read.  ``str`` gives a text that reads as the same."""

    root: Node
    matches: Test = field(compare=False, repr=False)

    def __str__(self) -> str:
        return written(self.root)

    @property
    def is_empty(self) -> bool:
        """It matches everything because it asks for nothing."""
        return self.root == All(())

    @property
    def conditions(self) -> "tuple[Query, ...]":
        """The filters that all have to match, in order; one alone is itself."""
        nodes = self.root.nodes if isinstance(self.root, All) else (self.root,)
        return tuple(Query(node, _test(node)) for node in nodes)

    @property
    def terms(self) -> tuple[Term, ...]:
        """All that is asked, negated or not, in order."""
        return tuple(terms_of(self.root))

    @property
    def highlights(self) -> tuple[Highlight, ...]:
        """What to mark: the texts and regexes that are wanted, each once."""
        found = (
            Highlight(each.field, each.header, each.mark)
            for each in terms_of(self.root, with_negated=False)
            if each.mark
        )
        return tuple(dict.fromkeys(found))

    def extends(self, previous: "Query") -> bool:
        """What matches this matched ``previous``: its result need only be narrowed.

        False says nothing: it is not always found out.
        """
        if max(len(self.terms), len(previous.terms)) > _MOST_COMPARED:
            return False
        return implies(self.root, previous.root)

    def of(self, candidates: Iterable[Each]) -> Iterator[Each]:
        """The candidates that match, in order."""
        return filter(self.matches, candidates)


def parse(text: str, *, now: datetime, rules: Callable[[], Collection[str]] | None = None) -> Query:
    """The filter.  Raises QueryError, which says where it is wrong and what may help.

    ``now`` (aware) is what ages count from, and whose zone times are in.  ``rules`` gives the
    ids of all rules, so that one that does not exist is told.
    """
    if len(text) > MAX_LENGTH:
        what = f"it is longer than {MAX_LENGTH} characters"
        raise QueryError(what, "shorten it", text[: MAX_LENGTH + 1], MAX_LENGTH, MAX_LENGTH + 1)
    root = _Parser(text, Reading(text, now, rules)).parse()
    return Query(root, _test(root))


class _Parser:
    """Reads one filter."""

    def __init__(self, text: str, reading: Reading) -> None:
        self._text = text
        self._reading = reading
        self._words = list(words(text))
        self._next = 0
        self._depth = 0

    def parse(self) -> Node:
        if not self._words:
            return All(())
        node = self._either()
        if word := self._word:
            self._fail(word, "a parenthesis is closed that was not opened", "take it out")
        return node

    def _either(self) -> Node:
        nodes = [self._all()]
        while self._word and self._word.kind == "or":
            self._next += 1
            nodes.append(self._all())
        return _joined(Either, nodes)

    def _all(self) -> Node:
        nodes: list[Node] = []
        while self._word and self._word.kind not in (")", "or"):
            nodes.append(self._one())
        if not nodes:
            word = self._word or self._words[self._next - 1]
            if word.kind == "or" or (self._next and self._words[self._next - 1].kind == "or"):
                self._fail(
                    word if word.kind == "or" else self._words[self._next - 1],
                    "OR needs a word on both sides",
                    'add one, or write "OR" in quotes for the word',
                )
            self._fail(word, "there is nothing to look for here", "write a word")
        return _joined(All, nodes)

    def _one(self) -> Node:
        word = self._words[self._next]
        self._next += 1
        if word.kind == "term":
            return term(word, self._reading)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(word, f"it is nested deeper than {MAX_DEPTH} levels", "simplify it")
        node = self._not(word) if word.kind == "not" else self._group(word)
        self._depth -= 1
        return node

    def _not(self, word: Word) -> Node:
        if not self._word or self._word.kind in (")", "or"):
            self._fail(word, "there is nothing to negate", "write -word without a blank")
        node = self._one()
        return node.node if isinstance(node, Not) else Not(node)

    def _group(self, opening: Word) -> Node:
        if not self._word:
            self._fail(opening, "a parenthesis is not closed", "end it with )")
        node = self._either()
        if not self._word:
            self._fail(opening, "a parenthesis is not closed", "end it with )")
        self._next += 1
        return node

    @property
    def _word(self) -> Word | None:
        return self._words[self._next] if self._next < len(self._words) else None

    def _fail(self, word: Word, what: str, remedy: str) -> NoReturn:
        raise QueryError(what, remedy, self._text, word.start, word.end)


def _joined(kind: type[All] | type[Either], nodes: Iterable[Node]) -> Node:
    """The nodes as one; those of the same kind among them are dissolved."""
    flat: list[Node] = []
    for node in nodes:
        flat += node.nodes if isinstance(node, kind) else [node]
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


# To a function


def _cost(node: Node) -> int:
    return max((each.cost for each in terms_of(node)), default=0)


def _test(node: Node) -> Test:
    match node:
        case Not(inner):
            negated = _test(inner)
            return lambda candidate: not negated(candidate)
        case All(nodes):
            return _test_of_all([_test(each) for each in sorted(nodes, key=_cost)])
        case Either(nodes):
            return _test_of_either([_test(each) for each in sorted(nodes, key=_cost)])
        case _:
            return node.test


def _test_of_all(tests: list[Test]) -> Test:
    if len(tests) == 2:  # by far the most frequent, and a loop takes twice as long
        first, second = tests
        return lambda candidate: first(candidate) and second(candidate)

    def test(candidate: Candidate) -> bool:
        for each in tests:  # noqa: SIM110 all() with a generator takes twice as long
            if not each(candidate):
                return False
        return True

    return test


def _test_of_either(tests: list[Test]) -> Test:
    def test(candidate: Candidate) -> bool:
        for each in tests:  # noqa: SIM110 as above
            if each(candidate):
                return True
        return False

    return test
