"""What clients do wrong, told as it happens: not too often, and of no rule again and again.

Knows no terminal and no clock.
"""

PAUSE = 6.0  # seconds from one alarm to the next; by then that is gone
AGAIN = 60.0  # seconds until a rule is told again


class Alarms:
    """Takes what was found; says what is to be told."""

    def __init__(self) -> None:
        self._waiting: dict[str, str] = {}  # by rule
        self._told: dict[str, float] = {}  # when each rule was told last
        self._last = float("-inf")

    def hear(self, rule: str, text: str, at: float) -> None:
        """Something is wrong: the rule and what to say of it; ``at`` counts seconds."""
        if at - self._told.get(rule, float("-inf")) >= AGAIN:
            self._waiting.setdefault(rule, text)

    def due(self, at: float) -> str:
        """What to tell now, "" for nothing."""
        if not self._waiting or at - self._last < PAUSE:
            return ""
        self._last = at
        self._told.update(dict.fromkeys(self._waiting, at))
        first, *others = self._waiting.values()
        self._waiting.clear()
        return f"{first}, and {len(others)} more" if others else first
