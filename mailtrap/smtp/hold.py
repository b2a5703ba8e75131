"""Keeping an answer back for a while."""

from collections.abc import Callable

from mailtrap.smtp.line import Timer


class Hold:
    """Something that is due later, and that nothing else may overtake."""

    def __init__(self, later: Callable[[float, Callable[[], None]], Timer]) -> None:
        """``later``: calls a function after so many seconds."""
        self._later = later
        self._timer: Timer | None = None
        self._then: Callable[[], None] | None = None

    @property
    def is_on(self) -> bool:
        """Something is kept back."""
        return self._then is not None

    def start(
        self, then: Callable[[], None], seconds: float | None, wake: Callable[[], None]
    ) -> None:
        """Keep ``then`` back for so many seconds, or until ``release``; ``wake`` releases it."""
        self._then = then
        self._timer = None if seconds is None else self._later(seconds, wake)

    def release(self) -> None:
        """Do what was kept back, now."""
        then = self._then
        self.drop()
        if then is not None:
            then()

    def drop(self) -> None:
        """Never do it."""
        self._then = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
