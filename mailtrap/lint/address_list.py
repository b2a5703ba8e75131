"""Read an address-list as it was sent (RFC 5322 section 3.4).  Pure, linear, never fails.

What is not by the grammar is noted as a flaw and read as well as it can be.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailtrap.lint.comments import comment_end

_TOKEN = re.compile(
    rb"(?P<blank>[ \t\r\n]++)"
    rb"|(?P<atom>[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\xff-]++)"
    rb'|(?P<quoted>"(?:[^"\\]++|\\.)*+")'
    rb"|(?P<literal>\[(?:[^\[\]\\]++|\\.)*+\])"
    rb"|(?P<comment>\((?:[^()\\]++|\\.)*+\))"  # one that holds no other
    rb"|(?P<special>.)",
    re.DOTALL,
)
_UNCLOSED = {'"': "quote", "(": "comment", "[": "address literal"}
_KINDS = {"atom": "a", "quoted": "q", "literal": "l"}
# By the kinds of their tokens.
_ADDRESS = re.compile(r"(?:a(?:\.a)*+|q)@(?:a(?:\.a)*+|l)")
_OBSOLETE_ADDRESS = re.compile(r"[aq](?:\.[aq])*+@(?:a(?:\.a)*+|l)")  # section 4.4
_SHOWN = 60  # octets of a flaw
_MOST_FLAWS = 100  # that are noted of one list


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address, without its display name; ``start`` and ``end`` are where it is."""

    address: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is not by the grammar."""

    text: str
    start: int
    end: int
    is_obsolete: bool = False  # by the grammar of section 4, which receivers have to take


@dataclass(frozen=True, slots=True)
class AddressList:
    """What an address field holds; places are offsets in its body."""

    mailboxes: tuple[Mailbox, ...]
    flaws: tuple[Flaw, ...]
    groups: tuple[tuple[int, int], ...]  # where their display names are
    quoted: tuple[tuple[int, int], ...]  # where quoted strings are


def read_address_list(body: bytes) -> AddressList:
    """The addresses in the body of a field, folding and all."""
    reader = _Reader(body)
    reader.read()
    return AddressList(
        tuple(reader.mailboxes), tuple(reader.flaws), tuple(reader.groups), tuple(reader.quoted)
    )


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "a" atom, "q" quoted string, "l" literal, or the special itself
    start: int
    end: int


@dataclass(slots=True)
class _Element:
    """What is between two commas."""

    before: list[_Token] = field(default_factory=list)  # "<", or all of it
    inside: list[_Token] | None = None
    after: list[_Token] = field(default_factory=list)
    is_open: bool = False  # ">" is due

    @property
    def is_empty(self) -> bool:
        return not self.before and self.inside is None

    @property
    def begins_group(self) -> bool:
        return (
            bool(self.before)
            and self.inside is None
            and all(token.kind in "aq." for token in self.before)
        )


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self.mailboxes: list[Mailbox] = []
        self.flaws: list[Flaw] = []
        self.groups: list[tuple[int, int]] = []
        self.quoted: list[tuple[int, int]] = []
        self._element = _Element()
        self._is_in_group = False
        self._may_be_empty = False  # what comes before the next comma, behind a group
        self._last = 0  # offset behind the last separator

    def read(self) -> None:
        for token in self._tokens():
            if token.kind == "q":
                self.quoted.append((token.start, token.end))
            if self._element.is_open:
                self._within_brackets(token)
            else:
                self._outside(token)
        if self._last or not self._element.is_empty:
            self._finish(len(self._body))
        if self._is_in_group:
            self._flaw("a group that no ; ends", self._last, len(self._body))

    def _tokens(self) -> Iterator[_Token]:
        """All but blanks and comments.  Stops at something that is never closed."""
        at, end = 0, len(self._body)
        while at < end:
            found = _TOKEN.match(self._body, at)
            assert found is not None  # any octet is a special
            kind, start, at = found.lastgroup or "", at, found.end()
            if kind in _KINDS:
                yield _Token(_KINDS[kind], start, at)
            elif kind == "special":
                special = chr(self._body[start])
                closed = comment_end(self._body, start) if special == "(" else None
                if closed is not None:
                    at = closed
                elif special in _UNCLOSED:
                    self._flaw(f"a {_UNCLOSED[special]} that is not closed", start, end)
                    return
                else:
                    yield _Token(special, start, at)

    def _within_brackets(self, token: _Token) -> None:
        element = self._element
        inside = element.inside
        assert inside is not None
        is_route = bool(inside) and inside[0].kind == "@"  # section 4.4: obs-route
        if token.kind == ">":
            element.is_open = False
        elif token.kind == ";" or (token.kind == "," and not is_route):
            self._outside(token)
        elif token.kind == "<":
            self._flaw("a second <", token.start, token.end)
        else:
            inside.append(token)

    def _outside(self, token: _Token) -> None:
        element = self._element
        if token.kind == ",":
            self._finish(token.start)
            self._may_be_empty = False
            self._last = token.end
        elif token.kind == ";":
            self._finish(token.start)
            if not self._is_in_group:
                self._flaw("a ; where a comma is due", token.start, token.end)
            self._is_in_group, self._may_be_empty = False, True
            self._last = token.end
        elif token.kind == ":" and element.begins_group and not self._is_in_group:
            self.groups.append((element.before[0].start, token.end))
            self._element = _Element()
            self._is_in_group = self._may_be_empty = True
            self._last = token.end
        elif token.kind == "<" and element.inside is None:
            element.inside, element.is_open = [], True
        elif token.kind == ">" and element.inside is not None:
            self._flaw("a second >", token.start, token.end)
        elif element.inside is not None:
            element.after.append(token)
        else:
            element.before.append(token)

    def _finish(self, end: int) -> None:
        """The element ends here."""
        element, self._element = self._element, _Element()
        if element.is_empty:
            if not self._may_be_empty and not self._is_in_group:
                self._flaw("nothing beside a comma", self._last, end, is_obsolete=True)
            return
        if element.is_open:
            self._flaw(f"no > in {self._shown(self._last, end)}", self._last, end)
        if element.inside is None:
            self._address(element.before, self._last, end)
            return
        self._name(element.before)
        if element.after:
            start, behind = element.after[0].start, element.after[-1].end
            self._flaw(f"{self._shown(start, behind)} behind the >", start, behind)
        self._address(_without_route(element.inside), self._last, end)

    def _name(self, tokens: list[_Token]) -> None:
        odd = [token for token in tokens if token.kind not in "aq"]
        if not odd:
            return
        start, end = tokens[0].start, tokens[-1].end
        # A dot is what people forget to quote: section 4.1 has it as obs-phrase.
        worst = next((token for token in odd if token.kind != "."), odd[0])
        special = self._shown(worst.start, worst.end)
        shown = self._shown(start, end)
        self._flaw(
            f"{special} outside of quotes in the name {shown}",
            start,
            end,
            is_obsolete=worst.kind == ".",
        )

    def _address(self, tokens: list[_Token], start: int, end: int) -> None:
        if not tokens:
            self._flaw("no address between < and >", start, end)
            return
        start, end = tokens[0].start, tokens[-1].end
        kinds = "".join(token.kind for token in tokens)
        if "@" not in kinds:
            self._flaw(f"no @ in {self._shown(start, end)}", start, end)
            return
        octets = b"".join(self._body[token.start : token.end] for token in tokens)
        self.mailboxes.append(Mailbox(octets.decode("utf-8", "replace"), start, end))
        shown = self._shown(start, end)
        if not _ADDRESS.fullmatch(kinds):
            is_obsolete = _OBSOLETE_ADDRESS.fullmatch(kinds) is not None
            self._flaw(f"{shown} is no address", start, end, is_obsolete=is_obsolete)
        elif len(octets) != end - start:
            self._flaw(f"blanks or comments inside {shown}", start, end, is_obsolete=True)

    def _shown(self, start: int, end: int) -> str:
        octets = b" ".join(self._body[start : min(end, start + 2 * _SHOWN)].split())
        text = octets.decode("utf-8", "replace")
        return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")

    def _flaw(self, text: str, start: int, end: int, *, is_obsolete: bool = False) -> None:
        if len(self.flaws) < _MOST_FLAWS:
            self.flaws.append(Flaw(text, start, end, is_obsolete))


def _without_route(tokens: list[_Token]) -> list[_Token]:
    """The addr-spec behind ``@a,@b:``, which receivers ignore (section 4.4)."""
    if not tokens or tokens[0].kind != "@":
        return tokens
    colon = next((n for n, token in enumerate(tokens) if token.kind == ":"), -1)
    return tokens[colon + 1 :]
