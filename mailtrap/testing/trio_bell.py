"""Waiting in a loop of trio, which anyio runs tests in, too.  Imported only where trio is."""

from contextlib import suppress

import trio


class TrioBell:
    """Rung in any thread, heard in a task of trio."""

    def __init__(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._event = trio.Event()

    def ring(self) -> None:
        """Wake whoever hears."""
        with suppress(trio.RunFinishedError):
            self._token.run_sync_soon(self._ring)

    def _ring(self) -> None:
        self._event.set()

    def hush(self) -> None:
        """Forget that it was rung."""
        self._event = trio.Event()

    async def heard(self) -> None:
        """Wait until it is rung."""
        await self._event.wait()
