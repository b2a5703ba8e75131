"""What a talk needs of a connection."""

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """It is not wanted any more."""


class Line(Protocol):
    """The connection, as far as a talk needs it."""

    @property
    def is_gone(self) -> bool:
        """Nothing written now would reach the client."""

    def write(self, octets: bytes) -> None:
        """Send them, encrypted where TLS has started."""

    def read_on(self) -> None:
        """All that came is answered: more can be taken."""

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call it after so many seconds."""

    def prepare_tls(self, kind: str, then: Callable[[str], None]) -> str | None:
        """Why TLS cannot start, "" when it can; None: ``then`` is called with that, later."""

    def start_tls(self, kind: str, records: bytes) -> None:
        """What comes from now on is TLS; ``records`` have come already."""

    def hang_up(self, *, reset: bool) -> None:
        """The session has ended: close the connection when all is written, or reset it now."""

    def linger(self, then: Callable[[], None]) -> None:
        """Let the client read the last reply before ``then`` closes."""
