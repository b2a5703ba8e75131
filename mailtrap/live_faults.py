"""Fault presets switched on and off while the server runs, besides the rules of a file.

A policy takes changes from one thread at a time, and the watch of a file has one of its own:
whoever changes rules while a screen may do so, does it here.
"""

from collections.abc import Iterable
from threading import Lock

from mailtrap.faults.policy import Policy
from mailtrap.faults.presets import PRESETS
from mailtrap.faults.rules import Rule


class LiveFaults:
    """The rules of a policy: those given once or by a file, then the presets that are on."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._lock = Lock()
        self._rules = policy.rules
        self._on: dict[str, tuple[Rule, ...]] = {}

    @property
    def on(self) -> tuple[str, ...]:
        """The names of the presets that are on, in the order they were switched on."""
        return tuple(self._on)

    def replace(self, rules: Iterable[Rule]) -> None:
        """Take these instead of all that are not of presets, in any thread."""
        with self._lock:
            self._rules = tuple(rules)
            self._apply()

    def toggle(self, name: str) -> bool:
        """Switch a preset on, or off; whether it is on now.  It comes before all other rules."""
        with self._lock:
            if self._on.pop(name, None) is None:
                self._on = {**self._on, name: PRESETS[name]()}
            self._apply()
            return name in self._on

    def clear(self) -> None:
        """Switch all presets off; rules of a file stay."""
        with self._lock:
            self._on = {}
            self._apply()

    def _apply(self) -> None:
        # Rules that stay go on counting.
        of_presets = (rule for rules in self._on.values() for rule in rules)
        self._policy.replace([*self._rules, *of_presets])
