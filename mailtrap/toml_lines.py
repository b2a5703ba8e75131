"""The lines where the keys of a TOML text stand, which ``tomllib`` does not tell.  Pure.

The text is one that ``tomllib`` has read: nothing is checked here.
"""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_PART = re.compile(
    r'[ \t]*(?:"(?P<basic>(?:[^"\\\n]|\\.)*)"|\'(?P<literal>[^\'\n]*)\'|(?P<bare>[A-Za-z0-9_-]+))'
    r"[ \t]*(?P<dot>\.?)"
)
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


def key_lines(text: str) -> dict[Path, int]:
    """The line of each key, table and item of an array, by its path; lines count from 1.

    Of several places with the same path it is the first.
    """
    scan = _Scan(text)
    scan.document()
    return scan.lines


class _Scan:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text = text
        self._at = 0
        self._counted, self._line = 0, 1

    def document(self) -> None:
        """Everything."""
        above: Path = ()
        for _ in self._until(""):
            if self._take("["):
                self._take("[")
                above = self._key(())
                self._take("]")
                self._take("]")
            else:
                self._pair(above)

    def _pair(self, above: Path) -> None:
        path = self._key(above)
        self._skip(_BLANK)
        self._take("=")
        self._skip(_BLANK)
        self._value(path)

    def _key(self, above: Path) -> Path:
        path = above
        while found := _PART.match(self._text, self._at):
            path = (*path, _name(found))
            self._note(path, found.start() + len(found[0]) - len(found[0].lstrip()))
            self._at = found.end()
            if not found["dot"]:
                break
        return path

    def _value(self, path: Path) -> None:
        if self._take("{"):
            for _ in self._until("}"):
                self._pair(path)
        elif self._take("["):
            for number, _ in enumerate(self._until("]")):
                self._note((*path, number), self._at)
                self._value((*path, number))
        elif not self._skip(_STRING):
            self._skip(_SCALAR)

    def _until(self, end: str) -> Iterator[None]:
        """Once for each item, until that is passed, or the end of the text."""
        self._skip(_BLANK)
        before = -1
        while before < self._at < len(self._text) and not (end and self._take(end)):
            before = self._at
            yield
            self._skip(_BLANK)
            self._take(",")
            self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return bool(found and found[0])

    def _take(self, character: str) -> bool:
        is_there = self._text.startswith(character, self._at)
        self._at += is_there
        return is_there

    def _note(self, path: Path, at: int) -> None:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        self.lines.setdefault(path, self._line)


def _name(found: re.Match[str]) -> str:
    if found["basic"] is None:
        return found["literal"] if found["bare"] is None else found["bare"]
    if "\\" not in found["basic"]:
        return found["basic"]
    import tomllib

    return str(tomllib.loads(f'key = "{found["basic"]}"')["key"])
