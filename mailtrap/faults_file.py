"""A faults file on disk: read at the start, and again whenever it changes."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from mailtrap.errors import FaultsError, UsageError
from mailtrap.faults.rules import Rule
from mailtrap.faults.syntax import numbered_rules
from mailtrap.watching import Watch


class Replaceable(Protocol):
    """A policy, or whatever adds to its rules."""

    def replace(self, rules: Iterable[Rule]) -> None:
        """Take these instead of those that were given before."""


Tell = Callable[[str, FaultsError | None], None]


class FaultsFile:
    """The rules of a policy, as a file has them at any time."""

    def __init__(self, path: Path, policy: Replaceable) -> None:
        """Read the file, once.  Raises UsageError (FaultsError where it can be read)."""
        self._path = path
        self._policy = policy
        self._content = read(path)
        policy.replace(rule for _, rule in parsed(path, self._content))
        self._watch: Watch | None = None

    def start(self, tell: Tell) -> None:
        """Follow changes from now on; one since the file was read counts, too.

        ``tell`` hears a sentence after each change, from another thread: what is in force now, or
        what is wrong with the file (then with the error), whose rules from before stay.
        """
        self._watch = Watch(self._path, self._content, lambda content: self._change(content, tell))
        self._watch.start()

    def stop(self) -> None:
        """Follow no more; returns in a fraction of a second."""
        if self._watch is not None:
            self._watch.stop()

    def _change(self, content: bytes, tell: Tell) -> None:
        try:
            rules = [rule for _, rule in parsed(self._path, content)]
        except FaultsError as error:
            tell(f"{error}; the rules from before stay in force", error)
            return
        self._policy.replace(rules)
        many = "1 rule is" if len(rules) == 1 else f"{len(rules)} rules are"
        tell(f"{self._path} has changed: {many} in force", None)


def read(path: Path) -> bytes:
    """The content of a faults file.  Raises UsageError that says why it cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        why = (error.strerror if isinstance(error, OSError) else None) or error
        raise UsageError(f"cannot read the faults file {str(path)!r}: {why}") from error


def parsed(path: Path, content: bytes) -> tuple[tuple[int, Rule], ...]:
    """The rules with their lines.  Raises FaultsError that names file, line and key."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FaultsError(f"{path}, line {line}: is not UTF-8, as TOML must be") from error
    try:
        return numbered_rules(text)
    except FaultsError as error:
        raise FaultsError(f"{path}, {error}", error.key) from error
