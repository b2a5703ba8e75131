"""A header section as rules read it: that of a message, or of a part.  Pure, never raises."""

import re
from dataclasses import dataclass, replace
from dataclasses import field as attribute

from mailtrap.cached import cached_property
from mailtrap.fields import MAX_HEADER, Field, fields, no_fields

_FOLDED = re.compile(rb"[ \t][^\n]*+")
_UNFOLDED = re.compile(rb"\r?\n(?![ \t])")


@dataclass(frozen=True, eq=False)  # without slots: what rules share is read once
class HeaderSection:
    """Where it is in the mail data, and what follows it; ``end`` is that of its body."""

    data: bytes = attribute(repr=False)  # all of the mail data
    path: str  # of the part, "" of the message itself
    start: int
    header_end: int
    body_start: int
    end: int

    @property
    def has_separator(self) -> bool:
        """A blank line ends it."""
        return self.body_start > self.header_end

    @property
    def runs_into_body(self) -> bool:
        """Prose follows the last field, with no blank line between them."""
        is_body_next = self.header_end < min(self.end, self.start + MAX_HEADER)
        return is_body_next and not self.has_separator

    @cached_property
    def no_field(self) -> tuple[int, int] | None:
        """Where the first line before the blank line is that is no field, nor part of one."""
        folds_nothing = _FOLDED.match(self.data, self.start, self.header_end)
        if folds_nothing:
            return folds_nothing.span()
        if found := next(no_fields(self.data, self.start, self.header_end), None):
            return found
        if not self.runs_into_body:
            return None
        line_end = self.data.find(b"\n", self.header_end, self.end)
        line = self.data[self.header_end : self.end if line_end < 0 else line_end]
        return self.header_end, self.header_end + len(line.rstrip(b"\r\n"))

    @cached_property
    def octets(self) -> bytes:
        """Up to the blank line, without one up to what is no field."""
        end = self.header_end
        if not self.has_separator and self.no_field is not None:
            end = self.no_field[0]
        return self.data[self.start : end]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields in order; lines behind one that are no part of it are not in its body."""
        found = fields(self.data, self.start, self.header_end)
        return tuple(_folded(each) for each in found)

    @cached_property
    def named(self) -> dict[str, list[Field]]:
        """The fields by name in lower case, each name's in order."""
        named: dict[str, list[Field]] = {}
        for each in self.fields:
            named.setdefault(each.name.lower(), []).append(each)
        return named


def folded(body: bytes) -> bytes:
    """The body of a field without lines that are neither a field nor folded.

    Those are a rule's matter, and make nothing else wrong.
    """
    unfolded = _UNFOLDED.search(body)
    return body[: unfolded.start()] if unfolded else body


def _folded(field: Field) -> Field:
    body = folded(field.raw)
    return field if body is field.raw else replace(field, raw=body)
