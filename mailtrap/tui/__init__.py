"""The terminal UI.  Importing this package is cheap; ``run`` imports what paints."""

from collections.abc import Sequence

from mailtrap.trap import Trap


def run(trap: Trap, addresses: Sequence[tuple[str, int]], *, show_secrets: bool = False) -> int:
    """Show that trap in the terminal until the user quits; the exit status.

    ``addresses`` are the (host, port) pairs the listener accepts mail at.  The listener writes
    to the trap from a thread of its own: a terminal that stops reading must not stop SMTP.
    """
    from mailtrap.tui.app import MailtrapApp

    app = MailtrapApp(trap, addresses, show_secrets=show_secrets)
    app.run()
    return app.return_code or 0
