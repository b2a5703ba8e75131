"""The terminal UI.  Importing this package is cheap; ``run`` imports what paints."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mailtrap.trap import Catch
from mailtrap.tui.look import Look, recalled

if TYPE_CHECKING:
    from mailtrap.live_faults import LiveFaults


# A second.  Textual waits for the next one with what a key or a message changed.
FRAMES = "120"


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
    with _environ("TEXTUAL_FPS", FRAMES):
        from mailtrap.tui.app import MailtrapApp, known_theme
    from mailtrap.tui.endpoints import Endpoints
    from mailtrap.tui.leftovers import outlast_the_terminal
    from mailtrap.tui.signals import leave_interrupts_to_the_loop

    look = look or Look()
    if look.theme is not None:
        look = replace(look, theme=known_theme(look.theme, look.set_by.get("theme", "theme")))
    elif recalled(look.memory).theme is None:
        look = replace(look, theme=_theme())
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


def _theme() -> str | None:
    """The theme for a light terminal where it is one, if nothing else says what to wear."""
    if os.environ.get("TEXTUAL_THEME") or os.environ.get("NO_COLOR"):
        return None
    from mailtrap.tui.background import is_light

    return "textual-light" if is_light() else None
