"""What is left of a test that failed: its transcript for the report, its mail in files."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mailtrap.errors import MailtrapError
from mailtrap.testing.conversations import conversations, transcript
from mailtrap.testing.mail_trap import MailTrap

MOST = 20_000  # characters of a transcript in a report
_TRANSCRIPT = "transcript.txt"
_OURS = re.compile(rf"([0-9]+/)?([0-9]+\.eml|{re.escape(_TRANSCRIPT)})")


def said(trap: MailTrap, *, fold: bool) -> str:
    """The transcript of a test; ``fold``: of long replies only the first line."""
    return trap.read(
        lambda catcher, chapter: transcript(conversations(catcher, chapter), fold=fold)
    )


def clipped(text: str) -> str:
    """Beginning and end of a text that is too long for a report."""
    if len(text) <= MOST:
        return text
    left = len(text) - MOST
    half = MOST // 2
    return f"{text[:half]}\n[… {left:,} characters left out …]\n{text[-half:]}"


def keep(traps: Sequence[MailTrap], directory: Path) -> None:
    """Mail and transcripts of a test in place of those of a run before.  Raises OSError."""
    _empty(directory)
    for number, trap in enumerate(traps):
        with suppress(MailtrapError):  # in a forked child
            _write(trap, directory / str(number) if number else directory)


def _empty(directory: Path) -> None:
    """Remove what was written here, and nothing else."""
    for path in [*directory.glob("*"), *directory.glob("*/*")]:
        if _OURS.fullmatch(path.relative_to(directory).as_posix()) and not path.is_dir():
            path.unlink()


def _write(trap: MailTrap, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for number, message in enumerate(trap.messages, 1):
        (directory / f"{number}.eml").write_bytes(message.raw)
    (directory / _TRANSCRIPT).write_text(said(trap, fold=False) + "\n", encoding="utf-8")


def file_name(nodeid: str) -> str:
    """A name that any file system takes, and no other test has."""
    from hashlib import sha256

    plain = re.sub(r"[^\w.-]+", "-", nodeid, flags=re.ASCII).strip("-.")
    if len(plain) <= 100 and plain == nodeid.replace("/", "-").replace("::", "-"):
        return plain
    return f"{plain[:100]}-{sha256(nodeid.encode('utf-8', 'replace')).hexdigest()[:8]}"
