"""A faults file on disk: read at the start, and again whenever it changes."""

from collections.abc import Callable
from pathlib import Path

from mailtrap.errors import FaultsError, UsageError
from mailtrap.faults.policy import Policy
from mailtrap.faults.rules import Rule
from mailtrap.faults.syntax import numbered_rules
from mailtrap.watching import Watch

Tell = Callable[[str, FaultsError | None], None]


class FaultsFile:
    """The rules of a policy, as a file has them at any time."""

    def __init__(
        self, path: Path, policy: Policy, tell: Callable[[str, FaultsError | None], None]
    ) -> None:
        """Read the file.  Raises UsageError (FaultsError where it can be read).

        ``tell`` hears a sentence after each change, from another thread: what is in force now, or
        what is wrong with the file (then with the error), whose rules from before stay.
        """
        self._path = path
        self._policy = policy
        self._tell = tell
        content = read(path)
        policy.replace(rule for _, rule in parsed(path, content))
        self._watch = Watch(path, content, self._on_change)

    def start(self) -> None:
        """Follow changes from now on; one since the file was read counts, too."""
        self._watch.start()

    def stop(self) -> None:
        """Follow no more; returns in a fraction of a second."""
        self._watch.stop()

    def _on_change(self, content: bytes) -> None:
        try:
            rules = [rule for _, rule in parsed(self._path, content)]
        except FaultsError as error:
            self._tell(f"{error}; the rules from before stay in force", error)
            return
        self._policy.replace(rules)
        many = "1 rule is" if len(rules) == 1 else f"{len(rules)} rules are"
        self._tell(f"{self._path} has changed: {many} in force", None)


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
