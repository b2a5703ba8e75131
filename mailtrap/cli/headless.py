"""A server without a screen, from the first line to the signal that stops it."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from mailtrap import console
from mailtrap.cli import EX_IOERR, tell
from mailtrap.cli.crossing import Crossing
from mailtrap.cli.gathering import Gathering
from mailtrap.cli.listening import Listening
from mailtrap.cli.outlet import Outlet
from mailtrap.events import Event
from mailtrap.smtp.server import calm_loop_errors

if TYPE_CHECKING:
    from mailtrap.linting import Linting

LINT_WAIT = 2.0  # seconds to read the messages that nobody has read yet
LAST_WORDS = 1.0  # seconds a reader that has stopped reading gets for the last lines
LONGEST_WORDS = 5.0  # seconds one that reads slowly gets; containers are killed after ten


def serve(listening: Listening) -> int:
    """Serve with sockets that are bound."""
    if sys.stdout is None:
        tell("stdout is closed; give the events somewhere to go, such as > /dev/null")
        return EX_IOERR
    code = asyncio.run(_serve(listening))
    # What is left is to tidy up, and Python's own end, in which handlers are heard no more.
    for number in _heard():
        signal.signal(number, signal.SIG_IGN)
    return code


async def _serve(listening: Listening) -> int:
    settings, server = listening.settings, listening.server
    stop, broken = asyncio.Event(), asyncio.Event()

    def on_broken() -> None:
        broken.set()
        stop.set()

    _on_signals(stop)
    listening.publish_ca()  # only now: a signal before would leave the file behind
    _calm_the_collector()
    calm_loop_errors(asyncio.get_running_loop())
    outlet = Outlet(
        sys.stdout.fileno(),
        sys.stdout.encoding,
        skipped=lambda count: console.skipped(count, as_json=settings.json),
        on_broken=on_broken,
    )
    lines = console.Console(
        outlet.write,
        as_json=settings.json,
        transcript=settings.transcript,
        show_secrets=settings.show_secrets,
    )
    early: list[Event] = []
    later = asyncio.get_running_loop().call_later
    gathering = Gathering(later, outlet.held, lines, early.append)
    listening.trap.subscribe(gathering)
    addresses, smtps = server.addresses, server.smtps_addresses
    await server.start()
    with listening.following_faults(lambda sentence, _error: tell(sentence)):
        if settings.json:
            maildir = None if listening.maildir is None else listening.maildir.path
            ca = listening.certificates.ca
            outlet.write(console.ready(addresses, smtps, ca, os.getpid(), maildir=maildir))
        else:
            tell(f"listening on {listening.described}; mail is kept {listening.kept}; Ctrl+C stops")
        linting = _linting(listening, lines, early)
        gathering.listeners[1:] = [linting] if linting is not None else []
        await stop.wait()
    signal.set_wakeup_fd(-1)  # else Python complains of one that comes when the loop is closed
    await server.stop()
    gathering.hand_on()
    if linting is not None:
        await asyncio.to_thread(linting.stop, LINT_WAIT)
    outlet.drain(LAST_WORDS, LONGEST_WORDS)
    if broken.is_set():
        tell("the output cannot be written any more, stopping")
        return EX_IOERR
    return 0


def _linting(
    listening: Listening, lines: console.Console, early: Iterable[Event]
) -> "Linting | None":
    """Diagnose what happens from now on, and what has happened; None where nobody wants it."""
    settings = listening.settings
    level = settings.level or ("info" if settings.json or settings.transcript else "warning")
    if level == "none":
        return None
    # Only now: there are hundreds of rules, and whoever waits for the port has it.
    from mailtrap.lint.diagnostic import Severity
    from mailtrap.linting import Linting

    linting = Linting(
        listening.trap,
        lines.diagnosed,
        Crossing(asyncio.get_running_loop(), lines.diagnosed),
        level=Severity(level),
    )
    for event in early:
        linting(event)
    linting.start()
    return linting


def _calm_the_collector() -> None:
    """Look for garbage less often: what a trap keeps is long-lived and has no cycles.

    With the defaults a tenth of the time under load goes into looking at kept messages again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2000, 20, 100)


def _on_signals(stop: asyncio.Event) -> None:
    """Stop at the first signal; one that comes while the server stops changes nothing.

    Handlers that asyncio sets would be gone with its loop, before all is tidied up.  What it does
    for one signal wakes the loop for all, also where another thread is interrupted (macOS).
    """
    loop = asyncio.get_running_loop()

    def told(_number: int, _frame: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(stop.set)

    for number in _heard():
        signal.signal(number, told)
    if sys.platform != "win32":
        loop.add_signal_handler(signal.SIGCONT, int)


def _heard() -> list[int]:
    """The signals that stop the server."""
    heard: list[int] = [signal.SIGINT, signal.SIGTERM]
    # The terminal is gone, which nohup has it ignore, and Windows does not know.
    hangup: int | None = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        heard.append(hangup)
    return heard
