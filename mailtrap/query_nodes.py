"""The tree of a filter: how it is written, and whether one asks for more than another.  Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailtrap.query_terms import WITHIN, Term


@dataclass(frozen=True, slots=True)
class Not:
    """What does not match the node."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """What matches every node."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """What matches one of the nodes."""

    nodes: tuple["Node", ...]


Node = Term | Not | All | Either


def written(node: Node, *, is_within: bool = False) -> str:
    """A text that reads as this; ``is_within``: as a part of more."""
    match node:
        case Not(inner):
            return f"-{written(inner, is_within=True)}"
        case All(nodes):
            text = " ".join(written(n, is_within=isinstance(n, Either)) for n in nodes)
        case Either(nodes):
            text = " OR ".join(map(written, nodes))
        case _:
            return str(node)
    return f"({text})" if is_within else text


def terms_of(node: Node, *, with_negated: bool = True) -> Iterator[Term]:
    """All that is asked, in order."""
    match node:
        case Not(inner):
            if with_negated:
                yield from terms_of(inner)
        case All(nodes) | Either(nodes):
            for each in nodes:
                yield from terms_of(each, with_negated=with_negated)
        case _:
            yield node


def implies(one: Node, other: Node) -> bool:
    """Whatever matches the one matches the other, as far as can be seen."""
    if one == other:
        return True
    if isinstance(one, Either):
        return all(implies(each, other) for each in one.nodes)
    if isinstance(other, All):
        return all(implies(one, each) for each in other.nodes)
    if isinstance(one, All) and any(implies(each, other) for each in one.nodes):
        return True
    if isinstance(other, Either):
        return any(implies(one, each) for each in other.nodes)
    if isinstance(one, Not) and isinstance(other, Not):
        return implies(other.node, one.node)
    return isinstance(one, Term) and isinstance(other, Term) and _term_implies(one, other)


def _term_implies(one: Term, other: Term) -> bool:
    if one.is_regex or other.is_regex:
        # A regex that is the same finds more in the text that holds the other.
        return False
    if one.field == "header":
        names = (one.header.lower(), other.header.lower())
        return other.field == "header" and names[0] == names[1] and _contains(one, other)
    if one.field in ("size", "age"):
        return one.field == other.field and _narrows(one, other)
    if one.field in ("after", "before"):
        is_later = one.limit >= other.limit if one.field == "after" else one.limit <= other.limit
        return one.field == other.field and is_later
    if other.field == "body" or other.field in WITHIN or other.field == "":
        is_searched = one.field == other.field or (other.field == "" and one.field in WITHIN)
        return is_searched and _contains(one, other)
    return one.field == other.field == "id" and one.value.startswith(other.value)


def _contains(one: Term, other: Term) -> bool:
    return other.value.lower() in one.value.lower()


def _narrows(one: Term, other: Term) -> bool:
    """Both compare with a limit in the same direction, and the one leaves less."""
    if one.value[0] != other.value[0]:
        return False
    is_from_below = (one.value[0] == ">") == (one.field == "size")  # on the axis of the limit
    is_strict = one.value[1] != "=" or other.value[1] == "="
    if one.limit == other.limit:
        return is_strict
    return one.limit > other.limit if is_from_below else one.limit < other.limit
