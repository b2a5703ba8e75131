"""A program called sendmail that notes how it was called, then is ``mailtrap sendmail``.

What is kept is compared with what its caller gave it.
"""

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from mailtrap.message import Message
from tests.support import Running

# Of git, which asks for one where it commits and where it sends.
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.org"))
}
MAILTRAP = Path(sys.executable).with_name("mailtrap")
_ADDED = re.compile(rb"(?:Message-Id|Date|From): [^\r\n]*\r\n")
_BCC = re.compile(rb"^Bcc:[^\n]*\n(?:[ \t][^\n]*\n)*", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Shim:
    """The program, and what it noted of its last call."""

    path: Path
    server: Running

    @property
    def environ(self) -> dict[str, str]:
        """Where it finds the catcher."""
        return {"MAILTRAP_HOST": "127.0.0.1", "MAILTRAP_PORT": str(self.server.port)}

    @property
    def arguments(self) -> list[str]:
        """The words it was called with."""
        return (self.path.parent / "arguments").read_text().split("\0")[:-1]

    @property
    def given(self) -> bytes:
        """What it was given on stdin."""
        return (self.path.parent / "stdin").read_bytes()

    def message(self) -> Message:
        """The only message, once it is shown that nothing is different but what should be."""
        [message] = self.server.trap.messages
        given = _BCC.sub(b"", self.given).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        head, blank, body = message.data.partition(b"\r\n\r\n")
        fields = head + b"\r\n"
        for line in _ADDED.findall(fields):
            if line not in given:
                fields = fields.replace(line, b"")
        assert fields + b"\r\n" + body == given
        assert blank
        return message


def shim(directory: Path, server: Running) -> Shim:
    """Make the program; it needs nothing of its environment."""
    directory.mkdir()
    path = directory / "sendmail"
    note, keep = (shlex.quote(str(directory / name)) for name in ("arguments", "stdin"))
    path.write_text(
        f"""#!/bin/sh
printf '%s\\0' "$@" >{note}
tee {keep} | MAILTRAP_HOST=127.0.0.1 MAILTRAP_PORT={server.port} \
exec {shlex.quote(str(MAILTRAP))} sendmail "$@"
"""
    )
    path.chmod(0o755)
    return Shim(path, server)
