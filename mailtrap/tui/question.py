"""A question in the status line: one of a few keys says yes, every other key says no."""

from collections.abc import Callable, Collection

from mailtrap.tui.status import StatusLine


class Question:
    """At most one question at a time."""

    def __init__(self, line: StatusLine) -> None:
        self._line = line
        self._keys: Collection[str] = ()
        self._then: Callable[[], None] = lambda: None

    def ask(self, text: str, keys: Collection[str], then: Callable[[], None]) -> None:
        """Show the text; the next key, if it is one of these, calls ``then``."""
        self._keys, self._then = keys, then
        self._line.say(text)

    def tell(self, text: str) -> None:
        """Show the text until the next key."""
        self.ask(text, (), lambda: None)

    def answer(self, key: str) -> bool:
        """Take a key; whether it was an answer, yes or no, and has no other meaning then."""
        keys, self._keys = self._keys, ()
        self._line.say("")
        if key in keys:
            self._then()
        return bool(keys)
