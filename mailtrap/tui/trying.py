"""Trying things out: a test message, faults while the server runs."""

import asyncio
from collections.abc import Sequence
from functools import partial

from mailtrap.faults.descriptions import described
from mailtrap.faults.presets import PRESETS
from mailtrap.faults.rules import Rule
from mailtrap.live_faults import LiveFaults
from mailtrap.tui import hints
from mailtrap.tui.menu import Choice
from mailtrap.tui.taking import Taking

_KEYS = {
    "greylist": "g",
    "unknown_user": "u",
    "mailbox_full": "m",
    "rate_limit": "r",
    "reject_auth": "a",
    "slow": "s",
    "tls_failure": "t",
}


class Trying(Taking):
    """Actions that make something happen."""

    _faults: LiveFaults | None

    # A test message

    def action_send_sample(self) -> None:
        """Send a message to ourselves."""
        if self._endpoints.is_listening:
            self._beside(self._send_sample(), "sample")
        else:
            self.notice("nobody takes mail in this process; start mailtrap without view for that")

    async def _send_sample(self) -> None:
        from mailtrap.tui.sample import SampleError, send_sample

        try:
            await asyncio.to_thread(send_sample, self._endpoints)
        except SampleError as error:
            self.notice(str(error), is_trouble=True)

    # Faults

    def action_faults(self) -> None:
        """Show what can go wrong on purpose; the next key switches it."""
        if self._faults is None:
            self.notice("nobody takes mail in this process, so nothing can go wrong with it")
            return
        on = self._faults.on
        choices = [
            Choice(
                _KEYS[name],
                f"{'●' if name in on else ' '} {name.replace('_', ' ')}",
                partial(self._switch, name),
                _told(preset()),
            )
            for name, preset in PRESETS.items()
        ]
        if on:
            choices.append(Choice("0", "  none", self._switch_all_off, "the usual replies again"))
        self._open_menu("Make it fail on purpose: switch on or off", choices)

    def _switch(self, name: str) -> None:
        if self._faults is not None:
            is_on = self._faults.toggle(name)
            again = hints.key("app.faults", " with ", self.remapped)
            self.notice(f"{name} is {f'on, until you switch it off{again}' if is_on else 'off'}")
            self._show_status()

    def _switch_all_off(self) -> None:
        if self._faults is not None:
            self._faults.clear()
            self._show_status()


def _told(rules: Sequence[Rule]) -> str:
    """What a preset does; where it has several rules they do the same at one verb each."""
    first = rules[0]
    return ", ".join(rule.verb for rule in rules) + described(first).removeprefix(first.verb)
