"""The header section of a message that is to be sent: its fields, octet for octet.  Pure.

As an MTA reads it: the first line that is no field ends it.  (``mailtrap.fields`` reads what came,
for people, and imports the email package: that would be most of the time sendmail takes.)
"""

import re
from typing import NamedTuple

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[^\n]*(?:\n|\Z)(?:[ \t][^\n]*(?:\n|\Z))*")


class Field(NamedTuple):
    """One field."""

    name: bytes  # in lower case
    raw: bytes  # all of it, with its last line end

    @property
    def body(self) -> bytes:
        """What is behind the colon."""
        return self.raw.partition(b":")[2].strip()


class Divided(NamedTuple):
    """A message in two."""

    fields: tuple[Field, ...]
    rest: bytes  # mostly a blank line and the body


def divided(data: bytes) -> Divided:
    """The fields, and what follows them."""
    found = []
    position = 0
    while match := _FIELD.match(data, position):
        found.append(Field(match[1].lower(), match[0]))
        position = match.end()
        if position == len(data):
            break
    return Divided(tuple(found), data[position:])
