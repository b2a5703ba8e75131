"""Keys out of what comes from the terminal, but for what it answers: nobody pressed that.

An answer that comes too late to be heard would be taken for keys, one of which deletes.
"""

import re
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.message import Message

# To what ``asking`` asks: a colour, attributes, registers.
_ANSWER = re.compile(r"\x1b\]11;[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[?>][0-9;]*[cS]")
_BEGUN = re.compile(r"\x1b(?:\]11(?:;[^\x07\x1b]*\x1b?)?|\[[?>][0-9;]*)\Z")


class KeyParser(XTermParser):
    """The parser of Textual, which knows no answers."""

    def __init__(self, *, debug: bool = False) -> None:
        super().__init__(debug)
        self._begun = ""  # of an answer

    def feed(self, data: str) -> Iterable[Message]:
        """Events for that text; "" where nothing came for a while."""
        if not data:  # what was begun is no answer, and must not swallow keys
            self._begun = ""
        text = _ANSWER.sub("", self._begun + data)
        end = found.start() if (found := _BEGUN.search(text)) else len(text)
        self._begun = text[end:]
        return super().feed(text[:end]) if end else ()
