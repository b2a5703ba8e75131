"""A server without a screen, from the first line to the signal that stops it."""

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress

from mailtrap import console
from mailtrap.cli import EX_IOERR
from mailtrap.cli.listening import Listening, spoken


def serve(listening: Listening) -> int:
    """Serve with sockets that are bound."""
    return asyncio.run(_serve(listening))


async def _serve(listening: Listening) -> int:
    settings, server = listening.settings, listening.server
    stop, broken = asyncio.Event(), asyncio.Event()

    def on_broken() -> None:
        broken.set()
        stop.set()

    _on_signals(stop)
    _calm_the_collector()
    listening.trap.subscribe(
        console.Console(
            sys.stdout,
            as_json=settings.json,
            transcript=settings.transcript,
            show_secrets=settings.show_secrets,
            on_broken=on_broken,
        )
    )
    addresses = server.addresses
    await server.start()
    if settings.json:
        print(console.ready(addresses, os.getpid()), flush=True)
    else:
        print(
            f"mailtrap listens on {spoken(addresses)}; mail is kept in memory; Ctrl+C stops",
            file=sys.stderr,
        )
    await stop.wait()
    await server.stop()
    if broken.is_set():
        print("mailtrap: nobody reads the output any more, stopping", file=sys.stderr)
        # What Python would flush at its end cannot be written either.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EX_IOERR
    return 0


def _calm_the_collector() -> None:
    """Look for garbage less often: what a trap keeps is long-lived and has no cycles.

    With the defaults a tenth of the time under load goes into looking at kept messages again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2000, 20, 100)


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: its event loop has no signal handlers
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
