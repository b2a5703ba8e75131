"""The terminal UI.  Importing this package is cheap; ``run`` imports what paints."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mailtrap.trap import Catch
from mailtrap.tui.look import Look, recalled

if TYPE_CHECKING:
    from textual.driver import Driver

    from mailtrap.live_faults import LiveFaults
    from mailtrap.tui.canvas import Canvas
    from mailtrap.tui.graphics import Graphics


# A second.  Textual waits for the next one with what a key or a message changed.
FRAMES = "250"
# Milliseconds until esc is the key, and not the beginning of another one.
ESCAPE = "50"


class Notice(Protocol):
    """Shows a notice above the status for some seconds, longer where it tells of trouble."""

    def __call__(self, text: str, *, is_trouble: bool = False) -> None:
        """Call it in any thread; once the screen is gone nothing happens."""


def run(
    catch: Catch,
    addresses: Sequence[tuple[str, int]],
    *,
    show_secrets: bool = False,
    smtps: Sequence[tuple[str, int]] = (),
    ca: Path | str | None = None,
    starttls: bool = False,
    maildir: Path | None = None,
    timeout: float = 0,
    trouble: Callable[[], str] = lambda: "",
    on_ready: Callable[[Notice], None] | None = None,
    faults: "LiveFaults | None" = None,
    look: Look | None = None,
) -> int:
    """Show that catch in the terminal until the user quits; the exit status.

    ``addresses`` are the (host, port) pairs the listener accepts mail at, ``smtps`` those where
    TLS comes first.  ``ca``: the file of the CA clients have to trust, None where it is not
    ours to know; ``starttls``: offered at ``addresses``.
    ``maildir``: where messages are kept; ``trouble`` is asked why it cannot be read, "" if it can.
    ``timeout``: seconds a client may be silent, 0 without end.
    ``faults``: those of the listener, to be switched on the screen.
    ``look``: what settings say of the screen, and where what is chosen on it is kept.  Raises
    UsageError where there is no such theme.
    ``on_ready`` is called once, in the thread that paints, with what shows notices.

    The listener writes to the catch from a thread of its own: a terminal that stops reading must
    not stop SMTP.
    """
    look = look or Look()
    with _asked(look) as answered:
        # It answers while we import what paints.
        with _environ("TEXTUAL_FPS", FRAMES), _environ("ESCDELAY", ESCAPE):
            from mailtrap.tui.app import MailtrapApp
        from mailtrap.tui.canvas import Canvas
        from mailtrap.tui.endpoints import Endpoints
        from mailtrap.tui.leftovers import outlast_the_terminal
        from mailtrap.tui.signals import leave_interrupts_to_the_loop
        from mailtrap.tui.themes import known_theme

        if look.theme is not None:
            look = replace(look, theme=known_theme(look.theme, look.set_by.get("theme", "theme")))
        look, graphics, said = answered(look)
        canvas = Canvas(graphics)
    authority = None if ca is None else Path(ca)
    endpoints = Endpoints(addresses, smtps, authority, starttls, maildir, timeout)
    app = MailtrapApp(
        catch,
        endpoints,
        show_secrets=show_secrets,
        on_ready=on_ready,
        trouble=trouble,
        faults=faults,
        look=look,
        canvas=canvas,
        driver=_driver(canvas, said),
    )
    outlast_the_terminal()
    leave_interrupts_to_the_loop()
    app.run(mouse=look.mouse)
    return app.return_code or 0


@contextmanager
def _environ(name: str, value: str) -> Iterator[None]:
    """With that variable, where the user has not set it; no program of theirs is to have it."""
    is_ours = name not in os.environ
    os.environ.setdefault(name, value)
    try:
        yield
    finally:
        if is_ours:
            del os.environ[name]


@contextmanager
def _asked(look: Look) -> "Iterator[Callable[[Look], tuple[Look, Graphics, bytes]]]":
    """Ask the terminal how things are to look on it and how it shows images, once for both.

    What this gives says so, and which octets came: keys may be among them.
    """
    from mailtrap.tui import background, graphics
    from mailtrap.tui.asking import ask, asked

    has_theme = look.theme or recalled(look.memory).theme or os.environ.get("TEXTUAL_THEME")
    is_theme_asked = not (has_theme or os.environ.get("NO_COLOR"))
    known = graphics.known(look.images, os.environ)

    def answered(look: Look) -> "tuple[Look, Graphics, bytes]":
        said = answer()
        if is_theme_asked and background.is_light(said):
            look = replace(look, theme="textual-light")
        found = known or graphics.answered(said)
        if found.kind == "sixel":
            registers = ask(graphics.REGISTERS)
            found, said = replace(found, colours=graphics.colours(registers)), said + registers
        return look, found, said

    questions = [background.QUESTION] * is_theme_asked + [graphics.QUESTION] * (known is None)
    with asked(*questions) as answer:
        yield answered


def _driver(canvas: "Canvas", said: bytes) -> "type[Driver] | None":
    """Ours; None for the usual one where it cannot be."""
    if sys.platform == "win32":
        return None
    from mailtrap.tui.terminal_driver import terminal_driver

    return terminal_driver(canvas, said)
