"""A terminal that answers what it is asked, and keeps what was written to it."""

import os
import re
import select
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.terminals import WAIT, opened

COLUMNS, ROWS = 110, 40
CELL = (10, 20)
ATTRIBUTES, VERSION, REGISTERS = b"\x1b[c", b"\x1b[>c", b"\x1b[?1;1;0S"
KITTY = {VERSION: b"\x1b[>1;4000;41c", ATTRIBUTES: b"\x1b[?62;c"}
OLD_KITTY = {VERSION: b"\x1b[>1;4000;26c", ATTRIBUTES: b"\x1b[?62;c"}
SIXEL = {
    VERSION: b"\x1b[>41;379;0c",
    ATTRIBUTES: b"\x1b[?63;1;2;4;6;9;15;22c",
    REGISTERS: b"\x1b[?1;0;16S",
}
PLAIN = {VERSION: b"\x1b[>0;95;0c", ATTRIBUTES: b"\x1b[?62;22c"}

# As a user starts it, but that a machine with much else to do may take its time to answer.
_START = """
import sys
from mailtrap.tui import asking
asking.PATIENCE = asking.PATIENCE_AFAR = 30.0
exec(sys.argv.pop())
from mailtrap.cli import main
sys.exit(main())
"""


class Terminal:
    """What a program is shown at."""

    def __init__(self, file: int, answers: Mapping[bytes, bytes]) -> None:
        self.written = b""
        self.file = file
        self._answers = answers
        self._asked = re.compile(b"|".join(map(re.escape, answers)))
        self._looked = 0  # at so many octets of what was written
        self._deadline = time.monotonic() + WAIT

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.file, keys.encode())

    def until(self, shown: bytes, start: int = 0) -> int:
        """Until that matches what was written from there on; where the match ends."""
        while not (found := re.compile(shown, re.DOTALL).search(self.written, start)):
            assert self._read(), self.written[-2000:]
        return found.end()

    def to_the_end(self) -> None:
        """Until nobody has it open any more."""
        while self._read():
            pass

    def _read(self) -> bool:
        left = max(self._deadline - time.monotonic(), 0)
        if not select.select([self.file], [], [], left)[0]:
            return False
        try:
            octets = os.read(self.file, 65536)
        except OSError:  # Linux: nobody has it open any more
            octets = b""
        self.written += octets
        for question in self._asked.finditer(self.written, self._looked):
            os.write(self.file, self._answers[question[0]])
            self._looked = question.end()
        return bool(octets)


@contextmanager
def viewing(
    maildir: Path,
    answers: Mapping[bytes, bytes],
    *options: str,
    before: str = "",
    **environ: str,
) -> Iterator[tuple[Terminal, int]]:
    """``mailtrap view`` at such a terminal, and the id of its process.

    ``before``: Python for that process to begin with.
    """
    process, file = opened(
        [sys.executable, "-c", _START, "view", str(maildir), *options, before],
        environ={
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "XDG_STATE_HOME": str(maildir.parent / "state"),
            **dict.fromkeys(("TMUX", "STY", "TERM_PROGRAM", "TEXTUAL_THEME"), ""),
            **environ,
        },
        size=(COLUMNS, ROWS),
        cell=CELL,
    )
    try:
        yield Terminal(file, answers), process.pid
    finally:
        process.kill()
        process.wait()
        os.close(file)
